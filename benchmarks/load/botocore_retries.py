"""botocore's own retries of a refused call, on a simulated clock.

It uses botocore's parts that take a clock: rate limiter, cubic calculator and token bucket. Each resource has
a process of its own, as in Lambda, and so a limiter of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from botocore.exceptions import CapacityNotAvailableError
from botocore.retries.adaptive import ClientRateLimiter, RateClocker
from botocore.retries.bucket import Clock as BotocoreClock
from botocore.retries.bucket import TokenBucket
from botocore.retries.throttling import CubicCalculator

from custom_connect_userconfig.core.errors import Throttling
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import Entry
from custom_connect_userconfig.ports import Clock, FoundUsers, Gateway

T = TypeVar("T")


class Retries(Protocol):
    """The retries of one process."""

    attempts: int

    def before_sending(self) -> None:
        """Wait until a call may be sent."""
        ...

    def after(self, *, refused: bool) -> None:
        """Learn from an answer."""
        ...

    def back_off(self, attempt: int) -> None:
        """Wait after a refused attempt; the first is number 0."""
        ...


@dataclass
class StandardRetries:
    """Three attempts, with waits of up to 1 and 2 seconds between them."""

    clock: Clock
    random: Callable[[], float]
    attempts: int = 3

    def before_sending(self) -> None:
        """Send at once."""

    def after(self, *, refused: bool) -> None:
        """Learn nothing."""

    def back_off(self, attempt: int) -> None:
        """Wait: a truncated binary exponential back-off with full jitter, 20 seconds at most."""
        self.clock.sleep(self.random() * min(2.0**attempt, 20.0))


@dataclass
class _BotocoreClock(BotocoreClock):
    clock: Clock

    def current_time(self) -> float:
        """Return the time, for botocore."""
        return self.clock.monotonic()


@dataclass
class _WaitingBucket:
    """botocore's bucket, with waits on the simulated clock instead of a thread's condition."""

    bucket: TokenBucket
    clock: Clock

    @property
    def max_rate(self) -> float:
        """Tokens a second."""
        return float(self.bucket.max_rate)

    @max_rate.setter
    def max_rate(self, rate: float) -> None:
        self.bucket.max_rate = rate

    @property
    def available_capacity(self) -> float:
        """Tokens in the bucket."""
        return float(self.bucket.available_capacity)

    def acquire(self) -> None:
        """Wait for a token."""
        while True:
            try:
                self.bucket.acquire(block=False)
            except CapacityNotAvailableError:
                # Without the small addition, rounding could make the wait endless.
                self.clock.sleep((1.0 - self.available_capacity) / self.max_rate + 1e-6)
            else:
                return


class _Detector:
    """Replaces botocore's search for a throttling error in an answer."""

    def is_throttling_error(self, *, refused: bool) -> bool:
        """Return whether the call was refused."""
        return refused


@dataclass
class AdaptiveRetries(StandardRetries):
    """Ten attempts and a limiter that slows down after refusals."""

    attempts: int = 10
    _limiter: Any = field(init=False)

    def __post_init__(self) -> None:
        clock = _BotocoreClock(self.clock)
        self._limiter = ClientRateLimiter(
            rate_adjustor=CubicCalculator(starting_max_rate=0.5, start_time=clock.current_time()),
            rate_clocker=RateClocker(clock),
            token_bucket=_WaitingBucket(TokenBucket(max_rate=1.0, clock=clock), self.clock),
            throttling_detector=_Detector(),
            clock=clock,
        )

    def before_sending(self) -> None:
        """Wait as the limiter demands."""
        self._limiter.on_sending_request(request=None)

    def after(self, *, refused: bool) -> None:
        """Let the limiter learn."""
        self._limiter.on_receiving_response(refused=refused)


@dataclass(frozen=True)
class RetryingGateway:
    """Implements the `Gateway` port over another one, and retries every refused call."""

    inner: Gateway
    retries: Retries

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user."""
        return self._try(lambda: self.inner.describe_user(instance_id, user_id))

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Write the arrays."""
        self._try(lambda: self.inner.update_user_config(instance_id, user_id, arrays))

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of the user."""
        self._try(lambda: self.inner.tag_user(user_arn, tags))

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags of the user."""
        self._try(lambda: self.inner.untag_user(user_arn, keys))

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether a search finds the user."""
        return self._try(lambda: self.inner.has_user(instance_id, user_id))

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Return a page of users."""
        return self._try(lambda: self.inner.search_tagged_users(instance_id, tag_key, tag_values, token))

    def _try(self, call: Callable[[], T]) -> T:
        for attempt in range(self.retries.attempts):
            self.retries.before_sending()
            try:
                answer = call()
            except Throttling:
                self.retries.after(refused=True)
                if attempt + 1 == self.retries.attempts:
                    raise
                self.retries.back_off(attempt)
            else:
                self.retries.after(refused=False)
                return answer
        raise AssertionError("there is at least one attempt")
