"""Requests that are delivered twice: the second delivery of an overtaken one changes nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from custom_connect_userconfig.aws.connect import ConnectGateway

from ..settings import acw, auto_accept
from ..world import Agent, Resource, World, done, found_nothing
from . import anywhere


def _first(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("CHAT", True)],
        AfterContactWorkConfigs=[acw("VOICE", 30), acw("CHAT", 60)],
    )


@anywhere
def request_that_is_delivered_again_after_a_later_one(world: World) -> None:
    agent, resource = world.agent("dense"), world.resource()
    narrow = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)])
    done(resource.create(_first(agent)))
    done(resource.update(narrow, _first(agent)))
    assert "A later request has changed this resource" in done(resource.repeat(0)).message
    done(resource.update(_first(agent), narrow))
    for number in (0, 1):
        assert "A later request has changed this resource" in done(resource.repeat(number)).message
    assert "later request" not in done(resource.repeat(2)).message
    done(resource.delete(_first(agent)))
    found_nothing(resource.repeat(3))


@anywhere
def create_that_is_delivered_again_during_a_later_update(world: World) -> None:
    for call in ("tag_user", "update_user_config", "untag_user"):
        _create_again_before(call, world.agent("dense"), world.resource())


def _create_again_before(call: str, agent: Agent, resource: Resource) -> None:
    narrow = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)])
    done(resource.create(_first(agent)))
    agent.let_reads_catch_up()
    with _just_before(call, lambda: done(resource.driver.repeat(0))):
        done(resource.update(narrow, _first(agent)))
    done(resource.delete(narrow))


@contextmanager
def _just_before(call: str, act: Callable[[], object]) -> Iterator[None]:
    """Do `act` just before the first `call`."""
    make, waiting = getattr(ConnectGateway, call), [act]

    def meanwhile(gateway: ConnectGateway, *arguments: object) -> object:
        while waiting:
            waiting.pop()()
        return make(gateway, *arguments)

    with patch.object(ConnectGateway, call, meanwhile):
        yield
    assert not waiting, f"{call} was not called"
