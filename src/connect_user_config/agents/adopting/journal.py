"""What an interrupted run has read of agents, so that the next one goes on from there.

A line of JSON for each agent, written as soon as it is read. Only the caller can read the file, because it
may hold phone numbers; it is removed when the templates are written.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Self, TextIO

from .declaring import Adopted, Finding, LeftOut, WouldChange

_OWNER_ONLY: Final = 0o600
_LONGEST: Final = 24 * 3600
"""Seconds after which values are read again: the templates shall say what is in force today."""
_KINDS: Final = {each.__name__: each for each in (Adopted, LeftOut, WouldChange)}


class Journal:
    """The findings of one run, or of one that was interrupted and has the same `task`."""

    def __init__(self, path: Path, task: str) -> None:
        self._path = path
        self._task = task
        self._file: TextIO | None = None
        self.ids: set[str] = set()
        """The agents that are read."""

    def __enter__(self) -> Self:
        """Open the file: go on with the lines that are there, or begin anew; raises OSError."""
        whole = self._whole_lines()
        if whole is None:
            self._path.unlink(missing_ok=True)
        elif whole < self._path.stat().st_size:
            # The run ended within a line.
            os.truncate(self._path, whole)
        descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, _OWNER_ONLY)
        self._file = os.fdopen(descriptor, "a", encoding="utf-8")
        if whole is None:
            self._write({"task": self._task, "begun": time.time()})
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def add(self, finding: Finding) -> None:
        """Keep what was found of an agent."""
        self.ids.add(finding.id)
        self._write({"kind": type(finding).__name__, **asdict(finding)})

    def remove(self) -> None:
        """Forget everything: the templates are written."""
        self.__exit__()
        self._path.unlink(missing_ok=True)

    def findings(self) -> Iterator[Finding]:
        """Yield what was found, in the order in which it was read; not all of it stays in memory."""
        with self._path.open(encoding="utf-8") as lines:
            next(lines, None)
            for line in lines:
                yield _finding(json.loads(line))

    def _write(self, line: dict[str, Any]) -> None:
        if not self._file:
            raise ValueError("the journal is not open")
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def _whole_lines(self) -> int | None:
        """Return the length of the lines that hold, and note their agents; None if none holds."""
        length = 0
        with suppress(OSError, ValueError, KeyError, TypeError), self._path.open("rb") as lines:
            head = json.loads(lines.readline())
            if head["task"] != self._task or not 0 <= time.time() - head["begun"] < _LONGEST:
                return None
            length = lines.tell()
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self.ids.add(_finding(json.loads(line)).id)
                length += len(line)
        return length or None


def _finding(line: dict[str, Any]) -> Finding:
    kind = _KINDS[line.pop("kind")]
    tuples = {name: tuple(value) for name, value in line.items() if isinstance(value, list)}
    return kind(**{**line, **tuples})
