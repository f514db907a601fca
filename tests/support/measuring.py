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

    @pytest.hookimpl(trylast=True)  # in a worker, coverage starts in this hook
    def pytest_sessionstart(self) -> None:
        """Measure the import of every module, then pause: collecting thousands of tests need not be slow."""
        if self._coverage:
            for module in pkgutil.walk_packages(shipped.__path__, f"{shipped.__name__}."):
                import_module(module.name)
            self._coverage.pause()

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
