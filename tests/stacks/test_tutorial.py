"""The tutorial, as somebody follows it who copies each block and compares what is printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

from demo.agents import INSTANCE, PEOPLE
from demo.command_line import account
from demo.installation import Installation
from demo.local_cloud import ROOT, LocalCloud

PAGE = ROOT / "guide" / "tutorial.md"
_STEPS = re.compile(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
_MARK = "-- end of a block --"
_PAGE_OF_USERS = 100
"""The agents that `list-users` returns at a time: the cloud has those of other tests beside Ann."""


def steps() -> list[tuple[str, str]]:
    """Return each block of commands, and what it prints."""
    found = _STEPS.findall(PAGE.read_text("utf-8"))
    assert found[0] == ("make demo KEEP=1\n", "")
    return found[1:]


def test_every_step_prints_what_the_page_shows(
    cloud: LocalCloud, installation: Installation, tmp_path: Path
) -> None:
    others = [{"username": f"colleague-{number}"} for number in range(_PAGE_OF_USERS)]
    ann = {"username": "Ann", **PEOPLE["Ann"][1]}
    cloud.control("POST", "seed", {"instances": [{"id": INSTANCE, "users": [*others, ann]}]})
    (tmp_path / "src").symlink_to(ROOT / "src")
    _stand_in(tmp_path / "bin" / "aws")
    environment = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        # What the demo prints as exports.
        **account(cloud),
        "COLUMNS": "200",
    }
    script = "".join(f"{block}echo '{_MARK}'\n" for block, _ in steps())
    ran = subprocess.run(
        ["bash", "-c", "set -e\n" + script.replace(".venv/bin/python", sys.executable)],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    printed = ran.stdout.split(f"{_MARK}\n")
    for (block, shown), text in zip(steps(), printed, strict=False):
        missing = [line for line in shown.splitlines() if line not in " ".join(text.split())]
        assert not missing, f"{block}\nprinted\n{text}"


def _stand_in(path: Path) -> None:
    path.parent.mkdir()
    tests = f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'src'}"
    path.write_text(f'#!/bin/sh\nPYTHONPATH="{tests}" exec "{sys.executable}" -m support.aws_stand_in "$@"\n')
    path.chmod(0o755)
