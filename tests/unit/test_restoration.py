"""The values that giving back writes, and the notes if an earlier value is not recorded."""

import pytest
from unit.examples import CHAT_ACCEPT, CHAT_ACW, NUMBER, VOICE_ACCEPT

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.restoration import (
    LEFT_AS_IT_IS,
    NUMBER_LEFT,
    left_as_they_are,
    restoration,
    still_owned,
)
from custom_connect_userconfig.core.settings import UserSettings

DESK = {PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: NUMBER}
SOFT = {PHONE_TYPE_KEY: "SOFT_PHONE"}
SOFT_WITH_NUMBER = {**SOFT, PHONE_NUMBER_KEY: NUMBER}


def test_only_what_is_given_up_gets_its_recorded_value() -> None:
    back = restoration([CHAT_ACCEPT], {CHAT_ACCEPT: True, VOICE_ACCEPT: False}, UserSettings({}, {}))
    assert (dict(back.wanted), back.notes) == ({CHAT_ACCEPT: True}, ())


@pytest.mark.parametrize(
    ("prior", "now", "wanted", "notes"),
    [
        pytest.param(
            {PHONE_TYPE_KEY: "SOFT_PHONE"},
            DESK,
            {PHONE_TYPE_KEY: "SOFT_PHONE"},
            (),
            id="soft phone, number not owned",
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: None},
            DESK,
            {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: None},
            (),
            id="soft phone without a number",
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: Unrecorded.VALUE},
            DESK,
            {PHONE_TYPE_KEY: "SOFT_PHONE"},
            (NUMBER_LEFT,),
            id="soft phone with a number",
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "DESK_PHONE"},
            SOFT_WITH_NUMBER,
            {PHONE_TYPE_KEY: "DESK_PHONE"},
            (),
            id="desk phone, number still there",
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "DESK_PHONE"}, SOFT, {}, (LEFT_AS_IT_IS,), id="desk phone, number dropped"
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: Unrecorded.VALUE},
            DESK,
            {},
            (LEFT_AS_IT_IS,),
            id="desk phone whose number was taken",
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: None},
            DESK,
            {},
            (LEFT_AS_IT_IS,),
            id="desk phone that had no number",
        ),
    ],
)
def test_a_phone_is_given_back_as_far_as_it_is_known(
    prior: dict[SettingKey, RecordedValue],
    now: dict[SettingKey, Value],
    wanted: dict[SettingKey, Value | None],
    notes: tuple[str, ...],
) -> None:
    back = restoration(prior, prior, UserSettings(now, {}))
    assert (dict(back.wanted), back.notes) == (wanted, notes)


def test_a_number_that_is_no_longer_declared_is_left_and_that_is_said() -> None:
    prior: dict[SettingKey, RecordedValue] = {
        PHONE_TYPE_KEY: "SOFT_PHONE",
        PHONE_NUMBER_KEY: Unrecorded.VALUE,
    }
    back = restoration([PHONE_NUMBER_KEY], prior, UserSettings(DESK, {}))
    assert (dict(back.wanted), back.notes) == ({}, (NUMBER_LEFT,))


def test_a_desk_phone_that_is_left_takes_nothing_else_with_it() -> None:
    prior: dict[SettingKey, RecordedValue] = {
        PHONE_TYPE_KEY: "DESK_PHONE",
        PHONE_NUMBER_KEY: Unrecorded.VALUE,
        VOICE_ACCEPT: True,
    }
    assert dict(restoration(prior, prior, UserSettings(DESK, {})).wanted) == {VOICE_ACCEPT: True}


def test_a_legacy_number_counts_as_still_there() -> None:
    prior: dict[SettingKey, RecordedValue] = {PHONE_TYPE_KEY: "DESK_PHONE"}
    back = restoration(prior, prior, UserSettings(SOFT, {"DeskPhoneNumber": NUMBER}))
    assert dict(back.wanted) == {PHONE_TYPE_KEY: "DESK_PHONE"}


def test_a_setting_whose_earlier_value_is_unrecorded_is_left_and_named() -> None:
    prior: dict[SettingKey, RecordedValue] = {
        VOICE_ACCEPT: Unrecorded.VALUE,
        CHAT_ACW: Unrecorded.VALUE,
        CHAT_ACCEPT: True,
    }
    back = restoration(prior, prior, UserSettings({VOICE_ACCEPT: True}, {}))
    named = (
        "The earlier value of AfterContactWorkConfigs[CHAT].AfterContactWorkConfig.AfterContactWorkTimeLimit,"
        " AutoAcceptConfigs[VOICE].AutoAccept is not recorded: it is left as it is now."
    )
    assert left_as_they_are([VOICE_ACCEPT, CHAT_ACW]) == named
    assert (dict(back.wanted), back.notes) == ({CHAT_ACCEPT: True}, (named,))


def test_a_phone_that_is_left_is_said_beside_other_settings_that_are() -> None:
    prior: dict[SettingKey, RecordedValue] = dict.fromkeys(
        (PHONE_TYPE_KEY, PHONE_NUMBER_KEY, VOICE_ACCEPT), Unrecorded.VALUE
    )
    back = restoration(prior, prior, UserSettings(DESK, {}))
    assert (dict(back.wanted), back.notes) == ({}, (LEFT_AS_IT_IS, left_as_they_are([VOICE_ACCEPT])))


def test_an_unrecorded_type_leaves_the_number_too_although_none_was_recorded() -> None:
    prior: dict[SettingKey, RecordedValue] = {PHONE_TYPE_KEY: Unrecorded.VALUE, PHONE_NUMBER_KEY: None}
    assert restoration(prior, prior, UserSettings(DESK, {})).wanted == {}


@pytest.mark.parametrize(
    ("before", "declared", "kept"),
    [
        ("DESK_PHONE", {PHONE_TYPE_KEY}, {PHONE_TYPE_KEY: Unrecorded.VALUE}),
        ("SOFT_PHONE", {PHONE_TYPE_KEY}, {PHONE_TYPE_KEY: "SOFT_PHONE"}),
        (
            "DESK_PHONE",
            {PHONE_TYPE_KEY, PHONE_NUMBER_KEY},
            {PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: Unrecorded.VALUE},
        ),
        ("DESK_PHONE", {PHONE_NUMBER_KEY}, {PHONE_NUMBER_KEY: Unrecorded.VALUE}),
    ],
)
def test_a_desk_phone_is_forgotten_with_its_number(
    before: str, declared: set[SettingKey], kept: dict[SettingKey, RecordedValue]
) -> None:
    assert still_owned({PHONE_TYPE_KEY: before, PHONE_NUMBER_KEY: Unrecorded.VALUE}, declared) == kept
