"""Re-applying: the declared values of the record are written again, and no tags."""

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    NUMBER,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    VOICE_ACCEPT,
    VOICE_ACW,
    live,
    recorded,
)
from unit.plans import record

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.interventions import (
    BEING_GIVEN_BACK,
    DESK_PHONE_MISSING,
    HANDED_OVER,
    NUMBER_MISSING,
    plan_reapply,
)
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.planning import Plan
from custom_connect_userconfig.core.settings import flatten

SOFT_OWNED = recorded(
    OWNER, {PHONE_TYPE_KEY: (SOFT_PHONE, SOFT_PHONE), PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)}
)
DESK_OWNED = recorded(
    OWNER, {PHONE_TYPE_KEY: (DESK_PHONE, SOFT_PHONE), PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)}
)
DESK: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}


def test_a_changed_setting_is_written_again_in_its_whole_array_and_no_tag_is() -> None:
    held = record(voice=(True, False), persistent=(True, False))
    plan = plan_reapply(held, live({VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True}))
    assert list(plan.arrays) == ["AutoAcceptConfigs"]
    written = flatten(plan.arrays)
    assert (written[VOICE_ACCEPT], written[CHAT_ACCEPT], written[TASK_ACCEPT]) == (True, True, False)
    assert plan.differences == ("AutoAcceptConfigs[VOICE].AutoAccept: wanted true, found false",)
    assert (plan.claim, plan.amend, plan.release, plan.notes) == ({}, {}, (), ())


def test_an_instance_that_refuses_a_channel_gets_narrower_writes() -> None:
    plan = plan_reapply(record(voice=(True, False)), live({VOICE_ACCEPT: False}))
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: True}


def test_nothing_is_written_if_every_declared_value_is_in_force() -> None:
    held = recorded(OWNER, {VOICE_ACW: (30, 0), CHAT_ACW: (6_000, 0)})
    assert plan_reapply(held, live({VOICE_ACW: 30, CHAT_ACW: 5_400})) == Plan(), "6,000 is clamped"


def test_a_setting_that_is_being_given_back_is_not_written() -> None:
    held = OwnershipRecord(OWNER, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False, CHAT_ACCEPT: True})
    plan = plan_reapply(held, live({VOICE_ACCEPT: False, CHAT_ACCEPT: False}))
    assert flatten(plan.arrays)[CHAT_ACCEPT] is False


def test_nothing_is_written_once_a_delete_has_begun() -> None:
    """The delete may have restored the earlier values already, and removes the record next."""
    tags = {**record(voice=(True, False)).to_tags(), "connect-user-config": "releasing"}
    ending = OwnershipRecord.from_tags(tags)
    assert ending
    assert plan_reapply(ending, live({VOICE_ACCEPT: False})) == Plan(notes=(BEING_GIVEN_BACK,))


def test_nothing_is_written_for_a_record_that_nobody_owns_any_more() -> None:
    tags = {**record(voice=(True, False)).to_tags(), "connect-user-config": "handed-over"}
    handed_over = OwnershipRecord.from_tags(tags)
    assert handed_over
    assert plan_reapply(handed_over, live({VOICE_ACCEPT: False})) == Plan(notes=(HANDED_OVER,))


@pytest.mark.parametrize(
    ("held", "shown"), [(SOFT_OWNED, DESK), (DESK_OWNED, {**DESK, PHONE_TYPE_KEY: SOFT_PHONE})]
)
def test_the_phone_type_is_written_with_the_number_that_is_there(
    held: OwnershipRecord, shown: dict[SettingKey, Value]
) -> None:
    plan = plan_reapply(held, live(shown))
    assert flatten(plan.arrays) == {PHONE_TYPE_KEY: held.declared[PHONE_TYPE_KEY], PHONE_NUMBER_KEY: NUMBER}
    assert plan.notes == ()


@pytest.mark.parametrize("kind", [SOFT_PHONE, DESK_PHONE])
def test_a_desk_phone_without_a_number_is_left_with_a_note(kind: str) -> None:
    held = recorded(OWNER, {**_values(DESK_OWNED), VOICE_ACCEPT: (True, False)})
    plan = plan_reapply(held, live({PHONE_TYPE_KEY: kind}))
    assert list(plan.arrays) == ["AutoAcceptConfigs"]
    assert plan.notes == (DESK_PHONE_MISSING,)
    assert len(plan.differences) == 1


def test_a_number_that_is_missing_under_a_soft_phone_is_noted() -> None:
    assert plan_reapply(SOFT_OWNED, live({PHONE_TYPE_KEY: SOFT_PHONE})) == Plan(notes=(NUMBER_MISSING,))


def test_a_soft_phone_is_written_although_its_number_is_missing() -> None:
    plan = plan_reapply(SOFT_OWNED, live({PHONE_TYPE_KEY: DESK_PHONE}))
    assert flatten(plan.arrays) == {PHONE_TYPE_KEY: SOFT_PHONE}
    assert plan.notes == (NUMBER_MISSING,)


def test_a_phone_whose_number_nobody_declares_needs_no_note() -> None:
    held = recorded(OWNER, {PHONE_TYPE_KEY: (SOFT_PHONE, SOFT_PHONE)})
    plan = plan_reapply(held, live({PHONE_TYPE_KEY: DESK_PHONE}))
    assert flatten(plan.arrays) == {PHONE_TYPE_KEY: SOFT_PHONE}
    assert plan.notes == ()


def test_no_number_is_in_a_message() -> None:
    plan = plan_reapply(SOFT_OWNED, live(DESK))
    assert plan.differences == ("PhoneNumberConfigs[VOICE].PhoneType: wanted SOFT_PHONE, found DESK_PHONE",)


def _values(held: OwnershipRecord) -> dict[SettingKey, tuple[RecordedValue, RecordedValue]]:
    return {key: (held.declared[key], prior) for key, prior in held.prior.items()}
