"""What `cfn submit` uploads, with the lean code in place of its own.

The stock command packs the copy of the project (`project`); from its zip everything is taken but the code. So
the format is the command's, whatever its version. The code differs in two ways only, which the stock packager
cannot be told: bytecode and compression. Anything else that differs stops the build.
"""

import io
import shutil
import subprocess  # nosec B404  # runs the `cfn` command
import sys
import zipfile
from pathlib import Path
from typing import Final

from . import archive, project
from .type_name import TypeName

CODE: Final = "ResourceProvider.zip"


class NotPacked(Exception):
    """The stock command failed, or packed something else; the text says what."""


def stock_artefact(staged: Path, name: TypeName) -> dict[str, bytes]:
    """Return what the stock command packs of the copy in `staged`, by path."""
    done = subprocess.run(  # noqa: S603  # nosec B603  # the command of this environment
        [str(Path(sys.executable).parent / "cfn"), "submit", "--dry-run"],
        cwd=staged,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotPacked(f"`cfn submit --dry-run` failed in {staged}:\n{done.stdout}{done.stderr}")
    packed = staged / f"{name.hyphenated}.zip"
    files = archive.contents(packed)
    packed.unlink()
    _clear(staged)
    return files


def compose(staged: Path, name: TypeName, code: Path, target: Path) -> None:
    """Write the artefact into `target`: everything as the stock command packs it, and `code`, a zip, as the
    code.
    """
    files = stock_artefact(staged, name)
    _compare(files[CODE], code)
    # Stored, as the stock command does; the code is compressed already.
    archive.pack({**files, CODE: code.read_bytes()}, target, compressed=False)


def code_of(zipped: Path) -> dict[str, bytes]:
    """Return the files that Lambda gets: of the code inside of the registry's artefact, or of the function's
    zip itself.
    """
    files = archive.contents(zipped)
    if CODE not in files:
        return files
    with zipfile.ZipFile(io.BytesIO(files[CODE])) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _compare(stock: bytes, code: Path) -> None:
    """Raise NotPacked unless both hold the same files, bytecode and pip's notes aside."""
    with zipfile.ZipFile(io.BytesIO(stock)) as packed:
        theirs = {name: packed.read(name) for name in packed.namelist() if not project.is_of_the_wheel(name)}
    ours = {name: data for name, data in archive.contents(code).items() if not name.endswith(".pyc")}
    if differing := sorted(
        name for name in theirs.keys() | ours.keys() if theirs.get(name) != ours.get(name)
    ):
        raise NotPacked(
            f"The stock command packs other code: {', '.join(differing[:10])} ({len(differing)} files"
            " differ)."
        )


def _clear(staged: Path) -> None:
    for note in staged.glob("rpdk.log*"):
        note.unlink()
    shutil.rmtree(staged / "build", ignore_errors=True)
