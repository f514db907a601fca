"""Checks that the locks are complete and match pyproject.toml and requirements.txt.

`make check-lock` runs it with the Python of `.venv`, which was installed from its lock; `.venv-ministack`,
`.venv-guide` and `.venv-cdk` were installed from locks of their own. Without `.venv-cdk`, which only the
tests of the constructs need, its lock is checked as far as it says itself what it is. It follows the
requirements through the metadata of the installed packages, extras included; it needs no network and upgrades
nothing. The installation asks no resolver, so a package that a lock lacks would be missing. `make lock`
repairs every problem.
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
_OPTIONS: Final = "i|f|-index-url|-extra-index-url|-find-links"
ADDRESS: Final = re.compile(rf"https?://|file:|^\s*-(?:{_OPTIONS})\b", re.MULTILINE)
PIN: Final = re.compile(r"[\w.-]+==[\w.!+]+( ; [^\\]+)?( --hash=sha256:[0-9a-f]{64})+")
"""One version, its marker and its hashes; an extra or a range would need a resolver."""

Environment = dict[str, str]
"""The variables of markers that differ from the running Python's."""


def stated(text: str) -> Iterator[Requirement]:
    """Yield the requirements of a requirements file."""
    for line in text.splitlines():
        statement = re.sub(r"(^|\s)#.*$", "", line).strip()
        if statement:
            yield Requirement(statement)


def statements(lock: str) -> Iterator[str]:
    """Yield the lines of a lock without comments, with continued lines joined."""
    for line in re.sub(r"\s*\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE)).splitlines():
        if line.strip():
            yield line.strip()


def group(root: Path, name: str) -> list[Requirement]:
    """Return a dependency group of the project."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return [Requirement(line) for line in project["dependency-groups"][name]]


def dependencies(root: Path, extra: str = "") -> list[Requirement]:
    """What the project asks for wherever it is installed, and what an extra of it asks for."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    of_extra = project["optional-dependencies"][extra] if extra else ()
    return [*map(Requirement, (*project["dependencies"], *of_extra))]


@dataclass(frozen=True)
class Installed:
    """The packages of an environment, by canonical name, and the variables of its Python."""

    packages: dict[str, Distribution]
    environment: Environment

    @classmethod
    def here(cls) -> "Installed":
        """Return the packages of the running Python."""
        return cls({canonicalize_name(found.name): found for found in distributions()}, {})

    @classmethod
    def at(cls, venv: Path) -> "Installed":
        """Return the packages of a virtual environment, which may have another Python."""
        version = re.search(r"^version = (\S+)$", (venv / "pyvenv.cfg").read_text("utf-8"), re.MULTILINE)
        full = version[1] if version else ""
        found = distributions(path=[str(folder) for folder in venv.glob("lib/python3*/site-packages")])
        return cls(
            {canonicalize_name(each.name): each for each in found},
            {"python_full_version": full, "python_version": ".".join(full.split(".")[:2])},
        )

    def applies(self, requirement: Requirement, extra: str = "") -> bool:
        """Return whether the requirement applies on this system, for an extra of the package that has it."""
        return requirement.marker is None or requirement.marker.evaluate({**self.environment, "extra": extra})

    def requirements_of(self, requirement: Requirement) -> Iterator[Requirement]:
        """Yield the requirements of a package and of its requested extras."""
        package = self.packages.get(canonicalize_name(requirement.name))
        needs = [Requirement(need) for need in (package.requires if package else None) or ()]
        for extra in ("", *requirement.extras):
            yield from (need for need in needs if self.applies(need, extra))

    def closure(self, requirements: Iterable[Requirement]) -> list[Requirement]:
        """Return all requirements, direct and indirect ones."""
        open_ends = [requirement for requirement in requirements if self.applies(requirement)]
        seen: dict[tuple[str, ...], Requirement] = {}
        while open_ends:
            requirement = open_ends.pop()
            name, extras = canonicalize_name(requirement.name), sorted(requirement.extras)
            key = (name, str(requirement.specifier), *extras)
            if key not in seen:
                seen[key] = requirement
                open_ends += self.requirements_of(requirement)
        return list(seen.values())

    def disagreements(self, needs: Iterable[Requirement], locked: dict[str, Requirement]) -> Iterator[str]:
        """Yield a line for each package that is missing, out of range, superfluous or not installed."""
        names: set[str] = set()
        for need in needs:
            name = canonicalize_name(need.name)
            names.add(name)
            if name not in locked:
                yield f"{need} is needed but not locked"
            elif not _allows(need, locked[name]):
                yield f"{need} is needed but {locked[name]} is locked"
            if name not in self.packages:
                yield f"{need} is not installed, so what it needs is not known"
        yield from (f"{name} is locked but nothing needs it" for name in sorted(locked.keys() - names))


def _allows(need: Requirement, pin: Requirement) -> bool:
    return need.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True)


