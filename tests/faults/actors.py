"""CloudFormation over either front end: sends an operation, sends it again, goes on where it was cut off, or
rolls it back.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from functional.custom_front_end import CustomDriver
from functional.front_end import Outcome, RegistryDriver, identifier_of
from functional.world import done

from support.clock import FakeClock
from support.custom_resource import Answer, CustomStack, Event
from support.function_double import FunctionDouble
from support.registry import RegistryStack
from support.reply_endpoint import ReplyEndpoint

from .dimensions import ANN, BEN, CUSTOM, INSTANCE_ID, NEW, OLD, REGISTRY
from .watch import Killed

Answers = list[Mapping[str, Any]]


def requests_before() -> Iterator[int]:
    """Number requests the same each time, so that the marks that they leave on a user can be compared."""
    return count(1)


def requests_of_a_cell() -> Iterator[int]:
    """Number the requests that come after those."""
    return count(1001)


def of(user_id: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties that declare `arrays` of a user."""
    return {"InstanceId": INSTANCE_ID, "UserId": user_id, **arrays}


class Actor(Protocol):
    """Who drives one resource of one stack; only what all front ends have in common."""

    answers: Answers
    front_end: str

    def own(self, arrays: Mapping[str, Any]) -> None:
        """Let the resource own `arrays` of Ann."""
        ...

    def send(self, handler: str) -> Outcome: ...

    def go_on(self, handler: str) -> Outcome:
        """Send the event that a killed process had, with the context that CloudFormation last held."""
        ...

    def roll_back(self, handler: str, failed: Outcome | None) -> Outcome:
        """Send what follows a failure; None where no answer ever came."""
        ...

    def delete_instead(self, handler: str) -> Outcome: ...


# -- the registry
# ------------------------------------------------------------------------------------------------------


@dataclass
class ResumableStack(RegistryStack):
    """Holds the last callback context, and watches the time of every invocation."""

    held: Event | None = None
    """An answer IN_PROGRESS to go on from."""
    again: str | None = None
    """The token of a request that comes again."""

    def run(self, action: str, properties: Mapping[str, Any], **more: Any) -> Event:
        """Send a request, or one that was sent already."""
        again, self.again = self.again, None
        return super().run(action, properties, **more, **({"bearerToken": again} if again else {}))

    def once(self, action: str, properties: Mapping[str, Any], **more: Any) -> Event:
        """Invoke once; where something is held, with that."""
        held, self.held = self.held, None
        if held:
            properties, more = held["resourceModel"], {**more, "context": held["callbackContext"]}
        began = self.clock.now()
        answer = super().once(action, properties, **more)
        limit = 30 if action in ("READ", "LIST") else 60
        assert self.clock.now() - began < limit, f"{action} took {self.clock.now() - began} seconds"
        return answer


@dataclass
class RegistryActor:
    """Drives ``handlers.resource``."""

    clock: FakeClock
    requests: Iterator[int] = field(default_factory=requests_before)
    answers: Answers = field(default_factory=list)
    front_end: str = REGISTRY
    stack: ResumableStack = field(init=False)
    _sent_after: int = 0
    _tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stack = ResumableStack(self.clock, serial=self.requests)
        self._driver = RegistryDriver(self.stack, self.answers)

    def own(self, arrays: Mapping[str, Any]) -> None:
        done(self._driver.create(of(ANN, arrays)))

    def send(self, handler: str) -> Outcome:
        self._sent_after = len(self.stack.answers)
        send: Callable[[], Outcome] = {
            "create": lambda: self._driver.create(of(ANN, NEW)),
            "update": lambda: self._driver.update(of(ANN, NEW), of(ANN, OLD)),
            "delete": lambda: self._driver.delete(identifier_of(of(ANN, {}))),
            "read": lambda: self._driver.read(of(ANN, {})),
            "list": self._list,
        }[handler]
        try:
            return send()
        finally:
            if self.stack.requests:
                self._tokens.setdefault(handler, self.stack.requests[-1][2]["bearerToken"])

    def go_on(self, handler: str) -> Outcome:
        # The last answer is what the support library makes of a dying process.
        before = self.stack.answers[self._sent_after : -1]
        self.stack.held = before[-1] if before and before[-1]["status"] == "IN_PROGRESS" else None
        self.stack.again = self._tokens[handler]
        return self.send(handler)

    def roll_back(self, handler: str, failed: Outcome | None) -> Outcome:
        if handler == "update":
            return self._driver.update(of(ANN, OLD), of(ANN, NEW))
        return self._driver.delete(of(ANN, {}))

    def delete_instead(self, handler: str) -> Outcome:
        return self._driver.delete(of(ANN, {}))

    def _list(self) -> Outcome:
        began = self.clock.now()
        answer = self.stack.once("LIST", {"InstanceId": INSTANCE_ID})
        self.answers.append(answer)
        return Outcome(
            succeeded=answer["status"] == "SUCCESS",
            message=answer.get("message") or "",
            code=answer.get("errorCode"),
            shown={"found": [model["UserId"] for model in answer.get("resourceModels") or ()]},
            seconds=self.clock.now() - began,
        )


