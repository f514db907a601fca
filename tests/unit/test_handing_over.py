"""The calls after which nobody owns the settings of a user, with the earlier values or without them."""

from dataclasses import replace

from unit.examples import LATER, OWNER, VOICE_RECORD, live, recorded

from custom_connect_userconfig.core.interventions import plan_forget, plan_hand_over, plan_take_charge
from custom_connect_userconfig.core.ownership import (
    MARKER_KEY,
    MAX_REQUESTS,
    OWNER_KEY,
    Marker,
    OwnershipRecord,
    hand_over_request,
)
from custom_connect_userconfig.core.planning import Plan

TAGS = {**VOICE_RECORD.to_tags(), "team": "sales"}


def handed_over(record: OwnershipRecord) -> OwnershipRecord:
    """Return the record after it was handed over."""
    found = OwnershipRecord.from_tags({**record.to_tags(), **plan_hand_over(record).claim})
    assert found
    return found


def test_a_record_is_handed_over_in_one_call_that_leaves_the_arrays_tags() -> None:
    plan, mark = plan_hand_over(VOICE_RECORD), hand_over_request((OWNER.request,))
    assert plan == Plan(claim=plan.claim)
    assert plan.claim == {
        MARKER_KEY: "handed-over",
        OWNER_KEY: f"v1 {OWNER.digest} id.id {OWNER.request}.{mark} sales/Agent",
    }


def test_it_keeps_both_values_of_every_setting_and_who_owned_it() -> None:
    found = handed_over(VOICE_RECORD)
    assert replace(found, requests=(), marker=Marker.MANAGED) == replace(VOICE_RECORD, requests=())
    assert (found.is_handed_over, found.is_ending) == (True, False)


def test_every_earlier_request_is_overtaken() -> None:
    found = handed_over(recorded(OWNER, {}, LATER))
    assert [found.has_overtaken(each.request) for each in (OWNER, LATER)] == [True, True]


def test_a_hand_over_is_another_request_each_time() -> None:
    first = handed_over(VOICE_RECORD)
    second = handed_over(replace(first, marker=Marker.MANAGED))
    assert len(set(second.requests)) == 3
    full = replace(VOICE_RECORD, requests=tuple(f"0000000{number}" for number in range(MAX_REQUESTS)))
    assert len(handed_over(full).requests) == MAX_REQUESTS


def test_what_is_handed_over_need_not_be_handed_over_again() -> None:
    assert plan_hand_over(handed_over(VOICE_RECORD)).is_empty


def test_a_record_without_an_owner_is_handed_over_without_one() -> None:
    assert plan_hand_over(replace(VOICE_RECORD, owner=None, requests=())).claim == {MARKER_KEY: "handed-over"}


def test_a_record_whose_delete_has_begun_can_be_handed_over() -> None:
    found = handed_over(replace(VOICE_RECORD, marker=Marker.RELEASING))
    assert (found.is_handed_over, found.prior) == (True, VOICE_RECORD.prior)


def test_a_record_is_forgotten_whole_and_no_other_tag_is() -> None:
    plan = plan_forget(live({}, TAGS))
    assert plan == Plan(release=tuple(sorted(TAGS.keys() - {"team"})))
    assert plan_forget(live({}, {"team": "sales"})).is_empty


def test_taking_charge_names_the_owner_and_keeps_both_values() -> None:
    user = live(tags=handed_over(VOICE_RECORD).to_tags())
    plan = plan_take_charge(VOICE_RECORD, LATER, user)
    found = OwnershipRecord.from_tags({**user.tags, **plan.claim})
    assert found
    assert (found.owner, found.is_handed_over) == (LATER, False)
    assert (found.declared, found.prior) == (VOICE_RECORD.declared, VOICE_RECORD.prior)


def test_who_has_taken_charge_need_not_again() -> None:
    user = live(tags=replace(VOICE_RECORD, owner=LATER, requests=()).to_tags())
    assert plan_take_charge(VOICE_RECORD, LATER, user).is_empty


def test_nobody_takes_charge_of_a_record_that_is_gone() -> None:
    assert plan_take_charge(VOICE_RECORD, LATER, live(tags={"team": "sales"})).is_empty
