"""Calls of DELETE."""

from ..agents import DECLARED_NUMBER
from ..settings import auto_accept, phone
from ..world import World, done, found_nothing
from . import Operation, costs, declared, gone, owned


@costs(describe=2, tag=1, update=1, untag=1)
def delete_of_what_is_owned(world: World) -> Operation:
    _, properties = owned(world)
    return lambda: done(world.resource().delete(properties))


@costs(describe=2, tag=1, update=1, untag=1)
def delete_where_every_setting_seems_given_back(world: World) -> Operation:
    """It writes all the same: the one read may be older than the create (decision 8)."""
    agent = world.agent("dense")
    properties = agent.declare(AutoAcceptConfigs=[auto_accept("TASK", True)])
    done(world.resource().create(properties))
    return lambda: done(world.resource().delete(properties))


@costs(describe=2, tag=1, untag=1)
def delete_where_nothing_can_be_given_back(world: World) -> Operation:
    agent = world.agent("desk")
    properties = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    done(world.resource().create(properties))
    return lambda: done(world.resource().delete(properties))


@costs(describe=5)
def delete_that_finds_nothing(world: World) -> Operation:
    """Four more reads: a create that was cut off seconds ago may have claimed (decision 8)."""
    properties = declared(world.agent("dense"))
    return lambda: found_nothing(world.resource().delete(properties))


@costs(describe=1)
def delete_of_what_another_owns(world: World) -> Operation:
    _, properties = owned(world)
    return lambda: found_nothing(world.resource("support-stack").delete(properties), "sales-stack/Agent")


@costs(describe=1)
def delete_of_a_user_that_is_gone(world: World) -> Operation:
    properties = gone(world)
    return lambda: found_nothing(world.resource().delete(properties), "There is no user")
