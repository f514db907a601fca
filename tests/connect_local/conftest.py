"""One local Connect for the run, empty and with default behaviour at the start of every test."""

from collections.abc import Callable, Iterator

import boto3
import pytest
from botocore.config import Config
from mypy_boto3_connect import ConnectClient

from connect_local import Behaviour, LocalConnect


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="session")
def _clock() -> Clock:
    return Clock()


@pytest.fixture
def advance(_clock: Clock) -> Callable[[float], None]:
    """Move the clock of the local Connect, which otherwise stands still."""
    return _clock.advance


@pytest.fixture(scope="module")  # one is open at a time, and another folder may be next
def _connect(_clock: Clock) -> Iterator[LocalConnect]:
    with LocalConnect(clock=_clock) as connect:
        yield connect


@pytest.fixture
def connect(_connect: LocalConnect) -> LocalConnect:
    _connect.reset(Behaviour())
    return _connect


@pytest.fixture(scope="module")
def client(_connect: LocalConnect) -> ConnectClient:
    """A client that neither retries nor validates, so that tests see the service's own answers."""
    config = Config(retries={"max_attempts": 0}, parameter_validation=False)
    return boto3.client("connect", config=config)


@pytest.fixture
def instance_id(connect: LocalConnect) -> str:
    return connect.create_instance()[0]


@pytest.fixture
def user_id(connect: LocalConnect, instance_id: str) -> str:
    return connect.create_user(instance_id, "ann")[0]
