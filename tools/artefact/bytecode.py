"""Bytecode for the runtime, compiled by a Python of the runtime's own version, whatever Python builds.

Without it every cold start compiles: Lambda's file system is read-only. Its format differs from one minor
version to the next, so another Python's would be ignored, silently. The files are of the kind "unchecked
hash" (PEP 552): valid whatever the time stamps, which zip files do not keep exactly, and the same bytes each
time. The sources stay beside it, for tracebacks and any other Python.
"""

import os
import subprocess  # nosec B404  # runs Python, with arguments of our own
from pathlib import Path
from typing import Final

from tools import interpreters

RUNTIME: Final = (3, 12)
"""As `.rpdk-config` and `deploy/custom-resource.yml` have it; a test compares."""
NAME: Final = interpreters.variable(".".join(map(str, RUNTIME)))
"""The variable that names the Python to compile with."""

_COMPILE: Final = """
import pathlib, py_compile, sys
root = pathlib.Path(sys.argv[1])
for file in sorted(root.rglob("*.py")):
    # Paths in tracebacks are relative: where it was built is nobody's business, and would change the bytes.
    py_compile.compile(str(file), dfile=file.relative_to(root).as_posix(), doraise=True,
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""


class NoRuntime(Exception):
    """There is no Python of the runtime's version on this machine; the text says what to do."""


def compile_all(folder: Path, python: Path) -> None:
    """Lay the bytecode of every source below `folder` beside it, as `python` compiles it."""
    subprocess.run(  # noqa: S603  # nosec B603  # our own arguments
        [str(python), "-I", "-S", "-c", _COMPILE, str(folder)],
        check=True,
        # A set's order of iteration follows the hash of its strings, and may show in a constant.
        env={"PYTHONHASHSEED": "0", "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")},
    )


def runtime_python() -> Path:
    """Return a Python of the runtime's version; raises NoRuntime."""
    named = ".".join(map(str, RUNTIME))
    python = interpreters.find(named)
    if python is None:
        raise NoRuntime(
            f"Lambda runs Python {named}, and there is none on this machine to compile the bytecode with."
            " Install one"
            f" (`uv python install {named}` does), or name it: make {NAME}=/path/to/python{named} …"
        )
    return python
