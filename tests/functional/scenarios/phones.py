"""Phones, whose earlier number is not recorded, and values that the service changes."""

from ..agents import AGENTS_NEW_NUMBER, DECLARED_NUMBER, SECOND_DECLARED_NUMBER
from ..settings import CHAT_ACW, PHONE_NUMBER, PHONE_TYPE, acw, phone
from ..world import World, done
from . import anywhere, everywhere


@everywhere
def soft_phone_over_desk_phone_and_back(world: World) -> None:
    agent, resource = world.agent("desk"), world.resource()
    properties = agent.declare(PhoneNumberConfigs=phone("SOFT_PHONE"))
    before = agent.effective()
    done(resource.create(properties))
    kept = agent.effective()[PHONE_NUMBER] is not None
    assert kept != world.connect.behaviour.drop_number_under_soft_phone
    outcome = done(resource.delete(properties))
    assert (agent.effective() == before) == kept, "it restores what it can"
    assert ("earlier phone is not fully recorded" in outcome.message) != kept, "it names the rest"


@anywhere
def desk_phone_over_soft_phone_and_back(world: World) -> None:
    agent, resource = world.agent("bare"), world.resource()
    desk = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    before = agent.effective()
    done(resource.create(desk))
    done(resource.delete(desk))
    assert agent.effective() | {PHONE_NUMBER: None} == before


@anywhere
def declared_number_changes(world: World) -> None:
    agent, resource = world.agent("bare"), world.resource()
    desk = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    other = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", SECOND_DECLARED_NUMBER))
    soft = agent.declare(PhoneNumberConfigs=phone("SOFT_PHONE"))
    done(resource.create(desk))
    done(resource.update(other, desk))
    done(resource.update(soft, other))
    done(resource.delete(soft))


@anywhere
def delete_names_a_number_that_it_cannot_remove(world: World) -> None:
    """If a written entry keeps the fields that it does not name, no write can remove a number."""
    agent, resource = world.agent("bare"), world.resource()
    desk = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    done(resource.create(desk))
    outcome = done(resource.driver.delete(desk))
    is_removed = agent.effective()[PHONE_NUMBER] is None
    assert is_removed or "number" in outcome.message, "the declared number stays, and no answer says so"
    agent.expectation.taken({}, agent.effective())


@anywhere
def desk_phone_over_another_desk_phone(world: World) -> None:
    agent, resource = world.agent("desk"), world.resource()
    desk = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    done(resource.create(desk))
    outcome = done(resource.delete(desk))
    assert "not fully recorded" in outcome.message
    assert agent.effective()[PHONE_NUMBER] == DECLARED_NUMBER


@anywhere
def declared_number_never_counts_as_the_agents_own(world: World) -> None:
    """After desk phone, soft phone and delete, the number on the user is the stack's, not the agent's."""
    agent, resource = world.agent("desk"), world.resource()
    desk = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    soft = agent.declare(PhoneNumberConfigs=phone("SOFT_PHONE"))
    done(resource.create(desk))
    done(resource.driver.update(soft, desk))
    done(resource.driver.delete(soft))
    left = agent.effective()[PHONE_TYPE], agent.effective()[PHONE_NUMBER]
    assert left != ("DESK_PHONE", DECLARED_NUMBER), "calls go to the number that the stack once declared"


@anywhere
def soft_phone_with_a_number(world: World) -> None:
    agent, resource = world.agent("idle number"), world.resource()
    properties = agent.declare(PhoneNumberConfigs=phone("SOFT_PHONE", DECLARED_NUMBER))
    done(resource.create(properties))
    if world.front_end.reads:
        done(resource.read(properties))
    done(resource.delete(properties))


@anywhere
def chat_work_above_the_services_limit(world: World) -> None:
    agent, resource = world.agent("sparse"), world.resource()
    properties = agent.declare(AfterContactWorkConfigs=[acw("CHAT", 6000), acw("VOICE", 6000)])
    outcome = done(resource.create(properties))
    clamped = world.connect.behaviour.clamp_chat_acw
    assert agent.effective()[CHAT_ACW] == (5400 if clamped else 6000)
    if world.front_end.reads:
        done(resource.read(properties))
    world.connect.forget_calls()
    done(resource.update(properties, properties))
    acted = [call.operation for call in world.writes if call.acted]
    wanted = ["TagResource", "UpdateUserConfig"] if clamped else []
    assert acted == wanted, "only a write shows whether the service or a person changed it"
    assert outcome.invocations == 1
    done(resource.delete(properties))


@anywhere
def agent_changes_the_phone_and_update_repairs(world: World) -> None:
    agent, resource = world.agent("desk"), world.resource()
    properties = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", DECLARED_NUMBER))
    done(resource.create(properties))
    agent.change(PhoneNumberConfigs=phone("DESK_PHONE", AGENTS_NEW_NUMBER))
    if world.front_end.reads:
        shown = done(resource.read(properties)).shown or {}
        assert shown["PhoneNumberConfigs"] == phone("DESK_PHONE", AGENTS_NEW_NUMBER), "READ shows the drift"
    done(resource.update(properties, properties))
    assert agent.effective()[PHONE_NUMBER] == DECLARED_NUMBER
    agent.change(PhoneNumberConfigs=phone("SOFT_PHONE"))
    done(resource.update(properties, properties))
