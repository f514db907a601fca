"""Clocks that pass only when somebody sleeps, so that no test waits and every wait can be counted."""

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
        """Return the same; this clock only steps back when a test makes it."""
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
    """A machine's clock that is set while true time passes; the `Clock` port for whoever must bear it.

    Before each look at the wall clock the next of `steps` is added to what it shows.
    """

    true: FakeClock
    steps: Sequence[float] = ()
    wrong_by: float = 0.0
    looks: int = 0

    def now(self) -> float:
        """Return what the wall clock shows."""
        self.wrong_by += self.steps[self.looks] if self.looks < len(self.steps) else 0.0
        self.looks += 1
        return self.true.seconds + self.wrong_by

    def monotonic(self) -> float:
        """Return seconds since some point, which no setting of the wall clock changes."""
        return self.true.seconds - 1_000_000_000.0

    def sleep(self, seconds: float) -> None:
        """Let true time pass."""
        self.true.sleep(seconds)
