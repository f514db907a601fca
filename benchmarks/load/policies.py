"""The compared ways to wait: each is a retrier, and for botocore's own retries a gateway that retries.

`OURS` is the policy that ships. The others differ only in the waits for a used-up quota.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from custom_connect_userconfig.core.errors import Throttling
from custom_connect_userconfig.ports import Clock, Gateway
from custom_connect_userconfig.retry.policy import RetryPolicy, RetryState, Wait, about
from custom_connect_userconfig.retry.retrier import WRITES, Retrier

from .botocore_retries import AdaptiveRetries, Retries, RetryingGateway, StandardRetries

HOURS: Final = 3.5 * 3600
"""Seconds after which every policy gives up."""


@dataclass(frozen=True)
class Policy:
    """One way to wait; each resource has its own `retry_policy` and `retries`, which may have state."""

    name: str
    retry_policy: Callable[[Callable[[], float]], RetryPolicy] | None = None
    """None for the policy that ships."""
    write_seconds: float = 40.0
    retries: Callable[[Clock, Callable[[], float]], Retries] | None = None

    def service_parts(
        self, connect: Gateway, clock: Clock, random: Callable[[], float]
    ) -> tuple[Gateway, Retrier]:
        """Return gateway and retrier of one resource."""
        gateway = RetryingGateway(connect, self.retries(clock, random)) if self.retries else connect
        policies = self._policies(random)
        return gateway, Retrier(clock, random, write_seconds=self.write_seconds, policies=policies)

    def _policies(self, random: Callable[[], float]) -> Mapping[type, RetryPolicy]:
        return {**WRITES, Throttling: self.retry_policy(random)} if self.retry_policy else WRITES


@dataclass(frozen=True)
class NoRetry:
    """Gives up at once: only botocore retries."""

    at_most: float = 0.0

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return None: never."""

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return None: never."""


@dataclass(frozen=True)
class FullJitter:
    """Requeues at once, after a random time of up to 2, 4, 8 … seconds, 60 at most."""

    at_most: float = HOURS

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return None: never."""

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return the range of the wait."""
        return Wait(0.0, min(60.0, 2.0 * 2.0 ** min(state.refusals, 10)))


@dataclass
class DecorrelatedJitter:
    """Requeues at once, after 2 seconds to three times the latest wait, 60 at most."""

    random: Callable[[], float]
    at_most: float = HOURS
    latest: float = 2.0

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return None: never."""

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return a wait without a range, since the next one depends on it."""
        self.latest = min(60.0, Wait(2.0, 3.0 * self.latest).drawn(self.random()))
        return Wait(self.latest, self.latest)


@dataclass(frozen=True)
class Polling:
    """Tries every 2 seconds during the invocation, and soon again in the next one."""

    at_most: float = HOURS

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return 2 seconds."""
        return Wait(2.0, 2.0)

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return 1 second."""
        return Wait(1.0, 1.0)


@dataclass(frozen=True)
class HalfOfTheTimeWaited:
    """Waits about 6 and 18 seconds in the invocation, then half of the time since the first try."""

    at_most: float = HOURS
    seconds: tuple[float, ...] = field(default=(6.0, 18.0))

    def delay_within(self, state: RetryState) -> Wait | None:
        """Return the next step."""
        return about(self.seconds[state.attempts]) if state.attempts < len(self.seconds) else None

    def requeue_after(self, state: RetryState) -> Wait | None:
        """Return half of the time since the first try, 5 to 900 seconds."""
        return about(min(max(5.0, state.elapsed / 2), 900.0))


@dataclass(frozen=True)
class Always:
    """The same policy for every resource; unlike a lambda, another process can receive it."""

    retry_policy: RetryPolicy

    def __call__(self, _random: Callable[[], float]) -> RetryPolicy:
        """Return the policy."""
        return self.retry_policy


OURS: Final = Policy("this one")
POLICIES: Final = (
    Policy("botocore, standard", Always(NoRetry()), retries=StandardRetries),
    Policy("botocore, adaptive, 10", Always(NoRetry()), retries=AdaptiveRetries),
    Policy("full jitter", Always(FullJitter())),
    Policy("decorrelated jitter", DecorrelatedJitter),
    Policy("polling inside", Always(Polling()), write_seconds=50.0),
    Policy("half of the time waited", Always(HalfOfTheTimeWaited())),
    OURS,
)
