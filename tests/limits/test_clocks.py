"""Wall clocks that are set while an operation is under way, forwards or backwards, within an invocation or
between two.

Whatever the clock shows, nothing is lost and everything ends; timeout is counted here in true time.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest
from functional.front_end import Outcome
from functional.settings import acw, auto_accept
from functional.world import Agent, Resource, World, done, refused

from connect_local import FaultKind
from custom_connect_userconfig import custom_resource, handlers
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock, SteppedClock

HOUR: Final = 3600.0
DECADE: Final = 87_600 * HOUR
LOOKS: Final = 3
"""Looks at the wall clock within which it is set: one for each invocation."""
PATIENCE: Final = (240.0, 900.0)
"""True seconds after which a write that never shows must be given up."""
MOST_INVOCATIONS: Final = 40

STEPS: dict[str, tuple[float, ...]] = {
    f"{name} at look {look}": (0.0,) * look + (step,)
    for look in range(LOOKS)
    for name, step in (("an hour on", HOUR), ("an hour back", -HOUR))
} | {
    "ten years back": (0.0, -DECADE),
    "to and fro": (HOUR, -HOUR) * LOOKS,
    "fro and to": (-HOUR, HOUR) * LOOKS,
    "back and back": (-HOUR,) * LOOKS,
    "by two seconds to and fro": (2.0, -2.0) * LOOKS,
}


pytestmark = pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)


@pytest.fixture
def stepped(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> SteppedClock:
    """The clock of both front ends; what surrounds them, and waits for them, has the right time."""
    stepped = SteppedClock(clock)
    for front_end in (handlers, custom_resource):
        monkeypatch.setattr(front_end, "retrier", Retrier(stepped, lambda: 0.5))
    return stepped


def _first(agent: Agent) -> dict[str, Any]:
    return agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("CHAT", True)])


def _second(agent: Agent) -> dict[str, Any]:
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", True)],
        AfterContactWorkConfigs=[acw("VOICE", 1), acw("CHAT", 2)],
    )


def _create(world: World) -> tuple[Resource, Callable[[Any], Outcome]]:
    agent, resource = world.agent("dense"), world.resource()
    return resource, lambda who: who.create(_first(agent))


def _update(world: World) -> tuple[Resource, Callable[[Any], Outcome]]:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_first(agent)))
    return resource, lambda who: who.update(_second(agent), _first(agent))


def _delete(world: World) -> tuple[Resource, Callable[[Any], Outcome]]:
    agent, resource = world.agent("dense"), world.resource()
    done(resource.create(_second(agent)))
    return resource, lambda who: who.delete(_second(agent))


OPERATIONS = {"create": _create, "update": _update, "delete": _delete}


def _late(seconds: float) -> Callable[[World], None]:
    def make_late(world: World) -> None:
        world.connect.behaviour = replace(world.connect.behaviour, stale_seconds=seconds)

    return make_late


def _busy(world: World) -> None:
    world.plant("UpdateUserConfig", FaultKind.THROTTLING, times=6)


OBSTACLES: dict[str, Callable[[World], None]] = {
    "none": lambda world: None,
    "reads late by seconds": _late(3.0),
    "reads late by minutes": _late(100.0),
    "a quota used up": _busy,
}


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_passes_is_waited_out(
    world: World, stepped: SteppedClock, operation: str, obstacle: str, steps: str
) -> None:
    resource, act = OPERATIONS[operation](world)
    OBSTACLES[obstacle](world)
    stepped.looks, stepped.steps = 0, STEPS[steps]
    outcome = done(act(resource))
    assert outcome.invocations < MOST_INVOCATIONS
    assert outcome.seconds < PATIENCE[1]


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_write_that_never_shows_ends_neither_early_nor_never(
    world: World, stepped: SteppedClock, operation: str, steps: str
) -> None:
    resource, act = OPERATIONS[operation](world)
    _late(float("inf"))(world)
    stepped.looks, stepped.steps = 0, STEPS[steps]
    # Past the world's own looks: what is left behind by one who never sees what he writes is another test's
    # matter.
    outcome = refused(act(resource.driver), "NotStabilized", "does not show in reads")
    assert PATIENCE[0] < outcome.seconds < PATIENCE[1], outcome
    assert outcome.invocations < MOST_INVOCATIONS
