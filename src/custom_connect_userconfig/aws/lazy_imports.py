"""Imports put off: stand-ins for modules that a library names at its top and nobody here uses.

`aws.clients` and `registry.library` import their libraries under it; what is left out is more than a third of
all that a cold start would import. Replacing modules in `sys.modules` for the time of an import is less than
public: it rests on which names the libraries import, so tests import both front ends in a fresh process and
look at what was loaded.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class Deferred:
    """Stands for a class or function of a module; calling it imports the module and calls the real one."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the real one's own signature
        """Call the real one."""
        return getattr(import_module(self._module), self._name)(*args, **kwargs)


class _StandIn(ModuleType):
    """A module whose every public name is `Deferred`."""

    def __getattr__(self, name: str) -> Deferred:
        if name.startswith("__"):
            raise AttributeError(name)
        return Deferred(self.__name__, name)


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Put stand-ins into the places of modules until the block ends; those that are imported already stay."""
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
