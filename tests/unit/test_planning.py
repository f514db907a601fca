"""What is left to do: taking, changing, dropping, giving back, and when nothing is."""

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    NUMBER,
    OTHER_NUMBER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    VOICE_ACCEPT,
    VOICE_ACW,
    live,
)

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.kinds import PriorValue, Value, Withheld
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.core.planning import LiveUser, Plan, owned_now, plan_give_back, plan_take, prior_value
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS, NUMBER_LEFT
from custom_connect_userconfig.core.settings import UserSettings, flatten

ACCEPT_TAG = f"{MARKER_KEY}:auto-accept"
OWNER_TAG = f"{MARKER_KEY}:owner"


def record(**prior: PriorValue) -> OwnershipRecord:
    keys = {"voice": VOICE_ACCEPT, "chat": CHAT_ACCEPT, "persistent": PERSISTENT, "chat_acw": CHAT_ACW}
    return OwnershipRecord(OWNER, {keys[name]: value for name, value in prior.items()})


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
        OWNER_TAG: OWNER.to_tag(),
        ACCEPT_TAG: "v1 VOICE=true CHAT=false",
        f"{MARKER_KEY}:persistent-connection": "v1 VOICE=true",
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
    "plan", [Plan(claim={"k": "v"}), Plan(arrays={"AutoAcceptConfigs": []}), Plan(amend={"k": "v"}), Plan(release=("k",))]
)
def test_a_plan_with_any_step_is_not_empty(plan: Plan) -> None:
    assert not plan.is_empty
    assert Plan(notes=("n",), differences=("d",)).is_empty


def test_a_recorded_earlier_value_is_never_recorded_anew() -> None:
    held = record(voice=False)
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True}, held.to_tags())
    plan = plan_take({VOICE_ACCEPT: True, CHAT_ACCEPT: False}, OWNER, held, user)
    assert plan.claim == {ACCEPT_TAG: "v1 VOICE=false CHAT=true"}


def test_the_record_is_complete_while_a_setting_is_given_back_and_amended_after() -> None:
    held = record(voice=False, chat=True)
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: False}, held.to_tags())
    plan = plan_take({VOICE_ACCEPT: True}, OWNER, held, user)
    assert plan.claim == {}
    assert flatten(plan.arrays)[CHAT_ACCEPT] is True
    assert plan.amend == {ACCEPT_TAG: "v1 VOICE=false"}
    assert plan.release == ()


def test_the_tag_of_an_array_that_is_no_longer_declared_is_released() -> None:
    held = record(voice=False, persistent=False)
    user = live({VOICE_ACCEPT: True, PERSISTENT: True}, {**held.to_tags(), "team": "sales"})
    plan = plan_take({VOICE_ACCEPT: True}, OWNER, held, user)
    assert (plan.claim, plan.amend) == ({}, {})
    assert plan.release == (f"{MARKER_KEY}:persistent-connection",)
    assert list(plan.arrays) == ["PersistentConnectionConfigs"]


def test_taking_and_dropping_at_once_holds_both_in_the_record_first() -> None:
    held = record(chat=True)
    user = live({CHAT_ACCEPT: False}, held.to_tags())
    plan = plan_take({TASK_ACCEPT: True, PERSISTENT: True}, OWNER, held, user)
    assert plan.claim == {ACCEPT_TAG: "v1 CHAT=true TASK=false", f"{MARKER_KEY}:persistent-connection": "v1 VOICE=false"}
    assert plan.amend == {ACCEPT_TAG: "v1 TASK=false"}
    assert plan.release == ()
    after = carried_out(plan, user)
    assert (after.settings.effective(CHAT_ACCEPT), after.settings.effective(TASK_ACCEPT)) == (True, True)


def test_another_owner_is_stamped_over_the_earlier_one() -> None:
    held = record(voice=False)
    user = live({VOICE_ACCEPT: True}, held.to_tags())
    assert plan_take({VOICE_ACCEPT: True}, OTHER_OWNER, held, user).claim == {OWNER_TAG: OTHER_OWNER.to_tag()}


