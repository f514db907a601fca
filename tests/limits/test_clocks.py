"""Wall clocks that jump during an operation, forwards or backwards, within an invocation or between two.

Whatever the clock shows, no setting is lost and every operation ends. Timeouts here are in true time.
"""

import itertools
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
from support.exhaustive import chosen_or_all, pairwise_or_all

HOUR: Final = 3600.0
DECADE: Final = 87_600 * HOUR
READS: Final = 3
"""Reads of the wall clock during which it jumps: one for each invocation."""
TIMEOUT: Final = (240.0, 900.0)
"""A write that never shows must fail between these two numbers of true seconds."""
MAX_INVOCATIONS: Final = 40

STEPS: dict[str, tuple[float, ...]] = {
    f"{name} at read {read}": (0.0,) * read + (step,)
    for read in range(READS)
    for name, step in (("an hour on", HOUR), ("an hour back", -HOUR))
} | {
    "ten years back": (0.0, -DECADE),
    "forth and back": (HOUR, -HOUR) * READS,
    "back and forth": (-HOUR, HOUR) * READS,
    "back each time": (-HOUR,) * READS,
    "by two seconds forth and back": (2.0, -2.0) * READS,
}


pytestmark = pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)


@pytest.fixture
def stepped(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> SteppedClock:
    """The clock of both front ends; the test, which waits for them, has the right time."""
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


ERRORS: dict[str, Callable[[World], None]] = {
    "none": lambda world: None,
    "reads are late by seconds": _late(3.0),
    "reads are late by minutes": _late(100.0),
    "a quota is used up": _busy,
}


CASES = list(itertools.product(OPERATIONS, ERRORS, STEPS))


@pytest.mark.parametrize(("operation", "error", "steps"), pairwise_or_all(CASES, tuple))
def test_an_operation_waits_until_an_error_ends(
    world: World, stepped: SteppedClock, operation: str, error: str, steps: str
) -> None:
    resource, act = OPERATIONS[operation](world)
    ERRORS[error](world)
    stepped.looks, stepped.steps = 0, STEPS[steps]
    outcome = done(act(resource))
    assert outcome.invocations < MAX_INVOCATIONS
    assert outcome.seconds < TIMEOUT[1]


NEVER_SHOWN = list(itertools.product(OPERATIONS, STEPS))
ONE_OF_EACH = list(zip(itertools.cycle(OPERATIONS), STEPS, strict=False))


@pytest.mark.parametrize(("operation", "steps"), chosen_or_all(NEVER_SHOWN, ONE_OF_EACH))
def test_a_write_that_never_shows_fails_neither_early_nor_late(
    world: World, stepped: SteppedClock, operation: str, steps: str
) -> None:
    resource, act = OPERATIONS[operation](world)
    _late(float("inf"))(world)
    stepped.looks, stepped.steps = 0, STEPS[steps]
    # By the driver, without the world's checks: other tests check what such an operation leaves behind.
    outcome = refused(act(resource.driver), "NotStabilized", "does not show in reads")
    assert TIMEOUT[0] < outcome.seconds < TIMEOUT[1], outcome
    assert outcome.invocations < MAX_INVOCATIONS
