"""Simulated time, which passes from event to event, for hundreds of ordinary programs.

The code under test sleeps on the clock that it is given. Each program runs in a greenlet of its own: its
sleep switches to the next program. One program runs at a time, and the same seed gives the same run.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from greenlet import getcurrent, greenlet

EPOCH: Final = 1_800_000_000.0
"""The wall clock at the beginning."""


@dataclass
class Simulation:
    """An agenda of programs and of the times at which they continue."""

    now: float = 0.0
    _agenda: list[tuple[float, int, greenlet]] = field(default_factory=list)
    _serial: "itertools.count[int]" = field(default_factory=itertools.count)
    _hub: greenlet = field(default_factory=getcurrent)

    def begin(self, program: Callable[[], None], at: float | None = None) -> None:
        """Start `program` at a time, by default now."""
        self._enter(greenlet(program, parent=self._hub), self.now if at is None else at)

    def sleep(self, seconds: float) -> None:
        """Let the calling program continue after `seconds`."""
        self._enter(getcurrent(), self.now + max(0.0, seconds))
        self._hub.switch()

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Run until no program waits, or `until` returns True."""
        while self._agenda and not until():
            self.now, _, program = heapq.heappop(self._agenda)
            program.switch()

    def _enter(self, program: greenlet, at: float) -> None:
        heapq.heappush(self._agenda, (at, next(self._serial), program))


@dataclass(frozen=True)
class SimulatedClock:
    """The `Clock` port on a simulation; a call returns the wall clock, as the local Connect wants it."""

    simulation: Simulation

    def __call__(self) -> float:
        """Return the wall clock."""
        return self.now()

    def now(self) -> float:
        """Return the wall clock."""
        return EPOCH + self.simulation.now

    def monotonic(self) -> float:
        """Return the seconds since the beginning."""
        return self.simulation.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.simulation.sleep(seconds)
