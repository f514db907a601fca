"""Shows on standard error how far the work has come: a line of its own for each region on a terminal, plain lines anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from .regions import Watcher


@contextmanager
def watching(*, is_quiet: bool) -> Iterator[Watcher]:
    """Show the work while it goes on, in the way that standard error allows."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
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
    def tell(self, region: str, doing: str) -> None:
        """Show nothing."""


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: dict[str, str] = {}

    def tell(self, region: str, doing: str) -> None:
        """Print what is new."""
        if self._last.get(region) != doing:
            self._last[region] = doing
            # Nobody reads it, or the disk is full: no reason to stop the work.
            with suppress(OSError):
                self._console.print(f"{region}: {doing}")


class _Live:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def tell(self, region: str, doing: str) -> None:
        """Change the region's line."""
        if region not in self._tasks:
            self._tasks[region] = self._progress.add_task(doing, total=None, region=region)
        self._progress.update(self._tasks[region], description=doing)
