"""What `make dist` leaves, built once for all processes of a run; what asks a package registry is opt-in."""

import os
from pathlib import Path

import pytest

from support.release import dist, release, runtime, shared


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("EXHAUSTIVE"):
        return
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("exhaustive"):
            item.add_marker(pytest.mark.skip("asks a package registry: make test-all"))


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    """The wheel."""
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def sdist(dist: Path) -> Path:
    """The source archive."""
    (found,) = dist.glob("*.tar.gz")
    return found
