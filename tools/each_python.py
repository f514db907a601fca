"""Runs tests with each supported Python of this machine, and names the missing ones.

It is the last step of `make test`. Except the Python that has run all tests, each one gets an environment
from the same lock, by the same recipe, and the tests of the target `test-this-python`. All of them run at
once, in a process each: every line says whose it is.
"""

import os
import platform
import subprocess  # nosec B404  # runs make, with arguments of our own
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools import interpreters

Find = Callable[[str], Path | None]
Try = Callable[[str, Path], bool]


def run(versions: Iterable[str], running: str, find: Find, attempt: Try) -> bool:
    """Try each version but the running one, and print the results; return whether all of them passed."""
    others = [version for version in versions if not running.startswith(f"{version}.")]
    found = {version: python for version in others if (python := find(version))}
    with ThreadPoolExecutor(len(others) or 1) as pool:
        passed = dict(zip(found, pool.map(attempt, found, found.values()), strict=True))
    results = [f"{running} ran everything"]
    for version in others:
        if version not in found:
            results.append(f"{version} is not on this machine and was not tried")
            continue
        ended = "passed the tests of `make test-this-python`"
        if not passed[version]:
            ended = f"FAILED (again: make PYTHON={found[version]} VENV=.venv-{version} test-this-python)"
        results.append(f"{interpreters.version_of(found[version])} {ended}")
    print(f"\n== Python: {'; '.join(results)}", flush=True)
    return all(passed.values())


def make(version: str, python: Path) -> bool:
    """Install and test with that Python, each line behind its version; return whether the tests passed."""
    print(f"\n== Python {interpreters.version_of(python)}: {python}", flush=True)
    variables = (f"PYTHON={python}", f"VENV=.venv-{version}")
    command = [os.environ.get("MAKE", "make"), "--no-print-directory", *variables, "test-this-python"]
    with subprocess.Popen(  # noqa: S603  # nosec B603  # our own target
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        for line in running.stdout or ():
            print(f"{version}: {line}", end="", flush=True)
    return running.returncode == 0


def main() -> int:
    """Run the tests for the versions in the arguments; return the exit status."""
    return 0 if run(sys.argv[1:], platform.python_version(), interpreters.find, make) else 1


if __name__ == "__main__":
    sys.exit(main())
