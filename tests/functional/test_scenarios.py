"""Every scenario through every front end, under every combination of switches that it may depend on."""

from itertools import product

import pytest

from connect_local import (
    ArrayOrder,
    Behaviour,
    every_read_write_combination,
    where_every_two_meet,
    where_every_two_switches_meet,
)
from functional.scenarios import (
    ANYWHERE,
    EVERYWHERE,
    Scenario,
    declaring,
    failing,
    moving,
    outside,
    phones,
    repeated,
    stacks,
    waiting,
)
from functional.world import World
from support.exhaustive import mark_others, switches

MODULES = (declaring, failing, moving, outside, phones, repeated, stacks, waiting)
PAIRS = where_every_two_switches_meet()
# Whether the service takes ARNs for ids does not affect values; PAIRS combines it with every other switch.
READ_WRITE = [behaviour for behaviour in every_read_write_combination() if not behaviour.accept_arns]


@pytest.mark.parametrize(
    "behaviour", mark_others(READ_WRITE, where_every_two_meet(READ_WRITE, switches)), ids=str
)
@pytest.mark.parametrize("scenario", EVERYWHERE, ids=lambda scenario: scenario.__name__)
def test_under_every_combination(scenario: Scenario, world: World) -> None:
    scenario(world)


def _through_pairs(scenarios: list[Scenario]) -> pytest.MarkDecorator:
    """`make test` lets each scenario meet each answer to each question; every two answers meet in all of them
    together.
    """
    cells = list(product(scenarios, PAIRS))
    chosen = where_every_two_meet(cells, lambda cell: (cell[0], *switches(cell[1])))
    return pytest.mark.parametrize(("scenario", "behaviour"), mark_others(cells, chosen), ids=_name)


def _name(value: object) -> str:
    return str(getattr(value, "__name__", value))


@_through_pairs(ANYWHERE)
def test_where_every_two_switches_meet(scenario: Scenario, world: World) -> None:
    scenario(world)


@pytest.mark.parametrize("front_end", ["custom resource"], indirect=True)
@_through_pairs([*EVERYWHERE, *ANYWHERE])
def test_through_the_custom_resource(scenario: Scenario, world: World) -> None:
    scenario(world)


@pytest.mark.parametrize("behaviour", [Behaviour(array_order=ArrayOrder.REVERSED)], ids=["reversed"])
@pytest.mark.parametrize("scenario", EVERYWHERE, ids=lambda scenario: scenario.__name__)
def test_in_any_order_of_entries(scenario: Scenario, world: World) -> None:
    scenario(world)
