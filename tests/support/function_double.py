"""Lambda's side: runs the function in process, enforces its timeout, and runs what it hands over.

A handover goes through boto3 down to the signed HTTP request and is answered here, so that tests exercise
`handover` itself.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.aws.clients import kept_client
from custom_connect_userconfig.custom_resource.response import NotDelivered
from custom_connect_userconfig.ports import Clock

from .http_answer import http_answer
from .registry import ACCOUNT, REGION

FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:agent-settings"
MOST_IN_A_CHAIN = 16
"""Invocations in a chain after which Lambda takes the function for an endless loop, and stops it."""
_MOST_PAYLOAD = 256 * 1024
_BETWEEN_DELIVERIES = (60.0, 120.0)
"""Seconds after which Lambda delivers an event again if the function has ended with an error."""

Event = Mapping[str, Any]


@dataclass
class Context:
    """The context object that Lambda passes to the function."""

    clock: Clock
    ends: float
    invoked_function_arn: str = FUNCTION_ARN

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function may still run."""
        return max(0, int((self.ends - self.clock.monotonic()) * 1000))


@dataclass
class Refusal:
    """An error answer to a handover."""

    status: int
    code: str
    message: str = "refused, as planted"


@dataclass
class FunctionDouble:
    """The installed function."""

    clock: Clock
    seconds: float = 600.0
    """The timeout of an invocation, as in the install template."""
    redelivers: bool = True
    invocations: int = 0
    longest: float = 0.0
    raised: list[NotDelivered] = field(default_factory=list)
    handed_over: deque[dict[str, Any]] = field(default_factory=deque)
    handovers: int = 0
    invoke_requests: list[AWSPreparedRequest] = field(default_factory=list)
    """Every HTTP request of a handover, refused or not."""
    refusals: deque[Refusal] = field(default_factory=deque)

    @contextmanager
    def intercepting(self) -> Iterator[None]:
        """Answer Lambda's Invoke in place of Lambda, on the client that the process keeps."""
        events: Any = kept_client("lambda", REGION).meta.events
        # Before moto sees it.
        events.register_first("before-send.lambda.Invoke", self._answer_invoke)
        try:
            yield
        finally:
            events.unregister("before-send.lambda.Invoke", self._answer_invoke)

    def invoke(self, event: Event) -> dict[str, Any] | None:
        """Run one invocation; fails if it does not end in time."""
        self.invocations += 1
        began = self.clock.monotonic()
        context = Context(self.clock, began + self.seconds)
        try:
            return custom_resource.handler(json.loads(json.dumps(event)), context)
        finally:
            lasted = self.clock.monotonic() - began
            self.longest = max(self.longest, lasted)
            assert lasted <= self.seconds, f"Lambda has cut the function off: it ran for {lasted} seconds"

    def deliver(self, event: Event) -> None:
        """Deliver `event` asynchronously: again after an error, then each event that it hands over."""
        chain = 1
        waiting: deque[Event] = deque([event])
        while waiting:
            self._deliver_one(waiting.popleft())
            waiting += self.handed_over
            self.handed_over.clear()
            chain += len(waiting)
            assert chain <= MOST_IN_A_CHAIN, "Lambda stops the function as an endless loop"

    def _deliver_one(self, event: Event) -> None:
        for wait in (*_BETWEEN_DELIVERIES, None):
            try:
                answer = self.invoke(event)
            except NotDelivered as error:
                self.raised.append(error)
                if wait is None or not self.redelivers:
                    return
                self.clock.sleep(wait)
            else:
                assert answer is None, f"nobody reads the answer of an asynchronous invocation: {answer}"
                return

    def _answer_invoke(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        self.invoke_requests.append(request)
        if self.refusals:
            refusal = self.refusals.popleft()
            headers = {"x-amzn-ErrorType": refusal.code, "Content-Type": "application/json"}
            body = json.dumps({"Message": refusal.message, "Type": "User"}).encode()
            return http_answer(request, refusal.status, headers, body)
        functions = f"https://lambda.{REGION}.amazonaws.com/2015-03-31/functions/"
        assert request.url.startswith(functions), request.url
        kind = request.headers["X-Amz-Invocation-Type"]
        assert kind in ("Event", b"Event"), "a handover must not wait for its answer"
        payload = request.body
        assert isinstance(payload, bytes)
        assert len(payload) <= _MOST_PAYLOAD, f"an asynchronous invocation does not take {len(payload)} bytes"
        self.handed_over.append(json.loads(payload))
        self.handovers += 1
        return http_answer(request, 202, {}, b"")
