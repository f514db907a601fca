"""The constructs under the oldest and the newest aws-cdk-lib that the extra admits, each with its cdk-nag."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from demo.local_cloud import ROOT
from support.uv import INSTALL, UV

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKED = [each for each in PROJECT["dependency-groups"]["cdk"] if each.startswith(("nodejs", "pytest"))]
NAG = {"lowest-direct": "cdk-nag==2.28.0", "highest": "cdk-nag>=3,<4"}


def run(*command: str, **environment: str) -> str:
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-5_000:] + ran.stderr[-5_000:]
    return ran.stdout


@pytest.mark.exhaustive
@pytest.mark.parametrize("end", NAG)
def test_all_tests_of_the_constructs_pass(end: str, tmp_path: Path) -> None:
    project = PROJECT["project"]
    wanted = [*project["optional-dependencies"]["cdk"], *LOCKED, NAG[end]]
    python = str(tmp_path / "venv" / "bin" / "python")
    run(UV, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv"))
    install = (*INSTALL, "--python", python, "--only-binary", ":all:")
    run(*install, "--resolution", end, *wanted)
    # The oldest of these are tried with the command line, in `tests/packaging/test_installed.py`.
    run(*install, *project["dependencies"])

    # The oldest has never seen the Node of the lock.
    quiet = {"JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1", "PYTHONPATH": "src"}
    told = run(python, "-m", "pytest", "--quiet", "--confcutdir=tests/cdk", "tests/cdk", **quiet)
    assert " passed" in told
