"""What an interrupted run has read of agents, so that the next one goes on from there.

A line of JSON for each agent, written as soon as it is read. Only the caller can read the file, because it
may hold phone numbers; it is removed when the templates are written. It has only agents that can be adopted:
what keeps others from it may be mended by the time of the next run.
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
from .files import OWNER_ONLY, writing

_LONGEST: Final = 4 * 3600
"""Seconds after which values are read again: templates shall say what is in force when they are written."""


class Journal:
    """The findings of one run, and those of one that was interrupted in the same `task`."""

    _file: TextIO

    def __init__(self, path: Path, task: str) -> None:
        self._path = path
        self._task = task
        self.ids: set[str] = set()
        """The agents who are read and can be adopted."""
        self.others: list[LeftOut | WouldChange] = []
        """The others that this run has read."""

    def __enter__(self) -> Self:
        """Open the file: go on with the lines that hold, or begin anew; raises Failed."""
        with writing(self._path):
            whole = self._whole_lines()
            descriptor = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, OWNER_ONLY)
            # What a run has left that ended within a line, or that had another task, goes.
            os.ftruncate(descriptor, whole)
            self._file = os.fdopen(descriptor, "a", encoding="utf-8")
            if not whole:
                self._write({"task": self._task, "begun": time.time()})
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self.ids:
            # Nothing to go on from.
            self._path.unlink(missing_ok=True)

    def add(self, finding: Finding) -> None:
        """Keep what was found of an agent; raises Failed."""
        if isinstance(finding, Adopted):
            self.ids.add(finding.id)
            with writing(self._path):
                self._write(asdict(finding))
        else:
            self.others.append(finding)

    def remove(self) -> None:
        """Forget everything: the templates are written."""
        self.__exit__()
        with writing(self._path):
            self._path.unlink(missing_ok=True)

    def adopted(self) -> Iterator[Adopted]:
        """Yield the agents who can be adopted, in the order in which they were read, from the disk."""
        with self._path.open(encoding="utf-8") as lines:
            next(lines, None)
            for line in lines:
                yield _adopted(json.loads(line))

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def _whole_lines(self) -> int:
        """Return the length of the lines that hold, and note their agents."""
        length = 0
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError), self._path.open("rb") as lines:
            head = json.loads(lines.readline())
            if head["task"] != self._task or not 0 <= time.time() - head["begun"] < _LONGEST:
                return 0
            length = lines.tell()
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self.ids.add(_adopted(json.loads(line)).id)
                length += len(line)
        return length


def _adopted(line: dict[str, Any]) -> Adopted:
    return Adopted(**{**line, "remarks": tuple(line["remarks"])})
