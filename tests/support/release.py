"""A release, built once for all processes of a run; nobody writes to it. Each suite's conftest imports the
fixtures.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.local_cloud import ROOT
from tools.artefact import build, bytecode, distribution


def built_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Let the first process of the run make the folder, and the others wait for it."""
    folder.mkdir(exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / build.SUMS).exists():
            make(folder)
    return folder


_BUILDER = """
import importlib, os, pathlib, sys
os.umask(0o077)
getattr(importlib.import_module(sys.argv[1]), sys.argv[2])(pathlib.Path(sys.argv[3]))
"""


def built_elsewhere(folder: Path, make: Callable[[Path], object]) -> Path:
    """Let it be made in another folder, at another time, with another umask, hash seed and time zone."""
    elsewhere = folder / "a longer name" / "elsewhere"
    path = f"{ROOT}{os.pathsep}{ROOT / 'src'}"
    subprocess.run(
        [sys.executable, "-c", _BUILDER, make.__module__, make.__name__, str(elsewhere)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "PYTHONPATH": path},
        check=True,
        capture_output=True,
        timeout=300,
    )
    return elsewhere


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
