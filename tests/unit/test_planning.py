"""Plans to take: the claim, the settings to write, the earlier values, and the empty plan."""

from dataclasses import replace

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    LATER,
    NUMBER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    VOICE_ACCEPT,
    VOICE_ACW,
    live,
    recorded,
)
from unit.plans import SOFT_WITH_NUMBER, carried_out, found, record

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.core.planning import Knowledge, Plan, owned_now, plan_take
from custom_connect_userconfig.core.restoration import left_as_they_are
from custom_connect_userconfig.core.settings import UserSettings, flatten

ACCEPT_TAG = f"{MARKER_KEY}:auto-accept"


OWNER_TAG = f"{MARKER_KEY}:owner"


def test_taking_records_what_was_before_and_writes_only_what_is_not_so() -> None:
    user = live({VOICE_ACCEPT: True, PERSISTENT: True}, {"team": "sales"})
    plan = plan_take({VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True}, OWNER, None, user)
    assert plan.claim == {
        MARKER_KEY: "managed",
        OWNER_TAG: f"v1 {OWNER.digest} id.id {OWNER.request} sales/Agent",
        ACCEPT_TAG: "v1 VOICE=false CHAT=true was VOICE=true CHAT=false",
        f"{MARKER_KEY}:persistent-connection": "v1 VOICE=true was VOICE=true",
    }
    assert list(plan.arrays) == ["AutoAcceptConfigs"]
    assert (plan.amend, plan.release, plan.notes) == ({}, (), ())
    assert plan.differences == (
        "AutoAcceptConfigs[VOICE].AutoAccept: wanted false, found true",
        "AutoAcceptConfigs[CHAT].AutoAccept: wanted true, found false",
    )


def test_once_carried_out_nothing_is_left() -> None:
    declared: dict[SettingKey, Value] = {VOICE_ACCEPT: True, VOICE_ACW: 30}
    user = carried_out(plan_take(declared, OWNER, None, live()), live())
    plan = plan_take(declared, OWNER, OwnershipRecord.from_tags(user.tags), user)
    assert plan.is_empty
    assert plan.differences == ()


@pytest.mark.parametrize(
    "plan",
    [
        Plan(claim={"k": "v"}),
        Plan(arrays={"AutoAcceptConfigs": []}),
        Plan(amend={"k": "v"}),
        Plan(release=("k",)),
    ],
)
def test_a_plan_with_any_step_is_not_empty(plan: Plan) -> None:
    assert not plan.is_empty
    assert Plan(notes=("n",), differences=("d",)).is_empty


def test_a_recorded_earlier_value_is_never_recorded_anew() -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True}, held.to_tags())
    plan = plan_take({VOICE_ACCEPT: True, CHAT_ACCEPT: False}, OWNER, held, user)
    assert plan.claim == {**held.to_tags(), ACCEPT_TAG: "v1 VOICE=true CHAT=false was VOICE=false CHAT=true"}
    assert plan.prior == {VOICE_ACCEPT: False, CHAT_ACCEPT: True}


def test_the_record_is_complete_while_a_setting_is_given_back_and_amended_after() -> None:
    held = record(voice=(True, False), chat=(False, True))
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: False}, held.to_tags())
    plan = plan_take({VOICE_ACCEPT: True}, OWNER, held, user)
    assert plan.claim == {**held.to_tags(), ACCEPT_TAG: "v1 VOICE=true was VOICE=false CHAT=true"}
    assert flatten(plan.arrays)[CHAT_ACCEPT] is True
    assert plan.amend == {ACCEPT_TAG: "v1 VOICE=true was VOICE=false"}
    assert plan.prior == {VOICE_ACCEPT: False}
    assert plan.release == ()


