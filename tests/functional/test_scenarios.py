"""Every scenario through every front end, under every combination of switches that it may depend on."""

import pytest

from connect_local import ArrayOrder, Behaviour, every_read_write_combination, where_every_two_switches_meet
from functional.scenarios import (
    ANYWHERE,
    EVERYWHERE,
    Scenario,
    declaring,
    failing,
    outside,
    phones,
    repeated,
    stacks,
    waiting,
)
from functional.world import World

MODULES = (declaring, failing, outside, phones, repeated, stacks, waiting)
PAIRS = where_every_two_switches_meet()
# Whether the service takes ARNs for ids does not affect values; PAIRS combines it with every other switch.
READ_WRITE = [behaviour for behaviour in every_read_write_combination() if not behaviour.accept_arns]


@pytest.mark.parametrize("behaviour", READ_WRITE, ids=str)
@pytest.mark.parametrize("scenario", EVERYWHERE, ids=lambda scenario: scenario.__name__)
def test_under_every_combination(scenario: Scenario, world: World) -> None:
    scenario(world)


@pytest.mark.parametrize("behaviour", PAIRS, ids=str)
@pytest.mark.parametrize("scenario", ANYWHERE, ids=lambda scenario: scenario.__name__)
def test_where_every_two_switches_meet(scenario: Scenario, world: World) -> None:
    scenario(world)


@pytest.mark.parametrize("front_end", ["custom resource"], indirect=True)
@pytest.mark.parametrize("behaviour", PAIRS, ids=str)
@pytest.mark.parametrize("scenario", [*EVERYWHERE, *ANYWHERE], ids=lambda scenario: scenario.__name__)
def test_through_the_custom_resource(scenario: Scenario, world: World) -> None:
    scenario(world)


@pytest.mark.parametrize("behaviour", [Behaviour(array_order=ArrayOrder.REVERSED)], ids=["reversed"])
@pytest.mark.parametrize("scenario", EVERYWHERE, ids=lambda scenario: scenario.__name__)
def test_in_any_order_of_entries(scenario: Scenario, world: World) -> None:
    scenario(world)
