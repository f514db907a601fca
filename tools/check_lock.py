"""Tells whether requirements-dev.txt still is the lock of what pyproject.toml and requirements.txt ask for.

Run by `make check-lock` with the Python of `.venv`, which was installed from that very lock, hashes and all. It walks from the
wanted requirements through the metadata of the installed packages: needs no network and upgrades nothing. `make lock` mends
whatever it finds.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://|file:|^\s*-(?:i|f|-index-url|-extra-index-url|-find-links)\b", re.MULTILINE)


def stated(text: str) -> Iterator[Requirement]:
    """The requirements of a requirements file, without comments, hashes and line continuations."""
    for line in text.splitlines():
        statement = re.sub(r"(^|\s)#.*$", "", line).rstrip("\\ ").strip()
        if statement and not statement.startswith("--"):
            yield Requirement(statement)


def applies(requirement: Requirement, extra: str = "") -> bool:
    """Whether the requirement counts on this system, for that extra of the package that states it."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def wanted(root: Path) -> list[Requirement]:
    """What the project asks for by name: what ships, and the development group."""
    development = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    return [*stated((root / "requirements.txt").read_text("utf-8")), *map(Requirement, development)]


def brought_along(requirement: Requirement) -> Iterator[Requirement]:
    """What the installed package needs for itself and for the extras that are asked for."""
    try:
        needs = [Requirement(need) for need in requires(requirement.name) or ()]
    except PackageNotFoundError:
        return
    for extra in ("", *requirement.extras):
        yield from (need for need in needs if applies(need, extra))


def closure(requirements: Iterable[Requirement]) -> list[Requirement]:
    """Everything that is needed, directly or not."""
    open_ends = [requirement for requirement in requirements if applies(requirement)]
    seen: dict[tuple[str, ...], Requirement] = {}
    while open_ends:
        requirement = open_ends.pop()
        key = (canonicalize_name(requirement.name), str(requirement.specifier), *sorted(requirement.extras))
        if key not in seen:
            seen[key] = requirement
            open_ends += brought_along(requirement)
    return list(seen.values())


def disagreements(needs: Iterable[Requirement], locked: dict[str, Requirement]) -> Iterator[str]:
    """One line for each package that the lock lacks, pins out of range or need not hold."""
    names: set[str] = set()
    for need in needs:
        name = canonicalize_name(need.name)
        names.add(name)
        if name not in locked:
            yield f"{need} is needed but not locked"
        elif not need.specifier.contains(str(locked[name].specifier).removeprefix("=="), prereleases=True):
            yield f"{need} is needed but {locked[name]} is locked"
    yield from (f"{name} is locked but nothing needs it" for name in sorted(locked.keys() - names))


def check(root: Path) -> list[str]:
    """Everything that is wrong with the lock of the project at `root`."""
    lock = (root / "requirements-dev.txt").read_text("utf-8")
    locked: dict[str, Requirement] = {canonicalize_name(pin.name): pin for pin in stated(lock) if applies(pin)}
    problems = sorted(set(disagreements(closure(wanted(root)), locked)))
    if ADDRESS.search(lock):
        problems.append("the lock names an index or a machine: it must work with whichever registry is configured")
    return problems


def check_ministack(root: Path) -> list[str]:
    """What is wrong with the lock of ministack's own environment; what its packages bring along is not installed here."""
    lock = (root / "requirements-ministack.txt").read_text("utf-8")
    locked = {str(pin) for pin in stated(lock)}
    group = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["ministack"]
    problems = [f"{need} is needed but not locked" for need in group if need not in locked]
    if ADDRESS.search(lock):
        problems.append("the lock names an index or a machine: it must work with whichever registry is configured")
    return problems


def main() -> int:
    """Prints what is wrong; the exit status is 1 when something is."""
    found = {"requirements-dev.txt": check(ROOT), "requirements-ministack.txt": check_ministack(ROOT)}
    for lock, problems in found.items():
        for problem in problems:
            print(f"{lock}: {problem}")
        print(f"{lock}: run `make lock`" if problems else f"{lock}: up to date")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
