"""`make release`: tags the commit and puts what a release consists of into `dist/`; publishes nothing.

    python -m tools.release [--dry-run]

It refuses unless the tree is clean, the version in `pyproject.toml` has a dated section of its own in
CHANGELOG.md that is the latest one, and the tag is free. Then it builds the wheel, the source archive, the
bill of materials and the checksums, writes the section as `NOTES.md`, and tags the commit.
"""

import argparse
import re
import subprocess  # nosec B404  # runs make and git, with arguments of our own
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
_SECTION: Final = re.compile(r"^## \[(?P<version>\d[^\]]*)\] - (?P<date>\d{4}-\d{2}-\d{2})$", re.MULTILINE)
_HEADING: Final = re.compile(r"^## ", re.MULTILINE)
_LINK: Final = re.compile(r"^\[[^\]]+\]: ", re.MULTILINE)


class NotReady(Exception):
    """The tree is not what a release is made of; the text says what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 1 if nothing was released."""
    parser = argparse.ArgumentParser(prog="make release", description="Tag and build a release.")
    parser.add_argument("--dry-run", action="store_true", help="check, and print the notes")
    options = parser.parse_args(arguments)
    try:
        version = version_of((ROOT / "pyproject.toml").read_text("utf-8"))
        notes = notes_of((ROOT / "CHANGELOG.md").read_text("utf-8"), version)
        check_tree(version)
    except NotReady as problem:
        print(problem, file=sys.stderr)
        return 1
    if options.dry_run:
        print(notes)
        return 0
    subprocess.run(["make", "dist"], cwd=ROOT, check=True)  # noqa: S607  # nosec B603, B607  # our own target
    (ROOT / "dist" / "NOTES.md").write_text(notes, "utf-8")
    _git("tag", "--annotate", f"v{version}", "--cleanup=verbatim", "--message", f"{version}\n\n{notes}")
    print(f"tagged v{version}; dist/ holds what to publish. To publish the tag: git push origin v{version}")
    return 0


def version_of(project: str) -> str:
    """Return the version in the text of `pyproject.toml`."""
    return str(tomllib.loads(project)["project"]["version"])


def notes_of(changelog: str, version: str) -> str:
    """Return the section of `version`; NotReady unless it is dated, the latest, and says something."""
    found = _SECTION.search(changelog)
    if not found or found["version"] != version:
        latest = f"the latest is {found['version']}" if found else "there is none"
        raise NotReady(
            f"CHANGELOG.md needs a section '## [{version}] - YYYY-MM-DD' before any other release; {latest}."
        )
    unreleased = changelog[: found.start()].partition("## [Unreleased]")[2].strip()
    if unreleased:
        raise NotReady(f"Move what is under [Unreleased] in CHANGELOG.md into the section of {version}.")
    notes = _LINK.split(_HEADING.split(changelog[found.end() :])[0])[0].strip()
    if not notes:
        raise NotReady(f"The section of {version} in CHANGELOG.md says nothing.")
    return f"{notes}\n"


def check_tree(version: str, root: Path = ROOT) -> None:
    """Raise NotReady unless the tree is clean and the tag is free."""
    if changed := _git("status", "--porcelain", root=root):
        raise NotReady(f"Commit or remove these first:\n{changed}")
    if _git("tag", "--list", f"v{version}", root=root):
        raise NotReady(f"The tag v{version} exists: raise the version in pyproject.toml.")


def _git(*words: str, root: Path = ROOT) -> str:
    ended = subprocess.run(  # noqa: S603  # nosec B603, B607  # words of our own
        ["git", *words],  # noqa: S607 - the one on the path
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return ended.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
