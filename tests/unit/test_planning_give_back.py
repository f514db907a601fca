"""Plans to give back, wholly or in part, and the notes about settings that stay."""

import pytest
from unit.examples import CHAT_ACCEPT, CHAT_ACW, NUMBER, OTHER_NUMBER, OWNER, PERSISTENT, VOICE_ACCEPT, live
from unit.plans import SETTLED, carried_out, record

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE
from custom_connect_userconfig.core.kinds import Unrecorded
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.core.planning import plan_give_back, plan_take
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS, NUMBER_LEFT
from custom_connect_userconfig.core.settings import flatten


@pytest.mark.parametrize("tag_count", [0, 50])
def test_giving_back_restores_all_and_releases_only_our_tags(tag_count: int) -> None:
    held = record(voice=(True, False), persistent=(False, True))
    others = {f"k{n}": "v" for n in range(tag_count)}
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True, PERSISTENT: True}, {**others, **held.to_tags()})
    plan = plan_give_back(held, user, trust_read=True)
    assert list(plan.arrays) == ["AutoAcceptConfigs"]
    assert flatten(plan.arrays)[CHAT_ACCEPT] is True
    after = carried_out(plan, user)
    assert after.tags == others
    assert after.settings.effective(VOICE_ACCEPT) is False


@pytest.mark.parametrize(("trust_read", "written"), [(True, []), (False, ["AutoAcceptConfigs"])])
def test_what_seems_to_be_as_before_is_written_unless_the_read_is_believed(
    trust_read: bool, written: list[str]
) -> None:
    held = record(voice=(True, False))
    plan = plan_give_back(held, live({}, held.to_tags()), trust_read=trust_read)
    assert (list(plan.arrays), plan.claim, plan.amend) == (written, {}, {})
    assert plan.release == tuple(sorted(held.to_tags()))


def test_a_dropped_setting_that_seems_to_be_as_before_is_written() -> None:
    held = record(voice=(True, False), persistent=(False, True))
    plan = plan_take(
        {VOICE_ACCEPT: True}, OWNER, held, live({VOICE_ACCEPT: True, PERSISTENT: True}, held.to_tags())
    )
    assert flatten(plan.arrays) == {PERSISTENT: True}


def test_notes_of_what_cannot_be_given_back_are_in_the_plan() -> None:
    desk = OwnershipRecord(OWNER, {}, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Unrecorded.VALUE})
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}, desk.to_tags())
    assert plan_give_back(desk, user).notes == (LEFT_AS_IT_IS,)
    assert plan_give_back(desk, user).arrays == {}
    plan = plan_take({PHONE_TYPE_KEY: SOFT_PHONE}, OWNER, desk, user)
    assert plan.notes == (NUMBER_LEFT,)


def test_an_earlier_desk_phone_is_not_given_back_with_the_number_of_the_stack() -> None:
    """A stack gives up its number, then everything: the number on the user is not the earlier one."""
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER})
    for declared in (
        {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER},
        {PHONE_TYPE_KEY: SOFT_PHONE},
    ):
        user = carried_out(plan_take(declared, OWNER, OwnershipRecord.from_tags(user.tags), user), user)
    held = OwnershipRecord.from_tags(user.tags)
    assert held is not None
    after = carried_out(plan_give_back(held, user), user)
    phone = (after.settings.effective(PHONE_TYPE_KEY), after.settings.effective(PHONE_NUMBER_KEY))
    assert phone != (DESK_PHONE, OTHER_NUMBER)


def test_an_earlier_limit_on_chat_above_the_service_s_own_is_given_back() -> None:
    """No documentation says whether the service clamps it, and nothing waits for it: the plan writes it."""
    held = record(chat_acw=(5_000, 7_200))
    plan = plan_give_back(held, live({CHAT_ACW: 5_400}, held.to_tags()))
    assert flatten(plan.arrays).get(CHAT_ACW) == 7_200


def test_an_earlier_limit_on_chat_is_given_back_by_an_update_too() -> None:
    held = record(chat_acw=(5_000, 7_200), voice=(False, False))
    plan = plan_take({VOICE_ACCEPT: False}, OWNER, held, live({CHAT_ACW: 5_400}, held.to_tags()), SETTLED)
    assert flatten(plan.arrays)[CHAT_ACW] == 7_200


def test_a_desk_phone_whose_number_is_given_up_is_remembered_as_lost() -> None:
    held = OwnershipRecord(OWNER, {}, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Unrecorded.VALUE})
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}, held.to_tags())
    user = carried_out(plan_take({PHONE_TYPE_KEY: SOFT_PHONE}, OWNER, held, user), user)
    assert user.tags[f"{MARKER_KEY}:phone-number"] == "v1 VOICE=SOFT_PHONE was VOICE=unrecorded"
    after = OwnershipRecord.from_tags(user.tags)
    assert after is not None
    assert (plan_give_back(after, user).arrays, plan_give_back(after, user).notes) == ({}, (LEFT_AS_IT_IS,))
