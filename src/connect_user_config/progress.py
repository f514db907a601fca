"""Shows on standard error how far the work has come: a line for each region, or a count with rate and time
left; plain lines where there is no terminal.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Final, Protocol, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


def console_of(*, to_stderr: bool = False) -> Console:
    """Return a console that shows names and values as they are, and wraps no line."""
    return Console(stderr=to_stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)


_SHOWN_AFTER: Final = 2.0
"""Seconds before a count is shown: quick work needs none."""
_BETWEEN_LINES: Final = 10.0
"""Seconds between two lines where there is no terminal."""

T = TypeVar("T")


def counting(
    doing: str, items: Iterable[T], total: int | None = None, *, is_quiet: bool = False
) -> Iterator[T]:
    """Yield `items`, and show how many there were, their rate, and the time left if `total` is known."""
    console = console_of(to_stderr=True)
    if is_quiet:
        yield from items
    elif console.is_interactive:
        yield from _counted_live(console, doing, items, total)
    else:
        yield from _counted_in_lines(console, doing, items, total)


def _counted_live(console: Console, doing: str, items: Iterable[T], total: int | None) -> Iterator[T]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), _Rate())
    begun = time.monotonic()
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=True) as progress:
        task = progress.add_task(doing, total=total)
        for item in items:
            if progress.disable and time.monotonic() - begun > _SHOWN_AFTER:
                progress.disable = False
                progress.start()
            progress.advance(task)
            yield item


def _counted_in_lines(console: Console, doing: str, items: Iterable[T], total: int | None) -> Iterator[T]:
    begun = said = time.monotonic()
    for count, item in enumerate(items, 1):
        now = time.monotonic()
        if now - said > _BETWEEN_LINES:
            said = now
            of = f" of {total:,}" if total else ""
            rate = count / (now - begun)
            left = f", {_minutes((total - count) / rate)} left" if total else ""
            with suppress(OSError):
                console.print(f"{doing}: {count:,}{of}, {rate:.1f} a second{left}")
        yield item


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Return the items a second so far."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


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
