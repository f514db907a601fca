"""One local Connect for the tests of a module, empty at the start of each; each suite's conftest imports the
fixtures.
"""

from collections.abc import Iterator

import pytest

from connect_local import Behaviour, LocalConnect

from .clock import FakeClock


@pytest.fixture(scope="session")
def clock() -> FakeClock:
    """The clock of the local Connect."""
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
def connect(_connect: LocalConnect, behaviour: Behaviour) -> LocalConnect:
    """The local Connect, empty."""
    _connect.reset(behaviour)
    return _connect
