"""A clock that passes only when somebody sleeps, so that no test waits and every wait can be counted."""

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
