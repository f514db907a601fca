"""A release, built once for all processes of a run; each test has its own copy of the unpacked code."""

import fcntl
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.local_cloud import ROOT
from demo.servers import Server
from tools.artefact import build, bytecode, registry
from tools.artefact.type_name import TypeName

OWN_NAME = "Acme::Connect::UserConfig"


def built_once(folder: Path, make: Callable[[], object]) -> Path:
    """Let the first process of the run fill the folder while the others wait."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            make()
            (folder / "built").touch()
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of the run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def runtime() -> Path:
    """A Python of the runtime's version."""
    try:
        return bytecode.runtime_python()
    except bytecode.NoRuntime as problem:
        # Without one people can develop the project, but not release it.
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def release(shared: Path) -> Path:
    """The files that `make package` writes."""
    folder = shared / "release"
    return built_once(folder, lambda: build.build_all(TypeName.literal(), folder, build.Bytecode.IF_POSSIBLE))


@pytest.fixture(scope="session")
def own_release(shared: Path) -> Path:
    """The same files with an organisation's own type name."""
    name, folder = TypeName.parse(OWN_NAME), shared / "own-release"
    return built_once(folder, lambda: build.build_all(name, folder, build.Bytecode.IF_POSSIBLE))


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack the archive's code for Lambda."""
    for name, content in registry.code_of(archive).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def function(release: Path, tmp_path: Path) -> Path:
    return unpacked(release / build.FUNCTION, tmp_path / "function")


@pytest.fixture
def provider(release: Path, tmp_path: Path) -> Path:
    return unpacked(release / "custom-connect-userconfig.zip", tmp_path / "provider")


@pytest.fixture(scope="session")
def connect_url() -> Iterator[str]:
    """The local Connect and, at the same address, moto's other services."""
    command = [sys.executable, "-m", "connect_local", "--region", "us-east-1"]
    with Server("connect-local", command, {"PYTHONPATH": str(ROOT / "src")}) as server:
        yield server.first_line()


def names_in(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()
