"""Reads that lag behind writes, by calls and by seconds, and users that cannot be read yet."""

import math
from dataclasses import replace

from ..agents import DECLARED_NUMBER
from ..settings import acw, auto_accept, phone
from ..world import World, done, refused
from . import anywhere


@anywhere
def new_user_is_waited_for(world: World) -> None:
    world.connect.behaviour = replace(world.connect.behaviour, new_user_hidden_reads=3)
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False)])))


@anywhere
def user_that_never_appears_is_not_found(world: World) -> None:
    world.connect.behaviour = replace(world.connect.behaviour, new_user_hidden_reads=1000)
    agent, resource = world.agent("dense"), world.resource()
    outcome = resource.create(agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False)]))
    refused(outcome, "NotFound", agent.user_id)
    assert not world.writes


@anywhere
def reads_that_lag_by_seconds_are_waited_out(world: World) -> None:
    for seconds in (3.0, 100.0):
        world.connect.behaviour = replace(world.connect.behaviour, stale_seconds=seconds)
        agent, resource = world.agent("dense"), world.resource()
        narrow = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False)])
        wide = agent.declare(
            AutoAcceptConfigs=[auto_accept("CHAT", True)], AfterContactWorkConfigs=[acw("TASK", 1)]
        )
        outcomes = [
            done(resource.create(narrow)),
            done(resource.update(wide, narrow)),
            done(resource.delete(wide)),
        ]
        assert all(outcome.seconds >= seconds for outcome in outcomes), outcomes
        many = [outcome.invocations > 1 for outcome in outcomes]
        assert many == [seconds > world.front_end.invocation_seconds] * 3, outcomes


@anywhere
def reads_that_lag_by_many_calls_are_waited_out(world: World) -> None:
    world.connect.behaviour = replace(world.connect.behaviour, stale_reads=9)
    agent, resource = world.agent("sparse"), world.resource()
    properties = agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", True)], AfterContactWorkConfigs=[acw("TASK", 1)]
    )
    done(resource.create(properties))
    done(resource.delete(properties))


@anywhere
def write_that_never_shows_fails_and_names_what_stays(world: World) -> None:
    world.connect.behaviour = replace(world.connect.behaviour, stale_seconds=math.inf, stale_reads=0)
    agent, resource = world.agent("dense"), world.resource()
    outcome = resource.driver.create(agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False)]))
    refused(outcome, "NotStabilized")
    assert (outcome.invocations > 1) == (world.front_end.invocation_seconds < 240)
    assert 240 < outcome.seconds < 3600, "it waits long, but not without end"
    is_said = "deleting the resource gives them back" in outcome.message
    assert is_said or not agent.record(), "the answer must name what stays"


@anywhere
def notes_survive_the_wait(world: World) -> None:
    """The first read shows what cannot be given back; the answer after the last read must still say it."""
    for seconds in (3.0, 45.0):
        world.connect.behaviour = replace(world.connect.behaviour, stale_seconds=seconds)
        agent, resource = world.agent("desk"), world.resource()
        desk = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
        wider = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", True)])
        done(resource.create(desk))
        done(resource.update(wider, desk))
        other = world.agent("desk")
        desk = other.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
        done(resource.create(desk))
        done(resource.delete(desk))
