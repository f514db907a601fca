"""The Pythons that the project supports, finds and tests."""

import json
import re
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from tools import each_python, interpreters

ROOT = Path(__file__).resolve().parents[2]


def variable(name: str) -> list[str]:
    """Return the words of a variable of the Makefile."""
    found = re.search(rf"^{name} := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1].split()


def test_the_supported_pythons_are_the_tested_ones() -> None:
    tried = variable("PYTHONS")
    minors = [int(version.removeprefix("3.")) for version in tried]
    assert minors == list(range(minors[0], minors[-1] + 1))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">=3.{minors[0]},<3.{minors[-1] + 1}"
    promise = f"{', '.join(tried[:-1])} or {tried[-1]}"
    for page in ("README.md", "CONTRIBUTING.md", "guide/install.md"):
        named = re.findall(r"Python (3\.\d+(?:, 3\.\d+)* or [\w.]+)", (ROOT / page).read_text("utf-8"))
        assert named, page
        assert {each.rstrip(".") for each in named} == {promise}, page


def test_the_makefile_knows_the_runtime() -> None:
    runtime = json.loads((ROOT / ".rpdk-config").read_text("utf-8"))["runtime"]
    assert [runtime] == [f"python{version}" for version in variable("RUNTIME")]
    assert variable("RUNTIME")[0] in variable("PYTHONS")


def test_the_support_statement_names_what_is_tried() -> None:
    page = (ROOT / "guide" / "upgrading.md").read_text("utf-8")
    cells = dict(re.findall(r"^\| ([A-Za-z -]+) \| (.+) \|$", page, re.MULTILINE))
    tried = variable("PYTHONS")
    assert cells["Python for the commands"] == f"{', '.join(tried[:-1])} and {tried[-1]}, on Linux"
    assert cells["Python in Lambda"].startswith(f"{variable('RUNTIME')[0]},")
    template = (ROOT / "deploy" / "custom-resource.yml").read_text("utf-8")
    (processors,) = re.findall(r"AllowedValues: \[(.*arm64.*)\]", template)
    assert cells["processors in Lambda"].startswith(" and ".join(sorted(processors.split(", "))))
    checking = (ROOT / "guide" / "checking.md").read_text("utf-8")
    oldest, newest = cells["cfn-lint"].split(" to ")
    assert f"cfn-lint {oldest} and {newest}" in checking
    oldest, newest = cells["aws-cdk-lib"].removesuffix(", in Python").split(" to ")
    assert f"aws-cdk-lib {oldest} and {newest}" in (ROOT / "guide" / "cdk.md").read_text("utf-8")


def python(folder: Path, version: str, script: str) -> Path:
    path = folder / f"python{version}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a Python 3.99."""
    for name in ("PYTHON399", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    return tmp_path


def test_a_shim_of_a_missing_python_is_ignored(machine: Path) -> None:
    python(machine / "shims", "3.99", "echo 'pyenv: python3.99: command not found' >&2; exit 127")
    assert interpreters.find("3.99") is None

    there = python(machine / ".pyenv" / "versions" / "3.99.2" / "bin", "3.99", "echo Python 3.99.2")
    assert interpreters.find("3.99") == there


def test_a_named_python_is_the_only_candidate(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python(machine / "shims", "3.99", "echo Python 3.99.2")
    named = python(machine / "own", "3.99", "echo Python 3.99.3")
    monkeypatch.setenv("PYTHON399", str(named))
    assert interpreters.find("3.99") == named
    monkeypatch.setenv("PYTHON399", str(machine / "none"))
    assert interpreters.find("3.99") is None


def test_the_path_is_printed_for_the_makefile(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert interpreters.main("3.99") == 1
    assert capsys.readouterr().out == ""
    there = python(machine / "shims", "3.99", "echo Python 3.99.2")
    assert interpreters.main("3.99") == 0
    assert capsys.readouterr().out == f"{there}\n"


@pytest.mark.parametrize("passes", [True, False])
def test_each_other_python_is_tested_and_the_last_line_names_them(
    machine: Path, capsys: pytest.CaptureFixture[str], passes: bool
) -> None:
    there = python(machine / "shims", "3.99", "echo Python 3.99.2")
    tried: list[tuple[str, Path]] = []

    def attempt(version: str, path: Path) -> bool:
        tried.append((version, path))
        return passes

    assert each_python.run(["3.97", "3.98", "3.99"], "3.97.1", interpreters.find, attempt) is passes

    assert tried == [("3.99", there)]
    summary = capsys.readouterr().out.splitlines()[-1]
    assert "3.97.1 ran everything; 3.98 is not on this machine and was not tried; 3.99.2 " in summary
    assert ("passed the tests" in summary, "FAILED" in summary) == (passes, not passes)


def test_the_others_are_installed_and_tested_by_the_makefile(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    there = python(machine / "shims", "3.99", "echo Python 3.99.2")
    make = python(machine / "own", "-make", 'echo "$@"; exit "$MADE"')
    monkeypatch.setenv("MAKE", str(make))
    for status in (0, 2):
        monkeypatch.setenv("MADE", str(status))
        assert each_python.make("3.99", there) is (status == 0)
        called = capfd.readouterr().out.splitlines()[-1]
        assert called == f"3.99: --no-print-directory PYTHON={there} VENV=.venv-3.99 test-this-python"


def test_the_others_are_tested_at_the_same_time(machine: Path) -> None:
    for version in ("3.98", "3.99"):
        python(machine / "shims", version, f"echo Python {version}.2")
    both = threading.Barrier(2)

    def attempt(version: str, _: Path) -> bool:
        both.wait(10)
        return version == "3.99"

    assert not each_python.run(["3.98", "3.99"], "3.97.1", interpreters.find, attempt)


def test_the_running_python_is_found_too() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = interpreters.find(version)
    assert found is not None
    assert interpreters.version_of(found).startswith(f"{version}.")
