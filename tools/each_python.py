"""Runs tests with each supported Python of this machine, and names the missing ones.

It is the last step of `make test`. Except the Python that has run all tests, each one gets an environment
from the same lock, by the same recipe, and the tests of the target `test-this-python`.
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
    """Try each version but the running one, and print the results; return whether all of them passed."""
    results = [f"{running} ran everything"]
    passed = True
    for version in versions:
        if running.startswith(f"{version}."):
            continue
        python = find(version)
        if python is None:
            results.append(f"{version} is not on this machine and was not tried")
        elif attempt(version, python):
            results.append(f"{interpreters.version_of(python)} passed the tests of `make test-this-python`")
        else:
            again = f"make PYTHON={python} VENV=.venv-{version} test-this-python"
            results.append(f"{interpreters.version_of(python)} FAILED (again: {again})")
            passed = False
    print(f"\n== Python: {'; '.join(results)}", flush=True)
    return passed


def make(version: str, python: Path) -> bool:
    """Install and test with that Python; return whether the tests passed."""
    print(f"\n== Python {interpreters.version_of(python)}: {python}", flush=True)
    variables = (f"PYTHON={python}", f"VENV=.venv-{version}")
    command = [os.environ.get("MAKE", "make"), "--no-print-directory", *variables, "test-this-python"]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603  # nosec B603  # our own target


def main() -> int:
    """Run the tests for the versions in the arguments; return the exit status."""
    return 0 if run(sys.argv[1:], platform.python_version(), interpreters.find, make) else 1


if __name__ == "__main__":
    sys.exit(main())
