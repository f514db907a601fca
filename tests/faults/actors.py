"""CloudFormation on either front end: sends an operation, resumes one that was cut off, or rolls one back."""

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
    """Number the requests before a cell: always the same, so that their marks on a user can be compared."""
    return count(1)


def requests_of_a_cell() -> Iterator[int]:
    """Number the requests of a cell, apart from those before it."""
    return count(1001)


def declare(user_id: str, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties that declare `arrays` of a user."""
    return {"InstanceId": INSTANCE_ID, "UserId": user_id, **arrays}


class Actor(Protocol):
    """Drives one resource of one stack; the handlers have the same names on every front end."""

    answers: Answers
    front_end: str

    def own(self, arrays: Mapping[str, Any]) -> None:
        """Create the resource, with `arrays` of Ann."""
        ...

    def send(self, handler: str) -> Outcome: ...

    def resume(self, handler: str) -> Outcome:
        """Send again the event of the killed process, with the context that CloudFormation holds."""
        ...

    def roll_back(self, handler: str, failed: Outcome | None) -> Outcome:
        """Send the event that undoes a failed handler; `failed` is None if no answer came."""
        ...

    def delete_instead(self, handler: str) -> Outcome: ...


@dataclass
class ResumableStack(RegistryStack):
    """Holds the last callback context, and checks the time of every invocation."""

    held: Event | None = None
    """The answer IN_PROGRESS to continue from."""
    again: str | None = None
    """The token of the request to send again."""

    def run(self, action: str, properties: Mapping[str, Any], **more: Any) -> Event:
        """Send a new request, or one again."""
        again, self.again = self.again, None
        return super().run(action, properties, **({**more, "bearerToken": again} if again else more))

    def once(self, action: str, properties: Mapping[str, Any], **more: Any) -> Event:
        """Invoke once, with the held answer if there is one."""
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
        done(self._driver.create(declare(ANN, arrays)))

    def send(self, handler: str) -> Outcome:
        self._sent_after = len(self.stack.answers)
        send: Callable[[], Outcome] = {
            "create": lambda: self._driver.create(declare(ANN, NEW)),
            "update": lambda: self._driver.update(declare(ANN, NEW), declare(ANN, OLD)),
            "delete": lambda: self._driver.delete(identifier_of(declare(ANN, {}))),
            "read": lambda: self._driver.read(declare(ANN, {})),
            "list": self._list,
        }[handler]
        try:
            return send()
        finally:
            if self.stack.requests:
                self._tokens.setdefault(handler, self.stack.requests[-1][2]["bearerToken"])

    def resume(self, handler: str) -> Outcome:
        # The last answer is the support library's own, made while the process died.
        before = self.stack.answers[self._sent_after : -1]
        self.stack.held = before[-1] if before and before[-1]["status"] == "IN_PROGRESS" else None
        self.stack.again = self._tokens[handler]
        return self.send(handler)

    def roll_back(self, handler: str, failed: Outcome | None) -> Outcome:
        if handler == "update":
            return self._driver.update(declare(ANN, OLD), declare(ANN, NEW))
        return self._driver.delete(declare(ANN, {}))

    def delete_instead(self, handler: str) -> Outcome:
        return self._driver.delete(declare(ANN, {}))

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


@dataclass
class CrashableFunction(FunctionDouble):
    """Remembers its latest event: Lambda delivers that one again after the process has died."""

    serving: Mapping[str, Any] = field(default_factory=dict)

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """Run one invocation."""
        self.serving = event
        return super().invoke(event)


@dataclass
class ResumableCustomStack(CustomStack):
    """Delivers an unanswered event again on demand."""

    sent: Event = field(default_factory=dict)
    again: tuple[Mapping[str, Any], Event] | None = None
    """The event to deliver in place of the next request, and the request that it belongs to."""

    def request(self, event: Event) -> Answer:
        """Send a request, or continue an earlier one, and return the reply."""
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
        self._function: CrashableFunction = self.stack.function  # type: ignore[assignment]  # made as one

    def own(self, arrays: Mapping[str, Any]) -> None:
        done(self._driver.create(declare(ANN, arrays)))

    def send(self, handler: str) -> Outcome:
        send: Callable[[], Outcome] = {
            "create": lambda: self._driver.create(declare(ANN, NEW)),
            "update": lambda: self._driver.update(declare(ANN, NEW), declare(ANN, OLD)),
            "delete": lambda: self._driver.delete(declare(ANN, NEW)),
            "read": lambda: self._driver.read(declare(ANN, {})),
            "replace": lambda: self._driver.update(declare(BEN, NEW), declare(ANN, OLD)),
        }[handler]
        try:
            return send()
        finally:
            self._events[handler] = (self._function.serving, self.stack.sent)

    def resume(self, handler: str) -> Outcome:
        self.stack.again = self._events[handler]
        return self.send(handler)

    def roll_back(self, handler: str, failed: Outcome | None) -> Outcome:
        if handler == "replace":
            return self._roll_back_replacement(failed)
        if handler == "update":
            return self._driver.update(declare(ANN, OLD), declare(ANN, NEW))
        if handler == "create" and failed is None:
            return self._deleted(declare(ANN, NEW), self.stack.invented_id())
        return self._driver.delete(declare(ANN, NEW))

    def delete_instead(self, handler: str) -> Outcome:
        if handler == "create":
            return self.roll_back(handler, None)
        return self._driver.delete(declare(ANN, NEW if handler == "delete" else OLD))

    def _roll_back_replacement(self, failed: Outcome | None) -> Outcome:
        replaced = failed is not None and failed.succeeded
        named = f"{INSTANCE_ID}|{BEN if replaced else ANN}"
        back = self._driver._outcome(
            self.stack.update(declare(ANN, OLD), declare(BEN, NEW), physical_id=named)
        )
        return self._driver.delete(declare(BEN, NEW)) if replaced and back.succeeded else back

    def _deleted(self, properties: Mapping[str, Any], physical_id: str) -> Outcome:
        return self._driver._outcome(self.stack.delete(properties, physical_id), deleted=True)


@contextmanager
def custom_actor(
    clock: FakeClock, endpoint: ReplyEndpoint, seconds: float = 600.0, requests: Iterator[int] | None = None
) -> Iterator[CustomActor]:
    """Install the function, with a timeout of `seconds`."""
    function = CrashableFunction(clock, seconds=seconds)
    endpoint.forget()
    with function.intercepting():
        yield CustomActor(
            ResumableCustomStack(clock, function, endpoint, serial=requests or requests_before())
        )
    endpoint.check()


def killed(send: Callable[[], Outcome]) -> Outcome | None:
    """Return the answer of an operation, None if its process has died."""
    try:
        return send()
    except Killed:
        return None
