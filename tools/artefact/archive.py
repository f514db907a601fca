"""Zips whose bytes follow from their content alone: fixed order, times, permissions and system.

What is left is the compression itself: another version of zlib may compress otherwise. So `checksums` also
lists what is inside.
"""

import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold."""
_UNIX: Final = 3
_MODE: Final = stat.S_IFREG | 0o644
"""Lambda runs the code as a user of its own, who must be able to read it."""

Files = Mapping[str, bytes]


def files_below(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below `folder`, by its path in a zip."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }


def unpack(files: Files, folder: Path) -> None:
    """Write the files below `folder`, readable for all and writable for the owner, whatever the umask."""
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(stat.S_IMODE(_MODE))


def pack(files: Files, archive: Path, *, compressed: bool = True) -> None:
    """Write the files into `archive`."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = _MODE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
            packed.writestr(entry, files[name], compresslevel=9)


def contents(archive: Path) -> dict[str, bytes]:
    """Return the content of every file of `archive`, by its path."""
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}
