"""How long to wait after each kind of error, within an invocation and between invocations; only ``retrier``
asks.

The one that needs thought is a quota that is used up. The whole account shares a quota, CloudFormation starts
up to 500 resources of a template together, and none of them knows of the others. One resource can see only
how long it has been refused. Its waits follow from that:

- The first two waits are short and random: they spread those that were refused together.
- Each further wait is a share of the time since the first try. The more resources there are, the longer each
  of them has waited, so that the tries thin out by themselves.
- No wait is longer than a share of what is left until a full template is through. The last resources so come
  back when the quota has room for them, and do not sleep past the end. Whoever is late all the same, as with
  a neighbour, waits for a smaller share.

The same wait is spent within the invocation if it fits in, and between two invocations if it does not. The
numbers come from ``benchmarks/load``, which runs this very class; ``guide/benchmarks/load.md`` compares it
with other policies.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol


class Wait(NamedTuple):
    """A time to wait in seconds, drawn evenly between two bounds."""

    least: float
    most: float

    def drawn(self, chance: float) -> float:
        """Return the seconds that `chance`, from 0 to 1, picks."""
        return self.least + (self.most - self.least) * chance


_JITTER: Final = 0.25


def about(seconds: float, jitter: float = _JITTER) -> Wait:
    """Return a wait of `seconds`, by the share `jitter` more or less."""
    return Wait((1 - jitter) * seconds, (1 + jitter) * seconds)


@dataclass(frozen=True)
class RetryState:
    """How an operation stands that has met an error."""

    attempts: int
    """How often it has waited for this kind of error within this invocation."""
    elapsed: float
    """Seconds since its first try or, for what does not show yet, since it was written."""
    refusals: int = 0
    """How often it has waited for a quota, within any invocation or between them."""


class RetryPolicy(Protocol):
    """How to wait for one kind of error."""

    @property
    def at_most(self) -> float:
        """Seconds elapsed after which no further invocation is asked for."""
        ...

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return how long to wait within the invocation; None if the next try is another invocation's."""
        ...

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return how long to wait until another invocation; None if there is none."""
        ...


@dataclass(frozen=True)
class FixedDelays:
    """Waits a fixed time before each further try, then comes back every so often."""

    seconds: tuple[float, ...] = ()
    every: float | None = None
    """Seconds between invocations; None if there is no further one."""
    at_most: float = 0.0

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return the next delay."""
        return about(self.seconds[state.attempts]) if state.attempts < len(self.seconds) else None

    def requeue_after(self, state: RetryState) -> Wait | None:  # noqa: ARG002 - every policy is asked so
        """Return the time between invocations."""
        return None if self.every is None else about(self.every)


@dataclass(frozen=True)
class QuotaBackoff:
    """Waits for a quota that others use up as well; the module's text says how, the defaults are what was
    measured.
    """

    at_most: float
    first: tuple[Wait, ...] = (Wait(2.0, 8.0), Wait(4.0, 16.0))
    share_of_elapsed: float = 0.35
    share_of_what_is_left: float = 0.8
    """Of the time until a full template is through: the longest wait."""
    full_template: float = 270.0
    """Seconds after which 500 resources, the most that a template holds, are through at two writes a second,
    and a little more.
    """
    share_afterwards: float = 0.2
    """Of the time elapsed, once that is over: most of the resources are through, and the others need not wait
    for long.
    """
    jitter: float = 0.35
    least: float = 8.0
    most: float = 900.0

    def delay_within(self, state: RetryState) -> Wait:
        """Return the wait; the retrier spends it elsewhere if it does not fit into the invocation."""
        if state.refusals < len(self.first):
            return self.first[state.refusals]
        left = self.full_template - state.elapsed
        if left > 0:
            seconds = min(self.share_of_elapsed * state.elapsed, self.share_of_what_is_left * left)
        else:
            seconds = min(self.share_afterwards * state.elapsed, self.most)
        return about(max(self.least, seconds), self.jitter)

    def requeue_after(self, state: RetryState) -> Wait:
        """Return the same."""
        return self.delay_within(state)
