"""The settings of one user: the effect of writes, the effective values, and the form of reads.

Pure functions over frozen values; `models` keeps one `Settings` for each user. `Settings.absent` decides the
meaning of a missing entry or field: its value in the legacy `PhoneConfig` if there is one, else the default.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from .arrays import (
    ARRAYS,
    CHAT_ACW,
    FIELDS,
    FIELDS_OF,
    LEGACY_DEFAULTS,
    PHONE_NUMBER,
    PHONE_TYPE,
    VOICE,
    Array,
    Setting,
    Value,
)
from .behaviour import ArrayOrder, ArrayWrite, Behaviour, EntryWrite, PhoneConfigLink, Reads

Entry: TypeAlias = Mapping[str, object]
Arrays: TypeAlias = Mapping[str, Sequence[Entry]]

CHAT_ACW_CEILING = 5_400


@dataclass(frozen=True)
class Settings:
    """`legacy` holds the set members of `PhoneConfig`, `entries` the set fields of the arrays."""

    legacy: Mapping[str, Value] = field(default_factory=dict)
    entries: Mapping[Setting, Value] = field(default_factory=dict)

    def absent(self, setting: Setting) -> Value | None:
        """The value of this setting if no entry sets it."""
        described = FIELDS[setting]
        if described.legacy is None:
            return described.default
        return self.legacy.get(described.legacy, described.default)

    def effective(self, setting: Setting) -> Value | None:
        return self.entries[setting] if setting in self.entries else self.absent(setting)

    def all_effective(self) -> dict[Setting, Value | None]:
        return {setting: self.effective(setting) for setting in FIELDS}


def write_arrays(before: Settings, arrays: Arrays, behaviour: Behaviour) -> Settings:
    """The settings after `UpdateUserConfig` (or `CreateUser`) named these arrays."""
    after = before
    for name, written in arrays.items():
        after = _write_array(after, ARRAYS[name], written, behaviour)
    drops = behaviour.drop_number_under_soft_phone and PHONE_TYPE.array in arrays
    return _without_idle_number(after) if drops else after


def write_phone_config(before: Settings, phone_config: Mapping[str, Value], behaviour: Behaviour) -> Settings:
    """The settings after `UpdateUserPhoneConfig`, which gives all channels the same ACW limit."""
    mirrors = behaviour.phone_config is PhoneConfigLink.MIRRORS_VOICE
    entries = {s: v for s, v in before.entries.items() if not _overruled_by_legacy(s, mirrors=mirrors)}
    after = Settings(dict(phone_config), entries)
    return _without_idle_number(after) if behaviour.drop_number_under_soft_phone else after


def _overruled_by_legacy(setting: Setting, *, mirrors: bool) -> bool:
    legacy = FIELDS[setting].legacy
    is_acw_of_any_channel = legacy == "AfterContactWorkTimeLimit"
    is_mirrored = mirrors and setting.channel == VOICE and legacy is not None
    return is_acw_of_any_channel or is_mirrored


def _write_array(before: Settings, array: Array, written: Sequence[Entry], behaviour: Behaviour) -> Settings:
    named = dict(_flatten(array, written, behaviour))
    channels = {str(entry["Channel"]) for entry in written}
    kept = {s: v for s, v in before.entries.items() if _survives(s, array, channels, behaviour)}
    after = Settings(before.legacy, kept | named)
    if behaviour.phone_config is PhoneConfigLink.MIRRORS_VOICE and VOICE in channels:
        return Settings(_mirrored(before.legacy, array, named, behaviour), after.entries)
    return after


def _flatten(array: Array, written: Iterable[Entry], behaviour: Behaviour) -> Iterator[tuple[Setting, Value]]:
    for entry in written:
        for setting, described in FIELDS_OF[array.name, str(entry["Channel"])].items():
            value = _value_at(entry, described.path)
            if value is not None:
                yield setting, _clamped(setting, value) if behaviour.clamp_chat_acw else value


def _value_at(entry: Entry, path: tuple[str, ...]) -> Value | None:
    found: object = entry
    for member in path:
        found = found.get(member) if isinstance(found, Mapping) else None
    return found if isinstance(found, bool | int | str) else None


def _clamped(setting: Setting, value: Value) -> Value:
    return min(value, CHAT_ACW_CEILING) if setting == CHAT_ACW and isinstance(value, int) else value


def _survives(setting: Setting, array: Array, written_channels: set[str], behaviour: Behaviour) -> bool:
    if setting.array != array.name:
        return True
    if setting.channel in written_channels:
        return behaviour.entry_write is EntryWrite.MERGE
    return behaviour.array_write is ArrayWrite.MERGE


def _mirrored(
    legacy: Mapping[str, Value], array: Array, named: Mapping[Setting, Value], behaviour: Behaviour
) -> dict[str, Value]:
    mirrored = dict(legacy)
    for described in array.fields:
        if described.legacy is None:
            continue
        setting = Setting(array.name, VOICE, described.path)
        if setting in named:
            mirrored[described.legacy] = named[setting]
        elif behaviour.entry_write is EntryWrite.REPLACE:
            mirrored.pop(described.legacy, None)
    return mirrored


def _without_idle_number(settings: Settings) -> Settings:
    legacy, entries = dict(settings.legacy), dict(settings.entries)
    if settings.effective(PHONE_TYPE) == "SOFT_PHONE":
        entries.pop(PHONE_NUMBER, None)
    if legacy.get("PhoneType", "SOFT_PHONE") == "SOFT_PHONE":
        legacy.pop("DeskPhoneNumber", None)
    return Settings(legacy, entries)


def show_arrays(settings: Settings, behaviour: Behaviour) -> dict[str, list[dict[str, object]]]:
    """The arrays as a read shows them; an array without entries is left out."""
    shown = {array.name: _show_array(settings, array, behaviour) for array in ARRAYS.values()}
    return {name: entries for name, entries in shown.items() if entries}


def show_phone_config(settings: Settings, behaviour: Behaviour) -> dict[str, Value]:
    """The legacy `PhoneConfig` as a read shows it; empty if no member shows."""
    dense = behaviour.reads is Reads.DENSE
    shown: dict[str, Value] = {}
    for member, default in LEGACY_DEFAULTS.items():
        value = settings.legacy.get(member, default)
        if value is not None and (dense or value != default):
            shown[member] = value
    return shown


def _show_array(settings: Settings, array: Array, behaviour: Behaviour) -> list[dict[str, object]]:
    channels = _order(settings, array, behaviour)
    entries = [_show_entry(settings, array, channel, behaviour) for channel in channels]
    shown = [entry for entry in entries if entry]
    return shown[::-1] if behaviour.array_order is ArrayOrder.REVERSED else shown


def _order(settings: Settings, array: Array, behaviour: Behaviour) -> list[str]:
    written = [setting.channel for setting in settings.entries if setting.array == array.name]
    shown = dict.fromkeys([*written, *array.channels])
    return [channel for channel in shown if channel not in behaviour.refused_channels]


def _show_entry(settings: Settings, array: Array, channel: str, behaviour: Behaviour) -> dict[str, object]:
    fields = FIELDS_OF[array.name, channel]
    shown = list(fields)
    if behaviour.reads is Reads.SPARSE:
        telling = {setting for setting in fields if settings.effective(setting) != settings.absent(setting)}
        if not telling:
            return {}
        shown = [setting for setting, leaf in fields.items() if leaf.required or setting in telling]
    return _nest(channel, array.required_structures, {s.field: settings.effective(s) for s in shown})


def _nest(
    channel: str, structures: tuple[str, ...], values: Mapping[tuple[str, ...], object]
) -> dict[str, object]:
    entry: dict[str, object] = {"Channel": channel}
    inner: dict[str, dict[str, object]] = {structure: {} for structure in structures}
    for (*parents, leaf), value in values.items():
        if value is None:
            continue
        if parents:
            inner.setdefault(parents[0], {})[leaf] = value
        else:
            entry[leaf] = value
    return entry | inner
