"""Two operations on one user, in many orders of their calls; `make test-all` tries them all.

``python -m interleavings`` prints the counts as a table, with an example of each kind of breach.
"""

from collections.abc import Callable

import pytest
from properties.stacks import Stack

from interleavings.census import BOUNDED, EVERY, count, each_pair
from interleavings.pairs import Pair
from support.exhaustive import EXHAUSTIVE

DIMENSIONS = EVERY if EXHAUSTIVE else BOUNDED


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize(
    ("pair", "front_end"),
    [pytest.param(*both, id=f"{both[0].name} {both[1].__name__}") for both in each_pair()],
)
def test_whoever_is_faster_nothing_is_lost(
    pair: Pair, front_end: type[Stack], dimension: str, record_property: Callable[[str, object], None]
) -> None:
    variants, bound = DIMENSIONS[dimension]
    counted = count(pair, front_end, variants, bound)
    record_property("counted", f"{dimension}: {counted}")
    assert not counted.broken, counted.first_broken()
    assert not counted.both_damaged, counted.first_broken()
