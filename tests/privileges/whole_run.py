"""Compares the roles with the calls of a whole run of the tests, on however many processes;
`tests/conftest.py` registers it.

Judged is only a run of everything in which everything passed: half a run would call a permission unused that
the other half uses. A part of the tests has `test_recorded_calls` for that, which needs nothing but itself.
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
"""Options under which a run is not a whole one."""

Used = set[tuple[str, str, str]]


@dataclass(eq=False)  # pytest keeps plugins by identity
class WholeRun:
    """A pytest plugin, the same in the process that is asked for a run and in those that it starts."""

    recorder: Recorder
    deselected: int = 0
    reported: list[dict[str, Any]] = field(default_factory=list)
    """What the processes that ran the tests have told."""
    lost: int = 0
    """Processes that have told nothing."""
    said: list[str] = field(default_factory=list)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count tests that were collected and are not run."""
        self.deselected += len(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a process has told at its end."""
        told = getattr(node, "workeroutput", {}).get(_KEY)
        if told is None:
            self.lost += 1
        else:
            self.reported.append(told)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Tell, where another process judges; else judge, and fail the run for what is found."""
        told = {"used": sorted(self.recorder.used), "deselected": self.deselected}
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_KEY] = told
            return
        reports = [*self.reported, told]
        if (
            exitstatus
            or self.lost
            or any(each["deselected"] for each in reports)
            or not is_whole(session.config)
        ):
            return
        self.said = verdict(
            {(front_end, operation, kind) for each in reports for front_end, operation, kind in each["used"]}
        )
        if self.said:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was found."""
        if self.said:
            terminalreporter.section("permissions: the roles and the calls of all tests disagree", red=True)
            for text in self.said:
                terminalreporter.write_line(text)


def is_whole(config: pytest.Config) -> bool:
    """Return whether everything was asked for."""
    asked_for_all = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return asked_for_all and not any(getattr(config.option, name, None) for name in _NARROWING)


def verdict(used: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return, in words, what is wrong with the calls of a whole run."""
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
"""What each call must name, so that a role can be limited to it."""
