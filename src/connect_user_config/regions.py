"""Runs one piece of work for each region, in turns: while one waits, the others go on, and the failure of one is its own.

A turn runs in a thread of its own, because nothing else bounds a call: name resolution, a program that provides credentials and an
answer that arrives byte by byte know no time limit. A turn that has not ended when time runs out is abandoned; its thread ends with
the process.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from .core.problems import Failed, Problem, Refused, unexpected
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


_ALONE: Final = 1.0
"""Seconds that a turn may take before the other regions go on beside it."""
_GLANCE: Final = 0.2
"""Seconds for which a turn that takes longer is waited for at a time."""


class _Step(threading.Thread):
    """One turn: the work up to its next wait, or to its end."""

    def __init__(self, work: Generator[Wait, None, Result]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._outcome: Wait | BaseException | None = None
        self.patience = _ALONE
        self.start()

    def run(self) -> None:
        """Keep what comes of it for whoever asks."""
        try:
            self._outcome = next(self._work)
        except BaseException as error:  # noqa: BLE001 - raised again where somebody can catch it
            self._outcome = error

    def outcome(self, seconds: float) -> Wait | None:
        """Return the next wait, or None if the turn takes longer than that; raises what the work raised."""
        self.join(max(0.0, min(seconds, self.patience)))
        self.patience = _GLANCE
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome


@dataclass
class _Turn:
    region: str
    work: Generator[Wait, None, Result]
    steps: list[Step] = field(default_factory=list)
    due: float = 0.0
    doing: str = "wait for the first answer of AWS"
    step: _Step | None = None


def run(
    works: Mapping[str, Work], watcher: Watcher, patience: float, clock: Clock | None = None
) -> list[RegionReport]:
    """Run each region's work to its end, for `patience` seconds at most, and report in the order given."""
    clock = clock or _Time()
    ends = clock.monotonic() + patience
    turns = [_start(region, work) for region, work in works.items()]
    reports: dict[str, RegionReport] = {}
    try:
        while left := [turn for turn in turns if turn.region not in reports]:
            turn = min(left, key=lambda each: each.due)
            clock.sleep(max(0.0, turn.due - clock.monotonic()))
            if report := _report(turn, watcher, clock, ends):
                reports[turn.region] = report
    except KeyboardInterrupt:
        for turn in turns:
            interrupted = RegionReport(turn.region, "interrupted", tuple(turn.steps), problem=INTERRUPTION)
            reports.setdefault(turn.region, interrupted)
    return [reports[turn.region] for turn in turns]


def _start(region: str, work: Work) -> _Turn:
    steps: list[Step] = []
    return _Turn(region, work(steps), steps)


def _report(turn: _Turn, watcher: Watcher, clock: Clock, ends: float) -> RegionReport | None:
    """Let the region go on; return how it ended, if it did."""
    try:
        _advance(turn, watcher, clock, ends)
    except StopIteration as stopped:
        return RegionReport(turn.region, "done" if turn.steps else "unchanged", turn.steps, stopped.value)
    except Problem as problem:
        outcome = "refused" if isinstance(problem, Refused) else "failed"
        return RegionReport(turn.region, outcome, tuple(turn.steps), problem=problem)
    except Exception as error:  # noqa: BLE001 - the last boundary: one region's surprise must not cost the reports of the others
        return RegionReport(turn.region, "failed", tuple(turn.steps), problem=unexpected(error))
    return None


def _advance(turn: _Turn, watcher: Watcher, clock: Clock, ends: float) -> None:
    turn.step = turn.step or _Step(turn.work)
    wait = turn.step.outcome(ends - clock.monotonic())
    now = clock.monotonic()
    if wait:
        turn.step, turn.doing, turn.due = None, wait.doing, now + wait.seconds
    elif now < ends:
        # Behind every region whose time has come.
        turn.due = now
        return
    if not wait or turn.due > ends:
        raise Failed(
            "timeout",
            f"time ran out while it had to {turn.doing}",
            "run the same command again: it goes on from there",
        )
    watcher.tell(turn.region, wait.doing)


class _Time:
    monotonic = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)
