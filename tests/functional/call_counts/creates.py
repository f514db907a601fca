"""Calls of CREATE."""

from support.every_array import entries_of_all

from ..agents import DECLARED_NUMBER
from ..settings import acw, auto_accept
from ..world import World, done, refused
from . import Operation, costs, declared, owned


@costs(describe=2, tag=1, update=1)
def create_on_a_free_agent(world: World) -> Operation:
    agent, resource = world.agent("sparse"), world.resource()
    return lambda: done(resource.create(declared(agent)))


@costs(describe=2, tag=1, update=1)
def create_of_every_array(world: World) -> Operation:
    agent, resource = world.agent("dense"), world.resource()
    wide = agent.declare(**entries_of_all(differ=True, number=DECLARED_NUMBER))
    return lambda: done(resource.create(wide))


@costs(describe=2, tag=1)
def create_where_all_is_as_declared_already(world: World) -> Operation:
    agent, resource = world.agent("dense"), world.resource()
    return lambda: done(resource.create(agent.declare(AutoAcceptConfigs=[auto_accept("TASK", True)])))


@costs(describe=2, tag=1)
def create_by_another_request_that_is_done_already(world: World) -> Operation:
    """The read must show the request in the record; otherwise the record may be older than the request."""
    _, properties = owned(world)
    return lambda: done(world.resource().create(properties))


@costs(describe=5)
def create_that_is_done_already(world: World) -> Operation:
    """A replayed event that seems done is read four times more: the first read may be late (decision 8)."""
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(declared(agent)))
    return lambda: done(resource.repeat(0))


@costs(describe=1)
def create_that_is_overtaken(world: World) -> Operation:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(declared(agent)))
    done(resource.update(agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)]), declared(agent)))
    return lambda: done(resource.repeat(0))


@costs(describe=1)
def create_refused_because_another_owns(world: World) -> Operation:
    _, properties = owned(world)
    other = world.resource("support-stack")
    return lambda: refused(other.driver.create(properties), "AlreadyExists", "sales-stack/Agent")


@costs(describe=5)
def create_for_a_user_that_is_not_there(world: World) -> Operation:
    """A user created seconds ago may not be readable yet (rule 1)."""
    properties = {**declared(world.agent("dense")), "UserId": "00000000-1111-4222-8333-444444444444"}
    return lambda: refused(world.resource().driver.create(properties), "NotFound")


@costs()
def create_refused_because_of_bad_input(world: World) -> Operation:
    properties = world.agent("dense").declare(AutoAcceptConfigs=[])
    return lambda: refused(world.resource().driver.create(properties), "InvalidRequest")
