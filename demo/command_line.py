"""Runs the project's own command line against the local cloud, as a person would: as a process."""

import os
import subprocess  # nosec B404  # runs the project's own command
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rich.text import Text

from .checks import NotAsDeclared
from .local_cloud import KEY, REGION, ROOT, LocalCloud
from .screen import Screen

_TIMEOUT: Final = 120.0
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL")
_INDENT: Final = 2


class CommandLine:
    """The command `connect-user-config` in a folder of its own."""

    def __init__(self, cloud: LocalCloud, screen: Screen) -> None:
        self._cloud = cloud
        self._screen = screen
        self._folder = tempfile.TemporaryDirectory(prefix="demo-")

    def write(self, name: str, text: str) -> None:
        """Write a file into the folder."""
        (Path(self._folder.name) / name).write_text(text, "utf-8")

    def run(self, *words: str, status: int = 0) -> str:
        """Run and show the command; return what it printed, and raise NotAsDeclared if it ends otherwise."""
        console = self._screen.console
        console.print(Text.assemble(("$ ", "dim"), ("connect-user-config " + " ".join(words), "bold")))
        ran = subprocess.run(  # noqa: S603  # nosec B603  # our own arguments
            [sys.executable, "-m", "connect_user_config", *words],
            cwd=self._folder.name,
            env=self._environment(console.width - _INDENT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=_TIMEOUT,
            check=False,
        )
        said = Text.from_ansi(ran.stdout.rstrip())
        self._screen.indented(said, by=_INDENT)
        if ran.returncode != status:
            raise NotAsDeclared(f"{words[0]} must end with {status}, and has ended with {ran.returncode}.")
        return said.plain

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()

    def _environment(self, columns: int) -> Mapping[str, str]:
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            **account(self._cloud),
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUTF8": "1",
            # It prints as it does on a terminal of this width, but without progress.
            "COLUMNS": str(columns),
            "TTY_COMPATIBLE": "1",
            "TTY_INTERACTIVE": "0",
            "TERM": "xterm-256color",
        }


def account(cloud: LocalCloud) -> dict[str, str]:
    """Return the variables with which any tool of AWS reaches the local cloud."""
    return {
        "AWS_ENDPOINT_URL": cloud.aws_url,
        "AWS_ENDPOINT_URL_CONNECT": cloud.connect_url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": REGION,
    }
