"""The hosts of the engine, as people run them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connect_user_config.check.command import check

from .corpus import ALL

ROOT = Path(__file__).resolve().parents[2]
_CFN_LINT = "import sys; from cfnlint.runner import main; sys.exit(main())"
Found = dict[str, set[tuple[int, int, str, str]]]
"""By file: line, column, code and message of each finding."""


def run_check(*words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(check, words, input=stdin, prog_name="connect-user-config check")


def run_cfn_lint(*words: str, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _CFN_LINT, "--append-rules=connect_user_config.lint", *words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(cwd), str(ROOT / "src")))}
    return subprocess.run(
        command, cwd=cwd, env=environment, input=stdin or "", capture_output=True, text=True, check=False
    )


def findings(output: str) -> list[dict[str, Any]]:
    found = json.loads(output)["problems"]
    assert isinstance(found, list)
    return found


@pytest.fixture(scope="session")
def of_check() -> Found:
    outcome = run_check("--format", "json", *(str(case.path) for case in ALL))
    found: Found = {str(case.path): set() for case in ALL}
    for each in findings(outcome.stdout):
        found[each["file"]].add((each["line"], each["column"], each["code"], each["message"]))
    return found


@pytest.fixture(scope="session")
def of_cfn_lint() -> Found:
    """What our rules find within cfn-lint, and whether it still calls our types unknown (E3006)."""
    # Some templates are none for cfn-lint, which says so in its own words.
    words = ["-c", "I", "-f", "json", "--", *(str(case.path) for case in ALL)]
    outcome = run_cfn_lint(*words, cwd=ROOT)
    assert outcome.stderr == ""
    found: Found = {str(case.path): set() for case in ALL}
    for each in json.loads(outcome.stdout):
        code = each["Rule"]["Id"]
        if code[1:3] == "97" or code == "E3006":
            start = each["Location"]["Start"]
            found[each["Filename"]].add((start["LineNumber"], start["ColumnNumber"], code, each["Message"]))
    return found
