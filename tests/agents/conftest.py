"""One local Connect for the folder; for each test a new instance."""

from collections.abc import Iterator

import pytest
from agents.contact_centre import ContactCentre

from connect_local import Behaviour, LocalConnect
from support.clock import FakeClock


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
    centre = ContactCentre(_connect, clock, *_connect.create_instance())
    yield centre
    centre.delete_stacks()
