"""Plans to undo an operation that has lost its record."""

from collections.abc import Mapping

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    NUMBER,
    OTHER_NUMBER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    VOICE_ACCEPT,
    live,
    recorded,
)

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.planning import LiveUser, Plan, plan_concede
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS, left_as_they_are
from custom_connect_userconfig.core.settings import flatten


def conceded(
    prior: Mapping[SettingKey, RecordedValue], record: OwnershipRecord | None, user: LiveUser
) -> Plan:
    """Return the plan that undoes an operation which has written everything that it has recorded."""
    return plan_concede(prior, prior, record, user)


def test_what_a_lost_race_wrote_is_given_back_unless_the_winner_holds_it() -> None:
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)})
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: False, PERSISTENT: True, CHAT_ACW: 9}, theirs.to_tags())
    plan = conceded({VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True}, theirs, user)
    given_back = {VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True}
    assert flatten(plan.arrays).items() >= given_back.items()
    written = ["AutoAcceptConfigs", "PersistentConnectionConfigs"]
    assert list(plan.arrays) == written, "a value that shows as before is written too: reads may be late"
    assert (plan.claim, plan.amend, plan.release) == ({}, {}, ())


def test_what_a_lost_race_wrote_is_given_back_where_no_record_is_left() -> None:
    plan = conceded(
        {VOICE_ACCEPT: False, CHAT_ACW: Unrecorded.VALUE}, None, live({VOICE_ACCEPT: True, CHAT_ACW: 9})
    )
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: False}
    assert plan.notes == (left_as_they_are([CHAT_ACW]),)


def test_settings_that_the_winner_declares_are_written_if_they_are_off() -> None:
    """The loser has overwritten the winner's arrays."""
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False), PERSISTENT: (True, False), CHAT_ACW: (7, 0)})
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: False, PERSISTENT: False, CHAT_ACW: 7}, theirs.to_tags())
    plan = conceded({VOICE_ACCEPT: False}, theirs, user)
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True}


def test_a_setting_that_both_have_written_gets_the_winner_s_value_even_if_it_seems_to_have_it() -> None:
    """The read may be older than the loser's write."""
    theirs = recorded(OTHER_OWNER, {VOICE_ACCEPT: (True, False)})
    plan = conceded({VOICE_ACCEPT: False}, theirs, live({VOICE_ACCEPT: True}, theirs.to_tags()))
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: True}


def test_an_earlier_phone_of_which_a_part_has_changed_since_is_left_as_it_is() -> None:
    """The earlier type with a number that somebody has set since would be a phone that nobody had."""
    user = live({PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER})
    prior: dict[SettingKey, RecordedValue] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Unrecorded.VALUE}
    plan = plan_concede({PHONE_TYPE_KEY}, prior, None, user)
    assert (plan.arrays, plan.notes) == ({}, (LEFT_AS_IT_IS,))


def test_a_number_that_the_winner_declares_is_left_alone_for_no_record_holds_it() -> None:
    theirs = recorded(
        OTHER_OWNER, {PHONE_TYPE_KEY: (DESK_PHONE, SOFT_PHONE), PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)}
    )
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}, theirs.to_tags())
    assert conceded({}, theirs, user).arrays == {}
    plan = conceded({PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: None}, theirs, user)
    assert flatten(plan.arrays) == {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}


@pytest.mark.parametrize("recorded_there", [False, True])
def test_what_the_record_is_giving_back_gets_its_earlier_value(recorded_there: bool) -> None:
    """The later request may have given it back already, and drops it next: nobody else would give it back."""
    theirs = OwnershipRecord(
        OWNER, {CHAT_ACCEPT: True}, {CHAT_ACCEPT: False, **({VOICE_ACCEPT: False} if recorded_there else {})}
    )
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True}, theirs.to_tags())
    assert flatten(conceded({VOICE_ACCEPT: False}, theirs, user).arrays)[VOICE_ACCEPT] is False
