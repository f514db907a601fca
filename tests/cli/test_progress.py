"""How progress looks on terminals of different kinds, on a pseudo-terminal of the test's own."""

import os
import pty
import select
import subprocess
import sys

import pytest

from .conftest import ROOT

SCRIPT = """
from connect_user_config.progress import watching
with watching(is_quiet=False) as watcher:
    regions = [watcher.of("eu-west-1"), watcher.of("us-east-1")]
    for step in ("create stack", "create stack", "wait [for] it"):
        for tell in regions:
            tell(step)
"""


def shown(terminal: str) -> str:
    """What the terminal gets."""
    ours, theirs = pty.openpty()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"FORCE_COLOR", "TTY_INTERACTIVE", "NO_COLOR"}
    }
    environment = {**kept, "TERM": terminal, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stderr=theirs, env=environment) as process:
        os.close(theirs)
        output = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                some = os.read(ours, 65536)
            except OSError:
                # That is how a pseudo-terminal says that nobody writes to it any more.
                break
            output += some
    os.close(ours)
    assert process.returncode == 0
    return output.decode()


def test_a_terminal_gets_a_line_a_region_that_goes_in_the_end() -> None:
    output = shown("xterm-256color")
    assert "\x1b[2K" in output
    assert "wait [for] it" in output


@pytest.mark.parametrize("terminal", ["dumb", "unknown"])
def test_a_dumb_terminal_gets_plain_lines(terminal: str) -> None:
    lines = shown(terminal).split("\r\n")
    assert lines == [
        "eu-west-1: create stack",
        "us-east-1: create stack",
        "eu-west-1: wait [for] it",
        "us-east-1: wait [for] it",
        "",
    ]
