"""How long to wait after each kind of error, within an invocation and between invocations; for ``retrier``.

The difficult error is a used-up quota. All resources of the account share the quota, CloudFormation starts up
to 500 resources of a template together, and no resource knows of the others. It knows only how long it has
been throttled. Its waits follow from that:

- The first two waits are short and random. They spread resources that were throttled together.
- Each further wait is a share of the time since the first try. The more resources there are, the longer each
  has waited, and the rarer the tries become.
- No wait is longer than a share of the time until a full template is through. So the last resources come back
  while the quota has room for them. A resource that needs more time, for example because another stack uses
  the quota too, waits for a smaller share.

A wait is spent within the invocation if it fits, otherwise between two invocations. The numbers come from
``benchmarks/load``, which runs this class; ``guide/benchmarks/load.md`` compares it with other policies.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol


class Wait(NamedTuple):
    """A time to wait in seconds, drawn evenly between two bounds."""

    least: float
    most: float

    def drawn(self, chance: float) -> float:
        """Return the seconds at `chance`, a number from 0 to 1."""
        return self.least + (self.most - self.least) * chance


_JITTER: Final = 0.25


def about(seconds: float, jitter: float = _JITTER) -> Wait:
    """Return a wait of `seconds`, more or less by the share `jitter`."""
    return Wait((1 - jitter) * seconds, (1 + jitter) * seconds)


@dataclass(frozen=True)
class RetryState:
    """The state of an operation that has met an error."""

    attempts: int
    """How often this invocation has waited for this kind of error."""
    elapsed: float
    """Seconds since the first try or, if a write does not show yet, since that write."""
    refusals: int = 0
    """How often the operation has waited for a quota, in all invocations."""


class RetryPolicy(Protocol):
    """The waits for one kind of error."""

    @property
    def at_most(self) -> float:
        """Elapsed seconds after which no further invocation is requested."""
        ...

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return the wait within the invocation; None if the next try needs another invocation."""
        ...

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return the wait until another invocation; None if there is none."""
        ...


@dataclass(frozen=True)
class FixedDelays:
    """Fixed delays within the invocation, then a fixed delay between invocations."""

    seconds: tuple[float, ...] = ()
    every: float | None = None
    """Seconds between invocations; None if there is no further one."""
    at_most: float = 0.0

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return the next delay."""
        return about(self.seconds[state.attempts]) if state.attempts < len(self.seconds) else None

    def requeue_after(self, state: RetryState) -> Wait | None:  # noqa: ARG002 - the signature of RetryPolicy
        """Return the delay between invocations."""
        return None if self.every is None else about(self.every)


_MOST_RESOURCES: Final = 500
"""Resources in a template (CloudFormation's quota)."""
_WRITES_A_SECOND: Final = 2.0
"""The quota of each of Amazon Connect's write operations."""


@dataclass(frozen=True)
class QuotaBackoff:
    """The waits for a shared quota, as the module docstring explains; the defaults are measured."""

    at_most: float
    first: tuple[Wait, ...] = (Wait(2.0, 8.0), Wait(4.0, 16.0))
    share_of_elapsed: float = 0.35
    share_of_time_left: float = 0.8
    """The longest wait, as a share of the time until a full template is through."""
    full_template: float = _MOST_RESOURCES / _WRITES_A_SECOND + 20.0
    """Seconds until a full template is through, with a margin."""
    share_afterwards: float = 0.2
    """The wait after that, as a share of the elapsed time: few resources are left, so it can be short."""
    jitter: float = 0.35
    least: float = 8.0
    most: float = 900.0

    def delay_within(self, state: RetryState) -> Wait:
        """Return the wait; the retrier spends it between invocations if it does not fit into this one."""
        if state.refusals < len(self.first):
            return self.first[state.refusals]
        left = self.full_template - state.elapsed
        if left > 0:
            seconds = min(self.share_of_elapsed * state.elapsed, self.share_of_time_left * left)
        else:
            seconds = min(self.share_afterwards * state.elapsed, self.most)
        return about(max(self.least, seconds), self.jitter)

    def requeue_after(self, state: RetryState) -> Wait:
        """Return the same wait."""
        return self.delay_within(state)
