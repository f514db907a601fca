"""The front end for a Lambda-backed custom resource: translates events, results and errors.

``handler`` is the entry point of the function that ``deploy/custom-resource.yml`` installs. It sends a
response in any case, before CloudFormation stops waiting and before the function ends. If work must wait
longer than one invocation lasts, it hands the work over to the next.

A direct invocation with ``{"RequestType": "Read", "ResourceProperties": {…}}`` returns the owned settings,
their live values and their differences from the properties, because CloudFormation detects no drift of custom
resources.
"""

import math
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from ..aws.clients import LONGEST_CALL, acting_as, own_credentials
from ..aws.connect import ConnectGateway
from ..core.declaration import INSTANCE_ID, USER_ARN, USER_ID
from ..core.errors import SettingsError
from ..core.identifiers import Identity, arn_of
from ..core.messages import bounded, joined
from ..core.redaction import shown
from ..logs import log_event
from ..retry.retrier import InProgress, Retrier
from ..service import GivenBack, OwnedSettings, SettingsService
from .handover import Handover, hand_over
from .read import drift_report
from .request import CustomRequest, fallback_id
from .response import TRY, Response, deliver
from .tasks import Task, task_of

_HANDOVER: Final = Retrier.read_seconds + LONGEST_CALL
"""Seconds that a handover takes at most."""
_RESPONDING: Final = 2 * TRY + 1.0
"""Seconds for two tries of the response, and the wait between them."""
_AFTER_A_TRY: Final = LONGEST_CALL + _HANDOVER + _RESPONDING
"""Seconds that may pass after a try has begun its last call."""
NEEDED: Final = Retrier.write_seconds + _AFTER_A_TRY
"""Seconds that one more try needs at most."""
LEAST_TIMEOUT: Final = _AFTER_A_TRY + 5.0
"""The least timeout of the function, in seconds: with less, a try has no time for more than one call."""
_BEFORE_THE_HANDLER: Final = 2.0
"""Seconds of the timeout that may have passed before the handler runs."""
_MOST_HANDOVERS: Final = 15
"""Lambda stops a function that has invoked itself about 16 times, as a recursive loop, without an error."""
_HANDOVERS_OF_A_TRY: Final = 2
"""Handovers before another try: a short function may need one invocation for the wait alone."""
_FIRST_TRY: Final = 4.0
"""Seconds for a first try of the response, at least."""
_MARGIN: Final = 120.0
"""Seconds before CloudFormation stops waiting at which the response is due; at most a quarter of its wait."""

retrier = Retrier()
"""The clock and the retry policies of this process; tests replace it."""


class LambdaContext(Protocol):
    """The part of Lambda's context object that is used."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function times out."""
        ...


def handler(event: object, context: LambdaContext) -> dict[str, object] | None:
    """Serve one event: a request of CloudFormation, a handover, or a direct ``Read``."""
    if not isinstance(event, Mapping):
        return {"Error": "InvalidRequest", "Message": f"The event is {shown(event)}, no object."}
    if event.get("RequestType") == "Read":
        return drift_report(event, context.invoked_function_arn, retrier)
    work = _Work(event, context)
    if not work.is_of_cloudformation:
        return work.refuse()
    response = work.run()
    if response:
        work.send(response)
    return None


