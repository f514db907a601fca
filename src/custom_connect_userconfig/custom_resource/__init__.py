"""The front end of a Lambda-backed custom resource: translates CloudFormation's events into service calls and
replies.

``handler`` is the entry point of the function that ``deploy/custom-resource.yml`` installs. No rule of
ownership lives here; what does is what custom resources need besides: a reply in any event, before
CloudFormation stops waiting and before the function ends, and the handing over of work that must wait longer
than one invocation lasts.

A direct invocation with ``{"RequestType": "Read", "ResourceProperties": {…}}`` answers with the owned
settings, their live values and how they differ from the properties, because no drift detection of
CloudFormation's reaches custom resources.
"""

import math
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from ..aws.clients import acting_as, own_credentials
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

_ONE_CALL: Final = 11.0
"""Seconds that a call takes at most (`ONE_TRY`)."""
_HANDOVER: Final = Retrier.read_seconds + _ONE_CALL
"""Seconds that a handover takes at most, or else the reply that says why there is none."""
_REPLYING: Final = 2 * TRY + 1.0
"""Seconds for two tries of the reply, and the wait between them."""
_AFTER_A_TRY: Final = _ONE_CALL + _HANDOVER + _REPLYING
NEEDED: Final = Retrier.write_seconds + _AFTER_A_TRY
"""Seconds of the function that one more try needs at most."""
LEAST_TIMEOUT: Final = _AFTER_A_TRY + 5.0
"""Seconds that the function must be given: below that a try could begin no call, or only the first one."""
_SHORT_OF_IT: Final = 2.0
"""Seconds of the timeout that may have passed before the handler asks."""
_MOST_HANDOVERS: Final = 15
"""Lambda takes a function that has invoked itself about 16 times for an endless loop, and stops it without a
word.
"""
_REPLY: Final = 4.0
"""Seconds for a first try of the reply, at least."""
_MARGIN: Final = 120.0
"""Seconds before CloudFormation stops waiting at which the reply must be on its way (a quarter of the time
where that is less).
"""

retrier = Retrier()
"""The clock and the retry policies of this process; tests put another clock here."""


class LambdaContext(Protocol):
    """What Lambda tells about an invocation."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function may still run."""
        ...


def handler(event: object, context: LambdaContext) -> dict[str, object] | None:
    """Serve one event: of CloudFormation, of a handover of our own, or a direct ``Read``."""
    if not isinstance(event, Mapping):
        return {"Error": "InvalidRequest", "Message": f"The event is {shown(event)}, no object."}
    if event.get("RequestType") == "Read":
        return drift_report(event, context.invoked_function_arn, retrier)
    work = _Work(event, context)
    if not work.is_of_cloudformation:
        return work.refuse()
    reply = work.run()
    if reply:
        work.send(reply)
    return None


