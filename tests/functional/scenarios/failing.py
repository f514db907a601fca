"""What goes wrong on the way, and what it must leave behind."""

import math
from dataclasses import replace

from connect_local import FaultKind

from ..settings import acw, auto_accept, enhancement
from ..world import Agent, World, done, refused
from . import anywhere


def _first(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", False)], AfterContactWorkConfigs=[acw("CHAT", 30)]
    )


def _second(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("CHAT", True)], VoiceEnhancementConfigs=enhancement("NONE")
    )


@anywhere
def write_that_fails_for_good_leaves_the_agent_as_before(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    world.plant("UpdateUserConfig", FaultKind.INVALID_PARAMETER, times=math.inf)
    refused(
        resource.create(_first(agent), until_refused=True),
        "InvalidRequest",
        "InvalidParameterException",
        "given back",
    )


@anywhere
def failed_update_is_rolled_back_by_an_update(world: World) -> None:
    agent, resource = world.agent("sparse"), world.resource()
    done(resource.create(_first(agent)))
    world.plant("UpdateUserConfig", FaultKind.INVALID_PARAMETER, times=math.inf)
    refused(resource.update(_second(agent), _first(agent)), "InvalidRequest")
    world.connect.clear_faults()
    agent.let_reads_catch_up()
    done(resource.update(_first(agent), _second(agent)))
    done(resource.delete(_first(agent)))


@anywhere
def update_that_fails_after_the_write_is_rolled_back(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    world.plant("UntagResource", FaultKind.ACCESS_DENIED)
    refused(resource.update(_second(agent), _first(agent)), "AccessDenied", "connect:UntagResource")
    agent.let_reads_catch_up()
    done(resource.update(_first(agent), _second(agent)))
    done(resource.delete(_first(agent)))


@anywhere
def rollback_comes_before_reads_show_the_failed_update(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    world.plant("UntagResource", FaultKind.ACCESS_DENIED)
    refused(resource.update(_second(agent), _first(agent)), "AccessDenied")
    # A rollback follows within a second or two, so its first read may well show the user as it was before the
    # update.
    done(resource.update(_first(agent), _second(agent)))
    done(resource.delete(_first(agent)))


@anywhere
def failed_delete_can_be_repeated(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    for operation in ("UpdateUserConfig", "UntagResource"):
        world.plant(operation, FaultKind.ACCESS_DENIED)
        refused(resource.delete(_first(agent)), "AccessDenied", f"connect:{operation}")
        agent.let_reads_catch_up()
    done(resource.delete(_first(agent)))


@anywhere
def throttling_for_a_while_is_waited_out(world: World) -> None:
    for kind in (FaultKind.THROTTLING, FaultKind.TOO_MANY_REQUESTS):
        agent, resource = world.agent("dense"), world.resource()
        for operation in ("DescribeUser", "TagResource", "UpdateUserConfig"):
            world.plant(operation, kind, times=2, user_id=agent.user_id)
        assert done(resource.create(_first(agent))).seconds > 20
        world.plant("UntagResource", kind, times=4)
        assert done(resource.delete(_first(agent))).seconds > 20


@anywhere
def throttling_for_ever_ends_and_leaves_nothing(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    world.plant("UpdateUserConfig", FaultKind.THROTTLING, times=math.inf)
    outcome = refused(resource.create(_first(agent)), "Throttling", "ThrottlingException")
    least, most = world.front_end.timeout
    assert least < outcome.seconds < most, "patient, within what CloudFormation waits"
    assert not agent.record()


@anywhere
def what_cannot_be_undone_is_said(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    world.plant("UpdateUserConfig", FaultKind.ACCESS_DENIED)
    world.plant("UntagResource", FaultKind.ACCESS_DENIED)
    # Reads that lag hide the claim from the cleanup; that case has a scenario of its own.
    world.connect.behaviour = replace(world.connect.behaviour, stale_reads=0)
    refused(
        resource.driver.create(_first(agent)),
        "AccessDenied",
        "could not be given back",
        "deleting the resource gives it back",
    )
    assert agent.record()
    done(resource.driver.delete(_first(agent)))
    assert not agent.record()
    world.check()


@anywhere
def lost_connections_do_not_lose_anything(world: World) -> None:
    for kind in (FaultKind.CONNECTION_RESET_BEFORE, FaultKind.CONNECTION_RESET_AFTER):
        agent, resource = world.agent("dense"), world.resource()
        world.plant("TagResource", kind)
        world.plant("UpdateUserConfig", kind)
        done(resource.create(_first(agent)))
        world.connect.clear_faults()
        world.plant("UpdateUserConfig", kind)
        done(resource.delete(_first(agent)))
        world.connect.clear_faults()


@anywhere
def answer_to_the_last_call_of_a_delete_is_lost(world: World) -> None:
    for kind in (FaultKind.CONNECTION_RESET_BEFORE, FaultKind.CONNECTION_RESET_AFTER):
        agent, resource = world.agent("dense"), world.resource()
        done(resource.create(_first(agent)))
        world.plant("UntagResource", kind)
        done(resource.delete(_first(agent)))
        world.connect.clear_faults()


@anywhere
def server_errors_once_are_tried_again_for_ever_are_reported(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    for kind in (FaultKind.INTERNAL_SERVICE, FaultKind.SERVER_ERROR):
        world.plant("UpdateUserConfig", kind)
        done(resource.create(_first(agent)))
        done(resource.delete(_first(agent)))
        world.plant("TagResource", kind, times=math.inf)
        refused(resource.create(_first(agent)), "ServiceInternalError")
        world.connect.clear_faults()