def test_lost_tags_of_the_record_are_set_again() -> None:
    held = record(voice=False)
    user = live({VOICE_ACCEPT: True}, {k: v for k, v in held.to_tags().items() if k != MARKER_KEY})
    assert plan_take({VOICE_ACCEPT: True}, OWNER, held, user).claim == {MARKER_KEY: "managed"}


@pytest.mark.parametrize(("others", "fits"), [(46, True), (47, True), (48, False)])
def test_a_user_holds_fifty_tags_and_not_one_more(others: int, fits: bool) -> None:
    user = live({}, {f"k{n}": "v" for n in range(others)})
    if fits:
        assert len(plan_take({VOICE_ACCEPT: True}, OWNER, None, user).claim) == 3
        return
    with pytest.raises(InvalidRequest, match=r"^The user has 48 tags, .* needs 3 more: together 51, but a user holds 50 at most\."):
        plan_take({VOICE_ACCEPT: True}, OWNER, None, user)


def test_tags_that_are_ours_already_need_no_more_room() -> None:
    held = record(voice=False)
    tags = {**{f"k{n}": "v" for n in range(47)}, **held.to_tags()}
    assert plan_take({VOICE_ACCEPT: False, CHAT_ACCEPT: True}, OWNER, held, live({}, tags)).claim.keys() == {ACCEPT_TAG}


@pytest.mark.parametrize("tag_count", [0, 50])
def test_giving_back_restores_all_and_releases_only_our_tags(tag_count: int) -> None:
    held = record(voice=False, persistent=True)
    others = {f"k{n}": "v" for n in range(tag_count)}
    user = live({VOICE_ACCEPT: True, CHAT_ACCEPT: True, PERSISTENT: True}, {**others, **held.to_tags()})
    plan = plan_give_back(held, user, believe_read=True)
    assert list(plan.arrays) == ["AutoAcceptConfigs"]
    assert flatten(plan.arrays)[CHAT_ACCEPT] is True
    after = carried_out(plan, user)
    assert after.tags == others
    assert after.settings.effective(VOICE_ACCEPT) is False


@pytest.mark.parametrize(("believe_read", "written"), [(True, []), (False, ["AutoAcceptConfigs"])])
def test_what_seems_to_be_as_before_is_written_unless_the_read_is_believed(believe_read: bool, written: list[str]) -> None:
    held = record(voice=False)
    plan = plan_give_back(held, live({}, held.to_tags()), believe_read=believe_read)
    assert (list(plan.arrays), plan.claim, plan.amend) == (written, {}, {})
    assert plan.release == tuple(sorted(held.to_tags()))


def test_a_dropped_setting_that_seems_to_be_as_before_is_written() -> None:
    held = record(voice=False, persistent=True)
    plan = plan_take({VOICE_ACCEPT: True}, OWNER, held, live({VOICE_ACCEPT: True, PERSISTENT: True}, held.to_tags()))
    assert flatten(plan.arrays) == {PERSISTENT: True}


def test_notes_of_what_cannot_be_given_back_are_in_the_plan() -> None:
    desk = OwnershipRecord(OWNER, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Withheld.NUMBER})
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}, desk.to_tags())
    assert plan_give_back(desk, user).notes == (LEFT_AS_IT_IS,)
    assert plan_give_back(desk, user).arrays == {}
    plan = plan_take({PHONE_TYPE_KEY: SOFT_PHONE}, OWNER, desk, user)
    assert plan.notes == (NUMBER_LEFT,)


