"""The outputs that pages show: each `console` block holds commands and what they print, and a test runs them.

`RENEW_PAGES=1` writes the outputs into the pages instead of comparing them.
"""

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Final

RENEW: Final = os.environ.get("RENEW_PAGES") == "1"
_BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMPT: Final = "$ "

Run = Callable[[list[str]], str]
"""Runs the words of a command, without its name, and returns what it prints."""


def compare(page: Path, run: Run, command: str = "connect-user-config") -> None:
    """Run every command in the page's `console` blocks in order; fail if one prints something else."""
    text = page.read_text("utf-8")
    assert _BLOCK.search(text), f"{page.name} shows no output"
    renew(page, _BLOCK.sub(lambda block: f"```console\n{_renewed(block[1], run, command)}```", text))


def renew(page: Path, renewed: str) -> None:
    """Insist that the page is `renewed` already; write it if that was asked for."""
    text = page.read_text("utf-8") if page.exists() else ""
    if RENEW:
        page.write_text(renewed, "utf-8")
    assert text == renewed or RENEW, f"{page.name} is out of date; renew it with RENEW_PAGES=1"


def _renewed(block: str, run: Run, command: str) -> str:
    commands = [line for line in re.sub(r"\\\n\s*", " ", block).splitlines() if line.startswith(_PROMPT)]
    written = list(re.findall(r"^\$ (?:.*\\\n)*.*\n", block, re.MULTILINE))
    shown = []
    for line, as_written in zip(commands, written, strict=True):
        name, *words = shlex.split(line.removeprefix(_PROMPT))
        assert name == command, line
        shown.append(as_written + run(words))
    return "\n".join(shown)