def problems(lock: str, wanted: Iterable[Requirement], installed: Installed) -> list[str]:
    """Return the problems of the text of a lock."""
    found = problems_of_form(lock)
    if found:
        return found
    pins = (Requirement(line.split(" --hash")[0]) for line in statements(lock))
    locked: dict[str, Requirement] = {
        canonicalize_name(pin.name): pin for pin in pins if installed.applies(pin)
    }
    return sorted(set(installed.disagreements(installed.closure(wanted), locked)))


def problems_of_form(lock: str) -> list[str]:
    """Return what the text of a lock leaves open, whatever is installed."""
    if ADDRESS.search(lock):
        return ["the lock names an index or a machine: it must work with any configured registry"]
    loose = [line.split(" --hash")[0] for line in statements(lock) if not PIN.fullmatch(line)]
    return [f"{line}: is not one version with its hashes" for line in loose]


def check(root: Path) -> list[str]:
    """What is wrong with the lock of `.venv`: what ships, what the command line needs, and the development
    group.
    """
    shipped = stated((root / "requirements.txt").read_text("utf-8"))
    wanted = [*shipped, *dependencies(root), *group(root, "dev")]
    return problems((root / "requirements-dev.txt").read_text("utf-8"), wanted, Installed.here())


def check_ministack(root: Path, venv: Path = ROOT / ".venv-ministack") -> list[str]:
    """Return the problems of the lock of ministack's own environment."""
    lock = (root / "requirements-ministack.txt").read_text("utf-8")
    return problems(lock, group(root, "ministack"), Installed.at(venv))


def check_guide(root: Path, venv: Path = ROOT / ".venv-guide") -> list[str]:
    """Return the problems of the lock of what builds the guide."""
    return problems(
        (root / "requirements-guide.txt").read_text("utf-8"), group(root, "guide"), Installed.at(venv)
    )


def check_cdk(root: Path, venv: Path = ROOT / ".venv-cdk") -> list[str]:
    """Return the problems of the lock of the constructs' environment."""
    lock = (root / "requirements-cdk.txt").read_text("utf-8")
    if not (venv / "lock-installed").exists():
        return problems_of_form(lock)
    return problems(lock, [*dependencies(root, "cdk"), *group(root, "cdk")], Installed.at(venv))


LOCKS: Final[dict[str, Callable[[Path], list[str]]]] = {
    "requirements-cdk.txt": check_cdk,
    "requirements-dev.txt": check,
    "requirements-ministack.txt": check_ministack,
    "requirements-guide.txt": check_guide,
}


def main() -> int:
    """Print the problems; return 1 if there are any."""
    found = {lock: find(ROOT) for lock, find in LOCKS.items()}
    for lock, lines in found.items():
        for problem in lines:
            print(f"{lock}: {problem}")
        print(f"{lock}: run `make lock`" if lines else f"{lock}: complete and up to date")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
