"""What is left to do: taking, changing, dropping, giving back, and when nothing is."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    EMAIL_ACCEPT,
    LATER,
    NUMBER,
    OTHER_NUMBER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    VOICE_ACCEPT,
    VOICE_ACW,
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
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.core.planning import (
    Knowledge,
    LiveUser,
    Plan,
    owned_now,
    plan_concede,
    plan_give_back,
    plan_take,
)
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS, NUMBER_LEFT, left_as_they_are
from custom_connect_userconfig.core.settings import UserSettings, flatten

ACCEPT_TAG = f"{MARKER_KEY}:auto-accept"
OWNER_TAG = f"{MARKER_KEY}:owner"


KEYS = {
    "voice": VOICE_ACCEPT,
    "chat": CHAT_ACCEPT,
    "task": TASK_ACCEPT,
    "persistent": PERSISTENT,
    "chat_acw": CHAT_ACW,
}
SETTLED = Knowledge(written=True)


def record(**values: tuple[RecordedValue, RecordedValue]) -> OwnershipRecord:
    """Return the record of settings, each with what is declared and what was before."""
    return recorded(OWNER, {KEYS[name]: value for name, value in values.items()})


def found(plan: Plan, user: LiveUser) -> OwnershipRecord:
    """Return the record on the user after the claim of `plan`."""
    record = OwnershipRecord.from_tags({**user.tags, **plan.claim})
    assert record is not None
    return record


def conceded(
    prior: Mapping[SettingKey, RecordedValue], record: OwnershipRecord | None, user: LiveUser
) -> Plan:
    """Return what undoes an operation that has written all that it has recorded."""
    return plan_concede(prior, prior, record, user)


def carried_out(plan: Plan, user: LiveUser) -> LiveUser:
    """Return what `user` is after every call of `plan`, on a service that replaces what is written."""
    kept = {key: value for key, value in user.settings.shown.items() if key.array not in plan.arrays}
    tags = {k: v for k, v in {**user.tags, **plan.claim, **plan.amend}.items() if k not in plan.release}
    return live({**kept, **flatten(plan.arrays)}, tags, user.settings.legacy)


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
    assert (
        plan_take({VOICE_ACCEPT: True}, OWNER, held, user, Knowledge(claimed=claimed)).claim == held.to_tags()
    )


def test_the_first_claim_holds_the_whole_record_and_a_later_one_only_what_is_missing() -> None:
    """A late read may show tags that are gone: the first claim sets them all the same."""
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
    stamped = carried_out(plan, user)
    assert plan_take(
        {VOICE_ACCEPT: True}, LATER, found(plan, user), stamped, Knowledge(stamps=True, claimed=True)
    ).is_empty


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
    assert plan_take(
        {VOICE_ACCEPT: False}, OWNER, held, user, Knowledge(prior={VOICE_ACCEPT: True})
    ).prior == {VOICE_ACCEPT: False}


def test_a_value_that_the_resource_may_have_written_itself_is_no_earlier_value() -> None:
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True, CHAT_ACW: 7, VOICE_ACW: 30})
    declared: dict[SettingKey, Value] = {
        VOICE_ACCEPT: True,
        CHAT_ACCEPT: False,
        CHAT_ACW: 5,
        VOICE_ACW: 60,
        PERSISTENT: True,
    }
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


def test_an_array_is_narrowed_to_what_is_declared_given_back_or_shown() -> None:
    held = record(chat=(False, True))
    user = live({TASK_ACCEPT: True, CHAT_ACW: 7}, held.to_tags())
    plan = plan_take({VOICE_ACCEPT: True, VOICE_ACW: 30}, OWNER, held, user)
    channels = {name: [entry["Channel"] for entry in entries] for name, entries in plan.arrays.items()}
    assert channels == {
        name: ["VOICE", "CHAT", "TASK", "EMAIL"] for name in ("AutoAcceptConfigs", "AfterContactWorkConfigs")
    }
    accept, work = plan.arrays["AutoAcceptConfigs"], plan.arrays["AfterContactWorkConfigs"]
    assert plan.narrower == (
        {"AutoAcceptConfigs": accept[:3], "AfterContactWorkConfigs": work[:3]},
        {"AutoAcceptConfigs": accept, "AfterContactWorkConfigs": [*work[:2], work[3]]},
        {"AutoAcceptConfigs": accept[:3], "AfterContactWorkConfigs": work[:2]},
    ), "CHAT is given back or shown, TASK is shown in one array only"


def test_each_narrower_write_leaves_out_as_little_as_possible_the_newest_first() -> None:
    plan = plan_take({VOICE_ACCEPT: True}, OWNER, None, live())
    left = [
        "".join(str(entry["Channel"])[0] for entry in each["AutoAcceptConfigs"]) for each in plan.narrower
    ]
    assert left == ["VCT", "VCE", "VTE", "VC", "VT", "VE", "V"]
    assert all(
        entry in plan.arrays["AutoAcceptConfigs"]
        for each in plan.narrower
        for entry in each["AutoAcceptConfigs"]
    )


def test_a_write_that_names_only_what_it_needs_has_no_narrower_one() -> None:
    assert plan_take({PERSISTENT: True}, OWNER, None, live()).narrower == ()
    every = live(dict.fromkeys((VOICE_ACCEPT, CHAT_ACCEPT, TASK_ACCEPT, EMAIL_ACCEPT), False))
    assert plan_take({VOICE_ACCEPT: True}, OWNER, None, every).narrower == ()


def test_a_channel_that_is_given_back_and_shows_as_before_may_be_left_out_and_one_that_changes_may_not() -> (
    None
):
    held = record(chat=(True, False))
    as_before = plan_give_back(held, live({}, held.to_tags()))
    assert as_before.narrower[-1] == {}, (
        "an instance that refuses the channel never took it: nothing is left to write"
    )
    changes = plan_give_back(held, live({}, held.to_tags(), {"AutoAccept": True}))
    assert [entry["Channel"] for entry in changes.narrower[-1]["AutoAcceptConfigs"]] == ["CHAT"]


def test_a_channel_that_is_declared_and_in_place_already_is_left_out_last() -> None:
    plan = plan_take({VOICE_ACCEPT: True, TASK_ACCEPT: False}, OWNER, None, live())
    named = [
        "".join(str(entry["Channel"])[0] for entry in each["AutoAcceptConfigs"]) for each in plan.narrower
    ]
    assert named == ["VCT", "VTE", "VT", "VCE", "VC", "VE", "V"], (
        "TASK is in all that leave out only what nobody declares"
    )


def test_giving_back_is_narrowed_too() -> None:
    held = record(voice=(True, False))
    plan = plan_give_back(held, live({VOICE_ACCEPT: True}, held.to_tags()))
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: False}
    assert len(plan.arrays["AutoAcceptConfigs"]) == 4


def test_what_a_lost_race_wrote_is_given_back_unless_the_winner_holds_it() -> None:
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)})
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: False, PERSISTENT: True, CHAT_ACW: 9}, theirs.to_tags())
    plan = conceded({VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True}, theirs, user)
    assert flatten(plan.arrays) == {
        **flatten(plan.arrays), VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True
    }  # fmt: skip
    assert list(plan.arrays) == ["AutoAcceptConfigs", "PersistentConnectionConfigs"], (
        "as-before is written too: reads are late"
    )
    assert (plan.claim, plan.amend, plan.release) == ({}, {}, ())


def test_what_a_lost_race_wrote_is_given_back_where_no_record_is_left() -> None:
    plan = conceded(
        {VOICE_ACCEPT: False, CHAT_ACW: Unrecorded.VALUE}, None, live({VOICE_ACCEPT: True, CHAT_ACW: 9})
    )
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: False}
    assert plan.notes == (left_as_they_are([CHAT_ACW]),)


def test_settings_that_the_winner_declares_are_written_if_they_are_off() -> None:
    """The loser has written whole arrays over the winner's."""
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False), PERSISTENT: (True, False), CHAT_ACW: (7, 0)})
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: False, PERSISTENT: False, CHAT_ACW: 7}, theirs.to_tags())
    plan = conceded({VOICE_ACCEPT: False}, theirs, user)
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: False, CHAT_ACCEPT: True, PERSISTENT: True}