def test_an_earlier_desk_phone_is_not_given_back_with_the_number_of_the_stack() -> None:
    """First the number is given up, then everything: the number on the user is the stack's own, not the earlier one."""
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER})
    for declared in ({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}, {PHONE_TYPE_KEY: SOFT_PHONE}):
        user = carried_out(plan_take(declared, OWNER, OwnershipRecord.from_tags(user.tags), user), user)
    held = OwnershipRecord.from_tags(user.tags)
    assert held is not None
    after = carried_out(plan_give_back(held, user), user)
    assert (after.settings.effective(PHONE_TYPE_KEY), after.settings.effective(PHONE_NUMBER_KEY)) != (DESK_PHONE, OTHER_NUMBER)


def test_longer_work_on_chat_is_what_the_service_makes_of_it() -> None:
    held = record(chat_acw=0)
    user = live({CHAT_ACW: 5_400}, held.to_tags())
    assert plan_take({CHAT_ACW: 2_000_000}, OWNER, held, user, written=True).is_empty
    for wanted, found, array in (
        (5_400, 5_399, CHAT_ACW),
        (5_399, 5_400, CHAT_ACW),
        (6_000, 5_401, CHAT_ACW),
        (6_000, 5_400, VOICE_ACW),
    ):
        assert plan_take({array: wanted}, OWNER, None, live({array: found})).arrays, (wanted, found)


def test_an_earlier_limit_on_chat_above_the_service_s_own_is_given_back() -> None:
    """Whether the service clamps it is not documented, and nothing waits for it to show: so the recorded value is written."""
    held = record(chat_acw=7_200)
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
    assert (not plan_take(SOFT_WITH_NUMBER, OWNER, None, live(found), written=written).arrays) is held


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
    held = OwnershipRecord(OWNER, {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: None})
    plan = plan_take({PHONE_TYPE_KEY: SOFT_PHONE}, OWNER, held, live(SOFT_WITH_NUMBER, held.to_tags()))
    assert plan.differences == ("PhoneNumberConfigs[VOICE].PhoneNumber: wanted none, found another number",)
    assert plan.arrays == {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": SOFT_PHONE}]}


def test_an_earlier_limit_on_chat_is_given_back_by_an_update_too() -> None:
    held = record(chat_acw=7_200, voice=False)
    plan = plan_take({VOICE_ACCEPT: False}, OWNER, held, live({CHAT_ACW: 5_400}, held.to_tags()), written=True)
    assert flatten(plan.arrays)[CHAT_ACW] == 7_200


def test_a_desk_phone_whose_number_is_given_up_is_remembered_as_lost() -> None:
    held = OwnershipRecord(OWNER, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Withheld.NUMBER})
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}, held.to_tags())
    user = carried_out(plan_take({PHONE_TYPE_KEY: SOFT_PHONE}, OWNER, held, user), user)
    assert user.tags[f"{MARKER_KEY}:phone-number"] == "v1 VOICE=withheld"
    after = OwnershipRecord.from_tags(user.tags)
    assert after is not None
    assert (plan_give_back(after, user).arrays, plan_give_back(after, user).notes) == ({}, (LEFT_AS_IT_IS,))


def test_what_is_owned_now_is_the_live_value_of_what_is_recorded() -> None:
    held = OwnershipRecord(OWNER, {VOICE_ACCEPT: True, CHAT_ACW: 0, PHONE_NUMBER_KEY: None})
    shown = UserSettings({CHAT_ACW: 7, TASK_ACCEPT: True}, {})
    assert owned_now(held, shown) == {VOICE_ACCEPT: False, CHAT_ACW: 7}


@pytest.mark.parametrize(("number", "prior"), [({PHONE_NUMBER_KEY: NUMBER}, Withheld.NUMBER), ({}, None)])
def test_of_a_number_only_its_existence_is_the_prior_value(number: dict[SettingKey, Value], prior: PriorValue) -> None:
    assert prior_value(PHONE_NUMBER_KEY, UserSettings(number, {})) is prior


def test_the_prior_value_is_the_one_in_force() -> None:
    assert prior_value(CHAT_ACW, UserSettings({}, {"AfterContactWorkTimeLimit": 9})) == 9
