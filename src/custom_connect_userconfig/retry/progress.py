"""The progress of an operation, passed from one invocation to the next; it is never the truth about the user.

``retrier`` reads it from the callback context and writes it back; ``operation`` notes each write in it. A
context may be delivered late, twice or damaged. Even then an operation must not end too soon, and must end.

Times are passed as durations, and measured within an invocation on the monotonic clock. Between two
invocations the requested delay counts as elapsed: if CloudFormation comes later, the operation waits longer,
never less.
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
"""More waits than any operation has time for."""
DELAY: Final = "delay"
"""The key of a context under which the seconds until the next invocation stand."""
_LONGEST: Final = 1e9
"""Seconds; no operation lasts longer. The bound also excludes infinity and "not a number"."""
_NOTHING: Final = OwnershipRecord(None, {}, {})
_SETTLED_AFTER: Final = 5.0
"""Seconds after a write from which a read may show that the service dropped or clamped a value."""
_WRITE_AGAIN_AFTER: Final = 60.0
"""Seconds after which a write that does not show is made again: somebody may have changed the value since."""


@dataclass
class Progress:
    """The progress of an operation, over all its invocations.

    "Wrote", "claimed" and "released" include calls that may have taken effect because their answer was lost.
    """

    started: float
    """Monotonic seconds of the first try; may be negative if that was in an earlier invocation."""
    written_at: float | None = None
    """Monotonic seconds of the last completed write, None before the first one."""
    wrote: bool = False
    """Whether this operation wrote anything."""
    wrote_settings: bool = False
    """Whether this operation wrote settings, not only tags."""
    wrote_settings_now: bool = False
    """Whether this invocation wrote settings."""
    only_stamped: bool = False
    """Whether the last completed write recorded only the request."""
    lost_claim: bool = False
    """Whether an invocation that wrote settings has seen that its claim is gone, so that it may undo them."""
    settling_since: float | None = None
    """Monotonic seconds of the first completed write."""
    notes: tuple[str, ...] = ()
    """Notes for the final message, on steps that are done."""
    removed_number: bool = False
    """Whether a phone number was to be removed; the last read shows whether it is gone."""
    had_claim: bool = False
    """Whether the resource's own record was there before this operation wrote anything."""
    claimed: bool = False
    """Whether this operation wrote its record."""
    prior: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """The earlier values in that record."""
    given_back: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """The settings that this create or update has given back, with their earlier values."""
    given_back_after: str = ""
    """The latest request, by its short digest, in the record that they were given back from."""
    released: bool = False
    """Whether this operation removed tags of the record."""
    found: OwnershipRecord = _NOTHING
    """For a delete: everything that reads have shown as recorded. An earlier request may write it again."""
    resumed: bool = False
    """Whether there was an earlier invocation."""
    deadline: float = math.inf
    """Monotonic seconds after which this invocation makes no further call."""
    refusals: int = 0
    """How often the operation has waited for a quota."""
    attempts: dict[type[Retriable], int] = field(default_factory=dict)
    """How often this invocation has waited for each kind of error."""

    @classmethod
    def from_context(cls, context: Mapping[str, object] | None, now: float) -> Self:
        """Return the progress in a callback context, if the monotonic clock shows `now` seconds.

        A missing or malformed member gets its default.
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
            given_back=_record(context.get("givenBack")).prior,
            given_back_after=str(context.get("givenBackAfter", "")),
            released=context.get("released") is True,
            found=_record(context.get("found")),
            resumed=bool(context),
            refusals=_count(context.get("refusals")),
        )

    def to_context(self, now: float, delay: int) -> dict[str, object]:
        """Return the context of an invocation that ends at `now` and requests the next in `delay` seconds."""
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
            **({"prior": _tags(self.prior)} if self.prior else {}),
            **({"givenBack": _tags(self.given_back)} if self.given_back else {}),
            **({"givenBackAfter": self.given_back_after} if self.given_back_after else {}),
            **({"released": True} if self.released else {}),
            **({"found": self.found.to_tags()} if self.found.prior else {}),
            **({"refusals": self.refusals} if self.refusals else {}),
        }

    @property
    def has_written(self) -> bool:
        """Whether this operation has completed a plan with writes."""
        return self.written_at is not None

    def note_sent(
        self,
        *,
        settings: bool = False,
        released: bool = False,
        claimed: Mapping[SettingKey, RecordedValue] | None = None,
    ) -> None:
        """Note a write that took effect or may have: of `settings`, of the record, or of its removal.

        `claimed` holds the earlier values in the written record.
        """
        self.wrote = True
        self.wrote_settings |= settings
        self.wrote_settings_now |= settings
        self.released |= released
        if claimed is not None:
            self.claimed, self.prior = True, claimed

    def note_given_back(self, prior: Mapping[SettingKey, RecordedValue]) -> None:
        """Note that settings are given back; `prior` holds their earlier values."""
        self.given_back = {**self.given_back, **prior}

    def note_found(self, record: OwnershipRecord) -> None:
        """Add `record`, as a read shows it, to everything found."""
        found = self.found
        self.found = OwnershipRecord(
            None, {**found.declared, **record.declared}, {**found.prior, **record.prior}
        )

    def note_wait(self, error: Retriable) -> None:
        """Note a wait for `error`, within the invocation or until the next one."""
        self.attempts[type(error)] = self.attempts.get(type(error), 0) + 1
        self.refusals += isinstance(error, Throttling)

    def state(self, error: Retriable, now: float) -> RetryState:
        """Return the state of the operation for the policy of `error`."""
        since = self.started
        if isinstance(error, NotSettledYet) and self.settling_since is not None:
            since = self.settling_since
        return RetryState(self.attempts.get(type(error), 0), now - since, self.refusals)

    def note_written(self, now: float, *, only_stamped: bool = False) -> None:
        """Note that the writes of a plan are complete; with `only_stamped` they recorded only the request."""
        self.written_at, self.only_stamped = now, only_stamped
        self.settling_since = now if self.settling_since is None else self.settling_since

    def has_settled(self, now: float) -> bool:
        """Whether the last write is old enough that a value which does not show may have been dropped."""
        return self.written_at is not None and now - self.written_at >= _SETTLED_AFTER

    def is_settling(self, now: float) -> bool:
        """Whether the last write is too recent to be made again."""
        return self.written_at is not None and now - self.written_at < _WRITE_AGAIN_AFTER


def _moment(duration: object, now: float) -> float | None:
    """Return the moment that lies `duration` before `now`, None if `duration` is malformed."""
    seconds = _seconds(duration)
    return None if seconds is None else now - seconds


def _tags(prior: Mapping[SettingKey, RecordedValue]) -> dict[str, str]:
    return OwnershipRecord(None, {}, prior).to_tags()


def _record(tags: object) -> OwnershipRecord:
    if not isinstance(tags, Mapping):
        return _NOTHING
    if not all(isinstance(text, str) for pair in tags.items() for text in pair):
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
