"""Values that the service may change, and the words for differences."""

import pytest
from unit.examples import CHAT_ACW, NUMBER, OTHER_NUMBER, OWNER, VOICE_ACW, live, recorded
from unit.plans import SETTLED, SOFT_WITH_NUMBER, record

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.kinds import Unrecorded, Value
from custom_connect_userconfig.core.planning import Knowledge, plan_take


def test_longer_work_on_chat_is_what_the_service_makes_of_it() -> None:
    held = record(chat_acw=(2_000_000, 0))
    user = live({CHAT_ACW: 5_400}, held.to_tags())
    assert plan_take({CHAT_ACW: 2_000_000}, OWNER, held, user, SETTLED).is_empty
    assert not plan_take({CHAT_ACW: 2_000_000}, OWNER, held, user).is_empty
    for wanted, found, array in (
        (5_400, 5_399, CHAT_ACW),
        (5_399, 5_400, CHAT_ACW),
        (6_000, 5_401, CHAT_ACW),
        (6_000, 5_400, VOICE_ACW),
    ):
        assert plan_take({array: wanted}, OWNER, None, live({array: found})).arrays, (wanted, found)


@pytest.mark.parametrize(
    ("found", "written", "held"),
    [
        ({PHONE_TYPE_KEY: SOFT_PHONE}, False, False),
        ({PHONE_TYPE_KEY: SOFT_PHONE}, True, True),
        ({PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}, False, False),
        ({PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}, True, True),
        ({PHONE_TYPE_KEY: DESK_PHONE}, True, False),
        (SOFT_WITH_NUMBER, False, True),
    ],
)
def test_a_number_dropped_under_soft_phone_counts_as_held_after_one_try(
    found: dict[SettingKey, Value], written: bool, held: bool
) -> None:
    plan = plan_take(SOFT_WITH_NUMBER, OWNER, None, live(found), Knowledge(written=written))
    assert (not plan.arrays) is held


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({}, "wanted the declared number, found none"),
        ({PHONE_NUMBER_KEY: OTHER_NUMBER}, "wanted the declared number, found another number"),
    ],
)
def test_no_difference_names_a_number(found: dict[SettingKey, Value], text: str) -> None:
    desk: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    plan = plan_take(desk, OWNER, None, live({PHONE_TYPE_KEY: DESK_PHONE, **found}))
    assert plan.differences == (f"PhoneNumberConfigs[VOICE].PhoneNumber: {text}",)
    assert not any(NUMBER in value or OTHER_NUMBER in value for value in plan.claim.values())


def test_a_number_that_shall_go_is_told_apart_from_one_that_shall_come() -> None:
    held = recorded(
        OWNER, {PHONE_TYPE_KEY: (SOFT_PHONE, SOFT_PHONE), PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)}
    )
    plan = plan_take({PHONE_TYPE_KEY: SOFT_PHONE}, OWNER, held, live(SOFT_WITH_NUMBER, held.to_tags()))
    assert plan.differences == ("PhoneNumberConfigs[VOICE].PhoneNumber: wanted none, found another number",)
    assert plan.arrays == {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": SOFT_PHONE}]}
