"""The registry's side of the handler protocol: its events, and its calls again after IN_PROGRESS."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from custom_connect_userconfig import handlers

from .clock import FakeClock

REGION = "us-east-1"
ACCOUNT = "123456789012"
CREDENTIALS = {
    "accessKeyId": "AKIAEXAMPLE",
    "secretAccessKey": "wJalrEXAMPLEKEY",
    "sessionToken": "FwoEXAMPLETOKEN",
}

Properties = Mapping[str, Any]
Event = dict[str, Any]

_serial = itertools.count(1)


def stack_id(name: str) -> str:
    """Return the id of a stack called `name`."""
    return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/0a1b2c3d-0000-4000-8000-000000000000"


@dataclass
class RegistryStack:
    """One resource of one stack, as CloudFormation drives it through ``handlers.resource``."""

    clock: FakeClock
    name: str | None = "sales-stack"
    logical_id: str | None = "Agent"
    token: str = "token-1"
    serial: Iterator[int] = _serial
    """Numbers of requests."""
    requests: list[tuple[str, Properties, dict[str, Any]]] = field(default_factory=list)
    """Every request, as `run` takes it."""
    invocations: int = 0
    answers: list[Event] = field(default_factory=list)

    def event(
        self,
        action: str,
        properties: Properties,
        *,
        previous: Properties | None = None,
        context: Any = None,
        **more: Any,
    ) -> Event:
        """Return the event of one invocation."""
        return {
            "action": action,
            "awsAccountId": ACCOUNT,
            "bearerToken": self.token,
            "region": REGION,
            "resourceType": handlers.TYPE_NAME,
            "resourceTypeVersion": "00000001",
            "stackId": stack_id(self.name) if self.name else None,
            "callbackContext": context,
            "requestData": {
                "callerCredentials": dict(CREDENTIALS),
                "logicalResourceId": self.logical_id,
                "resourceProperties": dict(properties),
                "previousResourceProperties": dict(previous) if previous else None,
                "stackTags": {},
                "systemTags": {},
            },
            **more,
        }

    def once(self, action: str, properties: Properties, **more: Any) -> Event:
        """Invoke the handler once, and return its answer."""
        self.invocations += 1
        answer: Event = handlers.resource(self.event(action, properties, **more), None)
        self.answers.append(answer)
        return answer

    def run(self, action: str, properties: Properties, *, most: int = 60, **more: Any) -> Event:
        """Invoke the handler until it no longer answers IN_PROGRESS.

        Each further invocation comes after the delay of the answer, with its model and its context. The
        invocations of one request share a token; each request of a stack has its own.
        """
        if "bearerToken" not in more:
            more["bearerToken"] = f"{self.token}-{next(self.serial)}" if self.name else self.token
            self.requests.append((action, properties, more))
        answer = self.once(action, properties, **more)
        while answer["status"] == "IN_PROGRESS":
            assert self.invocations < most, f"still in progress after {most} invocations: {answer}"
            self.clock.sleep(answer["callbackDelaySeconds"])
            answer = self.once(action, answer["resourceModel"], context=answer["callbackContext"], **more)
        return answer

    def done(self, action: str, properties: Properties, **more: Any) -> Event:
        """Run, and fail unless the handler succeeds."""
        answer = self.run(action, properties, **more)
        assert answer["status"] == "SUCCESS", answer
        return answer

    def refused(self, action: str, properties: Properties, code: str, **more: Any) -> str:
        """Run, fail unless the handler fails with `code`, and return its message."""
        answer = self.run(action, properties, **more)
        assert (answer["status"], answer.get("errorCode")) == ("FAILED", code), answer
        return str(answer["message"])
