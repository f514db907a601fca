"""Every scenario through every front end, under every combination of the read and write switches that it may depend on."""

from itertools import combinations

import pytest

from connect_local import ArrayOrder, Behaviour, every_read_write_combination
from functional.scenarios import ANYWHERE, EVERYWHERE, Scenario, declaring, failing, phones, stacks, waiting
from functional.world import World

MODULES = (declaring, failing, phones, stacks, waiting)
SWITCHES = (
    "array_write",
    "entry_write",
    "reads",
    "phone_config",
    "stale_reads",
    "clamp_chat_acw",
    "drop_number_under_soft_phone",
    "accept_arns",
)

Pair = tuple[tuple[str, object], tuple[str, object]]


def pairs_of(behaviour: Behaviour) -> set[Pair]:
    """Return which settings of two switches meet in `behaviour`."""
    return set(combinations([(name, getattr(behaviour, name)) for name in SWITCHES], 2))


def where_every_two_switches_meet() -> list[Behaviour]:
    """Return a small choice of combinations in which every setting of every switch meets every one of every other."""
    candidates = every_read_write_combination()
    missing = set().union(*map(pairs_of, candidates))
    chosen = []
    while missing:
        best = max(candidates, key=lambda behaviour: len(missing & pairs_of(behaviour)))
        missing -= pairs_of(best)
        chosen.append(best)
    return chosen


PAIRS = where_every_two_switches_meet()
# Whether ARNs are taken for ids is no matter of reading or writing: both ways meet every other switch in PAIRS.
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
def test_whatever_the_order_of_entries(scenario: Scenario, world: World) -> None:
    scenario(world)
