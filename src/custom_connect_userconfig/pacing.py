"""How long to wait and when to stop: the service drives every operation through here.

An operation is a function that reads the live user and does what is left to do. It can be run again at any time, so waiting
is only a matter of running it again later: first within the invocation, then, for writes, in another invocation of
CloudFormation's. Each kind of obstacle has its own patience:

=================  ==============================  ==========================================  =====================
obstacle           tried again inside after (s)    then                                        ends with
=================  ==============================  ==========================================  =====================
Throttled          6, 18                           half of the time since the first try        Throttled
NotSettledYet      0.2, 0.5, 1, 2, 4, 8            every 15 s, up to 5 minutes after writing   NotStabilized, or as said
NotReadableYet     1, 2, 4, 8                      -                                           NotFound
NotClaimedYet      1, 2                            -                                           NotFound
5xx, network, 409  1, 2, 4                         - (CloudFormation itself tries again)       the same error
OutOfTime          -                               at once                                     OutOfTime
=================  ==============================  ==========================================  =====================

Every wait is jittered by a quarter, so that hundreds of resources that were refused together do not come back together.
READ and LIST must answer within 30 seconds and have no further invocations: they wait inside only. Operations can be cut off
between any two calls, so none is begun when the time of a write's invocation is used up.
"""

import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self, TypeVar

from .core.errors import NotClaimedYet, NotReadableYet, NotSettledYet, NotYet, OutOfTime, Retriable, SettingsError, Throttled
from .ports import Clock

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


@dataclass(frozen=True)
class Patience:
    """How one kind of obstacle is waited out."""

    inside: tuple[float, ...]
    """Seconds before each further try within the invocation."""
    comes_back: Callable[[float], float] | None = None
    """Seconds until another invocation, from the seconds waited so far; None when there is none."""
    at_most: float = 0.0
    """Seconds since the first try, or since the last write, after which patience ends."""


_AT_MOST: Final = 3.5 * 3600
"""Seconds; below the 240 minutes that the schema asks CloudFormation to wait."""

_FAULT: Final = Patience((1.0, 2.0, 4.0))
_WRITES: Final[Mapping[type[Retriable], Patience]] = {
    # Quotas are shared by the whole account: 2,000 resources at 2 requests a second take about 17 minutes for each operation.
    Throttled: Patience((6.0, 18.0), lambda waited: min(max(5.0, waited / 2), 900.0), _AT_MOST),
    OutOfTime: Patience((), lambda _: 1.0, _AT_MOST),
    # "Usually seconds, sometimes minutes" is what is known of the service's consistency.
    NotSettledYet: Patience((0.2, 0.5, 1.0, 2.0, 4.0, 8.0), lambda _: 15.0, 300.0),
    NotReadableYet: Patience((1.0, 2.0, 4.0, 8.0)),
    NotClaimedYet: Patience((1.0, 2.0)),
}
_READS: Final[Mapping[type[Retriable], Patience]] = {Throttled: Patience((1.0, 2.0, 4.0, 8.0))}

_JITTER: Final = 0.25
_LATEST: Final = 1e11
"""Seconds since the epoch; no clock shows more, and neither infinity nor "not a number" lies below it."""
_BELIEVED_AFTER: Final = 5.0
"""Seconds after a write from which a read counts that shows a value as dropped or clamped."""
_WRITE_AGAIN_AFTER: Final = 60.0
"""Seconds after a write that still does not show as wanted until it is made again: somebody may have changed it since."""


