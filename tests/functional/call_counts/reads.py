"""Calls of READ."""

from ..world import World, done, refused
from . import Operation, costs, declared, gone, owned


@costs(describe=1)
def read_of_what_is_owned(world: World) -> Operation:
    _, properties = owned(world)
    return lambda: done(world.resource().read(properties))


@costs(describe=1)
def read_where_nothing_is_owned(world: World) -> Operation:
    owned(world)
    properties = declared(world.agent("dense"))
    return lambda: refused(world.resource().driver.read(properties), "NotFound")


@costs(describe=1)
def read_of_a_user_that_is_gone(world: World) -> Operation:
    properties = gone(world)
    return lambda: refused(world.resource().driver.read(properties), "NotFound", "There is no user")
