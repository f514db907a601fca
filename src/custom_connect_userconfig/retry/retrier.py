"""How long to wait and when to stop: the service drives every operation through here.

An operation is a function that reads the live user and does what is left to do. It can be run again at any time, so waiting
is only a matter of running it again later: first within the invocation, then, for writes, in another invocation of
CloudFormation's. Each kind of obstacle has its own patience:

=================  ==============================  ==========================================  =====================
obstacle           tried again inside after (s)    then                                        ends with
=================  ==============================  ==========================================  =====================
Throttled          see ``patience``                see ``patience``, for 3.5 hours             Throttled
NotSettledYet      0.2, 0.5, 1, 2, 4, 8            every 15 s, up to 5 minutes after writing   NotStabilized, or as said
NotReadableYet     1, 2, 4, 8                      -                                           NotFound
NotClaimedYet      1, 2                            -                                           NotFound
5xx, network, 409  1, 2, 4                         - (CloudFormation itself tries again)       the same error
OutOfTime          -                               at once                                     OutOfTime
=================  ==============================  ==========================================  =====================

Every wait is jittered, so that hundreds of resources that were refused together do not come back together.
READ and LIST must answer within 30 seconds and have no further invocations: they wait inside only. Operations can be cut off
between any two calls, so none is begun when the time of a write's invocation is used up.
"""

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ..core.errors import NotClaimedYet, NotReadableYet, NotSettledYet, NotYet, OutOfTime, Retriable, SettingsError, Throttled
from ..ports import Clock
from .policy import Patience, QuotaPatience, Steps
from .progress import Progress

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

_FAULT: Final = Steps((1.0, 2.0, 4.0))
WRITES: Final[Mapping[type[Retriable], Patience]] = {
    Throttled: QuotaPatience(_AT_MOST),
    OutOfTime: Steps(every=1.0, at_most=_AT_MOST),
    # "Usually seconds, sometimes minutes" is what is known of the service's consistency.
    NotSettledYet: Steps((0.2, 0.5, 1.0, 2.0, 4.0, 8.0), every=15.0, at_most=300.0),
    NotReadableYet: Steps((1.0, 2.0, 4.0, 8.0)),
    NotClaimedYet: Steps((1.0, 2.0)),
}
"""How creates, updates and deletes wait; what is not named waits as for a fault."""
_READS: Final[Mapping[type[Retriable], Patience]] = {Throttled: Steps((1.0, 2.0, 4.0, 8.0))}


@dataclass(frozen=True)
class Pending:
    """The operation is not finished; it wants to be invoked again with `context` after `delay` seconds."""

    context: Mapping[str, object]
    delay: int
    reason: str


@dataclass(frozen=True)
class Pacing:
    """Drives operations with a clock, a source of jitter, and the seconds that an invocation may last."""

    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[], float] = random.random
    inside: float = 40.0
    """Seconds after which the invocation of a write begins nothing more; the limit is 60, and one call takes 11 at most."""
    inside_reads: float = 16.0
    """The same for READ and LIST, whose limit is 30."""
    writes: Mapping[type[Retriable], Patience] = field(default_factory=lambda: WRITES)
    """How creates, updates and deletes wait for each kind of obstacle."""

    def begin(self, context: Mapping[str, object] | None) -> Progress:
        """Return the progress to start or go on from; the time of the invocation counts from here."""
        progress = Progress.from_context(context, self.clock.now())
        progress.deadline = self.clock.monotonic() + self.inside
        return progress

    def check_time(self, progress: Progress) -> None:
        """Raise OutOfTime when this invocation should begin no further call."""
        if self.clock.monotonic() > progress.deadline:
            raise OutOfTime("The time of this invocation is used up; the operation goes on in the next one.")

    def write(self, operation: Callable[[], T], progress: Progress) -> T | Pending:
        """Run `operation` until it succeeds; Pending when it shall go on in another invocation, its error when it shall not."""
        while True:
            try:
                return operation()
            except Retriable as obstacle:
                patience = self.writes.get(type(obstacle), _FAULT)
                if self._sleep(patience, obstacle, progress):
                    continue
                pending = self._come_back(patience, obstacle, progress)
                if pending is None:
                    raise _final(obstacle) from obstacle
                return pending

    def read(self, operation: Callable[[], T]) -> T:
        """Run `operation` until it succeeds or the time of a READ or LIST is used up."""
        progress = self.begin(None)
        progress.deadline = self.clock.monotonic() + self.inside_reads
        while True:
            try:
                return operation()
            except Retriable as obstacle:
                if not self._sleep(_READS.get(type(obstacle), _FAULT), obstacle, progress):
                    raise _final(obstacle) from obstacle

    def _sleep(self, patience: Patience, obstacle: Retriable, progress: Progress) -> bool:
        wait = patience.inside(progress.standing(obstacle, self.clock.now()))
        if wait is None:
            return False
        seconds = wait.drawn(self.random())
        if self.clock.monotonic() + seconds > progress.deadline:
            return False
        progress.note_wait(obstacle)
        self.clock.sleep(seconds)
        return True

    def _come_back(self, patience: Patience, obstacle: Retriable, progress: Progress) -> Pending | None:
        standing = progress.standing(obstacle, self.clock.now())
        wait = patience.later(standing)
        if wait is None or standing.waited >= patience.at_most:
            return None
        progress.note_wait(obstacle)
        delay = math.ceil(wait.drawn(self.random()))
        return Pending(progress.to_context(left=self.clock.now(), delay=delay), delay, str(obstacle))


def _final(obstacle: Retriable) -> SettingsError:
    return obstacle.final if isinstance(obstacle, NotYet) else obstacle
