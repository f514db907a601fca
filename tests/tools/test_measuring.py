"""Coverage is on while a test of a single rule runs, and off otherwise: in one process and in several."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
from pathlib import Path
from support.measuring import Measuring

def pytest_configure(config):
    config.pluginmanager.register(Measuring(config, [Path(__file__).parent / "rules"]), "measuring")
"""
# It looks for the tracer, since a report shows the same if lines were measured once too often.
TEST = """
import sys

def test_it():
    assert (sys.gettrace() is not None) is {measured}
"""


@pytest.mark.parametrize("processes", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_only_tests_of_single_rules_are_measured(tmp_path: Path, processes: tuple[str, ...]) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    # The one that is measured is between others: coverage must begin and end.
    for number, (room, measured) in enumerate([("others", False), ("rules", True), ("scenarios", False)]):
        (tmp_path / room).mkdir()
        (tmp_path / room / f"test_{number}.py").write_text(TEST.format(measured=measured))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV"))}
    path = os.pathsep.join(str(ROOT / name) for name in ("src", "tests"))
    options = ["--cov=custom_connect_userconfig", "--cov-report=", f"--basetemp={tmp_path}/temporary"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, *processes],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": path, "COVERAGE_CORE": "ctrace"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 passed" in ran.stdout
