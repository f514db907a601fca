"""Clocks that advance only when somebody sleeps: no test waits, and every wait can be counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class FakeClock:
    """Implements the `Clock` port; calling it gives its time, which is how the local Connect reads it."""

    seconds: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Return the wall clock."""
        return self.seconds

    def monotonic(self) -> float:
        """Return the same: nobody sets this clock but a test."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.seconds += seconds

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


@dataclass
class SteppedClock:
    """A machine's clock that somebody sets while true time passes; implements the `Clock` port.

    Each call of `now` first moves the wall clock by the next of `steps`.
    """

    true: FakeClock
    steps: Sequence[float] = ()
    wrong_by: float = 0.0
    looks: int = 0
    """How often the wall clock was read."""

    def now(self) -> float:
        """Return the wall clock, wrong as it is."""
        self.wrong_by += self.steps[self.looks] if self.looks < len(self.steps) else 0.0
        self.looks += 1
        return self.true.seconds + self.wrong_by

    def monotonic(self) -> float:
        """Return seconds since some point; setting the wall clock does not change them."""
        return self.true.seconds - 1_000_000_000.0

    def sleep(self, seconds: float) -> None:
        """Let true time pass."""
        self.true.sleep(seconds)
