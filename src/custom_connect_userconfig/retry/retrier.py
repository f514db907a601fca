"""How long to wait and when to stop: the service drives every operation through here.

An operation is a function that reads the live user and does what is left to do. It can be run again at any
time, so waiting is only a matter of running it again later: first within the invocation, then, for writes, in
another invocation of CloudFormation's. Each kind of error has its own policy:

=================  ==============================  ==========================================  =====================
error              tried again inside after (s)    then                                        ends with
=================  ==============================  ==========================================  =====================
Throttling          see ``policy``                  see ``policy``, for 3.5 hours               Throttling
NotSettledYet      0.2, 0.5, 1, 2, 4, 8            every 15 s, up to 5 minutes after writing   NotStabilized, or as said
NotReadableYet     1, 2, 4, 8                      -                                           NotFound
NotClaimedYet      1, 2, 4, 8                      -                                           NotFound
5xx, network, 409  1, 2, 4                         - (CloudFormation itself tries again)       the same error
OutOfTime          -                               at once                                     OutOfTime
=================  ==============================  ==========================================  =====================

Every wait is jittered, so that hundreds of resources that were refused together do not come back together.
READ and LIST must answer within 30 seconds and have no further invocations: they wait inside only. Operations
can be cut off between any two calls, so none is begun when the time of a write's invocation is used up.
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
    # "Usually seconds, sometimes minutes" is what is known of the service's consistency.
    NotSettledYet: FixedDelays((0.2, 0.5, 1.0, 2.0, 4.0, 8.0), every=15.0, at_most=300.0),
    NotReadableYet: FixedDelays((1.0, 2.0, 4.0, 8.0)),
    NotClaimedYet: FixedDelays((1.0, 2.0, 4.0, 8.0)),
}
"""How creates, updates and deletes wait; what is not named waits as for a fault."""
_READS: Final[Mapping[type[Retriable], RetryPolicy]] = {Throttling: FixedDelays((1.0, 2.0, 4.0, 8.0))}


@dataclass(frozen=True)
class InProgress:
    """The operation is not finished; it wants to be invoked again with `context` after `delay` seconds."""

    context: Mapping[str, object]
    delay: int
    reason: str

    def context_after(self, seconds: float) -> Mapping[str, object]:
        """Return the context to go on with if `seconds` pass instead of `delay`."""
        return {**self.context, DELAY: seconds}


@dataclass(frozen=True)
class Retrier:
    """Drives operations with a clock, a source of jitter, and the seconds that an invocation may last."""

    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[], float] = random.random
    write_seconds: float = 40.0
    """Seconds after which the invocation of a write begins nothing more; the limit is 60, and one call takes
    11 at most.
    """
    read_seconds: float = 16.0
    """The same for READ and LIST, whose limit is 30."""
    policies: Mapping[type[Retriable], RetryPolicy] = field(default_factory=lambda: WRITES)
    """How creates, updates and deletes wait for each kind of error."""

    def begin(self, context: Mapping[str, object] | None) -> Progress:
        """Return the progress to start or go on from; the time of the invocation counts from here."""
        now = self.clock.monotonic()
        progress = Progress.from_context(context, now)
        progress.deadline = now + self.write_seconds
        return progress

    def check_time(self, progress: Progress) -> None:
        """Raise OutOfTime when this invocation should begin no further call."""
        if self.clock.monotonic() > progress.deadline:
            raise OutOfTime("The time of this invocation is used up; the operation goes on in the next one.")

    def write(self, operation: Callable[[], T], progress: Progress) -> T | InProgress:
        """Run `operation` until it succeeds; InProgress when it shall go on in another invocation, its error
        when it shall not.
        """
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