class _Work:
    """One request, until its response is sent or it is handed over."""

    def __init__(self, event: Mapping[str, object], context: LambdaContext) -> None:
        self._retrier = retrier
        clock = retrier.clock
        began, now = clock.now(), clock.monotonic()
        handover = Handover.read(event, began)
        self._handover = handover
        self._function_arn = context.invoked_function_arn
        self._request = CustomRequest.parse(handover.event)
        self._ends = now + context.get_remaining_time_in_millis() / 1000
        timeout = self._request.timeout
        # The wall clock is read once for each invocation: somebody may set it while this one waits.
        self._awaited_until = now + handover.since + timeout - began
        self._respond_by = self._awaited_until - min(_MARGIN, timeout / 4)

    @property
    def is_of_cloudformation(self) -> bool:
        """Whether the request has a URL for the response; requests of CloudFormation always have one."""
        return bool(self._request.response_url)

    def refuse(self) -> dict[str, object]:
        """Return the answer to a direct invocation that is not a ``Read``: only CloudFormation may write."""
        kind = shown(self._request.event.get("RequestType"))
        message = (
            f"RequestType: {kind} cannot be invoked directly, only Read can."
            " Create, Update and Delete come from CloudFormation, with a ResponseURL for the response."
        )
        log_event("answer", error="InvalidRequest", message=message)
        return {"Error": "InvalidRequest", "Message": message}

    def run(self) -> Response | None:
        """Return the response, or None if the work was handed over."""
        try:
            with acting_as(own_credentials()):
                return self._until_done()
        except SettingsError as error:
            return self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - without a response the stack hangs for an hour
            log_event("unexpected", trace=traceback.format_exc())
            reason = f"Unexpected {type(error).__name__}; the log of the function has the details."
            return self._failed(reason)

    def send(self, response: Response) -> None:
        """Deliver `response`; NotDelivered, if that fails, makes Lambda deliver the event again."""
        request, message = self._request, response.reason or None
        status = "SUCCESS" if response.succeeded else "FAILED"
        log_event("answer", action=request.kind, resource=request.logical_id, status=status, message=message)
        body = response.to_json(request.stack_id, request.request_id, request.logical_id)
        deliver(request.response_url, body, self._retrier.clock, self._ends)

    def _until_done(self) -> Response | None:
        handover = self._handover
        left = self._left()
        if left < LEAST_TIMEOUT - _BEFORE_THE_HANDLER:
            return self._without_time()
        if handover.wait > max(0.0, left - LEAST_TIMEOUT):
            return self._only_wait(handover, left)
        self._retrier.clock.sleep(handover.wait)
        while True:
            task = self._task(self._seconds_to_try())
            result = task.run(handover.context)
            if not isinstance(result, InProgress):
                return self._success(task.physical_id, result)
            wait = min(float(result.delay), self._respond_by - self._retrier.clock.monotonic() - NEEDED)
            if wait <= 0:
                note = self._abandon(result.context_after(0.0))
                return self._failed(joined(f"Time is up: {result.reason}", note))
            handover = replace(handover, context=result.context_after(wait), wait=wait)
            if wait + NEEDED > self._left():
                return self._go_on_elsewhere(handover)
            self._retrier.clock.sleep(wait)

    def _without_time(self) -> Response:
        """Fail without a try; but try a Delete once, so that a stack can be deleted."""
        problem = (
            f"The function ends after {math.ceil(self._left())} seconds, too soon to try anything: set its"
            f" Timeout to {LEAST_TIMEOUT:.0f} seconds at least. The install template sets 600."
        )
        if self._request.kind != "Delete":
            return self._failed(joined(problem, self._abandon(self._handover.context)))
        task = self._task(self._seconds_to_abandon())
        result = task.run(self._handover.context)
        if isinstance(result, InProgress):
            return self._failed(joined(problem, result.reason, task.abandon(result.context_after(0.0))))
        return self._success(task.physical_id, result)

    def _only_wait(self, handover: Handover, left: float) -> Response | None:
        """Wait as long as the function can, and hand over the rest; there is no time for a try after it."""
        seconds = min(handover.wait, left - _HANDOVER - _RESPONDING)
        self._retrier.clock.sleep(seconds)
        return self._go_on_elsewhere(replace(handover, wait=handover.wait - seconds))

    def _left(self) -> float:
        return self._ends - self._retrier.clock.monotonic()

    def _seconds_to_try(self) -> float:
        """Seconds after which a try begins no further call, so that the last one and the rest have time."""
        in_function = self._left() - _AFTER_A_TRY
        until_due = self._respond_by - self._retrier.clock.monotonic()
        in_request = max(until_due - LONGEST_CALL, until_due / 2)
        return max(0.0, min(self._retrier.write_seconds, in_function, in_request))

    def _seconds_to_abandon(self) -> float:
        """The same for giving back before a failure; only one call and the response come after it."""
        awaited = self._awaited_until - self._retrier.clock.monotonic()
        return max(0.0, min(self._left(), awaited) - LONGEST_CALL - _FIRST_TRY)

    def _task(self, seconds: float) -> Task:
        service = SettingsService(
            ConnectGateway(self._request.environment.region),
            replace(self._retrier, write_seconds=seconds),
            is_importable=False,
            is_last=self._is_last(),
        )
        return task_of(self._request, service)

    def _is_last(self) -> bool:
        """Whether the next try may be too late for the response, or may not be handed over once more."""
        until_due = self._respond_by - self._retrier.clock.monotonic()
        left = _MOST_HANDOVERS - self._handover.count
        return until_due <= Retrier.write_seconds + NEEDED or left < 2 * _HANDOVERS_OF_A_TRY

    def _abandon(self, context: Mapping[str, object] | None) -> str:
        return self._task(self._seconds_to_abandon()).abandon(context)

    def _go_on_elsewhere(self, handover: Handover) -> Response | None:
        if (count := handover.count) >= _MOST_HANDOVERS:
            problem = f"The work was handed over {count} times, as often as Lambda allows"
            note = self._abandon(handover.context)
            return self._failed(joined(f"{problem}: give the function a longer Timeout.", note))
        handover, region = replace(handover, count=count + 1), self._request.environment.region
        try:
            self._retrier.read(lambda: hand_over(handover, self._function_arn, region))
        except SettingsError as error:
            note = self._abandon(handover.context)
            return self._failed(joined(f"The work must wait, and could not be handed over: {error}", note))
        log_event("handover", resource=self._request.logical_id, seconds=round(handover.wait))
        return None

    def _failed(self, reason: str) -> Response:
        return Response(succeeded=False, physical_id=fallback_id(self._request), reason=bounded(reason))

    def _success(self, physical_id: str, result: OwnedSettings | GivenBack) -> Response:
        reason = bounded(joined(*result.notes))
        if isinstance(result, GivenBack):
            return Response(succeeded=True, physical_id=physical_id, reason=reason)
        instance_id, _, user_id = physical_id.partition("|")
        environment = self._request.environment
        # A user that is gone keeps its attributes: a failing Fn::GetAtt would fail the stack's update.
        arn = result.user_arn or arn_of(Identity.parse(instance_id, user_id, environment), environment)
        data = {INSTANCE_ID: instance_id, USER_ID: user_id, USER_ARN: arn}
        return Response(succeeded=True, physical_id=physical_id, reason=reason, data=data)
