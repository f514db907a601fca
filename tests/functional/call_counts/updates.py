"""Calls of UPDATE."""

from ..settings import acw, auto_accept, enhancement, persistent
from ..world import World, done, refused
from . import CUSTOM, REGISTRY, Operation, costs, declared, gone, owned


@costs(describe=1)
def update_that_changes_nothing(world: World) -> Operation:
    _, properties = owned(world)
    return lambda: done(world.resource().update(properties, properties))


@costs(describe=2, tag=1, update=1)
def update_of_values_only(world: World) -> Operation:
    agent, before = owned(world)
    after = agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", True), auto_accept("TASK", True)],
        AfterContactWorkConfigs=[acw("VOICE", 31), acw("CHAT", 61)],
    )
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=1, update=1)
def update_that_changes_nothing_after_drift(world: World) -> Operation:
    agent, properties = owned(world)
    agent.change(AutoAcceptConfigs=[auto_accept("TASK", True)])
    return lambda: done(world.resource().update(properties, properties))


@costs(describe=2, tag=1, update=1)
def update_that_takes(world: World) -> Operation:
    _, before = owned(world)
    after = {**before, "PersistentConnectionConfigs": persistent(False)}
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=1, update=1, untag=1)
def update_that_gives_back_an_array(world: World) -> Operation:
    agent, before = owned(world)
    after = agent.declare(AutoAcceptConfigs=before["AutoAcceptConfigs"])
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=2, update=1)
def update_that_gives_back_a_part_of_an_array(world: World) -> Operation:
    _, before = owned(world)
    after = {**before, "AutoAcceptConfigs": [auto_accept("VOICE", False)]}
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=1, update=1, untag=1)
def update_that_takes_one_array_and_gives_back_another(world: World) -> Operation:
    agent, before = owned(world)
    after = agent.declare(
        AutoAcceptConfigs=before["AutoAcceptConfigs"], VoiceEnhancementConfigs=enhancement("VOICE_ISOLATION")
    )
    return lambda: done(world.resource().update(after, before))


@costs(describe=2, tag=2, update=1)
def update_that_takes_and_gives_back_in_one_array(world: World) -> Operation:
    """Two tag calls: the record gains a setting before the write and loses one only after it."""
    _, before = owned(world)
    after = {**before, "AutoAcceptConfigs": [auto_accept("VOICE", False), auto_accept("EMAIL", True)]}
    return lambda: done(world.resource().update(after, before))


@costs(REGISTRY, describe=2, tag=1)
def update_by_another_stack_after_an_import(world: World) -> Operation:
    _, properties = owned(world)
    return lambda: done(world.resource("support-stack").update(properties, properties))


@costs(REGISTRY, describe=2, tag=1, update=1)
def update_by_another_stack_that_changes_values_too(world: World) -> Operation:
    _, before = owned(world)
    after = {**before, "AfterContactWorkConfigs": [acw("VOICE", 31), acw("CHAT", 61)]}
    return lambda: done(world.resource("support-stack").update(after, before))


@costs(CUSTOM, describe=1)
def update_of_what_another_owns(world: World) -> Operation:
    """CloudFormation cannot import a custom resource."""
    _, properties = owned(world)
    return lambda: refused(
        world.resource("support-stack").driver.update(properties, properties), "NotFound", "sales-stack/Agent"
    )


@costs(describe=1)
def update_that_is_overtaken(world: World) -> Operation:
    agent, resource = world.agent("dense"), world.resource()
    wide, narrow = declared(agent), agent.declare(AfterContactWorkConfigs=[acw("VOICE", 31)])
    done(resource.create(wide))
    done(resource.update(narrow, wide))
    done(resource.update(wide, narrow))
    return lambda: done(resource.repeat(1))


@costs(describe=7, tag=2)
def update_where_nothing_is_owned(world: World) -> Operation:
    """Four more reads before the record counts as lost; then a write of the request, one of the record."""
    agent, properties = owned(world)
    agent.lose_record(properties)
    return lambda: done(world.resource().update(properties, properties))


@costs(describe=5, search=1)
def update_of_a_user_that_is_gone(world: World) -> Operation:
    properties = gone(world)
    return lambda: done(world.resource().driver.update(properties, properties))
