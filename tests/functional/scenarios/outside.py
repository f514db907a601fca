"""What others do to agents that a stack owns: tags are removed, people leave, legacy settings move, requests
come twice.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from connect_local import ChannelRefusal, FaultKind, PhoneConfigLink
from custom_connect_userconfig.aws.connect import ConnectGateway

from ..settings import acw, auto_accept, enhancement, persistent
from ..world import Agent, Resource, World, done, found_nothing, refused
from . import anywhere


def _first(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("CHAT", True)],
        AfterContactWorkConfigs=[acw("VOICE", 30), acw("CHAT", 60)],
    )


# -- the record
# ------------------------------------------------------------------------------------------------------------------


@anywhere
def record_that_somebody_removes_is_written_again(world: World) -> None:
    """Nobody knows any more what was before: what is as declared stays, what somebody has changed since is
    given back.
    """
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
    assert "AutoAcceptConfigs[VOICE].AutoAccept" in deleted.message, "what stays is named"
    assert "AfterContactWorkConfigs[CHAT]" not in deleted.message, "what is given back is not"


@anywhere
def record_that_is_lost_before_a_setting_is_dropped(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    agent.lose_record(_first(agent))
    narrow = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
    outcome = done(resource.update(narrow, _first(agent)))
    assert "AutoAcceptConfigs[VOICE].AutoAccept" in outcome.message, (
        "what can no longer be given back is named"
    )
    done(resource.delete(narrow))


@anywhere
def record_that_is_lost_before_an_update_fails(world: World) -> None:
    """The way back finds the record that the failed update has written; the earlier values stay unknown."""
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    agent.lose_record(_first(agent))
    after = {**_first(agent), "PersistentConnectionConfigs": persistent(False)}
    world.plant("UpdateUserConfig", FaultKind.ACCESS_DENIED)
    refused(resource.driver.update(after, _first(agent)), "AccessDenied")
    agent.expectation.taken(agent.expectation.lost, agent.effective())
    done(resource.update(_first(agent), after))
    done(resource.delete(_first(agent)))


# -- the user
# --------------------------------------------------------------------------------------------------------------------


@anywhere
def people_leave(world: World) -> None:
    """An update of the stack touches somebody who is gone: it must not fail, nor may what other resources
    take from it change.
    """
    for arns in (False, True):
        ann, bob = world.agent("dense", arns=arns), world.agent("sparse", arns=arns)
        first, second = world.resource(logical_id="Ann"), world.resource(logical_id="Bob")
        created = [done(first.create(_first(ann))), done(second.create(_first(bob)))]
        bob.leave()
        for agent, resource, before in zip((ann, bob), (first, second), created, strict=True):
            after = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
            world.connect.forget_calls()
            updated = done(resource.update(after, _first(agent)))
            assert updated.arn == before.arn == agent.arn
        assert not world.writes
        assert f"There is no user {bob.user_id}" in updated.message
        assert updated.seconds < world.front_end.inside
        refused(second.driver.read(bob.identifier), "NotFound", bob.user_id)
        done(second.update(_first(bob), bob.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])))
        refused(second.create(_first(bob)), "NotFound", bob.user_id)
        found_nothing(second.delete(_first(bob)), bob.user_id)
        done(first.delete(ann.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])))


@anywhere
def only_a_missing_user_has_left(world: World) -> None:
    """A missing instance, a search that may not be made, and a user who is found by it are failures: somebody
    must look.
    """
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    world.plant("DescribeUser", FaultKind.RESOURCE_NOT_FOUND, times=math.inf)
    refused(resource.driver.update(_first(agent), _first(agent)), "NotFound", "SearchUsers does")
    world.plant("SearchUsers", FaultKind.ACCESS_DENIED)
    refused(resource.driver.update(_first(agent), _first(agent)), "AccessDenied", "connect:SearchUsers")
    world.connect.clear_faults()
    nowhere = {**_first(agent), "InstanceId": "00000000-1111-4222-8333-444444444444"}
    refused(
        resource.driver.update(nowhere, nowhere), "NotFound", "instance 00000000-1111-4222-8333-444444444444"
    )
    done(resource.delete(_first(agent)))


@anywhere
def user_who_is_not_found_for_some_seconds_has_not_left(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    world.plant("DescribeUser", FaultKind.RESOURCE_NOT_FOUND, times=3)
    after = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
    done(resource.update(after, _first(agent)))
    done(resource.delete(after))


@anywhere
def tags_of_aws_take_no_room(world: World) -> None:
    agent, resource = (
        world.agent("dense", tags={f"team-{number}": "x" for number in range(46)}),
        world.resource(),
    )
    agent.tag_by_aws({f"aws:servicecatalog:{number}": "x" for number in range(5)})
    done(resource.create(_first(agent)))
    assert len(agent.tags()) == 55
    done(resource.delete(_first(agent)))


# -- the instance
# ----------------------------------------------------------------------------------------------------------------


@anywhere
def channel_that_the_instance_lacks_is_in_nobodys_way(world: World) -> None:
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
def setting_that_rests_on_the_legacy_phone_config(world: World) -> None:
    """Taking writes nothing that is in force already; until the next write of its array, it can be moved from
    outside.
    """
    world.connect.behaviour = replace(world.connect.behaviour, phone_config=PhoneConfigLink.MIRRORS_VOICE)
    agent, resource = world.agent("legacy"), world.resource()
    properties = agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])
    world.connect.forget_calls()
    done(resource.create(properties))
    assert {call.operation for call in world.writes} == {"TagResource"}, "adopting changes nothing"
    agent.change(AutoAcceptConfigs=[auto_accept("VOICE", False)])
    moved = agent.effective()["AutoAcceptConfigs", "CHAT", ("AutoAccept",)]
    assert moved is False, "it rests on what follows VOICE"
    if world.front_end.reads:
        shown = done(resource.read(properties)).shown or {}
        assert shown["AutoAcceptConfigs"] == [auto_accept("CHAT", False)], "READ shows the drift"
    done(resource.update(properties, properties))
    agent.change(AutoAcceptConfigs=[auto_accept("VOICE", True)])
    agent.change(AutoAcceptConfigs=[auto_accept("VOICE", False)])
    assert agent.effective()["AutoAcceptConfigs", "CHAT", ("AutoAccept",)] is True, "it is written by now"
    done(resource.delete(properties))


# -- requests that come twice
# ----------------------------------------------------------------------------------------------------


@anywhere
def request_that_is_delivered_again_after_a_later_one(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    narrow = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)])
    done(resource.create(_first(agent)))
    done(resource.update(narrow, _first(agent)))
    assert "A later request has changed this resource" in done(resource.repeat(0)).message
    done(resource.update(_first(agent), narrow))
    for number in (0, 1):
        assert "A later request has changed this resource" in done(resource.repeat(number)).message
    assert "later request" not in done(resource.repeat(2)).message
    done(resource.delete(_first(agent)))
    found_nothing(resource.repeat(3))


@anywhere
def create_that_is_delivered_again_during_a_later_update(world: World) -> None:
    for call in ("tag_user", "update_user_config", "untag_user"):
        _create_again_before(call, world.agent("dense"), world.resource())


def _create_again_before(call: str, agent: Agent, resource: Resource) -> None:
    narrow = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)])
    done(resource.create(_first(agent)))
    agent.let_reads_catch_up()
    with _before_the_first(call, lambda: done(resource.driver.repeat(0))):
        done(resource.update(narrow, _first(agent)))
    done(resource.delete(narrow))


@contextmanager
def _before_the_first(call: str, act: Callable[[], object]) -> Iterator[None]:
    """Let something happen before a call is made for the first time."""
    make, waiting = getattr(ConnectGateway, call), [act]

    def meanwhile(gateway: ConnectGateway, *arguments: object) -> object:
        while waiting:
            waiting.pop()()
        return make(gateway, *arguments)

    with patch.object(ConnectGateway, call, meanwhile):
        yield
    assert not waiting, f"{call} was not called"
