"""Runs operations and tries them again; the service runs every operation through `Retrier`.

An operation is a function that reads the live user and makes the calls that are left. It can run again at any
time. So a retry runs it again: first within the invocation, then, for writes, in another invocation by
CloudFormation. Each kind of error has its policy:

=================  ===================================  ===================================  ================
error              delays within the invocation (s)     further invocations                  final error
=================  ===================================  ===================================  ================
Throttling         see ``policy``                       see ``policy``, for 3.5 hours        the same
NotSettledYet      0.2, 0.5, 1, 2, 4, 8                 every 15 s, for 5 minutes            its `final`
NotReadableYet     1, 2, 4, 8                           -                                    its `final`
NotClaimedYet      1, 2, 4, 8                           -                                    its `final`
5xx, network, 409  1, 2, 4                              - (CloudFormation tries again)       the same
OutOfTime          -                                    at once                              the same
=================  ===================================  ===================================  ================

Every wait is jittered: hundreds of resources that were throttled together must not come back together. READ
and LIST must answer within 30 seconds and have no further invocations, so they wait only within theirs. An
operation can be cut off between any two calls, so a write makes no further call once its time is used up.
"""

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ..core.errors import (
    NotClaimedYet,
    NotReadableYet,
    NotSettledYet,
    NotYet,
    OutOfTime,
    Retriable,
    SettingsError,
    Throttling,
)
from ..ports import Clock
from .policy import FixedDelays, QuotaBackoff, RetryPolicy
from .progress import DELAY, Progress

T = TypeVar("T")


class SystemClock:
    """The clock of the machine."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


_AT_MOST: Final = 3.5 * 3600
"""Seconds; below the 240 minutes that the schema asks CloudFormation to wait."""

_FAULT: Final = FixedDelays((1.0, 2.0, 4.0))
WRITES: Final[Mapping[type[Retriable], RetryPolicy]] = {
    Throttling: QuotaBackoff(_AT_MOST),
    OutOfTime: FixedDelays(every=1.0, at_most=_AT_MOST),
    # A write usually shows after seconds, sometimes after minutes; more is not known.
    NotSettledYet: FixedDelays((0.2, 0.5, 1.0, 2.0, 4.0, 8.0), every=15.0, at_most=300.0),
    NotReadableYet: FixedDelays((1.0, 2.0, 4.0, 8.0)),
    NotClaimedYet: FixedDelays((1.0, 2.0, 4.0, 8.0)),
}
"""The policies of CREATE, UPDATE and DELETE; all other errors have the policy `_FAULT`."""
_READS: Final[Mapping[type[Retriable], RetryPolicy]] = {Throttling: FixedDelays((1.0, 2.0, 4.0, 8.0))}


@dataclass(frozen=True)
class InProgress:
    """The operation is not finished and requests another invocation with `context` after `delay` seconds."""

    context: Mapping[str, object]
    delay: int
    reason: str

    def context_after(self, seconds: float) -> Mapping[str, object]:
        """Return the context for an invocation that comes after `seconds` instead of `delay`."""
        return {**self.context, DELAY: seconds}


@dataclass(frozen=True)
class Retrier:
    """Runs operations, with a clock, a source of jitter, and the seconds that an invocation may last."""

    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[], float] = random.random
    write_seconds: float = 40.0
    """Seconds after which the invocation of a write makes no further call; its limit is 60."""
    read_seconds: float = 16.0
    """The same for READ and LIST, whose limit is 30."""
    policies: Mapping[type[Retriable], RetryPolicy] = field(default_factory=lambda: WRITES)
    """The policies of CREATE, UPDATE and DELETE."""

    def begin(self, context: Mapping[str, object] | None) -> Progress:
        """Return the progress in `context`; the time of the invocation counts from here."""
        now = self.clock.monotonic()
        progress = Progress.from_context(context, now)
        progress.deadline = now + self.write_seconds
        return progress

    def check_time(self, progress: Progress) -> None:
        """Raise OutOfTime if this invocation must make no further call."""
        if self.clock.monotonic() > progress.deadline:
            raise OutOfTime("The time of this invocation is used up; the operation goes on in the next one.")

    def write(self, operation: Callable[[], T], progress: Progress) -> T | InProgress:
        """Run `operation` until it succeeds; return InProgress if it needs another invocation, or raise."""
        while True:
            try:
                return operation()
            except Retriable as error:
                policy = self.policies.get(type(error), _FAULT)
                if self._sleep(policy, error, progress):
                    continue
                in_progress = self._come_back(policy, error, progress)
                if in_progress is None:
                    raise _final(error) from error
                return in_progress

    def read(self, operation: Callable[[], T]) -> T:
        """Run `operation` until it succeeds or the time of a READ or LIST is used up."""
        progress = self.begin(None)
        progress.deadline = self.clock.monotonic() + self.read_seconds
        while True:
            try:
                return operation()
            except Retriable as error:
                if not self._sleep(_READS.get(type(error), _FAULT), error, progress):
                    raise _final(error) from error

    def _sleep(self, policy: RetryPolicy, error: Retriable, progress: Progress) -> bool:
        wait = policy.delay_within(progress.state(error, self.clock.monotonic()))
        if wait is None:
            return False
        seconds = wait.drawn(self.random())
        if self.clock.monotonic() + seconds > progress.deadline:
            return False
        progress.note_wait(error)
        self.clock.sleep(seconds)
        return True

    def _come_back(self, policy: RetryPolicy, error: Retriable, progress: Progress) -> InProgress | None:
        state = progress.state(error, self.clock.monotonic())
        wait = policy.requeue_after(state)
        if wait is None or state.elapsed >= policy.at_most:
            return None
        progress.note_wait(error)
        delay = math.ceil(wait.drawn(self.random()))
        return InProgress(progress.to_context(self.clock.monotonic(), delay), delay, str(error))


def _final(error: Retriable) -> SettingsError:
    return error.final if isinstance(error, NotYet) else error
