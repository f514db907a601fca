"""How long each kind of error is waited out, inside an invocation and between invocations; only ``retrier`` asks.

The one that needs thought is a quota that is used up. Quotas are shared by the whole account, CloudFormation starts up to 500
resources of a template together, none of them knows of the others, and nobody tells how many they are. What one resource can
see is how long it has been refused, and by what: reads are admitted about five times as often as writes, so that a refused
read means a crowd of more than a hundred, and a second one a crowd of several hundred.

- After the first two refusals it waits for a short random time each, which spreads those who were refused together.
- Unless a read was refused after one of these waits there is no crowd: it goes on trying within the invocation.
- In a crowd it hands back, since trying more often would only take calls from everybody. It sleeps for a share of the time that
  it has waited, which suits a crowd of any size, but no longer than a share of what is left until a full template is through:
  the last ones so come back when there is room for them, instead of sleeping past the end.

All windows are wide, so that the tries of a crowd arrive evenly. The numbers come from ``benchmarks/load``, which runs these very
functions; ``doc/benchmarks/load.md`` shows what they bring beside other policies, and what was given up for it.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

_LEAST_IN_A_CROWD: Final = 15.0
_LEAST: Final = 4.0
_MOST: Final = 900.0
_THRONG: Final = 2
"""Refused reads, of those that tell."""


class Wait(NamedTuple):
    """A time to wait in seconds, drawn evenly between two bounds."""

    least: float
    most: float

    def drawn(self, chance: float) -> float:
        """Return the seconds that `chance`, from 0 to 1, picks."""
        return self.least + (self.most - self.least) * chance


_FIRST: Final = (Wait(2.0, 8.0), Wait(5.0, 20.0))
TELLING: Final = len(_FIRST)
"""How many tries after the first tell whether there is a crowd: those that the short waits have spread."""
_MORE: Final = Wait(4.0, 12.0)


def about(seconds: float) -> Wait:
    """Return a wait of `seconds`, a quarter more or less."""
    return Wait(0.75 * seconds, 1.25 * seconds)


@dataclass(frozen=True)
class RetryState:
    """How an operation stands that has met an error."""

    waits: int
    """How often it has waited for this kind of error within this invocation."""
    waited: float
    """Seconds since its first try or, for what does not show yet, since it was written."""
    refusals: int = 0
    """How often it has waited for a quota, within any invocation or between them, since it last got on."""
    refused_reads: int = 0
    """How many reads were refused of the tries that are `TELLING`."""


class RetryPolicy(Protocol):
    """How one kind of error is waited out."""

    @property
    def at_most(self) -> float:
        """Seconds waited after which no further invocation is asked for."""
        ...

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return how long to wait within the invocation, None when that is over."""
        ...

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return how long to wait until another invocation, None where there is none."""
        ...


@dataclass(frozen=True)
class FixedDelays:
    """Waits a fixed time before each further try, then comes back every so often."""

    seconds: tuple[float, ...] = ()
    every: float | None = None
    """Seconds between invocations; None where there is no further one."""
    at_most: float = 0.0

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return the next step."""
        return about(self.seconds[state.waits]) if state.waits < len(self.seconds) else None

    def requeue_after(self, state: RetryState) -> Wait | None:  # noqa: ARG002 - every policy is asked so
        """Return the time between invocations."""
        return None if self.every is None else about(self.every)


@dataclass(frozen=True)
class QuotaBackoff:
    """Waits for a quota that others use up as well; the module's text says how, the defaults are what was measured."""

    at_most: float
    full_template: float = 270.0
    """Seconds after which 500 resources, the most that a template holds, are through at two writes a second, and a little more."""
    share_of_what_is_left: float = 0.7
    """Of the time until then: the longest sleep."""
    share_in_a_crowd: float = 0.8
    """Of the time waited: how long to sleep after one refused read."""
    share_in_a_throng: float = 1.2
    """Of the time waited: after two."""
    share_afterwards: float = 0.2
    """Of the time waited: without a crowd, and once a full template should be through."""

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return the next short wait; in a crowd there are no more than the first ones."""
        if state.refusals < len(_FIRST):
            return _FIRST[state.refusals]
        return None if state.refused_reads else _MORE

    def requeue_after(self, state: RetryState) -> Wait:
        """Return the time to sleep, which has a wide window."""
        seconds = self._sleep(state)
        return Wait(0.4 * seconds, 1.6 * seconds)

    def _sleep(self, state: RetryState) -> float:
        waited = state.waited
        if not state.refused_reads or waited > self.full_template:
            return min(max(_LEAST, self.share_afterwards * waited), _MOST)
        share = self.share_in_a_throng if state.refused_reads >= _THRONG else self.share_in_a_crowd
        left = self.full_template - waited
        return max(_LEAST_IN_A_CROWD, min(share * waited, self.share_of_what_is_left * left))
