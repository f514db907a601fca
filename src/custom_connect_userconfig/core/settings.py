"""Single settings, and their form in the arrays of the API.

``DescribeUser`` returns arrays of nested entries, some of which may be missing; the rules of ownership work
on single settings. `flatten` and `expand` convert between the two. `UserSettings` knows the meaning of a
missing entry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from .arrays import ARRAYS, Array, Field, SettingKey, field_of
from .kinds import Value

Settings = Mapping[SettingKey, Value]
Entry = dict[str, object]
"""One entry of an array in the form of the API."""


def flatten(arrays: Mapping[str, object]) -> dict[SettingKey, Value]:
    """Return the settings in the arrays of ``DescribeUser`` or ``UpdateUserConfig``; empty text is none."""
    settings: dict[SettingKey, Value] = {}
    for array in ARRAYS:
        for entry in _entries(arrays.get(array.name)):
            for field in array.fields:
                value = _get_path(entry, field.path)
                if value is not None and value != "":
                    settings[array.key(str(entry.get("Channel")), field)] = value
    return settings


def expand(settings: Settings) -> dict[str, list[Entry]]:
    """Return the arrays that hold exactly `settings`, with arrays and channels in the order of the table."""
    arrays = {array.name: _expand_array(array, settings) for array in ARRAYS}
    return {name: entries for name, entries in arrays.items() if entries}


def _entries(array: object) -> Iterable[Mapping[str, object]]:
    return cast("Iterable[Mapping[str, object]]", array or ())


def _get_path(entry: Mapping[str, object], path: tuple[str, ...]) -> Value | None:
    inner: object = entry
    for member in path:
        inner = inner.get(member) if isinstance(inner, Mapping) else None
    return cast("Value | None", inner)


def _expand_array(array: Array, settings: Settings) -> list[Entry]:
    named = {key.channel for key in settings if key.array == array.name}
    return [_expand_entry(array, channel, settings) for channel in _in_order(array, named)]


def _in_order(array: Array, channels: set[str]) -> list[str]:
    return [c for c in array.channels if c in channels] + sorted(channels - set(array.channels))


def _expand_entry(array: Array, channel: str, settings: Settings) -> Entry:
    entry: Entry = {"Channel": channel}
    for field in array.fields:
        value = settings.get(array.key(channel, field))
        if value is not None:
            _set_path(entry, field.path, value)
    return entry


def _set_path(entry: Entry, path: tuple[str, ...], value: Value) -> None:
    for member in path[:-1]:
        entry = cast("Entry", entry.setdefault(member, {}))
    entry[path[-1]] = value


@dataclass(frozen=True)
class UserSettings:
    """The settings of one user as one read shows them."""

    shown: Settings
    legacy: Mapping[str, Value]
    """The members of ``PhoneConfig``, the older form that stands in for missing entries."""

    def effective(self, key: SettingKey) -> Value | None:
        """Return the value in force: as shown, else legacy, else default; None means no phone number."""
        field = field_of(key)
        return self.shown.get(key, self._when_missing(field))

    def _when_missing(self, field: Field) -> Value | None:
        value = self.legacy.get(field.legacy) if field.legacy else None
        return field.absent if value in (None, "") else value

    def overlay(self, array: Array, wanted: Mapping[SettingKey, Value | None]) -> list[Entry]:
        """Return `array` whole, with `wanted` over the current values.

        That is right if the service replaces arrays, and if it merges them. A channel that no read shows is
        written with its effective value: a missing entry may mean something else after the write. An optional
        field that has the value of an absent one stays absent, because it is not documented that the two are
        the same. None in `wanted` leaves the field out.
        """
        settings: dict[SettingKey, Value] = {}
        for channel in {*array.channels, *(key.channel for key in self.shown if key.array == array.name)}:
            for field in array.fields_of(channel):
                key = array.key(channel, field)
                value = wanted[key] if key in wanted else self._kept(key, field)
                if value is not None:
                    settings[key] = value
        return _expand_array(array, settings)

    def _kept(self, key: SettingKey, field: Field) -> Value | None:
        if key in self.shown:
            return self.shown[key]
        missing = self._when_missing(field)
        return missing if field.required or missing != field.absent else None
