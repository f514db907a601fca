"""A user moves to another stack: handed over by one, taken over by the next."""

from connect_local import FaultKind

from ..settings import acw, auto_accept, phone
from ..world import Agent, World, done, found_nothing, refused
from . import anywhere, everywhere


def _old(agent: Agent) -> dict[str, object]:
    accept = [auto_accept("VOICE", False), auto_accept("CHAT", False)]
    return agent.declare(AutoAcceptConfigs=accept, AfterContactWorkConfigs=[acw("VOICE", 5)])


def _new(agent: Agent) -> dict[str, object]:
    """Keep a setting, change one, drop one, and take one."""
    accept = [auto_accept("VOICE", False), auto_accept("TASK", True)]
    return agent.declare(AutoAcceptConfigs=accept, AfterContactWorkConfigs=[acw("VOICE", 45)])


@everywhere
def handed_over_and_taken_before_the_old_resource_is_removed(world: World) -> None:
    agent = world.agent("dense")
    old, new = world.resource("old-stack"), world.resource("new-stack", token="token-2")
    done(old.create(_old(agent)))
    agent.hand_over()
    done(new.create(_new(agent)))
    world.connect.forget_calls()
    found_nothing(old.delete(_old(agent)), "new-stack")
    assert not world.writes
    done(new.delete(_new(agent)))


@anywhere
def handed_over_and_taken_after_the_old_resource_is_removed(world: World) -> None:
    agent = world.agent("legacy")
    old, new = world.resource("old-stack"), world.resource("new-stack", token="token-2")
    done(old.create(_old(agent)))
    agent.hand_over()
    world.connect.forget_calls()
    found_nothing(old.delete(_old(agent)), "handed over")
    if world.front_end.imports:
        done(new.read(agent.identifier))
    else:
        refused(new.update(_new(agent), _new(agent)), "NotFound", "handed over")
    assert not world.writes
    done(new.create(_new(agent)))
    done(new.update(_old(agent), _new(agent)))
    done(new.delete(_old(agent)))


@anywhere
def handed_over_phone_keeps_what_it_was_before(world: World) -> None:
    agent = world.agent("desk")
    old, new = world.resource("old-stack"), world.resource("new-stack", token="token-2")
    declared = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", "+12025550188"))
    done(old.create(declared))
    agent.hand_over()
    done(new.create(agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", "+12025550199"))))
    done(new.delete(declared))


@anywhere
def update_of_the_old_stack_takes_the_user_again(world: World) -> None:
    agent = world.agent("dense")
    old, new = world.resource("old-stack"), world.resource("new-stack", token="token-2")
    done(old.create(_old(agent)))
    agent.hand_over()
    done(old.update(_old(agent), _old(agent)))
    refused(new.create(_new(agent)), "AlreadyExists", "old-stack", "release --hand-over")
    done(old.delete(_old(agent)))


@anywhere
def request_of_the_old_stack_that_comes_again_changes_nothing(world: World) -> None:
    agent = world.agent("dense")
    old, new = world.resource("old-stack"), world.resource("new-stack", token="token-2")
    done(old.create(_old(agent)))
    agent.hand_over()
    done(old.repeat(0))
    done(new.create(_new(agent)))
    done(new.repeat(0))
    old.repeat(0)
    done(new.delete(_new(agent)))


@anywhere
def create_that_takes_over_and_fails_gives_everything_back(world: World) -> None:
    agent = world.agent("dense")
    before = agent.effective()
    old, new = world.resource("old-stack"), world.resource("new-stack", token="token-2")
    done(old.create(_old(agent)))
    agent.hand_over()
    world.plant("UpdateUserConfig", FaultKind.ACCESS_DENIED, times=1)
    outcome = new.driver.create(_new(agent))
    refused(outcome, "AccessDenied", "were given back")
    assert (agent.effective(), agent.record()) == (before, {})
    new.driver.clean_up(_new(agent))
    agent.expectation.taken({}, before)
    world.check()


@anywhere
def spelling_changes_once_the_user_is_handed_over(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_old(agent)))
    agent.hand_over()
    # A create-only property has changed: CloudFormation creates the new resource, then deletes the old one.
    new = {**_new(agent), **agent.respelled}
    done(resource.create(new))
    found_nothing(resource.delete(_old(agent)))
    done(resource.delete(new))
