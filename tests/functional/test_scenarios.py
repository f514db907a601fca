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
from support.exhaustive import chosen_or_all, pairwise_or_all, switches

MODULES = (declaring, failing, moving, outside, phones, repeated, stacks, waiting)
PAIRS = where_every_two_switches_meet()
# Whether the service takes ARNs for ids does not affect values; PAIRS combines it with every other switch.
READ_WRITE = [behaviour for behaviour in every_read_write_combination() if not behaviour.accept_arns]


@pytest.mark.parametrize("behaviour", pairwise_or_all(READ_WRITE, switches), ids=str)
@pytest.mark.parametrize("scenario", EVERYWHERE, ids=lambda scenario: scenario.__name__)
def test_under_every_combination(scenario: Scenario, world: World) -> None:
    scenario(world)


CELLS = [
    *product(["registry"], ANYWHERE, PAIRS),
    *product(["custom resource"], [*EVERYWHERE, *ANYWHERE], PAIRS),
]
CHOSEN = where_every_two_meet(CELLS, lambda cell: (*cell[:2], *switches(cell[2])))
"""Each scenario and each front end meets the other and each value of each switch; every two values meet."""


@pytest.mark.parametrize(
    ("front_end", "scenario", "behaviour"),
    chosen_or_all(CELLS, CHOSEN),
    indirect=["front_end"],
    ids=lambda value: str(getattr(value, "__name__", value)),
)
def test_where_every_two_meet(scenario: Scenario, world: World) -> None:
    scenario(world)


@pytest.mark.parametrize("behaviour", [Behaviour(array_order=ArrayOrder.REVERSED)], ids=["reversed"])
@pytest.mark.parametrize("scenario", EVERYWHERE, ids=lambda scenario: scenario.__name__)
def test_in_any_order_of_entries(scenario: Scenario, world: World) -> None:
    scenario(world)
