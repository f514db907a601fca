"""The Lambda-backed front end: the scenarios' operations as requests to a custom resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.clock import FakeClock
from support.custom_resource import Answer, CustomStack, id_of
from support.function_double import FunctionDouble
from support.reply_endpoint import ReplyEndpoint

from .front_end import Outcome, Properties

_FOUND_NOTHING = ("are owned by this resource", "There is no user", "Nothing was given back")
"""A delete that has found nothing of its own says one of these."""
_REPORT = ("Owner", "InSync", "Differences", "Error", "Message")


@dataclass
class CustomDriver:
    """A custom resource, through ``custom_resource.handler``."""

    stack: CustomStack
    answers: list[Mapping[str, Any]]
    last: Answer | None = None

    def create(self, properties: Properties) -> Outcome:
        answer = self.stack.create(properties)
        assert answer.physical_id == id_of(properties) or not answer.succeeded, answer
        return self._outcome(answer)

    def update(self, properties: Properties, previous: Properties) -> Outcome:
        answer = self.stack.update(properties, previous)
        assert answer.physical_id == id_of(properties if answer.succeeded else previous), answer
        return self._outcome(answer)

    def delete(self, properties: Properties) -> Outcome:
        return self._outcome(self.stack.delete(properties), deleted=True)

    def clean_up(self, properties: Properties) -> Outcome:
        assert self.last is not None
        return self._outcome(self.stack.delete(properties, self.last.physical_id), deleted=True)

    def repeat(self, number: int) -> Outcome:
        deleted = self.stack.events[number]["RequestType"] == "Delete"
        return self._outcome(self.stack.repeat(number), deleted=deleted)

    def read(self, identifier: Properties) -> Outcome:
        began = self.stack.clock.now()
        answer = self.stack.read(identifier)
        shown = {name: value for name, value in answer.items() if name not in _REPORT}
        self.answers.append(
            {**{name: answer[name] for name in _REPORT if name in answer}, "resourceModel": shown}
        )
        is_owned = answer.get("Owner") is not None
        return Outcome(
            succeeded=is_owned,
            # This front end answers NotFound with a report that has no owner.
            message=str(answer.get("Message", "" if is_owned else f"NotFound: {answer.get('UserId')}")),
            shown=shown,
            seconds=self.stack.clock.now() - began,
        )

    def _outcome(self, answer: Answer, *, deleted: bool = False) -> Outcome:
        self.last = answer
        self.answers.append(answer.body)
        if answer.succeeded and not deleted:
            instance_id, _, user_id = answer.physical_id.partition("|")
            assert (answer.data["InstanceId"], answer.data["UserId"]) == (instance_id, user_id), answer
        return Outcome(
            succeeded=answer.succeeded,
            message=answer.reason,
            arn=answer.data.get("UserArn"),
            invocations=answer.invocations,
            seconds=answer.seconds,
            found_nothing=deleted
            and answer.succeeded
            and any(words in answer.reason for words in _FOUND_NOTHING),
        )


@dataclass
class CustomFrontEnd:
    """Custom resources with the ServiceToken of one installed function."""

    clock: FakeClock
    endpoint: ReplyEndpoint
    function: FunctionDouble
    reads: bool = True
    imports: bool = False
    codes: bool = False
    invocation_seconds: float = 500.0
    timeout: tuple[float, float] = (2400.0, 3600.0)
    answers: list[Mapping[str, Any]] = field(default_factory=list)

    def resource(self, stack: str | None, logical_id: str, token: str) -> CustomDriver:
        assert stack is not None, "a custom resource always belongs to a stack"
        return CustomDriver(
            CustomStack(self.clock, self.function, self.endpoint, stack, logical_id), self.answers
        )

    def __str__(self) -> str:
        return "custom resource"