def test_a_setting_that_both_have_written_gets_the_winner_s_value_even_if_it_seems_to_have_it() -> None:
    """The read may be from before the loser wrote."""
    theirs = recorded(OTHER_OWNER, {VOICE_ACCEPT: (True, False)})
    plan = conceded({VOICE_ACCEPT: False}, theirs, live({VOICE_ACCEPT: True}, theirs.to_tags()))
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: True}


def test_an_earlier_phone_of_which_a_part_has_changed_since_is_left_as_it_is() -> None:
    """Its type with a number that somebody has set since would be a phone that the agent never had."""
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
    """The later request may have given it back already, and forgets it next: then nobody else would."""
    theirs = OwnershipRecord(
        OWNER, {CHAT_ACCEPT: True}, {CHAT_ACCEPT: False, **({VOICE_ACCEPT: False} if recorded_there else {})}
    )
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True}, theirs.to_tags())
    assert flatten(conceded({VOICE_ACCEPT: False}, theirs, user).arrays)[VOICE_ACCEPT] is False


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
    tags = {**{f"k{n}": "v" for n in range(47)}, **held.to_tags()}
    assert (
        plan_take({VOICE_ACCEPT: False, CHAT_ACCEPT: True}, OWNER, held, live({}, tags)).claim.keys()
        == held.to_tags().keys()
    )


