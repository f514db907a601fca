"""A demo that keeps its cloud: the commands that it prints work as printed, with either AWS CLI, and the
picture in the README is what it prints.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from demo.by_hand import FILE
from demo.command_line import account
from demo.local_cloud import ROOT, LocalCloud
from demo.screen import NARROWEST
from support.exhaustive import chosen_or_all
from support.page_commands import aws_command, check_request
from support.page_outputs import RENEW

from .test_demo import descendants, is_alive, start

PICTURE = ROOT / "guide" / "pictures" / "demo.svg"
LARGEST_PICTURE = 100_000
RICH = "https://www.textualize.io"
SEES_SOMETHING = "6"
"""The exit code of `diff` and `drift` when they show something."""
EXPECTED = (
    "4 agents, 0 with an owner.",
    "1 finding: checked 1 resource in 1 file.",
    "3 settings of 1 agent would change",
    "Successfully created/updated stack - sales",
    "CREATE_COMPLETE",
    "1 agent with a difference",
    "Deploying changes no setting",
)


@dataclass(frozen=True)
class Kept:
    """A demo that keeps its cloud."""

    process: "subprocess.Popen[str]"
    commands: str
    picture: str
    connect_url: str

    def owned(self) -> list[str]:
        """The agents that a stack owns."""
        with urllib.request.urlopen(f"{self.connect_url}/connect-local/users") as answer:
            users = json.load(answer)["users"]
        return [user["username"] for user in users if "connect-user-config" in user["tags"]]


@pytest.fixture(scope="module")
def kept(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    picture = tmp_path_factory.mktemp("kept") / "demo.svg"
    with start(archive, "--keep", "--picture", str(picture)) as demo:
        assert demo.stdout is not None
        lines = iter(demo.stdout)
        shown = []
        for line in lines:
            shown.append(line)
            if line.startswith("Ctrl-C in this terminal"):
                break
        commands = "".join(shown).partition("in this folder:\n")[2].rpartition("Ctrl-C")[0]
        drawn = picture.read_text("utf-8")
        (url,) = re.findall(r"^export AWS_ENDPOINT_URL_CONNECT=(.*)$", commands, re.MULTILINE)
        yield Kept(demo, commands, drawn, url)
        if demo.poll() is None:
            demo.send_signal(signal.SIGINT)


@cache
def command_lines() -> dict[str, str]:
    """The AWS CLIs of this machine, by their major version."""
    found: dict[str, str] = {}
    for folder in os.environ["PATH"].split(os.pathsep):
        if aws := shutil.which("aws", path=folder):
            said = subprocess.run([aws, "--version"], capture_output=True, text=True, check=False)
            if version := re.match(r"aws-cli/(\d+)", said.stdout + said.stderr):
                found.setdefault(version[1], aws)
    return found


@pytest.mark.parametrize("major", chosen_or_all(("1", "2"), ("1",)))
def test_every_printed_command_works(kept: Kept, major: str, tmp_path: Path) -> None:
    if major not in command_lines():
        pytest.skip(f"there is no AWS CLI {major} on PATH")
    aws = tmp_path / "aws"
    aws.write_text(f'#!/bin/sh\nexec {command_lines()[major]} "$@"\n')
    aws.chmod(0o755)
    # The commands are typed, so one that fails does not end the others.
    typed = f"set -E; trap 'echo \"ended with $? $FUNCNAME\"' ERR\n{kept.commands}"
    unset = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    ran = subprocess.run(
        ["bash", "-c", typed],
        cwd=ROOT,
        env={**unset, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert [words for words in EXPECTED if words not in said] == [], said
    # Two commands see something; each is told by the function in which it ran, and by its caller.
    ends = re.findall(r"ended with (\d+) (.*)", said)
    assert ends == [(SEES_SOMETHING, "connect-user-config"), (SEES_SOMETHING, "")] * 2, said
    wait_until_nobody_is_owned(kept)


def wait_until_nobody_is_owned(kept: Kept) -> None:
    ends = time.monotonic() + 60
    while kept.owned():
        assert time.monotonic() < ends
        time.sleep(0.2)


def test_both_command_lines_take_the_printed_options(kept: Kept) -> None:
    joined = kept.commands.replace("\\\n", " ")
    lines = [shlex.split(line) for line in joined.splitlines() if line.startswith("aws ")]
    assert {tuple(line[:3]) for line in lines} == {("aws", "--endpoint-url", "$AWS_ENDPOINT_URL")}
    asked = [aws_command(line[3:]) for line in lines]
    assert [command.operation for command in asked] == ["deploy", "describe-stack-events", "delete-stack"]
    for command in asked:
        if command.shape:
            check_request(command, ROOT)
    # A person copies whole lines: no terminal breaks one, save that with the path of Python.
    assert max(len(line) for line in kept.commands.splitlines() if "PYTHONPATH" not in line) <= NARROWEST


def test_the_template_is_the_resource_that_the_readme_shows(kept: Kept) -> None:
    lines = (ROOT / FILE).read_text("utf-8").splitlines()
    assert lines[0] == "Resources:"
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "\n".join(["```yaml", *(line.removeprefix("  ") for line in lines[1:]), "```"]) in readme
    assert kept.commands.count(FILE) == 4


def test_the_exports_are_all_that_the_tutorial_needs(kept: Kept) -> None:
    exports = dict(re.findall(r"^export (\w+)=(.*)$", kept.commands, re.MULTILINE))
    cloud = LocalCloud()
    cloud.aws_url, cloud.connect_url = exports["AWS_ENDPOINT_URL"], kept.connect_url
    assert exports == account(cloud)
    page = (ROOT / "guide" / "tutorial.md").read_text("utf-8")
    (instance,) = re.findall(r"^instance=\S+$", kept.commands, re.MULTILINE)
    assert f"\n{instance}\n" in page


def test_the_readme_shows_what_the_demo_prints(kept: Kept) -> None:
    if RENEW:
        PICTURE.write_text(kept.picture, "utf-8")
    renew = f"RENEW_PAGES=1 pytest {Path(__file__).relative_to(ROOT)}"
    assert kept.picture == PICTURE.read_text("utf-8"), f"the demo prints something else; draw it with {renew}"
    assert PICTURE.stat().st_size < LARGEST_PICTURE
    assert "http" not in kept.picture.replace('xmlns="http://www.w3.org/2000/svg"', "").replace(RICH, "")
    assert f"]({PICTURE.relative_to(ROOT)})\n" in (ROOT / "README.md").read_text("utf-8")


def test_ctrl_c_is_its_normal_end(kept: Kept) -> None:
    """The last test: the others need the cloud."""
    started = [process for generation in descendants(kept.process.pid) for process in generation]
    assert started
    kept.process.send_signal(signal.SIGINT)
    text, errors = kept.process.communicate(timeout=60)
    assert (kept.process.returncode, errors) == (0, "")
    assert "Stopped; the local cloud is gone." in text
    assert [each for each in started if is_alive(each)] == []
