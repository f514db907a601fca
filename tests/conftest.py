"""What must be known before any test folder is read."""

import os
from collections.abc import Iterator

import pytest

# Their assertions speak as those of tests do. Named here, because a module that was imported before can no
# longer be rewritten.
pytest.register_assert_rewrite("functional", "support")

from privileges.recording import recorder  # noqa: E402 - after the line above
from privileges.whole_run import WholeRun  # noqa: E402 - the same

from support import earlier_values  # noqa: E402 - the same

recorder.install()
earlier_values.install()


@pytest.fixture(autouse=True)
def the_environment_is_left_as_found() -> Iterator[None]:
    """Fail the test that leaks a variable, not the one that finds it later in the same process."""
    before = _environment()
    yield
    assert _environment() == before


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


@pytest.fixture(autouse=True)
def no_own_value_is_recorded_as_earlier() -> Iterator[None]:
    """Hold every test to the rule that an earlier value is never one that the resource itself has written."""
    yield
    broken = earlier_values.take_breaches()
    assert not broken, broken


def pytest_configure(config: pytest.Config) -> None:
    """Compare what the handlers have called with what their roles grant, when all tests have run."""
    config.pluginmanager.register(WholeRun(recorder), "whole-run")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have counted (``record_property("counted", …)``): a worker's own output is not shown."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    counted = [
        said
        for report in reports
        if report.when == "call"
        for name, said in report.user_properties
        if name == "counted"
    ]
    if counted:
        terminalreporter.section("counted")
        for said in counted:
            terminalreporter.write_line(str(said))
