"""Checksums in the format that `sha256sum -c` reads: of the files of a release, and of what is inside of a
zip.

The list of what is inside is the same on every machine; the zip's own bytes depend on the version of zlib.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from . import archive


def write_sums(files: Iterable[Path], target: Path) -> None:
    """List the files, which must lie beside `target`."""
    target.write_text(lines({file.name: file.read_bytes() for file in files}), "utf-8", newline="\n")


def lines(files: archive.Files) -> str:
    """Return one line for each file, sorted by name."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
