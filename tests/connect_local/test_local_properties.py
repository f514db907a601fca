"""Any sequence of writes under any behaviour: reads are right, and a write changes what its switches say."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import settings as run_with
from hypothesis import strategies as st

from connect_local import ArrayWrite, Behaviour, EntryWrite, PhoneConfigLink, every_read_write_combination
from connect_local.arrays import ARRAYS, FIELDS, Array, Field, Setting
from connect_local.settings import Settings, show_arrays, show_phone_config, write_arrays, write_phone_config

VALUES: dict[str, st.SearchStrategy[bool | int | str]] = {
    "AfterContactWorkTimeLimit": st.sampled_from([0, 1, 9_000]),
    "PhoneType": st.sampled_from(["SOFT_PHONE", "DESK_PHONE"]),
    "PhoneNumber": st.sampled_from(["+15550100", "+15550101"]),
    "VoiceEnhancementMode": st.sampled_from(["NONE", "VOICE_ISOLATION"]),
}


@st.composite
def entries(draw: st.DrawFn, array: Array, channel: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"Channel": channel} | {structure: {} for structure in array.required_structures}
    for field in array.fields_of(channel):
        if field.required or draw(st.booleans()):
            _set(entry, field, draw(VALUES.get(field.path[-1], st.booleans())))
    return entry


def _set(entry: dict[str, Any], field: Field, value: object) -> None:
    for member in field.path[:-1]:
        entry = entry.setdefault(member, {})
    entry[field.path[-1]] = value


@st.composite
def writes(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    names = draw(st.lists(st.sampled_from(list(ARRAYS)), unique=True, max_size=3))
    written = {}
    for array in (ARRAYS[name] for name in names):
        channels = draw(st.lists(st.sampled_from(array.channels), unique=True))
        written[array.name] = [draw(entries(array, channel)) for channel in channels]
    return written


behaviours = st.sampled_from(every_read_write_combination())
phone_configs = st.fixed_dictionaries(
    {},
    optional={
        "PhoneType": VALUES["PhoneType"],
        "AutoAccept": st.booleans(),
        "AfterContactWorkTimeLimit": VALUES["AfterContactWorkTimeLimit"],
        "DeskPhoneNumber": VALUES["PhoneNumber"],
        "PersistentConnection": st.booleans(),
    },
)


@st.composite
def histories(draw: st.DrawFn) -> Settings:
    settings, behaviour = Settings(), draw(behaviours)
    changes: list[Any] = draw(st.lists(writes() | phone_configs, max_size=4))
    for change in changes:
        write = write_arrays if all(name in ARRAYS for name in change) else write_phone_config
        settings = write(settings, change, behaviour)
    return settings


def concluded(shown: Mapping[str, Any], setting: Setting, field: Field) -> object:
    """Return the value of a setting by the rule that a missing one means legacy, then default."""
    entries = {entry["Channel"]: entry for entry in shown.get(setting.array, [])}
    value: Any = entries.get(setting.channel)
    for member in setting.field:
        value = value.get(member) if value is not None else None
    if value is None and field.legacy:
        value = shown["PhoneConfig"].get(field.legacy)
    return field.default if value is None else value


@run_with(max_examples=50, deadline=None)
@given(histories(), behaviours)
def test_reads_give_the_effective_settings(settings: Settings, behaviour: Behaviour) -> None:
    shown = {**show_arrays(settings, behaviour), "PhoneConfig": show_phone_config(settings, behaviour)}
    found = {setting: concluded(shown, setting, field) for setting, field in FIELDS.items()}
    assert found == settings.all_effective()


@run_with(max_examples=50, deadline=None)
@given(histories(), writes())
def test_merging_changes_the_fields_named_and_no_others(settings: Settings, write: dict[str, Any]) -> None:
    merging = Behaviour(array_write=ArrayWrite.MERGE, entry_write=EntryWrite.MERGE)
    replaced = write_arrays(Settings(), write, Behaviour()).entries
    assert write_arrays(settings, write, merging).all_effective() == settings.all_effective() | dict(replaced)


@run_with(max_examples=50, deadline=None)
@given(histories(), writes(), behaviours)
def test_a_written_value_is_effective(
    settings: Settings, write: dict[str, Any], behaviour: Behaviour
) -> None:
    named = write_arrays(Settings(), write, behaviour).entries
    after = write_arrays(settings, write, behaviour)
    assert {setting: after.effective(setting) for setting in named} == dict(named)
    assert write_arrays(after, write, behaviour).all_effective() == after.all_effective()


@run_with(max_examples=50, deadline=None)
@given(histories(), writes(), behaviours)
def test_arrays_not_named_are_left_alone(
    settings: Settings, write: dict[str, Any], behaviour: Behaviour
) -> None:
    before, after = settings.all_effective(), write_arrays(settings, write, behaviour).all_effective()
    others = {setting for setting in FIELDS if setting.array not in write}
    if behaviour.phone_config is not PhoneConfigLink.INDEPENDENT:
        others = {setting for setting in others if FIELDS[setting].legacy not in _legacy_of(write)}
    assert {setting: after[setting] for setting in others} == {setting: before[setting] for setting in others}


def _legacy_of(write: Mapping[str, Any]) -> set[str]:
    return {field.legacy for name in write for field in ARRAYS[name].fields if field.legacy}
