"""Owners: two stacks, retries, imports, replacements."""

from ..settings import acw, auto_accept
from ..world import Agent, World, done, found_nothing, refused
from . import anywhere


def _voice(agent: Agent, accept: bool = True) -> dict[str, object]:
    return agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", accept)])


@anywhere
def second_stack_is_refused_and_its_rollback_touches_nothing(world: World) -> None:
    agent = world.agent("sparse")
    mine = world.resource("sales-stack", "SalesAgent")
    others = world.resource("support-stack", "Ann", "token-2")
    theirs = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 5)])
    done(mine.create(_voice(agent)))
    world.connect.forget_calls()
    refused(others.create(theirs), "AlreadyExists", "sales-stack/SalesAgent", agent.user_id)
    found_nothing(others.delete(theirs), "sales-stack/SalesAgent")
    assert not world.writes
    done(mine.delete(_voice(agent)))


@anywhere
def second_resource_of_the_same_stack_is_refused(world: World) -> None:
    agent = world.agent("sparse")
    mine, other = world.resource(logical_id="One"), world.resource(logical_id="Two", token="token-2")
    done(mine.create(_voice(agent)))
    refused(other.create(_voice(agent, accept=False)), "AlreadyExists", "sales-stack/One")
    found_nothing(other.delete(_voice(agent, accept=False)))
    if world.front_end.reads:
        done(mine.read(agent.identifier))


@anywhere
def retried_create_goes_on(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_voice(agent, accept=False)))
    world.connect.forget_calls()
    done(resource.repeat(0))
    assert not world.writes
    # Another request with the same properties must keep the recorded earlier values.
    done(resource.create(_voice(agent, accept=False)))
    assert [call.operation for call in world.writes] == ["TagResource"]
    done(resource.delete(_voice(agent, accept=False)))


@anywhere
def replacement_by_another_spelling_is_refused_and_rolls_back(world: World) -> None:
    for arns in (False, True):
        agent, resource = world.agent("dense", arns=arns), world.resource()
        old, new = _voice(agent, accept=False), {**_voice(agent, accept=True), **agent.respelled}
        done(resource.create(old))
        # A create-only property has changed: CloudFormation creates a new resource; after a failure it
        # deletes that one and keeps the old one.
        refused(resource.create(new), "AlreadyExists", "spelled")
        found_nothing(resource.delete(new))
        done(resource.update(old, old))
        done(resource.delete(old))
        done(resource.create(new))
        done(resource.delete(new))


@anywhere
def import_into_another_stack(world: World) -> None:
    agent = world.agent("legacy")
    old, new = world.resource("old-stack"), world.resource("new-stack", token="token-2")
    wider = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("CHAT", False)])
    done(old.create(_voice(agent, accept=False)))
    if not world.front_end.imports:
        world.connect.forget_calls()
        refused(new.update(wider, _voice(agent, accept=False)), "NotFound", "old-stack")
        assert not world.writes
        done(old.delete(_voice(agent, accept=False)))
        return
    done(new.read(agent.identifier))
    done(new.update(wider, _voice(agent, accept=False)))
    assert "new-stack" in agent.record()["connect-user-config:owner"]
    world.connect.forget_calls()
    found_nothing(old.delete(_voice(agent, accept=False)), "new-stack")
    assert not world.writes
    done(new.delete(wider))


@anywhere
def nothing_owned_is_not_found(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    if world.front_end.imports:
        # A stack's update counts a missing record as lost; without a stack there is no owner to restore.
        refused(world.resource(None).update(_voice(agent), _voice(agent)), "NotFound", agent.user_id)
    found_nothing(resource.delete(_voice(agent)), agent.user_id)
    if world.front_end.reads:
        refused(resource.read(agent.identifier), "NotFound", agent.user_id)
    assert not world.writes


@anywhere
def deleted_twice_is_not_found(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_voice(agent, accept=False)))
    done(resource.delete(_voice(agent, accept=False)))
    found_nothing(resource.delete(_voice(agent, accept=False)))


@anywhere
def record_dies_with_the_user(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_voice(agent)))
    world.connect.backend().delete_user(world.instance_id, agent.user_id)
    world.agents.remove(agent)
    found_nothing(resource.delete(_voice(agent)), agent.user_id)


@anywhere
def foreign_tags_leave_room_or_the_create_is_refused(world: World) -> None:
    roomy = world.agent("dense", tags={f"team-{n}": "x" for n in range(47)})
    full = world.agent("dense", tags={f"team-{n}": "x" for n in range(48)})
    resource = world.resource()
    done(resource.create(_voice(roomy, accept=False)))
    assert len(roomy.tags()) == 50
    done(resource.delete(_voice(roomy, accept=False)))
    world.connect.forget_calls()
    refused(resource.create(_voice(full, accept=False)), "InvalidRequest", "48 tags", "50")
    assert not world.writes
