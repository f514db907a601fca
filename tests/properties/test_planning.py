"""Plans, applied to the local Connect under every write behaviour and checked by one model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connect_local import Behaviour
from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.drift import differences
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.interventions import plan_reapply
from custom_connect_userconfig.core.ownership import OWNER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.planning import (
    Knowledge,
    LiveUser,
    Plan,
    owned_now,
    plan_give_back,
    plan_take,
)
from custom_connect_userconfig.core.settings import Settings, UserSettings

from . import strategies
from .agent import INSTANCE_ID, USER_ID, InitialUser, LocalAgent, local_agent
from .ownership_model import OwnershipModel
from .phone_model import PHONE
from .strategies import CHAT_ACW

OWNER = Owner.of(
    Identity.parse(INSTANCE_ID, USER_ID, Environment()),
    "arn:aws:cloudformation:us-east-1:123456789012:stack/sales/0a1b",
    "Agent",
)
FRESH = strategies.behaviours(stale=False)


def apply(plan: Plan, agent: LocalAgent) -> None:
    """Make the calls of `plan` in its order."""
    if plan.claim:
        agent.gateway.tag_user(agent.arn, plan.claim)
    if plan.arrays:
        agent.gateway.update_user_config(INSTANCE_ID, USER_ID, plan.arrays)
    if plan.amend:
        agent.gateway.tag_user(agent.arn, plan.amend)
    if plan.release:
        agent.gateway.untag_user(agent.arn, plan.release)


def plan_now(declared: Settings, agent: LocalAgent, *, written: bool = False) -> Plan:
    """Plan to take `declared` in the current state."""
    user = agent.read()
    return plan_take(declared, OWNER, OwnershipRecord.from_tags(user.tags), user, Knowledge(written=written))


def plan_back(agent: LocalAgent, *, trust_read: bool = False) -> Plan:
    """Plan to give everything back."""
    user = agent.read()
    record = OwnershipRecord.from_tags(user.tags)
    assert record is not None
    return plan_give_back(record, user, trust_read=trust_read)


@given(strategies.initial_users(), FRESH, strategies.settings(), strategies.settings())
def test_a_plan_applied_gives_the_declared_and_leaves_nothing_to_do(
    initial: InitialUser, behaviour: Behaviour, declared: Settings, later: Settings
) -> None:
    with local_agent(initial, behaviour) as agent:
        model = OwnershipModel.of(agent)
        for wanted in (declared, later):
            before = agent.truth()
            apply(plan_now(wanted, agent), agent)
            model.taken(OWNER.digest, wanted, before)
            assert plan_now(wanted, agent, written=True).is_empty


def take_in_turn(agent: LocalAgent, declarations: Sequence[Settings]) -> tuple[OwnershipModel, list[str]]:
    """Apply one declaration after the other; return the model of the agent, and the notes."""
    model = OwnershipModel.of(agent)
    said: list[str] = []
    for wanted in declarations:
        before, plan = agent.truth(), plan_now(wanted, agent)
        apply(plan, agent)
        model.taken(OWNER.digest, wanted, before)
        said += plan.notes
    return model, said


def check_given_back(agent: LocalAgent, declarations: Sequence[Settings]) -> None:
    """Take one declaration after the other, give everything back, and check the agent and the notes."""
    model, said = take_in_turn(agent, declarations)
    before, plan = agent.truth(), plan_back(agent)
    apply(plan, agent)
    model.given_back(before)
    if model.phone_left:
        assert said or plan.notes, "a part of the phone was left, and no note says so"


@given(strategies.initial_users(), FRESH, st.lists(strategies.settings(), min_size=1, max_size=3))
def test_what_is_taken_and_given_back_is_as_it_was(
    initial: InitialUser, behaviour: Behaviour, declarations: list[Settings]
) -> None:
    with local_agent(initial, behaviour) as agent:
        check_given_back(agent, declarations)


@given(
    strategies.initial_users_with_a_phone(),
    FRESH,
    st.lists(strategies.phone_entries(), min_size=1, max_size=3),
)
def test_a_phone_is_given_back_as_it_was_or_left(
    initial: InitialUser, behaviour: Behaviour, declarations: list[Settings]
) -> None:
    with local_agent(initial, behaviour) as agent:
        check_given_back(agent, declarations)


@given(strategies.initial_users(), FRESH, strategies.settings(), strategies.owners())
def test_an_update_for_another_owner_stamps_the_record_and_nothing_else(
    initial: InitialUser, behaviour: Behaviour, declared: Settings, other: Owner
) -> None:
    with local_agent(initial, behaviour) as agent:
        take_in_turn(agent, [declared])
        user = agent.read()
        plan = plan_take(declared, other, OwnershipRecord.from_tags(user.tags), user, Knowledge(written=True))
        assert {key for key, value in plan.claim.items() if user.tags[key] != value} == {OWNER_KEY}
        stamped = OwnershipRecord.from_tags(plan.claim)
        assert stamped
        assert stamped.owned_by(other)
        assert stamped.requests[-1:] == ((other.request,) if other.request else ())
        assert replace(plan, claim={}).is_empty


@given(strategies.initial_users(), FRESH, strategies.settings())
def test_what_is_so_already_is_not_written(
    initial: InitialUser, behaviour: Behaviour, named: Settings
) -> None:
    with local_agent(initial, behaviour) as agent:
        before = agent.truth()
        declared = {key: value for key in named if (value := before[key]) is not None}
        assume(declared)
        plan = plan_now(declared, agent)
        assert not plan.arrays
        apply(plan, agent)
        assert plan_now(declared, agent).is_empty
        assert not plan_back(agent, trust_read=True).arrays


@given(strategies.initial_users(), FRESH, strategies.settings(), st.data())
def test_the_order_of_what_is_declared_does_not_matter(
    initial: InitialUser, behaviour: Behaviour, declared: Settings, data: st.DataObject
) -> None:
    properties = data.draw(strategies.shuffled_properties(declared))
    parsed = Declaration.parse(properties, Environment()).settings
    assert parsed == declared
    with local_agent(initial, behaviour) as agent:
        plans = (plan_now(parsed, agent), plan_now(declared, agent))
        one, other = (replace(plan, differences=tuple(sorted(plan.differences))) for plan in plans)
        assert one == other


@given(strategies.initial_users(), FRESH, strategies.settings(), strategies.settings())
def test_owned_now_is_what_is_owned_as_it_is(
    initial: InitialUser, behaviour: Behaviour, declared: Settings, edit: Settings
) -> None:
    with local_agent(initial, behaviour) as agent:
        apply(plan_now(declared, agent), agent)
        agent.administer(edit)
        user, truth = agent.read(), agent.truth()
        record = OwnershipRecord.from_tags(user.tags)
        assert record is not None
        assert owned_now(record, user.settings) == {
            key: truth[key] for key in declared if truth[key] is not None
        }


@given(
    strategies.initial_users(),
    FRESH,
    strategies.settings(),
    strategies.settings() | strategies.phone_entries(),
)
def test_after_values_are_applied_again_only_those_differ_that_a_note_names(
    initial: InitialUser, behaviour: Behaviour, declared: Settings, edit: Settings
) -> None:
    with local_agent(initial, behaviour) as agent:
        take_in_turn(agent, [declared])
        agent.administer(edit)
        before, tags = agent.truth(), agent.tags()
        plan = reapply_now(agent)
        apply(plan, agent)
        now = agent.truth()
        assert agent.tags() == tags
        unowned = before.keys() - declared.keys() - strategies.changed_by_the_service(behaviour)
        assert {key: now[key] for key in unowned} == {key: before[key] for key in unowned}
        noted = set(PHONE) if reapply_now(agent).notes else set()
        record, user = OwnershipRecord.from_tags(tags), agent.read()
        assert record
        assert {each.key for each in differences(record.declared, record, user.settings)} <= noted
        assert not reapply_now(agent).arrays
        # A service may drop the number when the type is written, which no plan can know.
        dropped = behaviour.drop_number_under_soft_phone and before[PHONE_NUMBER_KEY] is not None
        assert dropped or bool(noted) == bool(plan.notes)


def reapply_now(agent: LocalAgent) -> Plan:
    """Plan to apply the recorded values again, in the current state."""
    user = agent.read()
    record = OwnershipRecord.from_tags(user.tags)
    assert record is not None
    return plan_reapply(record, user)


@given(strategies.initial_users(), FRESH, strategies.settings(), strategies.settings())
def test_no_number_is_ever_in_a_tag_or_a_message(
    initial: InitialUser, behaviour: Behaviour, declared: Settings, later: Settings
) -> None:
    with local_agent(initial, behaviour) as agent:
        for plan_next in (partial(plan_now, declared), partial(plan_now, later), plan_back):
            plan = plan_next(agent)
            apply(plan, agent)
            said = [*plan.claim.values(), *plan.amend.values(), *plan.differences, *plan.notes]
            assert not [text for text in said for number in strategies.NUMBERS if number[1:] in text]


@given(strategies.user_settings(), strategies.settings(), st.integers(38, 50))
def test_a_user_that_cannot_hold_the_tags_is_refused(
    user: UserSettings, declared: Settings, others: int
) -> None:
    tags: Mapping[str, str] = {f"other-{number}": "" for number in range(others)}
    arrays = len({key.array for key in declared})
    live = LiveUser("arn", user, tags)
    if others + 2 + arrays > 50:
        with pytest.raises(InvalidRequest, match=str(others)):
            plan_take(declared, OWNER, None, live)
    else:
        assert len(plan_take(declared, OWNER, None, live).claim) == 2 + arrays


@given(strategies.initial_users(), strategies.settings())
def test_a_chat_limit_beyond_its_ceiling_counts_as_held_once_it_is_clamped(
    initial: InitialUser, declared: Settings
) -> None:
    beyond = {**declared, CHAT_ACW: 9_000}
    with local_agent(initial, Behaviour(clamp_chat_acw=True)) as agent:
        apply(plan_now(beyond, agent), agent)
        assert agent.truth()[CHAT_ACW] == 5_400 or not plan_now(beyond, agent).arrays
        assert plan_now(beyond, agent, written=True).is_empty