class _Work:
    """One request, until it is replied to or handed over."""

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
        # The wall clock counts between invocations only: somebody may set it while this one waits.
        self._awaited_until = now + handover.since + timeout - began
        self._reply_by = self._awaited_until - min(_MARGIN, timeout / 4)

    @property
    def is_of_cloudformation(self) -> bool:
        """Whether there is somewhere to reply to. Nothing else than CloudFormation asks for what changes
        settings.
        """
        return bool(self._request.response_url)

    def refuse(self) -> dict[str, object]:
        """Return the answer to a direct invocation that asks for something else than a ``Read``."""
        kind = shown(self._request.event.get("RequestType"))
        message = (
            f"RequestType: {kind} cannot be invoked directly, only Read can."
            " Create, Update and Delete come from CloudFormation, with a ResponseURL to reply to."
        )
        log_event("answer", error="InvalidRequest", message=message)
        return {"Error": "InvalidRequest", "Message": message}

    def run(self) -> Response | None:
        """Return the reply, or None when the work was handed over."""
        try:
            with acting_as(own_credentials()):
                return self._until_done()
        except SettingsError as error:
            return self._failed(str(error))
        except Exception as error:  # noqa: BLE001 - whatever is thrown, CloudFormation must hear of it, or the stack hangs for an hour
            log_event("unexpected", trace=traceback.format_exc())
            return self._failed(
                f"Unexpected {type(error).__name__}; the log of the function has the details."
            )

    def send(self, reply: Response) -> None:
        """Deliver `reply`; raises NotDelivered, so that Lambda delivers the event anew."""
        request = self._request
        status = "SUCCESS" if reply.succeeded else "FAILED"
        log_event(
            "answer",
            action=request.kind,
            resource=request.logical_id,
            status=status,
            message=reply.reason or None,
        )
        body = reply.to_json(request.stack_id, request.request_id, request.logical_id)
        deliver(request.response_url, body, self._retrier.clock, self._ends)

    def _until_done(self) -> Response | None:
        handover = self._handover
        left = self._left()
        if left < LEAST_TIMEOUT - _SHORT_OF_IT:
            return self._without_room()
        if handover.wait > max(0.0, left - LEAST_TIMEOUT):
            return self._wait_on(handover, left)
        self._retrier.clock.sleep(handover.wait)
        while True:
            task = self._task(self._room_for_a_try())
            result = task.run(handover.context)
            if not isinstance(result, InProgress):
                return self._success(task.physical_id, result)
            wait = min(float(result.delay), self._reply_by - self._retrier.clock.monotonic() - NEEDED)
            if wait <= 0:
                return self._failed(
                    joined(f"Time is up: {result.reason}", self._abandon(result.context_after(0.0)))
                )
            handover = replace(handover, context=result.context_after(wait), wait=wait)
            if wait + NEEDED > self._left():
                return self._go_on_elsewhere(handover)
            self._retrier.clock.sleep(wait)

    def _without_room(self) -> Response:
        """Fail before anything is written, since nothing that must wait could go on; a Delete is tried once,
        for a stack to go.
        """
        problem = (
            f"The function ends after {math.ceil(self._left())} seconds, too soon to try anything: set its"
            " Timeout to"
            f" {LEAST_TIMEOUT:.0f} seconds at least. The install template sets 600."
        )
        if self._request.kind != "Delete":
            return self._failed(joined(problem, self._abandon(self._handover.context)))
        task = self._task(self._room_to_abandon())
        result = task.run(self._handover.context)
        if isinstance(result, InProgress):
            return self._failed(joined(problem, result.reason, task.abandon(result.context_after(0.0))))
        return self._success(task.physical_id, result)

    def _wait_on(self, handover: Handover, left: float) -> Response | None:
        """Wait as long as the function may, and hand over the rest; no try fits in after it."""
        seconds = min(handover.wait, left - _HANDOVER - _REPLYING)
        self._retrier.clock.sleep(seconds)
        return self._go_on_elsewhere(replace(handover, wait=handover.wait - seconds))

    def _left(self) -> float:
        return self._ends - self._retrier.clock.monotonic()

    def _room_for_a_try(self) -> float:
        """Seconds after which a try begins no further call: one more call, and what comes after it, must fit
        in as well.
        """
        in_function = self._left() - _AFTER_A_TRY
        seconds_left = self._reply_by - self._retrier.clock.monotonic()
        return max(
            0.0,
            min(self._retrier.write_seconds, in_function, max(seconds_left - _ONE_CALL, seconds_left / 2)),
        )

    def _room_to_abandon(self) -> float:
        """The same for what is given back before a failure is replied: all the time but one call's and the
        reply's.
        """
        return max(
            0.0, min(self._left(), self._awaited_until - self._retrier.clock.monotonic()) - _ONE_CALL - _REPLY
        )

    def _task(self, seconds: float) -> Task:
        service = SettingsService(
            ConnectGateway(self._request.environment.region),
            replace(self._retrier, write_seconds=seconds),
            is_importable=False,
        )
        return task_of(self._request, service)

    def _abandon(self, context: Mapping[str, object] | None) -> str:
        return self._task(self._room_to_abandon()).abandon(context)

    def _go_on_elsewhere(self, handover: Handover) -> Response | None:
        if (count := handover.count) >= _MOST_HANDOVERS:
            problem = f"The work was handed over {count} times, as often as Lambda allows: give the function a longer Timeout."
            return self._failed(joined(problem, self._abandon(handover.context)))
        handover = replace(handover, count=count + 1)
        try:
            self._retrier.read(
                lambda: hand_over(handover, self._function_arn, self._request.environment.region)
            )
        except SettingsError as error:
            left = self._abandon(handover.context)
            return self._failed(joined(f"The work must wait, and could not be handed over: {error}", left))
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
        # A user who is gone keeps the attributes: a failing Fn::GetAtt would fail the update of the whole
        # stack.
        arn = result.user_arn or arn_of(Identity.parse(instance_id, user_id, environment), environment)
        return Response(
            succeeded=True,
            physical_id=physical_id,
            reason=reason,
            data={INSTANCE_ID: instance_id, USER_ID: user_id, USER_ARN: arn},
        )
