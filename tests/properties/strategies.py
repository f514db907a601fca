"""All strategies: declarations, users, records in tags, and the behaviours that the service leaves open.

They draw from few values, at the edges that matter, so that a declared value is often in force already.
"""

import json
from typing import Any

from hypothesis import strategies as st

from connect_local import ArrayOrder, ArrayWrite, Behaviour, EntryWrite, PhoneConfigLink, Reads
from custom_connect_userconfig.core.arrays import (
    ARRAYS,
    DESK_PHONE,
    PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    VOICE,
    Array,
    Field,
    SettingKey,
    field_of,
)
from custom_connect_userconfig.core.identifiers import Environment, Identity, Spelling
from custom_connect_userconfig.core.kinds import (
    Boolean,
    PhoneNumber,
    RecordedValue,
    Seconds,
    Unrecorded,
    Value,
)
from custom_connect_userconfig.core.ownership import MAX_REQUESTS, Marker, Owner, OwnershipRecord
from custom_connect_userconfig.core.settings import Settings, UserSettings, expand

from .agent import ACCOUNT, INSTANCE_ID, REGION, USER_ID, InitialUser

NUMBERS = ("+15550100", "+15550101", "+442071838750", "+123456789012345")
_SECONDS = (0, 1, 30, 5_399, 5_400, 5_401, 9_000, 2_000_000)

KEYS = tuple(
    array.key(channel, field)
    for array in ARRAYS
    for channel in array.channels
    for field in array.fields_of(channel)
)
"""Every setting there is."""
CHAT_ACW = SettingKey("AfterContactWorkConfigs", "CHAT", "AfterContactWorkConfig.AfterContactWorkTimeLimit")
ENTRIES = tuple((array.name, channel) for array in ARRAYS for channel in array.channels)
"""The array and the channel of every possible entry."""
_NEAR_MISSES = ("connect-user-config2", "connect-user-config.owner", "Connect-User-Config:owner")
FOREIGN_KEYS = ("team", "é Z/=+-@", *_NEAR_MISSES)
"""Keys of tags that belong to others."""


def values(field: Field) -> st.SearchStrategy[Value]:
    """Values of one field."""
    if isinstance(field.kind, Boolean):
        return st.booleans()
    if isinstance(field.kind, Seconds):
        return st.sampled_from(_SECONDS) | st.integers(0, field.kind.most)
    if isinstance(field.kind, PhoneNumber):
        return st.sampled_from(NUMBERS)
    return st.sampled_from(field.kind.names)  # type: ignore[attr-defined]  # the kinds that are left have names


@st.composite
def _entry(draw: st.DrawFn, array: Array, channel: str) -> dict[SettingKey, Value]:
    entry = {
        array.key(channel, field): draw(values(field))
        for field in array.fields_of(channel)
        if field.required or draw(st.booleans())
    }
    if entry.get(PHONE_TYPE_KEY) == DESK_PHONE and PHONE_NUMBER_KEY not in entry:
        entry[PHONE_NUMBER_KEY] = draw(st.sampled_from(NUMBERS))
    return entry


def phone_entries() -> st.SearchStrategy[dict[SettingKey, Value]]:
    """The phone alone, as a template may declare it."""
    return _entry(PHONE, VOICE)


VOICE_ENHANCEMENT = SettingKey("VoiceEnhancementConfigs", VOICE, "VoiceEnhancementMode")


@st.composite
def own_phone(draw: st.DrawFn) -> dict[SettingKey, Value]:
    """Settings that agents change in the contact panel: type and number of their phone, audio enhancement."""
    edit = draw(phone_entries()) if draw(st.booleans()) else {}
    if not edit or draw(st.booleans()):
        edit[VOICE_ENHANCEMENT] = draw(values(field_of(VOICE_ENHANCEMENT)))
    return edit


