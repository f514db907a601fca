"""One local Connect for the run, empty and with default behaviour at the start of every test."""

from collections.abc import Callable

import boto3
import pytest
from botocore.config import Config
from mypy_boto3_connect import ConnectClient

from connect_local import LocalConnect
from support.clock import FakeClock
from support.local_connect import _connect, behaviour, clock, connect


@pytest.fixture
def advance(clock: FakeClock) -> Callable[[float], None]:
    """Move the clock of the local Connect, which otherwise stands still."""
    return clock.sleep


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
