"""CloudFormation's side of the custom resource protocol: its events, their order, and its timeout.

- Every scalar of a template arrives as a string.
- A Delete follows a failed Create. It names the id of the reply, or without a reply one that is made up.
- A Delete of the old id follows an Update that returns another id; in a rollback it names the new one.
- An Update with the properties swapped follows a failed Update.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from custom_connect_userconfig.ports import Clock

from .function_double import FUNCTION_ARN, FunctionDouble
from .registry import stack_id
from .reply_endpoint import ReplyEndpoint

RESOURCE_TYPE = "Custom::ConnectUserConfig"
SERVICE_TIMEOUT = 3600.0
"""Seconds that CloudFormation waits for a reply if the template says nothing."""

Properties = Mapping[str, Any]
Event = dict[str, Any]

_serial = itertools.count(1)


def as_sent(value: Any) -> Any:
    """Return a value of a template as CloudFormation sends it: lists and maps kept, every scalar a string."""
    if isinstance(value, Mapping):
        return {name: as_sent(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [as_sent(inner) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def id_of(properties: Properties) -> str:
    """Return the physical id that the resource must have."""
    return f"{properties['InstanceId']}|{properties['UserId']}"


@dataclass(frozen=True)
class Answer:
    """The reply that CloudFormation got, and what it cost."""

    succeeded: bool
    reason: str
    physical_id: str
    data: Mapping[str, str]
    seconds: float
    """From the request to the reply."""
    invocations: int
    body: Mapping[str, Any]


@dataclass
class CustomStack:
    """One resource of one stack."""

    clock: Clock
    function: FunctionDouble
    endpoint: ReplyEndpoint
    name: str = "sales-stack"
    logical_id: str = "Agent"
    service_timeout: float | None = None
    serial: Iterator[int] = _serial
    """Numbers of requests."""
    events: list[Event] = field(default_factory=list)
    """Every request, in order."""
    answers: list[Answer] = field(default_factory=list)

    def event(
        self,
        kind: str,
        properties: Properties,
        *,
        physical_id: str | None = None,
        old: Properties | None = None,
        **more: Any,
    ) -> Event:
        """Return one request, and let the endpoint await the reply to it."""
        request_id = f"{next(self.serial):08d}-1111-4222-8333-444444444444"
        event = {
            "RequestType": kind,
            "ServiceToken": FUNCTION_ARN,
            "ResponseURL": self.endpoint.url(request_id),
            "StackId": stack_id(self.name),
            "RequestId": request_id,
            "LogicalResourceId": self.logical_id,
            "ResourceType": RESOURCE_TYPE,
            "ResourceProperties": self._sent(properties),
            **({} if physical_id is None else {"PhysicalResourceId": physical_id}),
            **({} if old is None else {"OldResourceProperties": self._sent(old)}),
            **more,
        }
        self.endpoint.expect(event)
        self.events.append(event)
        return event

    def _sent(self, properties: Properties) -> Any:
        timeout = {} if self.service_timeout is None else {"ServiceTimeout": self.service_timeout}
        return as_sent({"ServiceToken": FUNCTION_ARN, **timeout, **properties})

    def request(self, event: Event) -> Answer:
        """Send a request, and return the reply; fails if it does not come in time."""
        began, before = self.clock.now(), self.function.invocations
        self.function.deliver(event)
        return self.answer_to(event, began, before)

    def repeat(self, number: int) -> Answer:
        """Let Lambda deliver a request once more, and return the reply to that delivery."""
        event = self.events[number]
        self.endpoint.awaited[event["RequestId"]].deliveries += 1
        began, before = self.clock.now(), self.function.invocations
        self.function.deliver(event)
        return self.answer_to(event, began, before, reply=-1)

    def answer_to(self, event: Event, began: float, invocations_before: int = 0, reply: int = 0) -> Answer:
        """Return the reply to `event`; fails if there is none, if it came late, or if it breaks a rule."""
        self.endpoint.check()
        taken = self.endpoint.awaited[event["RequestId"]].taken
        assert taken, f"no reply to {event['RequestType']} of {self.logical_id}: the stack hangs"
        one = taken[reply]
        timeout = SERVICE_TIMEOUT if self.service_timeout is None else self.service_timeout
        assert one.at - began <= timeout, f"the reply came {one.at - began} seconds after the request"
        answer = Answer(
            succeeded=one.body["Status"] == "SUCCESS",
            reason=str(one.body["Reason"]),
            physical_id=str(one.body["PhysicalResourceId"]),
            data=one.body["Data"],
            seconds=one.at - began,
            invocations=self.function.invocations - invocations_before,
            body=one.body,
        )
        self.answers.append(answer)
        return answer

    def create(self, properties: Properties) -> Answer:
        """Send a Create."""
        return self.request(self.event("Create", properties))

    def update(self, properties: Properties, old: Properties, physical_id: str | None = None) -> Answer:
        """Send an Update."""
        return self.request(self.event("Update", properties, old=old, physical_id=physical_id or id_of(old)))

    def delete(self, properties: Properties, physical_id: str | None = None) -> Answer:
        """Send a Delete."""
        return self.request(self.event("Delete", properties, physical_id=physical_id or id_of(properties)))

    def invented_id(self) -> str:
        """Return the id that CloudFormation makes up if no reply has named one."""
        return f"{self.name}-{self.logical_id}-1ABCDEFGHIJKL"

    def deploy(self, properties: Properties) -> Sequence[Answer]:
        """Create; after a failure, delete."""
        created = self.create(properties)
        return (created,) if created.succeeded else (created, self.delete(properties, created.physical_id))

    def redeploy(self, properties: Properties, old: Properties) -> Sequence[Answer]:
        """Update; after a failure update back, after a replacement delete the old one."""
        updated = self.update(properties, old)
        if not updated.succeeded:
            return updated, self.update(old, properties, physical_id=updated.physical_id)
        if updated.physical_id == id_of(old):
            return (updated,)
        return updated, self.delete(old, id_of(old))

    def roll_back(self, properties: Properties, old: Properties, updated: Answer) -> Sequence[Answer]:
        """Undo a successful Update since another resource failed: update back, delete the replacement."""
        back = self.update(old, properties, physical_id=updated.physical_id)
        assert back.succeeded, back
        if back.physical_id == updated.physical_id:
            return (back,)
        return back, self.delete(properties, updated.physical_id)

    def read(self, properties: Properties) -> dict[str, Any]:
        """Invoke the function directly, and return its report."""
        answer = self.function.invoke({"RequestType": "Read", "ResourceProperties": dict(properties)})
        assert answer is not None
        return answer