def test_tags_of_aws_do_not_count() -> None:
    tags = {f"aws:k{n}": "v" for n in range(5)} | {f"k{n}": "v" for n in range(47)} | {"awsome": "v"}
    with pytest.raises(InvalidRequest, match=r"^The user has 48 tags, .* needs 3 more: together 51, "):
        plan_take({VOICE_ACCEPT: True}, OWNER, None, live({}, tags))
    del tags["awsome"]
    assert plan_take({VOICE_ACCEPT: True}, OWNER, None, live({}, tags)).claim


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
    """First the number is given up, then everything: the number on the user is the stack's own, not the
    earlier one.
    """
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER})
    for declared in (
        {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER},
        {PHONE_TYPE_KEY: SOFT_PHONE},
    ):
        user = carried_out(plan_take(declared, OWNER, OwnershipRecord.from_tags(user.tags), user), user)
    held = OwnershipRecord.from_tags(user.tags)
    assert held is not None
    after = carried_out(plan_give_back(held, user), user)
    assert (after.settings.effective(PHONE_TYPE_KEY), after.settings.effective(PHONE_NUMBER_KEY)) != (
        DESK_PHONE,
        OTHER_NUMBER,
    )


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


def test_an_earlier_limit_on_chat_above_the_service_s_own_is_given_back() -> None:
    """Whether the service clamps it is not documented, and nothing waits for it to show: so the recorded
    value is written.
    """
    held = record(chat_acw=(5_000, 7_200))
    plan = plan_give_back(held, live({CHAT_ACW: 5_400}, held.to_tags()))
    assert flatten(plan.arrays).get(CHAT_ACW) == 7_200


SOFT_WITH_NUMBER: dict[SettingKey, Value] = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: NUMBER}


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
    assert (
        not plan_take(SOFT_WITH_NUMBER, OWNER, None, live(found), Knowledge(written=written)).arrays
    ) is held


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
    assert plan_take({CHAT_ACW: 30}, OWNER, None, live(legacy={"AfterContactWorkTimeLimit": 9})).prior == {
        CHAT_ACW: 9
    }
