"""Compares the live values of settings with the declared ones, and the owned settings with the declared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .arrays import SettingKey, field_of
from .kinds import RecordedValue, Unrecorded, Value
from .ownership import OwnershipRecord
from .planning import is_clamped
from .settings import UserSettings


@dataclass(frozen=True)
class Difference:
    """One setting whose live value is not the declared one, or that is declared or owned but not both."""

    key: SettingKey
    declared: RecordedValue
    """None if it is not declared."""
    live: Value | None
    """None if there is no phone number."""
    is_owned: bool

    def to_json(self) -> dict[str, object]:
        """Return the members of a JSON object; a phone number is not shown."""
        shown = {"Declared": self._shown(self.declared), "Live": self._shown(self.live)}
        return {"Setting": str(self.key), **shown, "Owned": self.is_owned}

    def _shown(self, value: RecordedValue) -> object:
        return "(a number)" if value is not None and field_of(self.key).kind.sensitive else value


def differences(
    declared: Mapping[SettingKey, RecordedValue], record: OwnershipRecord | None, settings: UserSettings
) -> Iterator[Difference]:
    """Yield each setting whose live value is not the declared one, or that is declared or owned but not both.

    A phone number that `declared` takes from a record is `Unrecorded` and agrees with any number.
    """
    owned = record.declared if record else {}
    for key in {**declared, **owned}:
        wanted, live = declared.get(key), settings.effective(key)
        if key not in declared or key not in owned or not _agrees(key, wanted, live):
            yield Difference(key, wanted, live, key in owned)


def _agrees(key: SettingKey, wanted: RecordedValue, live: Value | None) -> bool:
    if isinstance(wanted, Unrecorded):
        return live is not None
    return wanted == live or (wanted is not None and live is not None and is_clamped(key, wanted, live))
