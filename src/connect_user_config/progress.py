"""Shows on standard error how far the work has come: a line for each region on a terminal, plain lines
anywhere else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Protocol

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


def console_of(*, to_stderr: bool = False) -> Console:
    """Return a console that shows names and values as they are, and wraps no line."""
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)


class Watcher(Protocol):
    """Who shows how far the work has come."""

    def of(self, region: str) -> Callable[[str], None]:
        """Return what shows the steps of the region."""
        ...


@contextmanager
def watching(*, is_quiet: bool) -> Iterator[Watcher]:
    """Show the work while it goes on, in the way that standard error allows."""
    console = console_of(to_stderr=True)
    if is_quiet:
        yield _Nobody()
    elif console.is_interactive:
        columns = (
            # The usual spinner is of braille dots.
            SpinnerColumn("dots" if console.encoding.startswith("utf") else "line"),
            TextColumn("{task.fields[region]}", markup=False),
            TextColumn("{task.description}", markup=False),
        )
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
            yield _Live(progress)
    else:
        yield _Lines(console)


class _Nobody:
    def of(self, _: str) -> Callable[[str], None]:
        return lambda _: None


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: dict[str, str] = {}

    def of(self, region: str) -> Callable[[str], None]:
        return partial(self._tell, region)

    def _tell(self, region: str, doing: str) -> None:
        if self._last.get(region) != doing:
            self._last[region] = doing
            # Nobody reads it, or the disk is full: no reason to stop the work.
            with suppress(OSError):
                self._console.print(f"{region}: {doing}")


class _Live:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def of(self, region: str) -> Callable[[str], None]:
        task = self._progress.add_task("", total=None, region=region)
        return partial(self._tell, task)

    def _tell(self, task: TaskID, doing: str) -> None:
        self._progress.update(task, description=doing)
