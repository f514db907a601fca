"""One local Connect for the folder; for each test a new instance."""

from collections.abc import Callable, Iterator

import boto3
import botocore.session
import pytest
from agents.contact_centre import ContactCentre

from connect_local import Behaviour, LocalConnect
from connect_user_config.agents import options
from connect_user_config.aws.region import make_session
from support.clock import FakeClock
from support.local_connect import _connect, behaviour, clock, connect

__all__ = ["_connect", "behaviour", "clock", "connect"]

LOADER = botocore.session.get_session().get_component("data_loader")


@pytest.fixture(autouse=True)
def _shared_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command read the services' models once in the run, not each by itself."""
    make = make_session

    def shared(profile: str | None) -> Callable[[str | None], boto3.Session]:
        def session(region: str | None) -> boto3.Session:
            made = make(profile)(region)
            made._session.register_component("data_loader", LOADER)
            return made

        return session

    monkeypatch.setattr(options, "make_session", shared)


@pytest.fixture
def centre(connect: LocalConnect, clock: FakeClock) -> Iterator[ContactCentre]:
    """An instance without agents, and no stack."""
    session = make_session(None)(connect.region)
    centre = ContactCentre(connect, clock, *connect.create_instance(), session)
    yield centre
    centre.delete_stacks()
