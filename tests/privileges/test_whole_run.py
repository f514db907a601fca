"""The comparison over a whole run: on one process or several, and only if the run was whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .recording import Recorder
from .roles import ROOT
from .test_recorded_calls import SEEN
from .whole_run import verdict

USED = sorted(
    {(front_end, operation, kind) for (front_end, _), calls in SEEN.items() for operation, kind in calls}
)

CONFTEST = """
from privileges.recording import Recorder
from privileges.whole_run import WholeRun

recorder = Recorder()

def pytest_configure(config):
    config.pluginmanager.register(WholeRun(recorder))
"""
TEST = """
import pytest
from conftest import recorder

USED = {used}

@pytest.mark.parametrize("number", range(len(USED)))
def test_that_calls(number):
    recorder.used.add(USED[number])

def test_that_calls_nothing():
    assert {passes}
"""
DISAGREE = "the roles and the calls of all tests disagree"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A project whose tests record the known calls, one call a test."""
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    written(tmp_path, USED)
    return tmp_path


def written(suite: Path, used: list[tuple[str, str, str]], *, passes: bool = True) -> None:
    (suite / "tests" / "test_calls.py").write_text(TEST.format(used=used, passes=passes))


def run(suite: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    path = os.pathsep.join(str(ROOT / name) for name in ("src", "tests"))
    # A folder of its own: pytest removes those of earlier sessions at the end, and a test would wait for it.
    own = ["-p", "no:cacheprovider", "-p", "no:cov", f"--basetemp={suite}/temporary"]
    command = [sys.executable, "-m", "pytest", "-q", *own, *arguments]
    return subprocess.run(
        command,
        cwd=suite,
        env={**kept, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "processes",
    [
        pytest.param((), id="one process", marks=pytest.mark.exhaustive),
        pytest.param(("-n", "2"), id="two processes"),
    ],
)
def test_a_whole_run_that_uses_all_passes_and_one_that_does_not_fails(
    suite: Path, processes: tuple[str, ...]
) -> None:
    ran = run(suite, *processes)
    assert (ran.returncode, DISAGREE in ran.stdout) == (0, False), ran.stdout + ran.stderr
    written(suite, [each for each in USED if each[1] != "connect:SearchUsers"])
    ran = run(suite, *processes)
    assert (ran.returncode, DISAGREE in ran.stdout) == (1, True), ran.stdout + ran.stderr
    assert (
        "ExecutionRole of deploy/registry.yml grants connect:SearchUsers, which no handler has used"
        in ran.stdout
    )


@pytest.mark.parametrize(
    "arguments",
    [("-k", "calls"), ("tests/test_calls.py",), ("-m", "not slow"), ("--deselect", "tests/none.py")],
)
def test_a_part_of_the_tests_is_not_compared(suite: Path, arguments: tuple[str, ...]) -> None:
    written(suite, USED[:1])
    ran = run(suite, *arguments)
    assert (ran.returncode, DISAGREE in ran.stdout) == (0, False), ran.stdout + ran.stderr


def test_a_run_with_a_failure_is_not_compared(suite: Path) -> None:
    written(suite, USED[:1], passes=False)
    ran = run(suite)
    assert (ran.returncode, DISAGREE in ran.stdout) == (1, False), ran.stdout + ran.stderr


def test_a_call_that_names_no_single_agent_is_reported() -> None:
    assert verdict([*USED, ("registry", "connect:DescribeUser", "unknown")]) == [
        "registry: connect:DescribeUser names unknown resources"
    ]


def test_this_run_is_recorded(pytestconfig: pytest.Config) -> None:
    plugin = pytestconfig.pluginmanager.get_plugin("whole-run")
    assert plugin
    assert isinstance(plugin.recorder, Recorder)
