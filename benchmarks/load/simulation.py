"""Time that passes only from one event to the next, for hundreds of ordinary programs that wait in it.

The code under test sleeps as it always does, on the clock that it is given. Each program runs in a greenlet
of its own, so that its sleep can be the return to whoever is next; nothing runs beside anything else, and the
same seed gives the same run.
"""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from greenlet import getcurrent, greenlet

EPOCH: Final = 1_800_000_000.0
"""What the wall clock shows at the beginning."""


@dataclass
class Simulation:
    """An agenda of programs to go on with, and the time of the next one."""

    now: float = 0.0
    _agenda: list[tuple[float, int, greenlet]] = field(default_factory=list)
    _serial: "itertools.count[int]" = field(default_factory=itertools.count)
    _hub: greenlet = field(default_factory=getcurrent)

    def begin(self, program: Callable[[], None], at: float | None = None) -> None:
        """Let `program` begin at a time, or now."""
        self._enter(greenlet(program, parent=self._hub), self.now if at is None else at)

    def sleep(self, seconds: float) -> None:
        """Let the program that asks go on after `seconds`."""
        self._enter(getcurrent(), self.now + max(0.0, seconds))
        self._hub.switch()

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Run until nobody waits any more, or `until` says so."""
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
