"""Plugins and fixtures of every test folder: recorders of calls and of values, and a clean environment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Pytest then explains their assertions as it does those of tests. It must know before their first import.
pytest.register_assert_rewrite("functional", "support")

from privileges.recording import recorder  # noqa: E402 - after the line above
from privileges.whole_run import WholeRun  # noqa: E402 - the same

from support import earlier_values, exhaustive  # noqa: E402 - the same
from support.measuring import Measuring  # noqa: E402 - the same

HERE = Path(__file__).parent
MEASURED = tuple(
    HERE / name
    for name in (
        "unit",
        "custom_resource",
        "faults/test_found.py",
        "functional/test_every_array.py",
        "functional/test_listing.py",
    )
)
"""Tests of single rules, which alone count for coverage: see `support.measuring`."""

recorder.install()
earlier_values.install()


@pytest.fixture(autouse=True)
def unchanged_environment() -> Iterator[None]:
    """Fail the test that changes a variable, not a later one in the same process."""
    before = _environment()
    yield
    assert _environment() == before


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}


@pytest.fixture(autouse=True)
def no_own_value_is_recorded_as_earlier() -> Iterator[None]:
    """Fail a test that records as earlier a value that the resource itself has written."""
    yield
    broken = earlier_values.take_breaches()
    assert not broken, broken


def pytest_configure(config: pytest.Config) -> None:
    """Measure some tests; after all, compare the handlers' calls with the permissions of their roles."""
    config.pluginmanager.register(Measuring(config, MEASURED), "measuring")
    config.pluginmanager.register(WholeRun(recorder), "whole-run")


@pytest.hookimpl(trylast=True)  # folders mark their tests in this hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make test-all` what is marked so, and let one of several processes begin with the stacks.

    They wait most of the time. The other processes compute meanwhile, and start no local cloud of their own.
    """
    exhaustive.leave_out_others(items, lambda others: config.hook.pytest_deselected(items=others))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("stacks") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the counts of tests (``record_property("counted", …)``): a worker's own output is not shown."""
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
