"""Defers imports: stand-ins replace modules that a library imports and nothing here uses.

`aws.clients` and `registry.library` import their libraries this way, which saves more than a third of the
imports of a cold start. The replacement in `sys.modules` depends on the names that the libraries import. So
tests import both front ends in a fresh process and check the loaded modules.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, Final

NOT_FOR_OUR_CALLS: Final = (
    # Texts for `help`.
    "botocore.docs.bcdoc.restdoc",
    "botocore.docs.method",
    "botocore.docs.paginator",
    "botocore.docs.service",
    "botocore.docs.waiter",
    # Paginators, waiters and endpoints that depend on a list of names.
    "jmespath",
    # Files in the home of a person, and programs that give credentials.
    "configparser",
    "getpass",
    "subprocess",
    "tempfile",
    # Services that answer in XML; times as text; numbers beyond a float.
    "xml.etree",
    "xml.etree.ElementTree",
    "dateutil.parser",
    "decimal",
    # Proxies, which only a variable of the environment can name in Lambda
    # (`clients.proxies_of_the_environment`).
    "urllib.request",
    # Forms with files, and HTTP/2, which nobody switches on.
    "mimetypes",
    "importlib.metadata",
)
"""What botocore and urllib3 import for others."""


class Deferred:
    """Stands for a class or function of a module; a call imports the module and calls the original."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the real one's own signature
        """Call the real one."""
        return self._real()(*args, **kwargs)

    def __instancecheck__(self, instance: object) -> bool:
        """Ask the real one."""
        return isinstance(instance, self._real())

    def _real(self) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(import_module(self._module), self._name)


class _StandIn(ModuleType):
    """A module whose every public name is `Deferred` while others import it, and the real one afterwards."""

    is_importing = True

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        if name.startswith("__"):
            raise AttributeError(name)
        if not self.is_importing:
            return getattr(import_module(self.__name__), name)
        return sys.modules.get(f"{self.__name__}.{name}") or Deferred(self.__name__, name)


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Put stand-ins into the places of modules until the block ends; those that are imported already stay.

    No garbage is collected meanwhile, and what is there at the end counts as needed for good: an import makes
    next to no garbage, and looking for it takes a tenth of a cold start's imports.
    """
    stand_ins = {name: _StandIn(name) for name in names if name not in sys.modules}
    sys.modules.update(stand_ins)
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.freeze()
            gc.enable()
        for name, stand_in in stand_ins.items():
            stand_in.is_importing = False
            del sys.modules[name]
