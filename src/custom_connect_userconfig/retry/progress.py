"""What an operation carries from one invocation to the next, to go on: never the truth about the user.

``retrier`` makes it from the callback context and puts it back there; ``reconcile`` notes in it what it has
sent. A context may come late, or twice, or garbled: none of that may make an operation end too soon, or
never.

Times are carried as durations, and counted within an invocation on a clock that nobody sets. Between two
invocations the delay that was asked for counts as what has passed: CloudFormation may come later, and then
the operation waits longer, never less.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from ..core.arrays import SettingKey
from ..core.errors import NotSettledYet, RecordDamaged, Retriable, Throttling
from ..core.kinds import RecordedValue
from ..core.ownership import OwnershipRecord
from .policy import RetryState

_MOST_REFUSALS: Final = 10_000
"""More than hours of waiting can hold."""
DELAY: Final = "delay"
"""In a context: the seconds that pass until the next invocation."""
_LONGEST: Final = 1e9
"""Seconds; no operation lasts longer, and neither infinity nor "not a number" lies below it."""
_NOTHING: Final = OwnershipRecord(None, {}, {})
_BELIEVED_AFTER: Final = 5.0
"""Seconds after a write from which a read counts that shows a value as dropped or clamped."""
_WRITE_AGAIN_AFTER: Final = 60.0
"""Seconds after a write that still does not show as wanted until it is made again: somebody may have changed
it since.
"""


@dataclass
class Progress:
    """What is carried from one invocation of an operation to the next, to go on: never the truth about the
    user.
    """

    started: float
    """Monotonic seconds of the first try. What was in an earlier invocation lies before the beginning of this
    one's clock.
    """
    written_at: float | None = None
    """Monotonic seconds of the last completed write, None before there was one."""
    wrote: bool = False
    """Whether a write of this operation has acted, or may have: its answer can have been lost."""
    wrote_settings: bool = False
    """Whether that is so of a write of settings, not of tags alone."""
    wrote_settings_now: bool = False
    """Whether this invocation has made one."""
    only_stamped: bool = False
    """Whether the latest completed write has recorded the request and nothing else."""
    lost_claim: bool = False
    """Whether an invocation that wrote settings has seen that its claim is gone: it knows then what it has to
    undo.
    """
    settling_since: float | None = None
    """Monotonic seconds of the first completed write."""
    notes: tuple[str, ...] = ()
    """What has to be said at the end, about steps that are done by then."""
    removed_number: bool = False
    """Whether a phone number was to go; whether it went shows at the end."""
    had_claim: bool = False
    """Whether the record was there, and the resource's own, before this operation had written anything."""
    claimed: bool = False
    """Whether this operation has written its record, or may have."""
    prior: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """The earlier values that it recorded."""
    released: bool = False
    """Whether this operation has removed tags of the record, or may have."""
    found: OwnershipRecord = _NOTHING
    """All that reads have shown as recorded, for a delete: it knows then what an earlier request may have
    written meanwhile.
    """
    resumed: bool = False
    """Whether an invocation went before this one."""
    deadline: float = math.inf
    """Monotonic seconds after which this invocation begins no further call."""
    refusals: int = 0
    """How often the operation has waited for a quota."""
    attempts: dict[type[Retriable], int] = field(default_factory=dict)
    """How often this invocation has waited for each kind of error."""

    @classmethod
    def from_context(cls, context: Mapping[str, object] | None, now: float) -> Self:
        """Return the progress that a callback context holds, on a clock that shows `now` monotonic seconds.

        What the context does not hold, or not legibly, counts as not there.
        """
        context = context or {}
        left = now - (_seconds(context.get(DELAY)) or 0.0)
        notes = context.get("notes")
        return cls(
            started=left - (_seconds(context.get("elapsed")) or 0.0),
            written_at=_moment(context.get("sinceWritten"), left),
            wrote=context.get("wrote") is True,
            wrote_settings=context.get("wroteSettings") is True,
            lost_claim=context.get("lostClaim") is True,
            only_stamped=context.get("onlyStamped") is True,
            settling_since=_moment(context.get("sinceSettling"), left),
            notes=tuple(map(str, notes)) if isinstance(notes, list) else (),
            removed_number=context.get("removedNumber") is True,
            had_claim=context.get("hadClaim") is True,
            claimed=context.get("claimed") is True,
            prior=_record(context.get("prior")).prior,
            released=context.get("released") is True,
            found=_record(context.get("found")),
            resumed=bool(context),
            refusals=_count(context.get("refusals")),
        )

    def to_context(self, now: float, delay: int) -> dict[str, object]:
        """Return what `from_context` reads, of an invocation that ends at `now` and wants another after
        `delay` seconds.
        """
        return {
            DELAY: delay,
            "elapsed": round(now - self.started, 3),
            "wrote": self.wrote,
            **({"wroteSettings": True} if self.wrote_settings else {}),
            **({"lostClaim": True} if self.lost_claim else {}),
            **({"onlyStamped": True} if self.only_stamped else {}),
            **({} if self.written_at is None else {"sinceWritten": round(now - self.written_at, 3)}),
            **({} if self.settling_since is None else {"sinceSettling": round(now - self.settling_since, 3)}),
            **({"notes": list(self.notes)} if self.notes else {}),
            **({"removedNumber": True} if self.removed_number else {}),
            **({"hadClaim": True} if self.had_claim else {}),
            **({"claimed": True} if self.claimed else {}),
            **({"prior": OwnershipRecord(None, {}, self.prior).to_tags()} if self.prior else {}),
            **({"released": True} if self.released else {}),
            **({"found": self.found.to_tags()} if self.found.prior else {}),
            **({"refusals": self.refusals} if self.refusals else {}),
        }

    @property
    def has_written(self) -> bool:
        """Whether this operation has completed its writes at least once."""
        return self.written_at is not None

    def note_sent(
        self,
        *,
        settings: bool = False,
        released: bool = False,
        claimed: Mapping[SettingKey, RecordedValue] | None = None,
    ) -> None:
        """Note that a write has acted, or may have.

        It was one of `settings`, one that recorded the earlier values `claimed`, or one that removed tags of
        the record.
        """
        self.wrote = True
        self.wrote_settings |= settings
        self.wrote_settings_now |= settings
        self.released |= released
        if claimed is not None:
            self.claimed, self.prior = True, claimed

    def note_found(self, record: OwnershipRecord) -> None:
        """Note what a read shows as recorded."""
        found = self.found
        self.found = OwnershipRecord(
            None, {**found.declared, **record.declared}, {**found.prior, **record.prior}
        )

    def note_wait(self, error: Retriable) -> None:
        """Note that `error` is waited for, within the invocation or until the next one."""
        self.attempts[type(error)] = self.attempts.get(type(error), 0) + 1
        self.refusals += isinstance(error, Throttling)

    def state(self, error: Retriable, now: float) -> RetryState:
        """Return how the operation stands before `error`."""
        since = self.started
        if isinstance(error, NotSettledYet) and self.settling_since is not None:
            since = self.settling_since
        return RetryState(self.attempts.get(type(error), 0), now - since, self.refusals)

    def note_written(self, now: float, *, only_stamped: bool = False) -> None:
        """Note that all writes of a plan are done; or, with `only_stamped`, that the request is recorded and
        nothing else.
        """
        self.written_at, self.only_stamped = now, only_stamped
        self.settling_since = now if self.settling_since is None else self.settling_since

    def has_settled(self, now: float) -> bool:
        """Whether the last write is long enough ago that what still does not show may have been dropped by
        the service.
        """
        return self.written_at is not None and now - self.written_at >= _BELIEVED_AFTER

    def is_settling(self, now: float) -> bool:
        """Whether the last write is too recent to be made again."""
        return self.written_at is not None and now - self.written_at < _WRITE_AGAIN_AFTER


def _moment(duration: object, now: float) -> float | None:
    """Return when something was that lasts for `duration` at `now`."""
    seconds = _seconds(duration)
    return None if seconds is None else now - seconds


def _record(tags: object) -> OwnershipRecord:
    if not isinstance(tags, Mapping) or not all(
        isinstance(text, str) for pair in tags.items() for text in pair
    ):
        return _NOTHING
    try:
        return OwnershipRecord.from_tags(tags) or _NOTHING
    except RecordDamaged:
        return _NOTHING


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LONGEST:
        return None
    return float(value)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value is not True and 0 <= value <= _MOST_REFUSALS else 0
