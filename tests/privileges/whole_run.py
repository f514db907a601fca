"""Compares the roles with the calls of a whole run, on any number of processes, for `tests/conftest.py`.

It compares only if all tests ran and passed: half a run would call a permission unused that the other half
uses. `test_recorded_calls` does the same with its own calls alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from .recording import Recorder
from .roles import disagreements

_KEY: Final = "privileges.whole_run"
_NARROWING: Final = (
    "keyword",
    "markexpr",
    "deselect",
    "ignore",
    "ignore_glob",
    "lf",
    "stepwise",
    "collectonly",
)
"""Options that select a part of the tests."""

Used = set[tuple[str, str, str]]


@dataclass(eq=False)  # pytest keeps plugins by identity
class WholeRun:
    """A pytest plugin, for the main process and for its workers."""

    recorder: Recorder
    deselected: int = 0
    reported: list[dict[str, Any]] = field(default_factory=list)
    """The calls that the workers report."""
    lost: int = 0
    """Workers that have reported nothing."""
    problems: list[str] = field(default_factory=list)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count collected tests that do not run; `exhaustive` cells make no call that other cells do not
        make.
        """
        self.deselected += sum(item.get_closest_marker("exhaustive") is None for item in items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the report of a worker that ends."""
        report = getattr(node, "workeroutput", {}).get(_KEY)
        if report is None:
            self.lost += 1
        else:
            self.reported.append(report)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """In a worker, report; in the main process, compare, and fail the run if the roles differ."""
        report = {"used": sorted(self.recorder.used), "deselected": self.deselected}
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_KEY] = report
            return
        reports = [*self.reported, report]
        is_partial = any(each["deselected"] for each in reports) or not is_whole(session.config)
        if exitstatus or self.lost or is_partial:
            return
        self.problems = verdict({(*used,) for each in reports for used in each["used"]})
        if self.problems:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the problems."""
        if self.problems:
            terminalreporter.section("permissions: the roles and the calls of all tests disagree", red=True)
            for text in self.problems:
                terminalreporter.write_line(text)


def is_whole(config: pytest.Config) -> bool:
    """Return whether the command asks for all tests."""
    asked_for_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return asked_for_all and not any(getattr(config.option, name, None) for name in _NARROWING)


def verdict(used: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return, as sentences, the problems with the calls of a whole run."""
    calls = sorted(used)
    vague = [
        f"{front_end}: {operation} names {kind} resources"
        for front_end, operation, kind in calls
        if kind != _NAMED.get(operation, kind)
    ]
    return vague + disagreements((front_end, operation) for front_end, operation, _ in calls)


_NAMED: Final = {
    **{
        f"connect:{name}": "agent"
        for name in ("DescribeUser", "TagResource", "UntagResource", "UpdateUserConfig")
    },
    "connect:SearchUsers": "instance",
    "lambda:Invoke": "function",
}
"""The kind of resource that each call must name, so that a role can be limited to it."""
