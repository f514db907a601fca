"""Stacks that fail and roll back: every agent is as before."""

import pytest

from demo.stacks import Stacks
from support.exhaustive import chosen_or_all

from .world import INSTANCE, Properties, World, accepts, after_contact, ended, template

UNKNOWN = "30000000-0000-4000-8000-000000000009"
BROKEN: dict[str, tuple[Properties, str]] = {
    # It ends after several looks, which take 15 seconds.
    "no such user": ({"UserId": UNKNOWN}, UNKNOWN),
    "bad value": (after_contact(-1), "AfterContactWorkTimeLimit"),
    "unknown property": ({"AutoAcceptConfig": []}, "AutoAcceptConfigs"),
}


@pytest.mark.parametrize("broken", chosen_or_all(BROKEN, ["bad value", "unknown property"]))
def test_a_create_that_fails_at_the_third_of_five_rolls_back(
    world: World, stacks: Stacks, broken: str
) -> None:
    changes, words = BROKEN[broken]
    users = world.create_agents(5)
    before = world.state()
    resources = {
        f"Agent{number}": world.resource(user, accepts("VOICE")) for number, user in enumerate(users, start=1)
    }
    resources["Agent3"]["Properties"] |= changes
    outcome = stacks.create(world.name("team"), template(resources))
    ended(outcome, "ROLLBACK_COMPLETE", Agent3=words)
    # It did create the first two, and rolled them back.
    created = [event.logical_id for event in outcome.events if event.status == "CREATE_COMPLETE"]
    assert created == ["Agent1", "Agent2"]
    assert world.state() == before
    ended(stacks.delete(world.name("team")), "DELETE_COMPLETE")
    assert world.state() == before


def test_an_update_that_fails_rolls_back(world: World, stacks: Stacks) -> None:
    ann, bob, cara = world.create_agents(3)
    before = world.state()
    name = world.name("team")
    first = {"Ann": world.resource(ann, accepts("VOICE")), "Bob": world.resource(bob, accepts("VOICE"))}
    ended(stacks.create(name, template(first)), "CREATE_COMPLETE")
    owned = world.state()
    broken = {
        "Ann": world.resource(ann, {**accepts("CHAT"), **after_contact(5)}),
        "Cara": world.resource(cara, accepts("VOICE")),
        "Bob": world.resource(bob, after_contact(2_000_001)),
    }
    outcome = stacks.update(name, template(broken))
    ended(outcome, "UPDATE_ROLLBACK_COMPLETE", Bob="2,000,000")
    assert "Ann" in {event.logical_id for event in outcome.events if event.status == "UPDATE_COMPLETE"}
    assert world.state() == owned
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_a_replacement_that_fails_leaves_the_old_user_owned(world: World, stacks: Stacks) -> None:
    (ann,) = world.create_agents(1)
    before = world.state()
    name = world.name("team")
    ended(stacks.create(name, template({"Seat": world.resource(ann, accepts("VOICE"))})), "CREATE_COMPLETE")
    owned = world.state()
    outsider = f"arn:aws:connect:us-east-1:000000000000:instance/{UNKNOWN}/agent/{ann}"
    broken = template({"Seat": world.resource(outsider, accepts("VOICE"))})
    ended(stacks.update(name, broken), "UPDATE_ROLLBACK_COMPLETE", Seat=UNKNOWN)
    assert world.state() == owned
    assert stacks.physical_ids(name) == {"Seat": f"{INSTANCE}|{ann}"}
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_a_second_stack_is_refused_and_changes_nothing(world: World, stacks: Stacks) -> None:
    ann, bob = world.create_agents(2)
    before = world.state()
    first, second = world.name("first"), world.name("second")
    ended(stacks.create(first, template({"Ann": world.resource(ann, accepts("VOICE"))})), "CREATE_COMPLETE")
    owned = world.state(ann)
    rivals = {"Bob": world.resource(bob, accepts("VOICE")), "Rival": world.resource(ann, accepts("CHAT"))}
    ended(stacks.create(second, template(rivals)), "ROLLBACK_COMPLETE", Rival=f"{first}/Ann")
    ended(stacks.delete(second), "DELETE_COMPLETE")
    assert world.state(ann) == owned
    assert world.state(bob)[bob] == before[bob]
    ended(stacks.delete(first), "DELETE_COMPLETE")
    assert world.state() == before


def test_a_user_who_has_left_does_not_block_a_delete(world: World, stacks: Stacks) -> None:
    ann, bob = world.create_agents(2)
    before = world.state()
    name = world.name("team")
    both = {"Ann": world.resource(ann, accepts("VOICE")), "Bob": world.resource(bob, accepts("VOICE"))}
    ended(stacks.create(name, template(both)), "CREATE_COMPLETE")
    world.cloud.client("connect").delete_user(InstanceId=INSTANCE, UserId=ann)
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == {bob: before[bob]}
