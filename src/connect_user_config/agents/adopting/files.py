"""Writes files whole or not at all, and tells what keeps it from that."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ...problems import Failed

OWNER_ONLY: Final = 0o600
_EVERYBODY: Final = 0o644


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise Failed, with the path, for an OSError."""
    try:
        yield
    except OSError as error:
        advice = "make room or change permissions, then run the same command again: it goes on from there"
        raise Failed("not-written", f"{path} cannot be written: {error.strerror}", advice) from error


def write(path: Path, text: str, *, is_private: bool = False) -> None:
    """Write a file in one step, and only if it differs; without text it is removed. Raises Failed."""
    mode, data = OWNER_ONLY if is_private else _EVERYBODY, text.encode()
    with writing(path):
        if not text:
            path.unlink(missing_ok=True)
            return
        if path.is_file() and path.read_bytes() == data:
            path.chmod(mode)
            return
        path.parent.mkdir(exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".adopt-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
