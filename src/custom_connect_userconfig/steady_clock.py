"""A wall clock for one invocation, which nobody sets meanwhile: each front end makes one from the machine's clock.

Patience within an invocation would otherwise end at once when the machine's clock is put forward, and begin anew when it is put
back. Between invocations there is nothing to hold on to but the wall clock.
"""

from .ports import Clock


class SteadyClock:
    """The `Clock` port: the time at the first look, and whatever has passed since."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead = clock.now() - clock.monotonic()

    def now(self) -> float:
        """Return seconds since the epoch, as the clock was set when the invocation began."""
        return self._clock.monotonic() + self._ahead

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._clock.sleep(seconds)