# -- custom resources
# --------------------------------------------------------------------------------------------------


@dataclass
class MortalFunction(FunctionDouble):
    """Remembers which event it was given last: Lambda delivers that one anew when the process has died."""

    serving: Mapping[str, Any] = field(default_factory=dict)

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run one invocation."""
        self.serving = event
        return super().invoke(event)


@dataclass
class ResumableCustomStack(CustomStack):
    """Delivers an unanswered event anew where it is told to."""

    sent: Event = field(default_factory=dict)
    again: tuple[Mapping[str, Any], Event] | None = None
    """What the function was given last of a request, and the request; it is delivered in place of the next
    one.
    """

    def request(self, event: Event) -> Answer:
        """Send a request, or go on with the one before, and return the reply."""
        delivered, self.sent = self.again or (event, event)
        self.again = None
        awaited = self.endpoint.awaited[self.sent["RequestId"]]
        awaited.deliveries = len(awaited.taken) + 1
        began, before = self.clock.now(), self.function.invocations
        self.function.deliver(delivered)
        return self.answer_to(self.sent, began, before, reply=-1)


@dataclass
class CustomActor:
    """Drives ``custom_resource.handler``."""

    stack: ResumableCustomStack
    answers: Answers = field(default_factory=list)
    front_end: str = CUSTOM
    _events: dict[str, tuple[Mapping[str, Any], Event]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._driver = CustomDriver(self.stack, self.answers)
        self._function: MortalFunction = self.stack.function  # type: ignore[assignment]  # the only one that it is given

    def own(self, arrays: Mapping[str, Any]) -> None:
        done(self._driver.create(of(ANN, arrays)))

    def send(self, handler: str) -> Outcome:
        send: Callable[[], Outcome] = {
            "create": lambda: self._driver.create(of(ANN, NEW)),
            "update": lambda: self._driver.update(of(ANN, NEW), of(ANN, OLD)),
            "delete": lambda: self._driver.delete(of(ANN, NEW)),
            "read": lambda: self._driver.read(of(ANN, {})),
            "replace": lambda: self._driver.update(of(BEN, NEW), of(ANN, OLD)),
        }[handler]
        try:
            return send()
        finally:
            self._events[handler] = (self._function.serving, self.stack.sent)

    def go_on(self, handler: str) -> Outcome:
        self.stack.again = self._events[handler]
        return self.send(handler)

    def roll_back(self, handler: str, failed: Outcome | None) -> Outcome:
        if handler == "replace":
            return self._roll_back_replacement(failed)
        if handler == "update":
            return self._driver.update(of(ANN, OLD), of(ANN, NEW))
        if handler == "create" and failed is None:
            return self._deleted(of(ANN, NEW), self.stack.invented_id())
        return self._driver.delete(of(ANN, NEW))

    def delete_instead(self, handler: str) -> Outcome:
        if handler == "create":
            return self.roll_back(handler, None)
        return self._driver.delete(of(ANN, NEW if handler == "delete" else OLD))

    def _roll_back_replacement(self, failed: Outcome | None) -> Outcome:
        replaced = failed is not None and failed.succeeded
        named = f"{INSTANCE_ID}|{BEN if replaced else ANN}"
        back = self._driver._outcome(self.stack.update(of(ANN, OLD), of(BEN, NEW), physical_id=named))
        return self._driver.delete(of(BEN, NEW)) if replaced and back.succeeded else back

    def _deleted(self, properties: Mapping[str, Any], physical_id: str) -> Outcome:
        return self._driver._outcome(self.stack.delete(properties, physical_id), deleted=True)


@contextmanager
def custom_actor(
    clock: FakeClock, endpoint: ReplyEndpoint, seconds: float = 600.0, requests: Iterator[int] | None = None
) -> Iterator[CustomActor]:
    """Install the function, with `seconds` of time for an invocation."""
    function = MortalFunction(clock, seconds=seconds)
    endpoint.forget()
    with function.intercepting():
        yield CustomActor(
            ResumableCustomStack(clock, function, endpoint, serial=requests or requests_before())
        )
    endpoint.check()


def killed(send: Callable[[], Outcome]) -> Outcome | None:
    """Return what an operation answers, None when its process has died under it."""
    try:
        return send()
    except Killed:
        return None
