"""Edits by others during an operation: which of them may be lost, and which only may be what stays.

Amazon Connect has no conditional write, and writes arrays, not fields. So of an edit that comes between a
read of an operation and what it writes next, or that a late read does not show, exactly this may become:

- an edit of a setting that is not owned is lost when the operation writes its array: the value that the read
  showed is back;
- an edit of a setting that is being taken is lost when the record comes to hold the value that the read
  showed;
- an edit of a setting that is being given back survives when it comes between that write and the end of its
  record; unless it makes the very value that was declared, and a delete takes it for the write of an earlier
  request.

All other edits follow the rules of edits at rest. What is excused here is counted, so that it is known to
have been met.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, SettingKey
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.planning import LiveUser

from .agent import Truth
from .unreliable import Write

EXCUSED: Counter[str] = Counter()
"""How often which excuse was needed, in the whole run."""


@dataclass
class EditsAmid:
    """What others have edited since reads have last caught up."""

    replaced: dict[SettingKey, set[Value | None]] = field(default_factory=dict)
    """The values that edits have replaced and a read may have shown."""
    made: dict[SettingKey, set[Value | None]] = field(default_factory=dict)
    """The values that edits have made."""

    def note(self, before: Truth, now: Truth) -> None:
        """Somebody has changed settings."""
        for key in now:
            if before[key] != now[key]:
                self.replaced.setdefault(key, set()).add(before[key])
                self.made.setdefault(key, set()).add(now[key])

    def forget(self) -> None:
        """Reads show everything now."""
        self.replaced.clear()
        self.made.clear()

    def touched(self, keys: Iterable[SettingKey]) -> bool:
        """Whether any of the settings was edited."""
        return any(key in self.made for key in keys)

    def _known_of(self, user: LiveUser, key: SettingKey, is_same: Callable[..., bool]) -> list[Value | None]:
        """Return what a read has shown of a setting, as far as an edit has replaced or made it."""
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
        """Return the settings outside of the record whose edit `write` has undone, with the value that they
        have now.

        Late reads can show the edit later, and then a further write brings it back.
        """
        if write.shown is None or not write.arrays:
            return {}
        lost = {
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
        """Return the settings that `write` has recorded otherwise than they are worth, because of what the
        read showed of an edit.

        A late read can show the claim later than the edit: then a create that comes again records it after
        all.
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
        """Return the settings given back just now of which an edit stays."""
        stay = {
            key: now[key]
            for key in given_back
            if now[key] != expected[key] and now[key] in self.made.get(key, ())
        }
        EXCUSED["edits that outlast the giving back of their setting"] += len(stay)
        return stay


def recorded(key: SettingKey, value: Value | None) -> RecordedValue:
    """Return what a record holds of a value."""
    return Unrecorded.VALUE if key == PHONE_NUMBER_KEY and value is not None else value


def _shown(user: LiveUser, key: SettingKey) -> tuple[Value | None, ...]:
    """Return what a read has shown of a setting's value: the one in force and, where it was still owned, the
    one recorded.
    """
    record = OwnershipRecord.from_tags(user.tags)
    earlier = (record.prior[key],) if record and key in record.prior else ()
    return (user.settings.effective(key), *earlier)
