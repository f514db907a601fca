"""What giving back means for each setting, and what is said where the earlier value is not recorded."""

import pytest
from unit.examples import CHAT_ACCEPT, NUMBER, VOICE_ACCEPT

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from custom_connect_userconfig.core.kinds import PriorValue, Value, Withheld
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS, NUMBER_LEFT, restoration
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
        pytest.param({PHONE_TYPE_KEY: "SOFT_PHONE"}, DESK, {PHONE_TYPE_KEY: "SOFT_PHONE"}, (), id="soft phone, number not owned"),
        pytest.param(
            {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: None},
            DESK,
            {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: None},
            (),
            id="soft phone without a number",
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: Withheld.NUMBER},
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
        pytest.param({PHONE_TYPE_KEY: "DESK_PHONE"}, SOFT, {}, (LEFT_AS_IT_IS,), id="desk phone, number dropped"),
        pytest.param(
            {PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: Withheld.NUMBER},
            DESK,
            {},
            (LEFT_AS_IT_IS,),
            id="desk phone whose number was taken",
        ),
        pytest.param(
            {PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: None}, DESK, {}, (LEFT_AS_IT_IS,), id="desk phone that had no number"
        ),
    ],
)
def test_a_phone_is_given_back_as_far_as_it_is_known(
    prior: dict[SettingKey, PriorValue],
    now: dict[SettingKey, Value],
    wanted: dict[SettingKey, Value | None],
    notes: tuple[str, ...],
) -> None:
    back = restoration(prior, prior, UserSettings(now, {}))
    assert (dict(back.wanted), back.notes) == (wanted, notes)


def test_a_number_that_is_no_longer_declared_is_left_and_that_is_said() -> None:
    prior: dict[SettingKey, PriorValue] = {PHONE_TYPE_KEY: "SOFT_PHONE", PHONE_NUMBER_KEY: Withheld.NUMBER}
    back = restoration([PHONE_NUMBER_KEY], prior, UserSettings(DESK, {}))
    assert (dict(back.wanted), back.notes) == ({}, (NUMBER_LEFT,))


def test_a_desk_phone_that_is_left_takes_nothing_else_with_it() -> None:
    prior: dict[SettingKey, PriorValue] = {PHONE_TYPE_KEY: "DESK_PHONE", PHONE_NUMBER_KEY: Withheld.NUMBER, VOICE_ACCEPT: True}
    assert dict(restoration(prior, prior, UserSettings(DESK, {})).wanted) == {VOICE_ACCEPT: True}


def test_a_legacy_number_counts_as_still_there() -> None:
    prior: dict[SettingKey, PriorValue] = {PHONE_TYPE_KEY: "DESK_PHONE"}
    back = restoration(prior, prior, UserSettings(SOFT, {"DeskPhoneNumber": NUMBER}))
    assert dict(back.wanted) == {PHONE_TYPE_KEY: "DESK_PHONE"}
