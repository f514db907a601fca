"""The hook for pre-commit, run by pre-commit itself, and the action for GitHub, its steps run as a runner
does.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import ROOT
from .test_command import BAD, GOOD, WITH_PARAMETER

PACKAGES = sysconfig.get_path("purelib")


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def repository(folder: Path, files: dict[str, str]) -> str:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "all")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_pre_commit_runs_the_hook(tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.txt", ".pre-commit-hooks.yaml"):
        shutil.copy2(ROOT / name, hooks / name)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("src", "deploy"):
        shutil.copytree(ROOT / name, hooks / name, symlinks=True, ignore=ignored)
    revision = repository(hooks, {})
    config = {
        "repos": [{"repo": str(hooks), "rev": revision, "hooks": [{"id": "connect-user-config-check"}]}]
    }
    repository(
        tmp_path / "work",
        {
            ".pre-commit-config.yaml": yaml.safe_dump(config),
            "bad.yaml": BAD,
            "good.template": GOOD,
            "other.yaml": "a: 1\n",
            "notes.txt": BAD,
        },
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PIP_"))},
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
        # Offline: nothing is fetched, and what the hook needs is what is installed here.
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": PACKAGES,
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
        cwd=tmp_path / "work",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "exit code: 6" in outcome.stdout, outcome.stdout + outcome.stderr
    assert "bad.yaml:9:12: error: Agent: " in outcome.stdout
    assert "in 4 files" in outcome.stdout
    assert outcome.returncode == 1


def steps() -> list[dict[str, Any]]:
    found = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["runs"]["steps"]
    assert isinstance(found, list)
    return found


def run_step(step: dict[str, Any], folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """A step as a runner runs it: its inputs in variables, in bash with its usual options."""
    given = {name: inputs.get(_input(value), "") for name, value in step["env"].items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "RUNNER_TEMP": str(folder / "temp"), **given},
        capture_output=True,
        text=True,
        check=False,
    )


def _input(value: str) -> str:
    found = re.fullmatch(r"\$\{\{ (?:inputs|github)\.([a-z_-]+) \}\}", value)
    assert found
    return found[1].replace("-", "_")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    programs = tmp_path / "temp" / "connect-user-config" / "bin"
    programs.mkdir(parents=True)
    program = programs / "connect-user-config"
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT / "src"} exec {sys.executable} -m connect_user_config "$@"\n', "utf-8"
    )
    program.chmod(0o755)
    for name, text in (("bad one.yaml", BAD), ("good.yaml", GOOD), ("given.yaml", WITH_PARAMETER)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_the_action_annotates_the_lines(work: Path) -> None:
    outcome = run_step(steps()[1], work, files="*.yaml\n")
    assert outcome.stdout.startswith("::error file=bad one.yaml,line=9,")
    assert outcome.returncode == 6


def test_the_action_passes_its_inputs_on(work: Path) -> None:
    given = {"files": "given.yaml\ngood.yaml", "parameters": "Channel=FAX\n\n", "type_names": "Acme\nOther"}
    assert "'FAX' must be" in run_step(steps()[1], work, **given).stdout
    assert run_step(steps()[1], work, **given, ignore="wrong-channel").returncode == 0


def test_what_an_input_holds_is_no_command(work: Path) -> None:
    outcome = run_step(steps()[1], work, files="$(touch made)\n`touch made`; touch made\n--help")
    assert outcome.returncode == 2
    assert not (work / "made").exists()


def test_no_step_has_an_input_in_its_text() -> None:
    assert not [step["name"] for step in steps() if "${{" in step["run"]]


def test_the_action_installs_the_extra_into_an_environment_of_its_own(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("python3",):
        (programs / name).write_text(
            '#!/bin/sh\nmkdir -p "$3/bin"\nprintf \'#!/bin/sh\\necho "$@"\\n\' > "$3/bin/python"\n'
            'chmod +x "$3/bin/python"\n',
            "utf-8",
        )
        (programs / name).chmod(0o755)
    step = steps()[0]
    outcome = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(tmp_path),
            "SOURCE": "/an action",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout == "-m pip install --quiet /an action[check]\n"
