"""One local Connect for the folder; for each test a new instance."""

from collections.abc import Callable, Iterator

import boto3
import botocore.session
import pytest
from agents.contact_centre import ContactCentre

from connect_local import Behaviour, LocalConnect
from connect_user_config.agents import options
from support.clock import FakeClock

LOADER = botocore.session.get_session().get_component("data_loader")


@pytest.fixture(autouse=True)
def _shared_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command read the services' models once in the run, not each by itself."""
    make = options.make_session

    def shared(profile: str | None) -> Callable[[str | None], boto3.Session]:
        def session(region: str | None) -> boto3.Session:
            made = make(profile)(region)
            made._session.register_component("data_loader", LOADER)
            return made

        return session

    monkeypatch.setattr(options, "make_session", shared)


@pytest.fixture(scope="session")
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")  # one is open at a time, and another folder may be next
def _connect(clock: FakeClock) -> Iterator[LocalConnect]:
    with LocalConnect(clock=clock) as connect:
        yield connect


@pytest.fixture
def behaviour() -> Behaviour:
    """The switches; tests parametrize over them where they matter."""
    return Behaviour()


@pytest.fixture
def centre(_connect: LocalConnect, behaviour: Behaviour, clock: FakeClock) -> Iterator[ContactCentre]:
    """An instance without agents, and no stack."""
    _connect.reset(behaviour)
    session = options.make_session(None)(_connect.region)
    centre = ContactCentre(_connect, clock, *_connect.create_instance(), session)
    yield centre
    centre.delete_stacks()
