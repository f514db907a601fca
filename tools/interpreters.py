"""Finds the Pythons of this machine: the runtime's, to compile for Lambda, and the supported ones, to test.

`python tools/interpreters.py 3.12` prints the path of one, or fails. The Makefile calls it with any Python,
before any installation: standard library only.
"""

import os
import re
import shutil
import subprocess  # nosec B404  # runs Python, with arguments of our own
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_VERSION: Final = re.compile(r"Python (\S+)")


def variable(version: str) -> str:
    """Return the environment variable that names the Python of a version: PYTHON312."""
    return f"PYTHON{version.replace('.', '')}"


def find(version: str) -> Path | None:
    """Return a Python of that minor version; None if none runs."""
    for python in _candidates(version):
        if version_of(python).startswith(f"{version}."):
            return python
    return None


def _candidates(version: str) -> Iterator[Path]:
    """Yield the named one, or else the running one, those on the path, and those of pyenv and uv."""
    if named := os.environ.get(variable(version)):
        yield Path(named)
        return
    yield Path(sys.executable)
    name = f"python{version}"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if found := shutil.which(name, path=folder):
            yield Path(found)
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local" / "share" / "uv" / "python"))
    for versions in (pyenv, uv):
        yield from sorted(versions.glob(f"*{version}*/bin/{name}"))


def version_of(python: Path) -> str:
    """Return the full version of a Python; empty if it does not run, as pyenv's shim of a missing one."""
    try:
        ran = subprocess.run(  # noqa: S603  # nosec B603  # asks a Python for its version
            [str(python), "-I", "-S", "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except OSError:
        return ""
    found = _VERSION.fullmatch(ran.stdout.strip())
    return found[1] if found and ran.returncode == 0 else ""


def main(version: str) -> int:
    """Print the path of a Python of that version; return 1 if there is none."""
    python = find(version)
    if python:
        print(python)
    return 0 if python else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
