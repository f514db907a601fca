"""Writes of an array without the channels that an instance may refuse."""

from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    EMAIL_ACCEPT,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    VOICE_ACCEPT,
    VOICE_ACW,
    live,
)
from unit.plans import record

from custom_connect_userconfig.core.planning import plan_give_back, plan_take
from custom_connect_userconfig.core.settings import flatten


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
    whole = plan.arrays["AutoAcceptConfigs"]
    assert all(entry in whole for each in plan.narrower for entry in each["AutoAcceptConfigs"])


def test_a_write_that_names_only_what_it_needs_has_no_narrower_one() -> None:
    assert plan_take({PERSISTENT: True}, OWNER, None, live()).narrower == ()
    every = live(dict.fromkeys((VOICE_ACCEPT, CHAT_ACCEPT, TASK_ACCEPT, EMAIL_ACCEPT), False))
    assert plan_take({VOICE_ACCEPT: True}, OWNER, None, every).narrower == ()


def test_a_channel_that_is_given_back_and_shows_as_before_may_be_left_out_and_one_that_changes_may_not() -> (
    None
):
    held = record(chat=(True, False))
    as_before = plan_give_back(held, live({}, held.to_tags()))
    assert as_before.narrower[-1] == {}, "if the instance refuses the channel, nothing is left to write"
    changes = plan_give_back(held, live({}, held.to_tags(), {"AutoAccept": True}))
    assert [entry["Channel"] for entry in changes.narrower[-1]["AutoAcceptConfigs"]] == ["CHAT"]


def test_a_channel_that_is_declared_and_in_place_already_is_left_out_last() -> None:
    plan = plan_take({VOICE_ACCEPT: True, TASK_ACCEPT: False}, OWNER, None, live())
    named = [
        "".join(str(entry["Channel"])[0] for entry in each["AutoAcceptConfigs"]) for each in plan.narrower
    ]
    assert named == ["VCT", "VTE", "VT", "VCE", "VC", "VE", "V"], (
        "writes with TASK, which is declared, go first"
    )


def test_giving_back_is_narrowed_too() -> None:
    held = record(voice=(True, False))
    plan = plan_give_back(held, live({VOICE_ACCEPT: True}, held.to_tags()))
    assert flatten(plan.narrower[-1]) == {VOICE_ACCEPT: False}
    assert len(plan.arrays["AutoAcceptConfigs"]) == 4
