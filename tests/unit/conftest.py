"""A clock, a fake Connect, a service and a stack on both, new for every test."""

from collections.abc import Iterator

import pytest
from botocore.credentials import ReadOnlyCredentials
from unit.examples import CHAT_ACCEPT, REGION, VOICE_ACCEPT, VOICE_RECORD
from unit.fake_connect import FakeConnect
from unit.wire import Wire, wired

from custom_connect_userconfig import handlers
from custom_connect_userconfig.aws.clients import acting_as
from custom_connect_userconfig.retry.retrier import Retrier
from custom_connect_userconfig.service import SettingsService
from support.clock import FakeClock
from support.registry import RegistryStack
from support.root_logger import root_logger_as_it_was

EXAMPLE_KEYS = ReadOnlyCredentials("AKIAEXAMPLE", "wJalrEXAMPLEKEY", "FwoEXAMPLETOKEN")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connect(clock: FakeClock) -> FakeConnect:
    return FakeConnect(clock)


@pytest.fixture
def retrier(clock: FakeClock) -> Retrier:
    """A retrier without jitter."""
    return Retrier(clock=clock, random=lambda: 0.5)


@pytest.fixture
def service(connect: FakeConnect, retrier: Retrier) -> SettingsService:
    return SettingsService(connect, retrier)


@pytest.fixture
def owned(connect: FakeConnect) -> FakeConnect:
    """A user on which a resource owns auto-accept of VOICE, and nobody that of CHAT."""
    connect.settings = {VOICE_ACCEPT: True, CHAT_ACCEPT: True}
    connect.tags = {**VOICE_RECORD.to_tags(), "team": "sales"}
    return connect


@pytest.fixture
def wire() -> Iterator[Wire]:
    """The requests of the region's kept client, signed with made-up credentials."""
    with wired(REGION) as wire, acting_as(EXAMPLE_KEYS):
        yield wire


@pytest.fixture
def stack(
    connect: FakeConnect, retrier: Retrier, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> RegistryStack:
    """A resource of a stack; its handlers call the fake Connect."""
    monkeypatch.setattr(handlers, "retrier", retrier)
    monkeypatch.setattr(handlers, "ConnectGateway", lambda _region: connect)
    return RegistryStack(clock)


@pytest.fixture(autouse=True)
def _root_logger_as_it_was() -> Iterator[None]:
    with root_logger_as_it_was():
        yield
