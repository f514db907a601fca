"""A local account with Connect, IAM, CloudWatch and its logs, and both front ends."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from functional.custom_front_end import CustomFrontEnd
from functional.world import World

from connect_local import Behaviour, LocalConnect
from custom_connect_userconfig import custom_resource, handlers
from custom_connect_userconfig.aws import clients as aws_sessions
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.function_double import FunctionDouble
from support.reply_endpoint import ReplyEndpoint
from support.root_logger import root_logger_as_it_was

from .front_ends import FUNCTION, LoggedFrontEnd

CACHES = (aws_sessions.kept_client, aws_sessions._event_session, aws_sessions._own_session)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connect(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalConnect]:
    with LocalConnect(Behaviour(), clock) as connect:
        for front_end in (handlers, custom_resource):
            monkeypatch.setattr(front_end, "retrier", Retrier(clock, lambda: 0.5))
        yield connect


@pytest.fixture(autouse=True)
def _fresh_clients() -> Iterator[None]:
    """A process keeps its clients; these tests need new ones, with the function's keys and its double."""
    for each in CACHES:
        each.cache_clear()
    yield
    for each in CACHES:
        each.cache_clear()


@pytest.fixture(autouse=True)
def _root_logger_as_it_was() -> Iterator[None]:
    with root_logger_as_it_was():
        yield


@pytest.fixture
def registry(connect: LocalConnect, clock: FakeClock) -> World:
    """An instance behind the registry's front end."""
    return World(connect, clock, LoggedFrontEnd(clock))


@pytest.fixture
def custom(connect: LocalConnect, clock: FakeClock) -> Iterator[World]:
    """An instance behind the function, which finds its keys in its environment, as in Lambda."""
    function = FunctionDouble(clock)
    # Not by `monkeypatch`: if it is older than the local Connect, it restores that one's key after the secret
    # is gone.
    keys = patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": FUNCTION})
    with keys, ReplyEndpoint.serving(clock) as endpoint, function.intercepting():
        yield World(connect, clock, CustomFrontEnd(clock, endpoint, function))
        endpoint.check()
