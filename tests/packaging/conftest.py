"""The files of `make dist`, built once for all processes of a run."""

from pathlib import Path

import pytest

from support.release import dist, release, runtime, shared


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
