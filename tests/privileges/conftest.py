"""A local account: Connect, IAM, CloudWatch and its logs, with both front ends in it."""

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

KEPT = (aws_sessions.kept_client, aws_sessions._event_session, aws_sessions._own_session)


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
def _nothing_kept() -> Iterator[None]:
    """Clients are kept for a process; these tests need their own, with the function's keys and its double
    behind them.
    """
    for each in KEPT:
        each.cache_clear()
    yield
    for each in KEPT:
        each.cache_clear()


@pytest.fixture(autouse=True)
def _root_logger_as_it_was() -> Iterator[None]:
    with root_logger_as_it_was():
        yield


@pytest.fixture
def registry(connect: LocalConnect, clock: FakeClock) -> World:
    """An instance, seen through the registry."""
    return World(connect, clock, LoggedFrontEnd(clock))


@pytest.fixture
def custom(connect: LocalConnect, clock: FakeClock) -> Iterator[World]:
    """An instance, seen through the function, whose keys are in its environment as Lambda puts them there."""
    function = FunctionDouble(clock)
    # Not by `monkeypatch`: it may have been set up before the local Connect, and would then restore a key
    # that is the local Connect's into an environment that has no secret to it.
    keys = patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": FUNCTION})
    with keys, ReplyEndpoint.serving(clock) as endpoint, function.intercepting():
        yield World(connect, clock, CustomFrontEnd(clock, endpoint, function))
        endpoint.check()
