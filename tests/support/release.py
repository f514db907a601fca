"""A release, built once for all processes of a run; nobody writes to it. Each suite's conftest imports the
fixtures.
"""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.artefact import build, bytecode, distribution


def built_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Let the first process of the run make the folder, and the others wait for it."""
    folder.mkdir(exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / build.SUMS).exists():
            make(folder)
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of all processes of the run."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def runtime() -> Path:
    """A Python of the runtime's version."""
    try:
        return bytecode.runtime_python()
    except bytecode.NoRuntime as problem:
        # Without one the project can be worked on, but nothing is built.
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def release(shared: Path, runtime: Path) -> Path:
    """What `make package` leaves in `build/`."""
    return built_once(shared / "release", build.build_all)


@pytest.fixture(scope="session")
def dist(shared: Path, runtime: Path) -> Path:
    """What `make dist` leaves in `dist/`."""
    return built_once(shared / "dist", distribution.build_distribution)
