"""One local Connect for the run; for each test a new instance, its behaviour and a search for secrets."""

from collections.abc import Iterator

import pytest

from connect_local import LocalConnect
from custom_connect_userconfig import custom_resource, handlers
from custom_connect_userconfig.retry.retrier import Retrier
from functional.custom_front_end import CustomFrontEnd
from functional.front_end import FrontEnd, RegistryFrontEnd
from functional.leaks import LeakSearch
from functional.world import World
from support.clock import FakeClock
from support.function_double import FunctionDouble
from support.local_connect import _connect, behaviour, clock, connect
from support.reply_endpoint import ReplyEndpoint


@pytest.fixture(scope="session")
def _replies(clock: FakeClock) -> Iterator[ReplyEndpoint]:
    with ReplyEndpoint.serving(clock) as endpoint:
        yield endpoint


@pytest.fixture
def front_end(
    request: pytest.FixtureRequest, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FrontEnd]:
    """The registry, unless a test is parametrized with another one."""
    for module in (handlers, custom_resource):
        monkeypatch.setattr(module, "retrier", Retrier(clock, lambda: 0.5))
    if getattr(request, "param", "registry") == "registry":
        yield RegistryFrontEnd(clock)
        return
    endpoint: ReplyEndpoint = request.getfixturevalue("_replies")
    endpoint.forget()
    function = FunctionDouble(clock)
    with function.intercepting():
        yield CustomFrontEnd(clock, endpoint, function)
    endpoint.check()


@pytest.fixture(scope="session")
def _leaks() -> Iterator[LeakSearch]:
    with LeakSearch.over_all_loggers() as search:
        yield search


@pytest.fixture
def world(
    connect: LocalConnect, clock: FakeClock, front_end: FrontEnd, _leaks: LeakSearch
) -> Iterator[World]:
    """An instance; after the test, a search for secrets in its log lines, answers and tags."""
    world = World(connect, clock, front_end)
    _leaks.forget()
    yield world
    _leaks.search(world)
