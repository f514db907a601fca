"""One local cloud for each process of a run, with the packaged function; each test has agents of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.installation import Installation, install
from demo.local_cloud import LocalCloud
from demo.servers import NotStarted
from demo.stacks import Stacks
from support.release import release, runtime, shared
from tools.artefact import build

from .world import INSTANCE, World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.stacks)


@pytest.fixture(scope="session")
def archive(release: Path) -> Path:
    """The zip of `make function`."""
    return release / build.FUNCTION


@pytest.fixture(scope="session")
def cloud() -> Iterator[LocalCloud]:
    # Reads omit defaults and are one call late, as the real service's may be.
    try:
        cloud = LocalCloud(connect_flags=("--reads", "sparse", "--stale-reads", "1")).__enter__()
    except NotStarted as problem:
        pytest.fail(str(problem), pytrace=False)
    try:
        yield cloud
    finally:
        cloud.__exit__(None, None, None)


@pytest.fixture(scope="session")
def installation(cloud: LocalCloud, archive: Path) -> Installation:
    """The deployed install template; from now on Connect authorizes the function by its role's policies."""
    cloud.control("POST", "seed", {"instances": [{"id": INSTANCE}]})
    installation = install(cloud, archive, [INSTANCE])
    cloud.hold_to_policies_of(installation.role_arn)
    return installation


@pytest.fixture
def world(cloud: LocalCloud, installation: Installation, request: pytest.FixtureRequest) -> World:
    return World(cloud, installation, prefix=f"t{os.getpid()}-{abs(hash(request.node.nodeid)) % 10**8}")


@pytest.fixture
def stacks(cloud: LocalCloud) -> Stacks:
    return Stacks(cloud)