@dataclass
class Progress:
    """What is carried from one invocation of an operation to the next: pacing, never the truth about the user."""

    started: float
    """Seconds since the epoch of the first try."""
    written_at: float | None = None
    """Seconds since the epoch of the last completed write, None before there was one."""
    wrote: bool = False
    """Whether a write of this operation has acted, or may have: its answer can have been lost."""
    wrote_settings: bool = False
    """Whether that is so of a write of settings, not of tags alone."""
    settling_since: float | None = None
    """Seconds since the epoch of the first completed write."""
    notes: tuple[str, ...] = ()
    """What has to be said at the end, about steps that are done by then."""
    removed_number: bool = False
    """Whether a phone number was to go; whether it went shows at the end."""
    deadline: float = math.inf
    """Monotonic seconds after which this invocation begins no further call."""
    tries: dict[type[Retriable], int] = field(default_factory=dict)
    """Tries inside this invocation, by obstacle."""

    @classmethod
    def from_context(cls, context: Mapping[str, object] | None, now: float) -> Self:
        """Return the progress that a callback context holds; what it does not hold, or not legibly, counts as not there."""
        context = context or {}
        notes = context.get("notes")
        return cls(
            started=_past(context.get("started"), now) or now,
            written_at=_past(context.get("writtenAt"), now),
            wrote=context.get("wrote") is True,
            wrote_settings=context.get("wroteSettings") is True,
            settling_since=_past(context.get("settlingSince"), now),
            notes=tuple(map(str, notes)) if isinstance(notes, list) else (),
            removed_number=context.get("removedNumber") is True,
        )

    def to_context(self) -> dict[str, object]:
        """Return the callback context that `from_context` reads."""
        return {
            "started": round(self.started, 3),
            "wrote": self.wrote,
            **({"wroteSettings": True} if self.wrote_settings else {}),
            **({} if self.written_at is None else {"writtenAt": round(self.written_at, 3)}),
            **({} if self.settling_since is None else {"settlingSince": round(self.settling_since, 3)}),
            **({"notes": list(self.notes)} if self.notes else {}),
            **({"removedNumber": True} if self.removed_number else {}),
        }

    @property
    def has_written(self) -> bool:
        """Whether this operation has completed its writes at least once."""
        return self.written_at is not None

    def note_sent(self, *, settings: bool) -> None:
        """Note that a write has acted, or may have."""
        self.wrote = True
        self.wrote_settings = self.wrote_settings or settings

    def note_written(self, now: float) -> None:
        """Note that all writes of a plan are done."""
        self.written_at = now
        self.settling_since = now if self.settling_since is None else self.settling_since

    def has_settled(self, now: float) -> bool:
        """Whether the last write is long enough ago that what still does not show may have been dropped by the service."""
        return self.written_at is not None and abs(now - self.written_at) >= _BELIEVED_AFTER

    def is_settling(self, now: float) -> bool:
        """Whether the last write is too recent to be made again."""
        return self.written_at is not None and abs(now - self.written_at) < _WRITE_AGAIN_AFTER


def _past(value: object, now: float) -> float | None:
    """Return a time of an earlier invocation; what a clock stepping backwards has left in the future counts as now."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LATEST < value < _LATEST:
        return None
    return min(float(value), now)


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
                patience = _patience(_WRITES, obstacle)
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
                if not self._sleep(_patience(_READS, obstacle), obstacle, progress):
                    raise _final(obstacle) from obstacle

    def _sleep(self, patience: Patience, obstacle: Retriable, progress: Progress) -> bool:
        tried = progress.tries.get(type(obstacle), 0)
        if tried >= len(patience.inside):
            return False
        seconds = self._jittered(patience.inside[tried])
        if self.clock.monotonic() + seconds > progress.deadline:
            return False
        progress.tries[type(obstacle)] = tried + 1
        self.clock.sleep(seconds)
        return True

    def _come_back(self, patience: Patience, obstacle: Retriable, progress: Progress) -> Pending | None:
        since = progress.started
        if isinstance(obstacle, NotSettledYet) and progress.settling_since is not None:
            since = progress.settling_since
        waited = max(0.0, self.clock.now() - since)
        if patience.comes_back is None or waited >= patience.at_most:
            return None
        delay = math.ceil(self._jittered(patience.comes_back(waited)))
        return Pending(progress.to_context(), delay, str(obstacle))

    def _jittered(self, seconds: float) -> float:
        return seconds * (1 - _JITTER + 2 * _JITTER * self.random())


def _patience(table: Mapping[type[Retriable], Patience], obstacle: Retriable) -> Patience:
    return table.get(type(obstacle), _FAULT)


def _final(obstacle: Retriable) -> SettingsError:
    return obstacle.final if isinstance(obstacle, NotYet) else obstacle