@st.composite
def settings(draw: st.DrawFn, *, at_least: int = 1) -> dict[SettingKey, Value]:
    """Settings as a template may declare them."""
    entries = [(array, channel) for array in ARRAYS for channel in array.channels]
    # Half of the rules that can go wrong are about the phone.
    any_entry = st.sampled_from([*entries, *[(PHONE, VOICE)] * 4])
    named = draw(
        st.lists(any_entry, min_size=at_least, max_size=5, unique_by=lambda entry: (entry[0].name, entry[1]))
    )
    return {key: value for array, channel in named for key, value in draw(_entry(array, channel)).items()}


def shuffled_properties(declared: Settings) -> st.SearchStrategy[dict[str, Any]]:
    """`declared` as properties of a template, arrays and entries in any order."""
    arrays = expand(declared)
    shuffled = st.fixed_dictionaries({name: st.permutations(entries) for name, entries in arrays.items()})
    return st.builds(
        lambda drawn, order: {
            "InstanceId": INSTANCE_ID,
            "UserId": USER_ID,
            **{name: list(drawn[name]) for name in order},
        },
        shuffled,
        st.permutations(list(arrays)),
    )


_LEGACY_SOFT = {"PhoneType": st.just(SOFT_PHONE)}
_LEGACY_DESK = {"PhoneType": st.just(DESK_PHONE), "DeskPhoneNumber": st.sampled_from(NUMBERS)}


@st.composite
def legacy_configs(draw: st.DrawFn) -> dict[str, Value]:
    """The older ``PhoneConfig``, complete or not."""
    phone = draw(st.sampled_from([{}, _LEGACY_SOFT, _LEGACY_DESK, {**_LEGACY_DESK, **_LEGACY_SOFT}]))
    optional = {
        "AutoAccept": st.booleans(),
        "AfterContactWorkTimeLimit": st.sampled_from(_SECONDS),
        "PersistentConnection": st.booleans(),
    }
    return draw(st.fixed_dictionaries(phone, optional=optional))


def foreign_tags() -> st.SearchStrategy[dict[str, str]]:
    """Tags of others."""
    return st.dictionaries(
        st.sampled_from(FOREIGN_KEYS), st.sampled_from(["", "managed", "v1 VOICE=true", "ж 9"]), max_size=3
    )


def initial_users() -> st.SearchStrategy[InitialUser]:
    """Users made with or without legacy settings, then edited."""
    return st.builds(
        InitialUser,
        legacy_configs(),
        st.lists(settings(at_least=0) | legacy_configs(), max_size=2),
        foreign_tags(),
    )


def initial_users_with_a_phone() -> st.SearchStrategy[InitialUser]:
    """Users with nothing but a phone of either type, in either form."""
    return st.builds(InitialUser, st.fixed_dictionaries(_LEGACY_DESK), st.lists(phone_entries(), max_size=1))


def behaviours(*, stale: bool = True) -> st.SearchStrategy[Behaviour]:
    """The service under every answer to the open questions; `stale` reads only for tests that wait."""
    return st.builds(
        Behaviour,
        array_write=st.sampled_from(ArrayWrite),
        entry_write=st.sampled_from(EntryWrite),
        reads=st.sampled_from(Reads),
        phone_config=st.sampled_from(PhoneConfigLink),
        array_order=st.sampled_from(ArrayOrder),
        clamp_chat_acw=st.booleans(),
        drop_number_under_soft_phone=st.booleans(),
        accept_arns=st.booleans(),
        stale_reads=st.integers(0, 4) if stale else st.just(0),
        stale_seconds=st.sampled_from([0.0, 0.0, 3.0, 25.0, 90.0]) if stale else st.just(0.0),
    )


@st.composite
def user_settings(draw: st.DrawFn) -> UserSettings:
    """Any settings in a read."""
    legacy = draw(legacy_configs())
    return UserSettings(draw(settings(at_least=0)), legacy)


def changed_by_the_service(behaviour: Behaviour) -> set[SettingKey]:
    """Return the settings that may change although their present value is written."""
    changed = {PHONE_NUMBER_KEY} if behaviour.drop_number_under_soft_phone else set()
    return changed | ({CHAT_ACW} if behaviour.clamp_chat_acw else set())


def prior_values(key: SettingKey, field: Field) -> st.SearchStrategy[RecordedValue]:
    """Earlier values of a setting in a record."""
    if key == PHONE_NUMBER_KEY:
        return st.sampled_from([None, Unrecorded.VALUE])
    return values(field) | st.just(Unrecorded.VALUE)


