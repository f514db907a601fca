"""The table of arrays, the flat form and the wire form, the meaning of a missing entry, and the overlay."""

import pytest
from unit.examples import (
    CALLBACK_ACCEPT,
    CALLBACK_ACW,
    CHAT_ACCEPT,
    CHAT_ACW,
    ENHANCEMENT,
    NUMBER,
    PERSISTENT,
    TASK_ACCEPT,
    VOICE_ACCEPT,
    VOICE_ACW,
)

from custom_connect_userconfig.core.arrays import (
    AFTER_CONTACT_WORK,
    ARRAYS,
    AUTO_ACCEPT,
    CHANNELS,
    PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SettingKey,
    field_of,
)
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.settings import UserSettings, expand, flatten
from support.every_array import entries_of_all

EVERYTHING: dict[str, object] = {
    "AutoAcceptConfigs": [
        {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": False},
        {"Channel": "CHAT", "AutoAccept": False},
        {"Channel": "TASK", "AutoAccept": True},
        {"Channel": "EMAIL", "AutoAccept": False},
    ],
    "AfterContactWorkConfigs": [
        {
            "Channel": "VOICE",
            "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 0},
            "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 7},
        },
        {"Channel": "EMAIL", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}},
    ],
    "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}],
    "PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": True}],
    "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}],
}


def test_a_setting_is_named_by_array_channel_and_field() -> None:
    assert (
        str(CALLBACK_ACW)
        == "AfterContactWorkConfigs[VOICE].AgentFirstCallbackAfterContactWorkConfig.AfterContactWorkTimeLimit"
    )


def test_every_field_of_the_table_is_found_by_its_key() -> None:
    for array in ARRAYS:
        for channel in array.channels:
            for field in array.fields_of(channel):
                assert field_of(array.key(channel, field)) is field


def test_only_voice_has_agent_first_callbacks() -> None:
    for array in (AUTO_ACCEPT, AFTER_CONTACT_WORK):
        assert [len(array.fields_of(channel)) for channel in CHANNELS] == [2, 1, 1, 1]


def test_flattening_and_expanding_are_each_other_s_inverse() -> None:
    flat = flatten(EVERYTHING)
    assert len(flat) == 12
    assert (flat[VOICE_ACCEPT], flat[CALLBACK_ACCEPT]) == (True, False)
    assert (flat[VOICE_ACW], flat[CALLBACK_ACW]) == (0, 7)
    assert expand(flat) == EVERYTHING
    assert flatten(expand(flat)) == flat


def test_expanding_puts_arrays_and_channels_in_the_order_of_the_table() -> None:
    every = entries_of_all(differ=True, number="+12025550142")
    expanded = expand(dict(reversed(flatten(every).items())))
    assert list(expanded) == [array.name for array in ARRAYS]
    assert [entry["Channel"] for entry in expanded["AutoAcceptConfigs"]] == list(CHANNELS)


@pytest.mark.parametrize(
    "arrays", [{}, {"AutoAcceptConfigs": None}, {"AutoAcceptConfigs": []}, {"Username": "ann"}]
)
def test_what_is_not_shown_is_no_setting(arrays: dict[str, object]) -> None:
    assert flatten(arrays) == {}


@pytest.mark.parametrize("inner", [None, {}, {"AfterContactWorkTimeLimit": None}, 5])
def test_an_entry_without_the_value_shows_no_setting(inner: object) -> None:
    assert flatten({"AfterContactWorkConfigs": [{"Channel": "CHAT", "AfterContactWorkConfig": inner}]}) == {}


@pytest.mark.parametrize(
    ("key", "absent"),
    [
        (VOICE_ACCEPT, False),
        (CALLBACK_ACCEPT, False),
        (CHAT_ACW, 0),
        (CALLBACK_ACW, 0),
        (PHONE_TYPE_KEY, "SOFT_PHONE"),
        (PHONE_NUMBER_KEY, None),
        (PERSISTENT, False),
        (ENHANCEMENT, "NONE"),
    ],
)
def test_a_missing_entry_means_the_default(key: SettingKey, absent: Value | None) -> None:
    assert UserSettings({}, {}).effective(key) == absent