def test_the_tag_of_an_array_that_is_no_longer_declared_is_released() -> None:
    held = record(voice=(True, False), persistent=(True, False))
    user = live({VOICE_ACCEPT: True, PERSISTENT: True}, {**held.to_tags(), "team": "sales"})
    plan = plan_take({VOICE_ACCEPT: True}, OWNER, held, user)
    assert plan.claim == {**held.to_tags(), f"{MARKER_KEY}:persistent-connection": "v1 was VOICE=false"}
    assert plan.amend == {}
    assert plan.release == (f"{MARKER_KEY}:persistent-connection",)
    assert list(plan.arrays) == ["PersistentConnectionConfigs"]


def test_what_was_left_as_it_is_by_an_update_that_was_cut_off_is_still_removed_from_the_record() -> None:
    held = OwnershipRecord(
        OWNER, {CHAT_ACCEPT: True}, {CHAT_ACCEPT: False, VOICE_ACCEPT: Unrecorded.VALUE}, (OWNER.request,)
    )
    user = live({CHAT_ACCEPT: True, VOICE_ACCEPT: True}, held.to_tags())
    plan = plan_take({CHAT_ACCEPT: True}, OWNER, held, user)
    assert (plan.arrays, plan.amend) == ({}, {ACCEPT_TAG: "v1 CHAT=true was CHAT=false"})
    assert plan.notes == (left_as_they_are([VOICE_ACCEPT]),)


def test_taking_and_dropping_at_once_holds_both_in_the_record_first() -> None:
    held = record(chat=(False, True))
    user = live({CHAT_ACCEPT: False}, held.to_tags())
    plan = plan_take({TASK_ACCEPT: True, PERSISTENT: True}, OWNER, held, user)
    assert plan.claim == {
        **held.to_tags(),
        ACCEPT_TAG: "v1 TASK=true was CHAT=true TASK=false",
        f"{MARKER_KEY}:persistent-connection": "v1 VOICE=true was VOICE=false",
    }
    assert plan.amend == {ACCEPT_TAG: "v1 TASK=true was TASK=false"}
    assert plan.release == ()
    after = carried_out(plan, user)
    assert (after.settings.effective(CHAT_ACCEPT), after.settings.effective(TASK_ACCEPT)) == (True, True)


def test_another_owner_is_stamped_over_the_earlier_one() -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    after = found(plan_take({VOICE_ACCEPT: True}, OTHER_OWNER, held, user), user)
    assert after == replace(held, owner=OTHER_OWNER, requests=(OWNER.request, OTHER_OWNER.request))


@pytest.mark.parametrize("claimed", [False, True])
def test_lost_tags_of_the_record_are_set_again_with_all_others(claimed: bool) -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True}, {k: v for k, v in held.to_tags().items() if k != MARKER_KEY})
    plan = plan_take({VOICE_ACCEPT: True}, OWNER, held, user, Knowledge(claimed=claimed))
    assert plan.claim == held.to_tags()


def test_the_first_claim_holds_the_whole_record_and_a_later_one_only_what_is_missing() -> None:
    """A late read may show tags that are gone: the first claim sets them in any case."""
    held = record(voice=(False, False))
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    first = plan_take({VOICE_ACCEPT: False}, OWNER, held, user)
    assert (first.claim, list(first.arrays)) == (held.to_tags(), ["AutoAcceptConfigs"])
    later = plan_take({VOICE_ACCEPT: False}, OWNER, held, user, Knowledge(claimed=True))
    assert (later.claim, list(later.arrays)) == ({}, ["AutoAcceptConfigs"])


def test_a_new_value_of_an_owned_setting_is_recorded_before_it_is_written() -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    plan = plan_take({VOICE_ACCEPT: False}, OWNER, held, user)
    assert plan.claim[ACCEPT_TAG] == "v1 VOICE=false was VOICE=false"
    assert (plan.amend, plan.release) == ({}, ())


