"""What is published: the wheel and the source archive, which both hold the artefacts, with checksums and a
bill of materials. The bytes follow from the content alone.

The build backend works on a copy of the packages, so that nothing else of the checkout gets in, and makes the
wheel of the source archive, as an installer would. It takes modes from the files and times from
SOURCE_DATE_EPOCH in the wheel, but not in the archive, which is therefore packed again.
"""

import gzip
import io
import os
import subprocess  # nosec B404  # runs the build backend
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from . import archive, build, checksums, project

_PACKAGES: Final = ("connect_user_config", project.PACKAGE)
_TEXTS: Final = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")
_DATA: Final = ("*.yml", "page.html", "page.css", "page.js")
"""Templates, which are links to `deploy/` in the checkout and files here, and the page of the report."""
_EPOCH: Final = "315532800"
"""1980-01-01, the earliest time that a wheel can hold."""
_BACKEND: Final = """
import os, sys
# Generated files get the mode that the copied ones have.
os.umask(0o022)
from setuptools import build_meta
getattr(build_meta, sys.argv[1])(sys.argv[2])
"""


class NotBuilt(Exception):
    """The build backend failed; the text is what it said."""


def build_distribution(folder: Path) -> list[Path]:
    """Build the wheel and the source archive into `folder`, which is made, and what describes them; return
    all of it. Raises NoRuntime, Unfit, NotBuilt.
    """
    with tempfile.TemporaryDirectory() as scratch:
        code = build.build_code(Path(scratch, build.FUNCTION))
        folder.mkdir(parents=True, exist_ok=True)
        tree = Path(scratch, "tree")
        _stage(tree, code)
        sdist = _run("build_sdist", tree, folder)
        sources = _contents(sdist)
        _pack(sources, sdist)
        archive.unpack(sources, Path(scratch))
        wheel = _run("build_wheel", Path(scratch, sdist.name.removesuffix(".tar.gz")), folder)
        files = [wheel, sdist, *build.describe(wheel, code)]
    checksums.write_sums(files, folder / build.SUMS)
    return [*files, folder / build.SUMS]


def _stage(tree: Path, code: Path) -> None:
    archive.unpack({name: (project.ROOT / name).read_bytes() for name in _TEXTS}, tree)
    for package in _PACKAGES:
        archive.unpack(project.sources(package, *_DATA), tree / "src")
    build.build_registry(code, tree / "src" / build.PLACE).chmod(0o644)


def _run(hook: str, tree: Path, folder: Path) -> Path:
    """Call a hook of the build backend in `tree`, and return the file that it has left in `folder`."""
    with tempfile.TemporaryDirectory() as target:
        done = subprocess.run(  # noqa: S603  # nosec B603  # our own arguments
            [sys.executable, "-c", _BACKEND, hook, target],
            cwd=tree,
            env={**os.environ, "SOURCE_DATE_EPOCH": _date(), "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotBuilt(f"{hook} failed:\n{done.stdout}{done.stderr}")
        (built,) = Path(target).iterdir()
        (folder / built.name).write_bytes(built.read_bytes())
    return folder / built.name


def _contents(sdist: Path) -> dict[str, bytes]:
    with tarfile.open(sdist) as packed:
        members = ((entry.name, packed.extractfile(entry)) for entry in packed)
        return {name: member.read() for name, member in members if member}


def _pack(files: archive.Files, sdist: Path) -> None:
    """Write the archive sorted, without owners, with fixed modes and times."""
    unzipped = io.BytesIO()
    with tarfile.open(fileobj=unzipped, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name in sorted(files):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(files[name]), int(_date())
            packed.addfile(entry, io.BytesIO(files[name]))
    sdist.write_bytes(gzip.compress(unzipped.getvalue(), mtime=int(_date())))


def _date() -> str:
    return os.environ.get("SOURCE_DATE_EPOCH", _EPOCH)
