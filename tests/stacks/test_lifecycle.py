"""Stacks that own agent settings, from create to delete, through CloudFormation's API alone."""

import pytest

from demo.stacks import Stacks

from .world import INSTANCE, World, accepts, after_contact, ended, template


def test_create_update_delete(world: World, stacks: Stacks) -> None:
    ann, bob = world.create_agents(2)
    before = world.state()
    name = world.name("team")
    first = {
        "Ann": world.resource(ann, {**accepts("VOICE", "CHAT"), **after_contact(30)}),
        "Bob": world.resource(bob, accepts("TASK")),
    }
    ended(stacks.create(name, template(first)), "CREATE_COMPLETE")
    accepted = [world.value(ann, "AutoAcceptConfigs", channel) for channel in ("VOICE", "CHAT", "EMAIL")]
    assert accepted == [True, True, True]
    assert world.value(ann, "AfterContactWorkConfigs", "VOICE") == 30
    assert world.value(ann, "AfterContactWorkConfigs", "TASK") == 11
    assert (world.owner(ann), world.owner(bob)) == (f"{name}/Ann", f"{name}/Bob")
    assert world.state(ann)[ann]["tags"]["team"] == "returns"

    changed = {**accepts("CHAT", "TASK"), **after_contact(60)}
    second = {"Ann": world.resource(ann, changed), "Bob": world.resource(bob, accepts("TASK"))}
    untouched = world.state(bob)
    ended(stacks.update(name, template(second)), "UPDATE_COMPLETE")
    accepted = [
        world.value(ann, "AutoAcceptConfigs", channel) for channel in ("VOICE", "CHAT", "TASK", "EMAIL")
    ]
    assert accepted == [False, True, True, True]
    assert world.value(ann, "AfterContactWorkConfigs", "VOICE") == 60
    assert world.state(bob) == untouched

    ended(stacks.update(name, template({"Ann": world.resource(ann, changed)})), "UPDATE_COMPLETE")
    assert world.state(bob)[bob] == before[bob]
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_another_user_replaces_the_resource(world: World, stacks: Stacks) -> None:
    ann, bob = world.create_agents(2)
    before = world.state()
    name = world.name("team")
    ended(stacks.create(name, template({"Seat": world.resource(ann, accepts("VOICE"))})), "CREATE_COMPLETE")
    ended(stacks.update(name, template({"Seat": world.resource(bob, accepts("VOICE"))})), "UPDATE_COMPLETE")
    assert world.state(ann)[ann] == before[ann]
    assert world.value(bob, "AutoAcceptConfigs", "VOICE") is True
    assert world.owner(bob) == f"{name}/Seat"
    assert stacks.physical_ids(name) == {"Seat": f"{INSTANCE}|{bob}"}
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_an_agent_who_leaves_does_not_lock_the_stack(world: World, stacks: Stacks) -> None:
    """The template still holds the agent's resource at the next update."""
    ann, bob = world.create_agents(2)
    before = world.state(ann)
    name = world.name("team")
    arns = {agent: {"Fn::GetAtt": [agent, "UserArn"]} for agent in ("Ann", "Bob")}

    def team(seconds: int) -> str:
        settings = {**accepts("VOICE"), **after_contact(seconds)}
        return template({"Ann": world.resource(ann, settings), "Bob": world.resource(bob, settings)}, arns)

    ended(stacks.create(name, team(30)), "CREATE_COMPLETE")
    outputs = stacks.outputs(name)
    world.cloud.client("connect").delete_user(InstanceId=INSTANCE, UserId=bob)
    ended(stacks.update(name, team(60)), "UPDATE_COMPLETE")
    assert stacks.outputs(name) == outputs
    assert world.value(ann, "AfterContactWorkConfigs", "VOICE") == 60
    assert world.read(bob)["Error"] == "NotFound"
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_ref_and_attributes(world: World, stacks: Stacks) -> None:
    (ann,) = world.create_agents(1)
    name = world.name("team")
    attributes = {
        attribute: {"Fn::GetAtt": ["Ann", attribute]} for attribute in ("UserArn", "InstanceId", "UserId")
    }
    document = template({"Ann": world.resource(ann, accepts("VOICE"))}, {"Ref": {"Ref": "Ann"}, **attributes})
    ended(stacks.create(name, document), "CREATE_COMPLETE")
    arn = f"arn:aws:connect:us-east-1:000000000000:instance/{INSTANCE}/agent/{ann}"
    assert stacks.outputs(name) == {
        "Ref": f"{INSTANCE}|{ann}",
        "UserArn": arn,
        "InstanceId": INSTANCE,
        "UserId": ann,
    }
    ended(stacks.delete(name), "DELETE_COMPLETE")


@pytest.mark.parametrize("how", ["delete the stack", "drop the resource"])
def test_retained_settings_stay_with_their_record(world: World, stacks: Stacks, how: str) -> None:
    ann, bob = world.create_agents(2)
    name = world.name("team")
    kept = world.resource(ann, accepts("VOICE"), DeletionPolicy="Retain")
    other = {"Bob": world.resource(bob, accepts("VOICE"))}
    ended(stacks.create(name, template({"Ann": kept, **other})), "CREATE_COMPLETE")
    owned = world.state(ann)
    if how == "drop the resource":
        ended(stacks.update(name, template(other)), "UPDATE_COMPLETE")
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state(ann) == owned
    assert world.owner(ann) == f"{name}/Ann"
    assert world.owner(bob) == ""


def test_direct_read_shows_owned_settings_and_drift(world: World, stacks: Stacks) -> None:
    (ann,) = world.create_agents(1)
    assert world.read(ann)["Owner"] is None
    name = world.name("team")
    settings = after_contact(30)
    ended(stacks.create(name, template({"Ann": world.resource(ann, settings)})), "CREATE_COMPLETE")
    answer = world.read(ann, settings)
    assert {**answer, **settings, "InSync": True} == answer
    assert "AutoAcceptConfigs" not in answer

    change = {"InstanceId": INSTANCE, "UserId": ann, **after_contact(90), **accepts("TASK")}
    world.cloud.control("POST", "admin-update", change)
    # Reads are one call late here.
    world.cloud.client("connect").describe_user(InstanceId=INSTANCE, UserId=ann)
    held = world.state()
    answer = world.read(ann, settings)
    assert (answer["InSync"], [difference["Live"] for difference in answer["Differences"]]) == (False, [90])
    assert world.state() == held
    ended(stacks.delete(name), "DELETE_COMPLETE")
