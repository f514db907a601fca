"""Changes outside the stack: somebody removes the record, a user leaves, an instance lacks a channel."""

import math
from dataclasses import replace

from connect_local import ChannelRefusal, FaultKind, PhoneConfigLink

from ..settings import acw, auto_accept, enhancement, persistent
from ..world import Agent, World, done, found_nothing, refused
from . import anywhere


def _first(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("CHAT", True)],
        AfterContactWorkConfigs=[acw("VOICE", 30), acw("CHAT", 60)],
    )


@anywhere
def record_that_somebody_removes_is_written_again(world: World) -> None:
    """The earlier values are lost: a setting that is as declared stays, a changed one is given back."""
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    agent.change(AfterContactWorkConfigs=[acw("CHAT", 77)])
    agent.lose_record(_first(agent))
    wider = {
        **_first(agent),
        "VoiceEnhancementConfigs": enhancement("NOISE_SUPPRESSION"),
        "PersistentConnectionConfigs": persistent(False),
    }
    outcome = done(resource.update(wider, _first(agent)))
    assert "somebody has removed its tags" in outcome.message
    assert "let it ignore those that start with connect-user-config" in outcome.message
    done(resource.update(wider, wider))
    deleted = done(resource.delete(wider))
    assert "AutoAcceptConfigs[VOICE].AutoAccept" in deleted.message, "it names what stays"
    assert "AfterContactWorkConfigs[CHAT]" not in deleted.message, "it gives this back"


@anywhere
def record_that_is_lost_before_a_setting_is_dropped(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    agent.lose_record(_first(agent))
    narrow = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
    outcome = done(resource.update(narrow, _first(agent)))
    assert "AutoAcceptConfigs[VOICE].AutoAccept" in outcome.message, "it names what it cannot give back"
    done(resource.delete(narrow))


@anywhere
def record_that_is_lost_before_an_update_fails(world: World) -> None:
    """The rollback finds the record that the failed update wrote; the earlier values stay unknown."""
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    agent.lose_record(_first(agent))
    after = {**_first(agent), "PersistentConnectionConfigs": persistent(False)}
    world.plant("UpdateUserConfig", FaultKind.ACCESS_DENIED)
    refused(resource.driver.update(after, _first(agent)), "AccessDenied")
    agent.expectation.taken(agent.expectation.lost, agent.effective())
    done(resource.update(_first(agent), after))
    done(resource.delete(_first(agent)))


@anywhere
def user_leaves(world: World) -> None:
    """The stack's update must not fail because a user is gone, and its attributes must stay the same."""
    for arns in (False, True):
        ann, bob = world.agent("dense", arns=arns), world.agent("sparse", arns=arns)
        first, second = world.resource(logical_id="Ann"), world.resource(logical_id="Bob")
        created = [done(first.create(_first(ann))), done(second.create(_first(bob)))]
        bob.leave()
        updated = created[1]
        for agent, resource, before in zip((ann, bob), (first, second), created, strict=True):
            after = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
            world.connect.forget_calls()
            updated = done(resource.update(after, _first(agent)))
            assert updated.arn == before.arn == agent.arn
        assert not world.writes
        assert f"There is no user {bob.user_id}" in updated.message
        assert updated.seconds < world.front_end.invocation_seconds
        refused(second.driver.read(bob.identifier), "NotFound", bob.user_id)
        done(second.update(_first(bob), bob.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])))
        refused(second.create(_first(bob)), "NotFound", bob.user_id)
        found_nothing(second.delete(_first(bob)), bob.user_id)
        done(first.delete(ann.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])))


@anywhere
def other_failures_to_find_a_user_are_failures(world: World) -> None:
    """A missing instance, a denied search and a user that SearchUsers finds are no leavers."""
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    # A late index does not find a new user either.
    world.clock.sleep(world.connect.behaviour.search_stale_seconds)
    world.plant("DescribeUser", FaultKind.RESOURCE_NOT_FOUND, times=math.inf)
    refused(resource.driver.update(_first(agent), _first(agent)), "NotFound", "SearchUsers does")
    world.plant("SearchUsers", FaultKind.ACCESS_DENIED)
    refused(resource.driver.update(_first(agent), _first(agent)), "AccessDenied", "connect:SearchUsers")
    world.connect.clear_faults()
    nowhere = {**_first(agent), "InstanceId": "00000000-1111-4222-8333-444444444444"}
    outcome = resource.driver.update(nowhere, nowhere)
    refused(outcome, "NotFound", "instance 00000000-1111-4222-8333-444444444444")
    done(resource.delete(_first(agent)))


@anywhere
def user_that_is_not_found_for_some_seconds_has_not_left(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    world.plant("DescribeUser", FaultKind.RESOURCE_NOT_FOUND, times=3)
    after = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
    done(resource.update(after, _first(agent)))
    done(resource.delete(after))


@anywhere
def tags_of_aws_do_not_count(world: World) -> None:
    agent = world.agent("dense", tags={f"team-{number}": "x" for number in range(46)})
    resource = world.resource()
    agent.tag_by_aws({f"aws:servicecatalog:{number}": "x" for number in range(5)})
    done(resource.create(_first(agent)))
    assert len(agent.tags()) == 55
    done(resource.delete(_first(agent)))


@anywhere
def channel_that_the_instance_lacks_disturbs_no_other(world: World) -> None:
    for code in ChannelRefusal:
        world.connect.behaviour = replace(
            world.connect.behaviour, refused_channels=frozenset({"EMAIL"}), channel_refusal=code
        )
        agent, resource = world.agent("sparse"), world.resource()
        after = agent.declare(
            AutoAcceptConfigs=[auto_accept("TASK", True)], AfterContactWorkConfigs=[acw("VOICE", 31)]
        )
        done(resource.create(_first(agent)))
        done(resource.update(after, _first(agent)))
        done(resource.delete(after))
        email = agent.declare(AutoAcceptConfigs=[auto_accept("EMAIL", True)])
        refused(resource.create(email), "InvalidRequest", "EMAIL", code.value)


@anywhere
def setting_that_comes_from_the_legacy_phone_config(world: World) -> None:
    """A create does not write a value in force; until a write of its array, PhoneConfig can change it."""
    world.connect.behaviour = replace(world.connect.behaviour, phone_config=PhoneConfigLink.MIRRORS_VOICE)
    agent, resource = world.agent("legacy"), world.resource()
    properties = agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])
    world.connect.forget_calls()
    done(resource.create(properties))
    assert {call.operation for call in world.writes} == {"TagResource"}, (
        "a create that changes nothing writes no setting"
    )
    agent.change(AutoAcceptConfigs=[auto_accept("VOICE", False)])
    moved = agent.effective()["AutoAcceptConfigs", "CHAT", ("AutoAccept",)]
    assert moved is False, "it follows PhoneConfig, which mirrors VOICE"
    if world.front_end.reads:
        shown = done(resource.read(properties)).shown or {}
        assert shown["AutoAcceptConfigs"] == [auto_accept("CHAT", False)], "READ shows the drift"
    done(resource.update(properties, properties))
    agent.change(AutoAcceptConfigs=[auto_accept("VOICE", True)])
    agent.change(AutoAcceptConfigs=[auto_accept("VOICE", False)])
    assert agent.effective()["AutoAcceptConfigs", "CHAT", ("AutoAccept",)] is True, (
        "the update has written it"
    )
    done(resource.delete(properties))
