"""Keeps the promise about Python versions: runs tests under each supported Python that this machine has, and
says which it has not.

`make test` ends with it. The Python that ran everything is not asked again; each other one gets an
environment from the same lock, by the same recipe, and the tests of the target `test-this-python`.
"""

import os
import platform
import subprocess  # nosec B404  # runs make, with arguments of our own
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tools import interpreters

Find = Callable[[str], Path | None]
Try = Callable[[str, Path], bool]


def run(versions: Iterable[str], running: str, find: Find, attempt: Try) -> bool:
    """Try each version but the running one, tell what came of it, and return whether all that were found have
    passed.
    """
    said = [f"{running} ran everything"]
    passed = True
    for version in versions:
        if running.startswith(f"{version}."):
            continue
        python = find(version)
        if python is None:
            said.append(f"{version} is not on this machine and was not tried")
        elif attempt(version, python):
            said.append(f"{interpreters.version_of(python)} passed the tests of `make test-this-python`")
        else:
            said.append(
                f"{interpreters.version_of(python)} FAILED (again: make PYTHON={python} VENV=.venv-{version}"
                " test-this-python)"
            )
            passed = False
    print(f"\n== Python: {'; '.join(said)}", flush=True)
    return passed


def make(version: str, python: Path) -> bool:
    """Install and test under that Python; tell whether it went well."""
    print(f"\n== Python {interpreters.version_of(python)}: {python}", flush=True)
    command = [
        os.environ.get("MAKE", "make"),
        "--no-print-directory",
        f"PYTHON={python}",
        f"VENV=.venv-{version}",
    ]
    return subprocess.run([*command, "test-this-python"], check=False).returncode == 0  # noqa: S603  # nosec B603  # our own target


def main() -> int:
    """Take the supported versions as arguments."""
    return 0 if run(sys.argv[1:], platform.python_version(), interpreters.find, make) else 1


if __name__ == "__main__":
    sys.exit(main())
