"""Runs one piece of work for each region, in turns: while one waits, the others go on, and the failure of one is its own."""

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .core.problems import Failed, Problem, Refused
from .core.reports import INTERRUPTION, RegionReport
from .core.steps import Step
from .gateways.carrying_out import Wait

Result = Mapping[str, object]
Work = Callable[[list[Step]], Generator[Wait, None, Result]]
"""Yields its waits, gathers the steps that it has taken in the list, and returns what there is to tell in the end."""


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class Watcher(Protocol):
    """Who shows how far the work has come."""

    def tell(self, region: str, doing: str) -> None:
        """Show what the region is about."""
        ...


@dataclass
class _Turn:
    region: str
    work: Generator[Wait, None, Result]
    steps: list[Step] = field(default_factory=list)
    due: float = 0.0


def run(works: Mapping[str, Work], watcher: Watcher, patience: float, clock: Clock | None = None) -> list[RegionReport]:
    """Run each region's work to its end, for `patience` seconds at most, and report in the order given."""
    clock = clock or _Time()
    ends = clock.monotonic() + patience
    turns = [_start(region, work) for region, work in works.items()]
    reports: dict[str, RegionReport] = {}
    try:
        while left := [turn for turn in turns if turn.region not in reports]:
            turn = min(left, key=lambda each: each.due)
            clock.sleep(max(0.0, turn.due - clock.monotonic()))
            if report := _advance(turn, watcher, clock, ends):
                reports[turn.region] = report
    except KeyboardInterrupt:
        for turn in turns:
            interrupted = RegionReport(turn.region, "interrupted", turn.steps, problem=INTERRUPTION)
            reports.setdefault(turn.region, interrupted)
    return [reports[turn.region] for turn in turns]


def _start(region: str, work: Work) -> _Turn:
    steps: list[Step] = []
    return _Turn(region, work(steps), steps)


def _advance(turn: _Turn, watcher: Watcher, clock: Clock, ends: float) -> RegionReport | None:
    try:
        wait = next(turn.work)
        if clock.monotonic() + wait.seconds > ends:
            raise Failed(
                "timeout", f"time ran out while it had to {wait.doing}", "run the same command again: it goes on from there"
            )
    except StopIteration as stopped:
        return RegionReport(turn.region, "done" if turn.steps else "unchanged", turn.steps, stopped.value)
    except Problem as problem:
        outcome = "refused" if isinstance(problem, Refused) else "failed"
        return RegionReport(turn.region, outcome, turn.steps, problem=problem)
    watcher.tell(turn.region, wait.doing)
    turn.due = clock.monotonic() + wait.seconds
    return None


class _Time:
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)
