"""A pytest plugin for the contract suite: one JSON line for each test of each input set.

`cfn test` runs pytest once for each set, in one process; `-p contract_report` loads this plugin in each run.
"""

import json
import os
from pathlib import Path

import pytest

_runs = 0


def pytest_sessionstart() -> None:
    global _runs  # noqa: PLW0603  # pytest imports a plugin once and starts it three times
    _runs += 1


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write the outcome of the call, and of a set-up or tear-down that did not pass."""
    if report.when != "call" and report.passed:
        return
    why = report.longrepr
    reason = why[2] if report.skipped and isinstance(why, tuple) else report.longreprtext
    line = {
        "set": _runs,
        "test": report.nodeid.rsplit("::", 1)[-1],
        "when": report.when,
        "outcome": report.outcome,
        "reason": reason,
    }
    with Path(os.environ["CONTRACT_REPORT"]).open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")
