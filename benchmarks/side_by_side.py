"""The sides of both comparisons: unpacked artefacts and stock boto3, a local Connect, processes, a table.

`cold` and `warm` use it. All sides run on the runtime's Python, and see nothing but the standard library and
their folder. No side writes to its folder: the bytecode is already in it.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from demo.local_cloud import ROOT
from demo.servers import Server
from tools import interpreters
from tools.artefact import archive, build, bytecode, libraries
from tools.artefact.libraries import Library

KINDS: Final = {"bare": "stock", "registry": "registry", "function": "function", "delivering": "registry"}
"""The sides and their folders; the others are compared with the first."""
NAMES: Final = {
    "bare": "bare script, stock boto3",
    "registry": "registry handler",
    "function": "custom resource, its response included",
    "delivering": "registry handler with log delivery and metrics",
}
_INSTANCE: Final = "10000000-0000-4000-8000-000000000001"
_STOCK: Final = tuple(
    map(Library, ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"))
)
"""The packages that `pip install boto3` installs, whole."""
_SCRIPT: Final = Path(__file__).with_name("invocation.py")


class Side:
    """One process of one kind."""

    def __init__(self, python: Path, folder: Path, kind: str, *addresses: str) -> None:
        self._begun = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603  # our own arguments
            [str(python), "-I", "-S", str(_SCRIPT), kind, str(folder), *addresses, _INSTANCE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Lambda's file system is read-only.
            env={"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)},
        )

    def serve(self, user: str) -> dict[str, float]:
        """Let it configure the user; return its answer, and as `since_start` the seconds since it started."""
        if not self._process.stdin or not self._process.stdout:
            raise AssertionError("both are pipes")
        self._process.stdin.write(f"{user}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        since_start = time.perf_counter() - self._begun
        if not line:
            raise RuntimeError(f"the process ended with {self._process.wait()} instead of answering")
        return {**json.loads(line), "since_start": since_start}

    def end(self) -> None:
        """End the process."""
        self._process.communicate()


class Sides:
    """The folders, the local Connect and its users, from entering to leaving."""

    def __init__(self, users: int) -> None:
        self._exits = ExitStack()
        self._ids = [str(uuid4()) for _ in range(users)]
        self._left = iter(self._ids)

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._folder = Path(starting.enter_context(tempfile.TemporaryDirectory()))
            self._python = bytecode.runtime_python()
            self._unpack()
            self._before = self._files()
            command = [sys.executable, "-m", "connect_local", "--region", "us-east-1"]
            server = starting.enter_context(
                Server("connect-local", command, {"PYTHONPATH": str(ROOT / "src")})
            )
            self._url = server.first_line()
            self._response_url = starting.enter_context(_taking_responses())
            users = [{"username": f"agent-{number}", "id": user} for number, user in enumerate(self._ids)]
            self._seed({"instances": [{"id": _INSTANCE, "users": users}]})
            self._exits = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()

    def start(self, kind: str) -> Side:
        """Start a process of that kind."""
        return Side(self._python, self._folder / KINDS[kind], kind, self._url, self._response_url)

    def user(self) -> str:
        """Return a user that no side has configured."""
        return next(self._left)

    def check_untouched(self) -> None:
        """Raise RuntimeError if a side has written to its folder."""
        if changed := self._files() ^ self._before:
            raise RuntimeError(f"a side has written to its folder: {sorted(changed)[:5]}")

    @property
    def machine(self) -> str:
        """The Python and the machine of the measurement, in one line."""
        version, system = interpreters.version_of(self._python), f"{platform.system()} {platform.machine()}"
        return f"Python {version} on {system}, {os.cpu_count()} cores"

    def _unpack(self) -> None:
        code = build.build_code(self._folder / "zips" / build.FUNCTION)
        # The same code serves both flavours; each has a folder of its own all the same, as in Lambda.
        for name in ("function", "registry"):
            archive.unpack(archive.contents(code), self._folder / name)
        pins = libraries.pinned((ROOT / "requirements.txt").read_text("utf-8"))
        libraries.lay_out(_STOCK, pins, self._folder / "stock")
        bytecode.compile_all(self._folder / "stock", self._python)

    def _files(self) -> set[str]:
        return {name for folder in set(KINDS.values()) for name in archive.files_below(self._folder / folder)}

    def _seed(self, document: object) -> None:
        body = json.dumps(document).encode()
        request = urllib.request.Request(f"{self._url}/connect-local/seed", body, method="POST")  # noqa: S310  # our own address
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310  # the same
            pass


class _Endpoint(BaseHTTPRequestHandler):
    """Takes the custom resource's responses to CloudFormation."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def _taking_responses() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Target:
    """The maximum of a ratio."""

    what: str
    kinds: tuple[str, ...]
    maximum: float

    def verdicts(self, ratios: dict[str, float]) -> list[str]:
        """Return one line for each side with the target."""
        return [self._verdict(kind, ratios[kind]) for kind in self.kinds]

    def _verdict(self, kind: str, ratio: float) -> str:
        verdict = "met" if round(ratio, 2) <= self.maximum else "MISSED"
        return f"- {self.what}, {NAMES[kind]}: {ratio:.2f} x, wanted at most {self.maximum:.2f} x: {verdict}"
