"""Tells whether the locks are complete, and still the locks of what pyproject.toml and requirements.txt ask
for.

Run by `make check-lock` with the Python of `.venv`, which was installed from its lock, hashes and all;
`.venv-ministack` was installed from the other. It walks from the wanted requirements through the metadata of
the installed packages, extras included: needs no network and upgrades nothing. Installation asks no resolver,
so whatever a lock lacks would be missing. `make lock` mends whatever it finds.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
ADDRESS: Final = re.compile(
    r"https?://|file:|^\s*-(?:i|f|-index-url|-extra-index-url|-find-links)\b", re.MULTILINE
)
PIN: Final = re.compile(r"[\w.-]+==[\w.!+]+( ; [^\\]+)?( --hash=sha256:[0-9a-f]{64})+")
"""One version, where it counts, and hashes; nothing else: an extra or a range would be for a resolver to
decide.
"""

Environment = dict[str, str]
"""What markers are asked about, where it differs from the running Python."""


def stated(text: str) -> Iterator[Requirement]:
    """The requirements of a requirements file, without comments."""
    for line in text.splitlines():
        statement = re.sub(r"(^|\s)#.*$", "", line).strip()
        if statement:
            yield Requirement(statement)


def statements(lock: str) -> Iterator[str]:
    """The lines of a lock, continued ones joined, without comments."""
    for line in re.sub(r"\s*\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE)).splitlines():
        if line.strip():
            yield line.strip()


def group(root: Path, name: str) -> list[Requirement]:
    """A dependency group of the project."""
    return [
        *map(
            Requirement,
            tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["dependency-groups"][name],
        )
    ]


def dependencies(root: Path) -> list[Requirement]:
    """What the project asks for wherever it is installed."""
    return [
        *map(
            Requirement,
            tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"],
        )
    ]


@dataclass(frozen=True)
class Installed:
    """The packages of an environment, by canonical name, and the Python that it is made with."""

    packages: dict[str, Distribution]
    environment: Environment

    @classmethod
    def here(cls) -> "Installed":
        """What the running Python sees."""
        return cls({canonicalize_name(found.name): found for found in distributions()}, {})

    @classmethod
    def at(cls, venv: Path) -> "Installed":
        """What is in a virtual environment, which may be of another Python."""
        version = re.search(r"^version = (\S+)$", (venv / "pyvenv.cfg").read_text("utf-8"), re.MULTILINE)
        full = version[1] if version else ""
        found = distributions(path=[str(folder) for folder in venv.glob("lib/python3*/site-packages")])
        return cls(
            {canonicalize_name(each.name): each for each in found},
            {"python_full_version": full, "python_version": ".".join(full.split(".")[:2])},
        )

    def applies(self, requirement: Requirement, extra: str = "") -> bool:
        """Whether the requirement counts on this system, for that extra of the package that states it."""
        return requirement.marker is None or requirement.marker.evaluate({**self.environment, "extra": extra})

    def brought_along(self, requirement: Requirement) -> Iterator[Requirement]:
        """What the package needs for itself and for the extras that are asked for."""
        package = self.packages.get(canonicalize_name(requirement.name))
        needs = [Requirement(need) for need in (package.requires if package else None) or ()]
        for extra in ("", *requirement.extras):
            yield from (need for need in needs if self.applies(need, extra))

    def closure(self, requirements: Iterable[Requirement]) -> list[Requirement]:
        """Everything that is needed, directly or not."""
        open_ends = [requirement for requirement in requirements if self.applies(requirement)]
        seen: dict[tuple[str, ...], Requirement] = {}
        while open_ends:
            requirement = open_ends.pop()
            key = (
                canonicalize_name(requirement.name),
                str(requirement.specifier),
                *sorted(requirement.extras),
            )
            if key not in seen:
                seen[key] = requirement
                open_ends += self.brought_along(requirement)
        return list(seen.values())

    def disagreements(self, needs: Iterable[Requirement], locked: dict[str, Requirement]) -> Iterator[str]:
        """One line for each package that the lock lacks, pins out of range or need not hold, or that could
        not be looked into.
        """
        names: set[str] = set()
        for need in needs:
            name = canonicalize_name(need.name)
            names.add(name)
            if name not in locked:
                yield f"{need} is needed but not locked"
            elif not need.specifier.contains(
                str(locked[name].specifier).removeprefix("=="), prereleases=True
            ):
                yield f"{need} is needed but {locked[name]} is locked"
            if name not in self.packages:
                yield f"{need} is not installed, so what it needs is not known"
        yield from (f"{name} is locked but nothing needs it" for name in sorted(locked.keys() - names))


def problems(lock: str, wanted: Iterable[Requirement], installed: Installed) -> list[str]:
    """Everything that is wrong with the text of a lock."""
    if ADDRESS.search(lock):
        return ["the lock names an index or a machine: it must work with whichever registry is configured"]
    loose = [line.split(" --hash")[0] for line in statements(lock) if not PIN.fullmatch(line)]
    if loose:
        return [f"{line}: is not one version with its hashes" for line in loose]
    pins = (Requirement(line.split(" --hash")[0]) for line in statements(lock))
    locked: dict[str, Requirement] = {
        canonicalize_name(pin.name): pin for pin in pins if installed.applies(pin)
    }
    return sorted(set(installed.disagreements(installed.closure(wanted), locked)))


def check(root: Path) -> list[str]:
    """What is wrong with the lock of `.venv`: what ships, what the command line needs, and the development
    group.
    """
    shipped = stated((root / "requirements.txt").read_text("utf-8"))
    wanted = [*shipped, *dependencies(root), *group(root, "dev")]
    return problems((root / "requirements-dev.txt").read_text("utf-8"), wanted, Installed.here())


def check_ministack(root: Path, venv: Path = ROOT / ".venv-ministack") -> list[str]:
    """What is wrong with the lock of ministack's own environment."""
    return problems(
        (root / "requirements-ministack.txt").read_text("utf-8"), group(root, "ministack"), Installed.at(venv)
    )


LOCKS: Final[dict[str, Callable[[Path], list[str]]]] = {
    "requirements-dev.txt": check,
    "requirements-ministack.txt": check_ministack,
}


def main() -> int:
    """Prints what is wrong; the exit status is 1 when something is."""
    found = {lock: look(ROOT) for lock, look in LOCKS.items()}
    for lock, said in found.items():
        for problem in said:
            print(f"{lock}: {problem}")
        print(f"{lock}: run `make lock`" if said else f"{lock}: complete and up to date")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
