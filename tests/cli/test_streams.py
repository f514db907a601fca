"""The command as a process of its own beside a shell: pipes that close, encodings, completion."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from connect_user_config.agents.options import ask
from connect_user_config.problems import UsageError

from .conftest import INSTANCE, ROOT

COMMAND = f"{shlex.quote(sys.executable)} -m connect_user_config"
WRONG = "{Type: Custom::ConnectUserConfig, Properties: {ServiceToken: x}}"
MORE_THAN_A_PIPE_HOLDS = 400
GUIDE = (ROOT / "guide" / "install.md").read_text("utf-8")


def bash(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line; the command is its own process, without a traceback however it ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    ran = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    return ran


def test_a_reader_of_one_line_gets_it_and_hears_nothing_else(tmp_path: Path) -> None:
    resources = "\n".join(f"  A{number}: {WRONG}" for number in range(MORE_THAN_A_PIPE_HOLDS))
    (tmp_path / "agents.yaml").write_text(f"Resources:\n{resources}\n")
    ran = bash(tmp_path, f"{COMMAND} check agents.yaml | head -1; exit ${{PIPESTATUS[0]}}")
    assert (ran.returncode, ran.stdout.count("\n"), ran.stderr) == (1, 1, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_a_closed_stream_changes_no_exit_code(tmp_path: Path, closed: str) -> None:
    (tmp_path / "agents.yaml").write_text(f"Resources: {{A: {WRONG}}}\n")
    assert bash(tmp_path, f"{COMMAND} check agents.yaml {closed}").returncode == 6


def test_nobody_is_asked_through_a_closed_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UsageError, match="nobody can answer"):
        ask("Go on?", is_sure=False)


@pytest.mark.parametrize(
    "encoding",
    [
        "ascii",
        *(
            pytest.param(name, marks=pytest.mark.exhaustive)
            for name in ("cp1252", "utf-7", "utf-16", "cp037")
        ),
    ],
)
@pytest.mark.parametrize("arguments", ["--help", f"install custom-resource --instance {INSTANCE}/ü"])
def test_any_encoding_can_be_written(tmp_path: Path, encoding: str, arguments: str) -> None:
    line = f"{COMMAND} {arguments} >out 2>err"
    ran = bash(tmp_path, line, PYTHONIOENCODING=encoding, PYTHONUTF8="1")
    said = "".join((tmp_path / name).read_bytes().decode(encoding) for name in ("out", "err"))
    assert ran.returncode == (0 if arguments == "--help" else 2)
    assert ("Usage: connect-user-config" in said) == (arguments == "--help")
    assert "Traceback" not in said


@pytest.mark.parametrize(("typed", "offered"), [("inst", "install"), ("agents --fin", "--find")])
def test_a_shell_completes_commands_and_options(tmp_path: Path, typed: str, offered: str) -> None:
    words = f"connect-user-config {typed}"
    environment = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    ran = bash(tmp_path, COMMAND, _CONNECT_USER_CONFIG_COMPLETE="bash_complete", **environment)
    assert ran.stdout == f"plain,{offered}\n"


@pytest.mark.parametrize(
    ("shell", "registers"),
    [("bash", "complete -o nosort -F"), ("zsh", "compdef"), ("fish", "complete --no-files --command")],
)
def test_the_lines_of_the_guide_set_completion_up(tmp_path: Path, shell: str, registers: str) -> None:
    (line,) = re.findall(rf"^\| {shell}\b.*\| `([^`]*)` \|$", GUIDE, re.MULTILINE)
    (source,) = re.findall(r"_CONNECT_USER_CONFIG_COMPLETE=\w+ connect-user-config", line)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    installed = tmp_path / "connect-user-config"
    installed.write_text(f'#!/bin/sh\nexec {COMMAND} "$@"\n')
    installed.chmod(0o755)
    assert registers in bash(tmp_path, source, PATH=path).stdout
    if shell == "bash":
        completes = bash(tmp_path, f"{line}\ncomplete -p connect-user-config", PATH=path).stdout
        assert completes.strip().endswith("connect-user-config")