def test_a_request_that_must_show_is_stamped_although_nothing_else_is_to_do() -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    assert plan_take({VOICE_ACCEPT: True}, LATER, held, user).is_empty
    plan = plan_take({VOICE_ACCEPT: True}, LATER, held, user, Knowledge(stamps=True))
    assert found(plan, user).requests == (OWNER.request, LATER.request)
    assert (plan.arrays, plan.amend, plan.release) == ({}, {}, ())
    stamped, claimed = carried_out(plan, user), Knowledge(stamps=True, claimed=True)
    assert plan_take({VOICE_ACCEPT: True}, LATER, found(plan, user), stamped, claimed).is_empty


def test_a_request_without_a_mark_stamps_nothing() -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    unmarked = replace(OWNER, request="")
    assert plan_take({VOICE_ACCEPT: True}, unmarked, held, user, Knowledge(stamps=True)).is_empty
    assert found(plan_take({VOICE_ACCEPT: False}, unmarked, held, user), user).requests == (OWNER.request,)


def test_what_is_known_to_have_been_recorded_is_not_forgotten_where_a_read_does_not_show_it() -> None:
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True})
    knowledge = Knowledge(prior={VOICE_ACCEPT: False, TASK_ACCEPT: True})
    plan = plan_take({VOICE_ACCEPT: True, CHAT_ACCEPT: False}, OWNER, None, user, knowledge)
    assert plan.prior == {VOICE_ACCEPT: False, CHAT_ACCEPT: True}
    assert plan.claim[ACCEPT_TAG] == "v1 VOICE=true CHAT=false was VOICE=false CHAT=true"


def test_a_read_that_contradicts_the_request_is_answered_with_the_request_alone_until_that_shows() -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    doubt = Knowledge(stamps=True, distrusts=True)
    plan = plan_take({VOICE_ACCEPT: False}, LATER, held, user, doubt)
    assert plan.is_stamp
    assert plan.claim == {MARKER_KEY: "managed", OWNER_TAG: recorded(OWNER, {}, LATER).to_tags()[OWNER_TAG]}
    assert (plan.arrays, plan.amend, plan.release, plan.prior) == ({}, {}, (), {})
    assert not plan_take({VOICE_ACCEPT: False}, LATER, held, user).is_stamp


def test_what_is_known_to_have_been_recorded_is_no_earlier_value_where_somebody_has_set_another_since() -> (
    None
):
    declared: dict[SettingKey, Value] = {VOICE_ACW: 60, CHAT_ACW: 6_000}
    knowledge = Knowledge(prior={VOICE_ACW: 0, CHAT_ACW: 0})
    plan = plan_take(declared, OWNER, None, live({VOICE_ACW: 30, CHAT_ACW: 5_400}), knowledge)
    assert plan.prior == {VOICE_ACW: 30, CHAT_ACW: 0}, "5,400 is what the service makes of 6,000"


def test_the_record_on_the_user_goes_before_what_an_operation_knows() -> None:
    held = record(voice=(True, False))
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    knowledge = Knowledge(prior={VOICE_ACCEPT: True})
    assert plan_take({VOICE_ACCEPT: False}, OWNER, held, user, knowledge).prior == {VOICE_ACCEPT: False}


def test_a_value_that_the_resource_may_have_written_itself_is_no_earlier_value() -> None:
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True, CHAT_ACW: 7, VOICE_ACW: 30})
    accept: dict[SettingKey, Value] = {VOICE_ACCEPT: True, CHAT_ACCEPT: False, PERSISTENT: True}
    declared: dict[SettingKey, Value] = {**accept, CHAT_ACW: 5, VOICE_ACW: 60}
    previous: dict[SettingKey, Value] = {CHAT_ACCEPT: True, CHAT_ACW: 8}
    plan = plan_take(declared, OWNER, None, user, Knowledge(own=(declared, previous)))
    assert plan.prior == {
        VOICE_ACCEPT: Unrecorded.VALUE,
        CHAT_ACCEPT: Unrecorded.VALUE,
        CHAT_ACW: 7,
        VOICE_ACW: 30,
        PERSISTENT: False,
    }


