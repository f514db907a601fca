"""Switches coverage on for the tests of single rules, and off for everything else.

The other tests run the same lines thousands of times, and measuring makes them two to three times as slow. A
line that they alone cover lacks a test that names its purpose.
"""

import pkgutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import custom_connect_userconfig as shipped


@dataclass(eq=False)  # pytest keeps plugins by identity
class Measuring:
    """A pytest plugin; does nothing without ``--cov``."""

    config: pytest.Config
    measured: Sequence[Path]
    """Folders and files of the tests of single rules."""

    @property
    def _coverage(self) -> Any:
        return getattr(self.config.pluginmanager.getplugin("_cov"), "cov_controller", None)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionstart(self) -> Generator[None, object, object]:
        """Measure the import of every module, then pause: collecting thousands of tests need not be slow.

        In a worker, pytest-cov first measures as if there were no other process, and in this hook once more,
        without an end of the first: what stopped the second would set the first going.
        """
        first = self._coverage
        if first:
            first.pause()
        result = yield
        if own := self._coverage:
            if own is first:
                own.resume()
            for module in pkgutil.walk_packages(shipped.__path__, f"{shipped.__name__}."):
                import_module(module.name)
            own.pause()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Measure a test of a single rule, with its fixtures."""
        if not self._coverage or not any(map(item.path.is_relative_to, self.measured)):
            return (yield)
        self._coverage.resume()
        try:
            return (yield)
        finally:
            self._coverage.pause()
