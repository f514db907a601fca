"""Servers of a local cloud: starts them under a supervisor, waits for their first answer, and ends them.

It ends no process that it did not start.
"""

import os
import subprocess  # nosec B404  # runs the servers, with arguments of our own
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

_SUPERVISOR: Final = Path(__file__).with_name("supervisor.py")
_TIMEOUT: Final = 60.0
"""Seconds within which a server must answer; a busy machine needs a few."""
_POLL_INTERVAL: Final = 0.05
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")
_LAST_LINES: Final = 12


class NotStarted(Exception):
    """A server of the local cloud did not start; the text says why."""


class Server:
    """One server process, with a folder of its own that is removed with it."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self._log = self.folder / "log.txt"
        # Nothing else is inherited: PYTHONPATH would let a Lambda import the source tree, and AWS_* would let
        # it reach an account.
        kept = {variable: os.environ[variable] for variable in _KEPT if variable in os.environ}
        own = {"TMPDIR": str(self.folder), "PYTHONUNBUFFERED": "1"}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # nosec B603  # our own arguments
                [sys.executable, "-I", "-S", str(_SUPERVISOR), str(self.folder), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**kept, **own, **environment},
                # Ctrl-C is for the parent, which then ends the servers in order.
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the server; returns when it has ended."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    @property
    def log(self) -> str:
        """The output of the server so far."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    def first_line(self) -> str:
        """Wait for the first line that the server prints, and return it; raises NotStarted."""
        return self._wait(lambda: self.log.partition("\n")[0] if "\n" in self.log else "")

    def answers(self, url: str) -> None:
        """Wait until the server answers at `url`; raises NotStarted."""
        self._wait(lambda: _status(url))

    def _wait(self, poll: Callable[[], str]) -> str:
        ends = time.monotonic() + _TIMEOUT
        while time.monotonic() < ends:
            # Read first: the last lines of a server that has ended go with its folder.
            printed = self.log
            if self._process.poll() is not None:
                raise NotStarted(f"{self.name} has ended instead of answering:\n{_end(printed)}")
            if found := poll():
                return found
            time.sleep(_POLL_INTERVAL)
        raise NotStarted(f"{self.name} does not answer after {_TIMEOUT:.0f} s:\n{_end(self.log)}")


def _status(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # nosec B310  # an address of our own
            return str(answer.status)
    except OSError:
        return ""


def _end(text: str) -> str:
    return "\n".join(text.splitlines()[-_LAST_LINES:]) or "(it printed nothing)"