def test_what_the_service_made_of_an_own_value_is_no_earlier_value() -> None:
    declared: dict[SettingKey, Value] = {CHAT_ACW: 6_000}
    plan = plan_take(declared, OWNER, None, live({CHAT_ACW: 5_400}), Knowledge(own=(declared,)))
    assert plan.prior == {CHAT_ACW: Unrecorded.VALUE}


def test_no_number_is_an_earlier_value_even_where_a_number_is_declared() -> None:
    declared: dict[SettingKey, Value] = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: NUMBER}
    plan = plan_take(declared, OWNER, None, live({PHONE_TYPE_KEY: DESK_PHONE}), Knowledge(own=(declared,)))
    assert plan.prior == {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: None}


@pytest.mark.parametrize(("others", "fits"), [(46, True), (47, True), (48, False)])
def test_a_user_holds_fifty_tags_and_not_one_more(others: int, fits: bool) -> None:
    user = live({}, {f"k{n}": "v" for n in range(others)})
    if fits:
        assert len(plan_take({VOICE_ACCEPT: True}, OWNER, None, user).claim) == 3
        return
    with pytest.raises(
        InvalidRequest,
        match=r"^The user has 48 tags, .* needs 3 more: together 51, but a user holds 50 at most\.",
    ):
        plan_take({VOICE_ACCEPT: True}, OWNER, None, user)


def test_tags_that_are_ours_already_need_no_more_room() -> None:
    held = record(voice=(False, False))
    user = live({}, {**{f"k{n}": "v" for n in range(47)}, **held.to_tags()})
    plan = plan_take({VOICE_ACCEPT: False, CHAT_ACCEPT: True}, OWNER, held, user)
    assert plan.claim.keys() == held.to_tags().keys()


def test_tags_of_aws_do_not_count() -> None:
    tags = {f"aws:k{n}": "v" for n in range(5)} | {f"k{n}": "v" for n in range(47)} | {"awsome": "v"}
    with pytest.raises(InvalidRequest, match=r"^The user has 48 tags, .* needs 3 more: together 51, "):
        plan_take({VOICE_ACCEPT: True}, OWNER, None, live({}, tags))
    del tags["awsome"]
    assert plan_take({VOICE_ACCEPT: True}, OWNER, None, live({}, tags)).claim


def test_what_is_owned_now_is_the_live_value_of_what_is_recorded() -> None:
    held = recorded(
        OWNER, {VOICE_ACCEPT: (False, True), CHAT_ACW: (7, 0), PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)}
    )
    shown = UserSettings({CHAT_ACW: 7, TASK_ACCEPT: True}, {})
    assert owned_now(held, shown) == {VOICE_ACCEPT: False, CHAT_ACW: 7}


def test_a_setting_that_is_being_given_back_is_not_owned_any_more() -> None:
    held = OwnershipRecord(OWNER, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False, CHAT_ACCEPT: True})
    assert owned_now(held, UserSettings({VOICE_ACCEPT: True, CHAT_ACCEPT: False}, {})) == {VOICE_ACCEPT: True}


@pytest.mark.parametrize(("number", "prior"), [({PHONE_NUMBER_KEY: NUMBER}, Unrecorded.VALUE), ({}, None)])
def test_of_a_number_only_its_existence_is_the_prior_value(
    number: dict[SettingKey, Value], prior: RecordedValue
) -> None:
    assert plan_take(SOFT_WITH_NUMBER, OWNER, None, live(number)).prior[PHONE_NUMBER_KEY] is prior


def test_the_prior_value_is_the_one_in_force() -> None:
    user = live(legacy={"AfterContactWorkTimeLimit": 9})
    assert plan_take({CHAT_ACW: 30}, OWNER, None, user).prior == {CHAT_ACW: 9}
