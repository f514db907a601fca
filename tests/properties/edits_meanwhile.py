"""Edits by others during an operation: which may be lost, and which may stay.

Amazon Connect has no conditional write, and writes arrays, not fields. An edit may come between a read of an
operation and its next write, or a late read may hide it. Only then, and only so, may it break the rules:

- An edit of an unowned setting is lost if the operation writes its array: the value of the read is back.
- An edit of a setting that is being taken is lost if the record holds the value of the read.
- An edit of a setting that is being given back stays if it comes between that write and the end of the
  record. An operation that was cut off in between may go on much later; it then forgets the setting, and may
  write its earlier value once more, since a read could still show the time before. If the edit makes the
  declared value, a delete takes it for the write of an earlier request, and undoes it.

All other edits follow the rules of edits at rest. Each excuse is counted, so that a run shows that it was
met.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, SettingKey
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.planning import LiveUser

from .agent import Truth
from .unreliable import Write

EXCUSED: Counter[str] = Counter()
"""How often each excuse was needed, in the whole run."""


@dataclass
class EditsMeanwhile:
    """The edits of others since reads last caught up."""

    replaced: dict[SettingKey, set[Value | None]] = field(default_factory=dict)
    """The values that edits have replaced, and that a late read may show."""
    made: dict[SettingKey, set[Value | None]] = field(default_factory=dict)
    """The values that edits have made."""
    after_giving_back: dict[SettingKey, tuple[Value | None, Value | None]] = field(default_factory=dict)
    """The earlier and the edited value of settings that were given back, but for their record, and then
    edited. No time ends this.
    """
    may_come_back: Truth = field(default_factory=dict)
    """The earlier values of those of them that the current operation has forgotten."""

    def note(self, before: Truth, now: Truth) -> None:
        """Note that somebody has changed settings."""
        for key in now:
            if before[key] != now[key]:
                self.replaced.setdefault(key, set()).add(before[key])
                self.made.setdefault(key, set()).add(now[key])

    def forget(self) -> None:
        """Forget the edits: reads show everything now."""
        self.replaced.clear()
        self.made.clear()
        self.may_come_back.clear()

    def follow(self, before: Truth, now: Truth, earlier: Truth) -> None:
        """Note that somebody has edited settings that are being given back, from `before` to `now`."""
        for key, was in before.items():
            if was == earlier[key] != now[key]:
                self.after_giving_back[key] = (earlier[key], now[key])

    def keep(self, being_given_back: Collection[SettingKey]) -> None:
        """Forget the edits of settings that are not being given back any more."""
        self.after_giving_back = {k: v for k, v in self.after_giving_back.items() if k in being_given_back}

    def touched(self, keys: Iterable[SettingKey]) -> bool:
        """Whether any of the settings was edited."""
        return any(key in self.made for key in keys)

    def _known_of(self, user: LiveUser, key: SettingKey, is_same: Callable[..., bool]) -> list[Value | None]:
        """Return the values of a setting that a read has shown and an edit has replaced or made."""
        known = self.replaced[key] | self.made[key]
        return [value for value in _shown(user, key) if any(is_same(key, each, value) for each in known)]

    def undone_by(
        self,
        write: Write,
        now: Truth,
        expected: Truth,
        recorded: Iterable[SettingKey],
        is_same: Callable[..., bool],
    ) -> Truth:
        """Return the unrecorded settings whose edit `write` has undone, with their current values.

        A late read can show the edit later; a further write then brings it back.
        """
        if write.shown is None or not write.arrays:
            return {}
        again = {
            key: value
            for key, value in self.may_come_back.items()
            if key not in set(recorded) and key.array in write.arrays and now[key] == value != expected[key]
        }
        lost = again | {
            key: now[key]
            for key in self.made
            if key not in set(recorded) and key.array in write.arrays and now[key] != expected[key]
            if any(is_same(key, now[key], value) for value in self._known_of(write.shown, key, is_same))
            or (not recorded and now[key] in self.replaced[key])
        }
        EXCUSED["edits undone by a write of their array"] += len(lost)
        return lost

    def overlooked_by(
        self,
        write: Write,
        prior: Mapping[SettingKey, RecordedValue],
        expected: Truth,
        is_same: Callable[..., bool],
    ) -> Truth:
        """Return the settings whose edit `write` has recorded wrongly, with the earlier values that the read
        showed.

        A late read can show the claim later than the edit: a create that comes again then records the edit.
        """
        if write.shown is None or write.operation != "TagResource":
            return {}
        lost = {
            key: value
            for key in self.made
            for value in self._known_of(write.shown, key, is_same)
            if key in prior and value != expected[key] and prior[key] == recorded(key, value)
        }
        EXCUSED["edits overlooked when their setting was taken"] += len(lost)
        return lost

    def outlasting(self, given_back: Iterable[SettingKey], now: Truth, expected: Truth) -> Truth:
        """Return the settings whose edit has outlasted their giving back, with their current values."""
        late = self.after_giving_back
        stay = {
            key: now[key]
            for key in given_back
            if now[key] != expected[key]
            and (now[key] in self.made.get(key, ()) or late.get(key) == (expected[key], now[key]))
        }
        self.may_come_back |= {key: expected[key] for key in stay if key in late}
        EXCUSED["edits that outlast the giving back of their setting"] += len(stay)
        return stay


def recorded(key: SettingKey, value: Value | None) -> RecordedValue:
    """Return the form of a value in a record."""
    return Unrecorded.VALUE if key == PHONE_NUMBER_KEY and value is not None else value


def _shown(user: LiveUser, key: SettingKey) -> tuple[Value | None, ...]:
    """Return the values of a setting in a read: the one in force and, if there is one, the recorded one."""
    record = OwnershipRecord.from_tags(user.tags)
    earlier = (record.prior[key],) if record and key in record.prior else ()
    return (user.settings.effective(key), *earlier)
