"""The operations that every front end offers to scenarios, and the registry's front end.

A front end drives one resource of one stack as CloudFormation does: it waits and calls again until it has an
answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from support.clock import FakeClock
from support.registry import RegistryStack

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """How an operation ended."""

    succeeded: bool
    message: str
    code: str | None = None
    """The failure's code; None after success, and from a front end without codes."""
    shown: Properties | None = None
    """The properties in the answer; None from a front end that returns none."""
    arn: str | None = None
    """The value of ``Fn::GetAtt`` of UserArn."""
    invocations: int = 1
    seconds: float = 0.0
    """From the request to its answer."""
    found_nothing: bool = False
    """Whether a delete has found nothing of its own and said so; then it must have changed nothing."""


class Driver(Protocol):
    """One resource of one stack."""

    def create(self, properties: Properties) -> Outcome: ...

    def update(self, properties: Properties, previous: Properties) -> Outcome: ...

    def delete(self, properties: Properties) -> Outcome: ...

    def read(self, identifier: Properties) -> Outcome: ...

    def clean_up(self, properties: Properties) -> Outcome | None:
        """Send CloudFormation's request after a failed create; None if it sends none."""
        ...

    def repeat(self, number: int) -> Outcome:
        """Deliver a request again, unchanged."""
        ...


class FrontEnd(Protocol):
    """Makes drivers; keeps every answer for the search for secrets."""

    reads: bool
    """Whether it can read and list."""
    imports: bool
    """Whether a stack can adopt what another has created."""
    codes: bool
    """Whether its failures carry a code."""
    invocation_seconds: float
    """Seconds for which one invocation waits, roughly."""
    timeout: tuple[float, float]
    """An error that never ends must end an operation between these two numbers of seconds."""
    answers: list[Mapping[str, Any]]

    def resource(self, stack: str | None, logical_id: str, token: str) -> Driver: ...


@dataclass
class RegistryDriver:
    """A resource of the registry, through ``handlers.resource``."""

    stack: RegistryStack
    answers: list[Mapping[str, Any]]

    def create(self, properties: Properties) -> Outcome:
        return self._run("CREATE", properties)

    def update(self, properties: Properties, previous: Properties) -> Outcome:
        return self._run("UPDATE", properties, previous=previous)

    def delete(self, properties: Properties) -> Outcome:
        return self._run("DELETE", properties)

    def read(self, identifier: Properties) -> Outcome:
        return self._run("READ", identifier)

    def repeat(self, number: int) -> Outcome:
        action, properties, more = self.stack.requests[number]
        return self._run(action, properties, **more)

    def _run(self, action: str, properties: Properties, **more: Any) -> Outcome:
        before, began = self.stack.invocations, self.stack.clock.now()
        done = len(self.stack.answers)
        # Only a handler that never gives up reaches this bound.
        answer = self.stack.run(action, properties, most=before + 60, **more)
        mine = self.stack.answers[done:]
        self.answers += mine
        for each in mine:
            _check_protocol(action, properties, each)
        return Outcome(
            succeeded=answer["status"] == "SUCCESS",
            message=answer.get("message") or "",
            code=answer.get("errorCode"),
            shown=answer.get("resourceModel"),
            arn=(answer.get("resourceModel") or {}).get("UserArn"),
            invocations=self.stack.invocations - before,
            seconds=self.stack.clock.now() - began,
            found_nothing=action == "DELETE" and answer.get("errorCode") == "NotFound",
        )

    def clean_up(self, properties: Properties) -> None:
        """Send nothing: a failed create has ended."""


def _check_protocol(action: str, properties: Properties, answer: Mapping[str, Any]) -> None:
    model = answer.get("resourceModel")
    if action == "DELETE" and answer["status"] == "SUCCESS":
        assert model is None, answer
    elif answer["status"] in ("SUCCESS", "IN_PROGRESS"):
        assert model is not None, answer
        for name in ("InstanceId", "UserId"):
            assert model[name] == properties[name], f"the answer names another {name}: {answer}"
    if answer["status"] == "IN_PROGRESS":
        assert action not in ("READ", "LIST"), answer
        assert answer["callbackDelaySeconds"] > 0, answer


@dataclass
class RegistryFrontEnd:
    """The CloudFormation registry."""

    clock: FakeClock
    reads: bool = True
    imports: bool = True
    codes: bool = True
    invocation_seconds: float = 40.0
    timeout: tuple[float, float] = (3600.0, 5 * 3600.0)
    answers: list[Mapping[str, Any]] = field(default_factory=list)

    def resource(self, stack: str | None, logical_id: str, token: str) -> RegistryDriver:
        return RegistryDriver(RegistryStack(self.clock, stack, logical_id, token), self.answers)

    def __str__(self) -> str:
        return "registry"


def identifier_of(properties: Properties) -> dict[str, Any]:
    """Return the primary identifier among `properties`."""
    return {name: properties[name] for name in ("InstanceId", "UserId")}


def texts(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the texts of the answers without their models, which may hold a phone number."""
    models = ("resourceModel", "resourceModels")
    return [str({name: answer[name] for name in answer if name not in models}) for answer in answers]
