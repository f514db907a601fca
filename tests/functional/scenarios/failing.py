"""Operations that fail, and what they must leave behind."""

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
def write_that_always_fails_leaves_the_agent_as_before(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    world.plant("UpdateUserConfig", FaultKind.INVALID_PARAMETER, times=math.inf)
    outcome = resource.create(_first(agent), until_refused=True)
    refused(outcome, "InvalidRequest", "InvalidParameterException", "given back")


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
def rollback_works_before_reads_show_the_failed_update(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    world.plant("UntagResource", FaultKind.ACCESS_DENIED)
    refused(resource.update(_second(agent), _first(agent)), "AccessDenied")
    # A rollback follows within seconds: its first read may still show the user before the update.
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
def endless_throttling_fails_and_leaves_nothing(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    world.plant("UpdateUserConfig", FaultKind.THROTTLING, times=math.inf)
    outcome = refused(resource.create(_first(agent)), "Throttling", "ThrottlingException")
    least, most = world.front_end.timeout
    assert least < outcome.seconds < most, "it tries long, but not longer than CloudFormation waits"
    assert not agent.record()


@anywhere
def failed_create_says_what_it_could_not_undo(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    world.plant("UpdateUserConfig", FaultKind.ACCESS_DENIED)
    world.plant("UntagResource", FaultKind.ACCESS_DENIED)
    # A late read hides the claim from the clean-up; another scenario has that case.
    world.connect.behaviour = replace(world.connect.behaviour, stale_reads=0)
    outcome = resource.driver.create(_first(agent))
    refused(outcome, "AccessDenied", "could not be given back", "deleting the resource gives them back")
    assert agent.record()
    done(resource.driver.delete(_first(agent)))
    assert not agent.record()
    world.check()


@anywhere
def lost_connections_lose_nothing(world: World) -> None:
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
def single_server_error_is_tried_again_and_endless_ones_are_reported(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    for kind in (FaultKind.INTERNAL_SERVICE, FaultKind.SERVER_ERROR):
        world.plant("UpdateUserConfig", kind)
        done(resource.create(_first(agent)))
        done(resource.delete(_first(agent)))
        world.plant("TagResource", kind, times=math.inf)
        refused(resource.create(_first(agent)), "ServiceInternalError")
        world.connect.clear_faults()