LEGACY: dict[str, Value] = {
    "PhoneType": "DESK_PHONE",
    "AutoAccept": True,
    "AfterContactWorkTimeLimit": 42,
    "DeskPhoneNumber": NUMBER,
    "PersistentConnection": True,
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (VOICE_ACCEPT, True),
        (CHAT_ACCEPT, True),
        (CALLBACK_ACCEPT, False),
        (CHAT_ACW, 42),
        (CALLBACK_ACW, 0),
        (PHONE_TYPE_KEY, "DESK_PHONE"),
        (PHONE_NUMBER_KEY, NUMBER),
        (PERSISTENT, True),
        (ENHANCEMENT, "NONE"),
    ],
)
def test_a_missing_entry_means_the_legacy_value_where_there_is_one(key: SettingKey, value: Value) -> None:
    assert UserSettings({}, LEGACY).effective(key) == value


@pytest.mark.parametrize(
    ("key", "value"), [(VOICE_ACCEPT, False), (CHAT_ACW, 0), (PHONE_TYPE_KEY, "SOFT_PHONE")]
)
def test_what_is_shown_goes_before_the_legacy_value_even_when_it_is_nothing_much(
    key: SettingKey, value: Value
) -> None:
    assert UserSettings({key: value}, LEGACY).effective(key) == value


def test_an_empty_legacy_number_is_no_number() -> None:
    """The service's own examples show ``"DeskPhoneNumber": ""`` for a user without a desk phone."""
    settings = UserSettings({}, {"PhoneType": "SOFT_PHONE", "DeskPhoneNumber": ""})
    assert settings.effective(PHONE_NUMBER_KEY) is None
    assert settings.overlay(PHONE, {PHONE_TYPE_KEY: "SOFT_PHONE"}) == [
        {"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}
    ]


def test_an_array_is_written_whole_with_what_is_there() -> None:
    there = UserSettings({VOICE_ACCEPT: True, TASK_ACCEPT: True}, {})
    assert there.overlay(AUTO_ACCEPT, {CHAT_ACCEPT: True}) == [
        {"Channel": "VOICE", "AutoAccept": True},
        {"Channel": "CHAT", "AutoAccept": True},
        {"Channel": "TASK", "AutoAccept": True},
        {"Channel": "EMAIL", "AutoAccept": False},
    ]


def test_channels_that_no_read_shows_are_written_with_their_legacy_value() -> None:
    entries = UserSettings({VOICE_ACW: 5}, LEGACY).overlay(AFTER_CONTACT_WORK, {CHAT_ACW: 9})
    limits = {entry["Channel"]: entry["AfterContactWorkConfig"] for entry in entries}
    assert limits == {
        "VOICE": {"AfterContactWorkTimeLimit": 5},
        "CHAT": {"AfterContactWorkTimeLimit": 9},
        "TASK": {"AfterContactWorkTimeLimit": 42},
        "EMAIL": {"AfterContactWorkTimeLimit": 42},
    }


def test_an_optional_field_stays_absent_while_it_holds_what_absence_means() -> None:
    entries = UserSettings({}, {}).overlay(AUTO_ACCEPT, {VOICE_ACCEPT: True})
    assert entries[0] == {"Channel": "VOICE", "AutoAccept": True}


@pytest.mark.parametrize("value", [True, False])
def test_an_optional_field_that_is_shown_is_written_again(value: bool) -> None:
    entries = UserSettings({CALLBACK_ACCEPT: value}, {}).overlay(AUTO_ACCEPT, {VOICE_ACCEPT: True})
    assert entries[0] == {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": value}


def test_a_desk_phone_s_legacy_number_is_kept_when_another_field_of_the_entry_is_written() -> None:
    entries = UserSettings({}, LEGACY).overlay(PHONE, {PHONE_TYPE_KEY: "SOFT_PHONE"})
    assert entries == [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE", "PhoneNumber": NUMBER}]


def test_a_wanted_none_leaves_the_field_out() -> None:
    there = UserSettings({PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: NUMBER}, {})
    wanted: dict[SettingKey, Value | None] = {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: None}
    assert there.overlay(PHONE, wanted) == [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]


def test_a_channel_that_the_service_has_learned_since_keeps_its_values() -> None:
    fax = SettingKey("AutoAcceptConfigs", "FAX", "AutoAccept")
    entries = UserSettings({fax: True}, {}).overlay(AUTO_ACCEPT, {VOICE_ACCEPT: True})
    assert entries[-1] == {"Channel": "FAX", "AutoAccept": True}
    assert len(entries) == 5


def test_laying_over_changes_neither_what_is_wanted_nor_what_is_shown() -> None:
    wanted: dict[SettingKey, Value | None] = {VOICE_ACCEPT: True}
    shown: dict[SettingKey, Value] = {CHAT_ACCEPT: True}
    UserSettings(shown, {}).overlay(AUTO_ACCEPT, wanted)
    assert (wanted, shown) == ({VOICE_ACCEPT: True}, {CHAT_ACCEPT: True})