def declared_values(key: SettingKey, field: Field) -> st.SearchStrategy[RecordedValue]:
    """Declared values of a setting in a record."""
    return st.just(Unrecorded.VALUE) if key == PHONE_NUMBER_KEY else values(field)


def _instance_arn() -> str:
    return f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/{INSTANCE_ID}"


def identities() -> st.SearchStrategy[Identity]:
    """The agent, named by ids and by ARNs."""
    return st.builds(
        lambda instance, user: Identity.parse(
            _instance_arn() if instance is Spelling.ARN else INSTANCE_ID,
            f"{_instance_arn()}/agent/{USER_ID}" if user is Spelling.ARN else USER_ID,
            Environment(REGION, ACCOUNT),
        ),
        st.sampled_from(Spelling),
        st.sampled_from(Spelling),
    )


_stack_ids = st.builds(
    lambda name: f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/0a1b2c3d",
    st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,127}", fullmatch=True),
)


def owners() -> st.SearchStrategy[Owner]:
    """Resources of stacks and of Cloud Control, and some with names that no tag could hold."""
    logical_ids = st.from_regex(r"[A-Za-z0-9]{1,255}", fullmatch=True) | st.just("L" * 255)
    return st.builds(
        Owner.of,
        identities(),
        st.none() | _stack_ids | st.text(max_size=300),
        st.none() | logical_ids | st.text(max_size=300),
        st.none() | st.uuids().map(str),
    )


@st.composite
def records(draw: st.DrawFn) -> OwnershipRecord:
    """Any record, up to the largest."""
    keys = draw(st.just(KEYS) | st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    fields = {
        array.key(channel, field): field
        for array in ARRAYS
        for channel in array.channels
        for field in array.fields
    }
    prior = {key: draw(prior_values(key, fields[key])) for key in keys}
    declared = {key: draw(declared_values(key, fields[key])) for key in keys if draw(st.booleans())}
    requests = draw(st.lists(st.from_regex(r"[0-9a-f]{8}", fullmatch=True), max_size=MAX_REQUESTS))
    marker = draw(st.sampled_from(Marker))
    return OwnershipRecord(draw(owners()), declared, prior, tuple(requests), marker)


def _json(leaves: st.SearchStrategy[Any], more_names: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    names = (
        st.sampled_from([*(array.name for array in ARRAYS), *_member_names(), "Channel", "phonenumber"])
        | more_names
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )


def _member_names() -> list[str]:
    return sorted({member for array in ARRAYS for field in array.fields for member in field.path})


_names = st.text(max_size=8)
_words = st.sampled_from(
    ["VOICE", "CHAT", "DESK_PHONE", "SOFT_PHONE", "true", "False", "yes", "30", "3.5", "-1", "", "NONE"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | _words


@st.composite
def wild_properties(
    draw: st.DrawFn, leaves: st.SearchStrategy[Any] = scalars, names: st.SearchStrategy[str] = _names
) -> dict[str, Any]:
    """Properties that are nearly valid, or far from it, with `leaves` in any place."""
    anything = _json(leaves, names)
    entry = st.fixed_dictionaries(
        {"Channel": st.sampled_from(["VOICE", "CHAT", "SMS"]) | anything},
        optional=dict.fromkeys(_member_names(), anything),
    )
    array = st.lists(entry | anything, max_size=3) | anything
    named: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "InstanceId": st.just(INSTANCE_ID) | anything,
                "UserId": st.just(USER_ID) | anything,
                **{a.name: array for a in ARRAYS},
            },
        )
    )
    return {**named, **draw(st.dictionaries(names, anything, max_size=1))}


def spelled(value: object) -> st.SearchStrategy[object]:
    """`value` itself, or the string that a custom resource gets for it."""
    if isinstance(value, str):
        return st.just(value)
    text = json.dumps(value)
    return st.sampled_from(
        [value, text, text.capitalize()] if isinstance(value, bool) else [value, text, float(str(value))]
    )
