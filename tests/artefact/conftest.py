"""The code zip, unpacked, and a local Connect for it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.local_cloud import ROOT
from demo.servers import Server
from support.release import release, runtime, shared
from tools.artefact import archive, build


@pytest.fixture
def code(release: Path, tmp_path: Path) -> Path:
    """What Lambda gets, of both flavours."""
    folder = tmp_path / "code"
    archive.unpack(archive.contents(release / build.FUNCTION), folder)
    return folder


@pytest.fixture(scope="session")
def connect_url() -> Iterator[str]:
    """The local Connect and, at the same address, moto's other services."""
    command = [sys.executable, "-m", "connect_local", "--region", "us-east-1"]
    with Server("connect-local", command, {"PYTHONPATH": str(ROOT / "src")}) as server:
        yield server.first_line()
