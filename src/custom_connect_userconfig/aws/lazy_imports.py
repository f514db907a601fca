"""Defers imports: stand-ins replace modules that a library imports and nothing here uses.

`aws.clients` and `registry.library` import their libraries this way, which saves more than a third of the
imports of a cold start. The replacement in `sys.modules` depends on the names that the libraries import. So
tests import both front ends in a fresh process and check the loaded modules.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class Deferred:
    """Stands for a class or function of a module; a call imports the module and calls the original."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the original's signature
        """Call the original."""
        return getattr(import_module(self._module), self._name)(*args, **kwargs)


class _StandIn(ModuleType):
    """A module in which every public name is `Deferred`."""

    def __getattr__(self, name: str) -> Deferred:
        if name.startswith("__"):
            raise AttributeError(name)
        return Deferred(self.__name__, name)


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Replace modules by stand-ins until the block ends; modules that are already imported stay."""
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
