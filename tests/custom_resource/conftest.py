"""One local Connect, one function and one endpoint; after each test, a check of responses and log lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from functional.record import without_requests
from functional.settings import Values, auto_accept

from connect_local import LocalConnect
from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.custom_resource import CustomStack
from support.function_double import FunctionDouble
from support.local_connect import _connect, behaviour, clock, connect
from support.reply_endpoint import ReplyEndpoint
from support.reply_rules import SIGNATURE


@dataclass(frozen=True)
class Agent:
    """A user of the local Connect."""

    connect: LocalConnect
    instance_id: str
    user_id: str
    arn: str

    def declare(self, **arrays: Any) -> dict[str, Any]:
        """Return properties that declare `arrays`, by default auto-accept of VOICE."""
        names = {"InstanceId": self.instance_id, "UserId": self.user_id}
        return {**names, **(arrays or {"AutoAcceptConfigs": [auto_accept("VOICE", True)]})}

    def settings(self) -> Values:
        """Return the settings as they are, whatever reads show."""
        return self.connect.effective(self.instance_id, self.user_id)

    def tags(self) -> dict[str, str]:
        """Return the tags as they are, whatever reads show."""
        return self.connect.tags(self.instance_id, self.user_id)

    def all(self) -> tuple[Values, dict[str, str]]:
        """Return the settings and the tags."""
        return self.settings(), self.tags()

    def state(self) -> tuple[Values, dict[str, str]]:
        """Return the same without the digests of requests."""
        return self.settings(), without_requests(self.tags())


@pytest.fixture
def new_agent(connect: LocalConnect) -> Callable[..., Agent]:
    """Return a function that creates agents of one instance."""
    instance_id, _ = connect.create_instance()
    names = iter(range(10_000))

    def create(**more: Any) -> Agent:
        name = f"agent-{next(names)}"
        user_id, arn = connect.create_user(instance_id, name, tags={"team": "sales"}, **more)
        return Agent(connect, instance_id, user_id, arn)

    return create


@pytest.fixture
def agent(new_agent: Callable[..., Agent]) -> Agent:
    return new_agent()


@pytest.fixture(scope="session")
def _endpoint(clock: FakeClock) -> Iterator[ReplyEndpoint]:
    with ReplyEndpoint.serving(clock) as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(_endpoint: ReplyEndpoint, caplog: pytest.LogCaptureFixture) -> Iterator[ReplyEndpoint]:
    """The endpoint; after the test, no response has broken a rule and no log line shows a URL."""
    _endpoint.forget()
    yield _endpoint
    _endpoint.check()
    lines = [line for phase in ("setup", "call") for line in map(_text, caplog.get_records(phase))]
    assert not [line for line in lines if SIGNATURE in line], "a URL was logged"


def _text(record: Any) -> str:
    return f"{record.getMessage()} {record.exc_info or ''}"


@pytest.fixture
def function(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FunctionDouble]:
    monkeypatch.setattr(custom_resource, "retrier", Retrier(clock, lambda: 0.5))
    function = FunctionDouble(clock)
    with function.intercepting():
        yield function


@pytest.fixture
def stack(
    connect: LocalConnect, clock: FakeClock, function: FunctionDouble, endpoint: ReplyEndpoint
) -> CustomStack:
    return CustomStack(clock, function, endpoint)


@pytest.fixture
def other_stack(stack: CustomStack) -> CustomStack:
    return CustomStack(stack.clock, stack.function, stack.endpoint, name="support-stack")
