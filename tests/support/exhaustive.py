"""What `make test` has the seconds for; `make test-all` runs everything, with ``EXHAUSTIVE=1``.

Left out are most cells of each matrix, and single tests with the mark `exhaustive`: they reach lines that
others also reach, by another path.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple
from typing import Final

import pytest

from connect_local import Behaviour
from connect_local.pairwise import Aspects, Cell, where_every_two_meet

EXHAUSTIVE: Final = os.environ.get("EXHAUSTIVE") == "1"
"""Whether everything runs. Also the matrices that are generated while they are run (hypothesis,
interleavings) grow with it.
"""


def chosen_or_all(cells: Iterable[Cell], chosen: Sequence[Cell]) -> list[Cell]:
    """Return the cells for `parametrize`: the chosen ones or, if everything runs, all.

    Pytest does not even collect the others, which alone would take seconds.
    """
    return list(cells) if EXHAUSTIVE else list(chosen)


def pairwise_or_all(cells: Sequence[Cell], aspects: Callable[[Cell], Aspects]) -> list[object]:
    """Return the cells for `parametrize`: where every two aspects meet, or all if everything runs."""
    chosen = where_every_two_meet(cells, aspects)
    return [*chosen_or_all(cells, chosen)]


def switches(behaviour: Behaviour) -> Aspects:
    """Return the aspects of a behaviour: every switch of it."""
    return astuple(behaviour)


def leave_out_others(items: list[pytest.Item], deselected: Callable[[list[pytest.Item]], object]) -> None:
    """Take from `items` those that only `make test-all` runs, and tell which."""
    others = [] if EXHAUSTIVE else [item for item in items if item.get_closest_marker("exhaustive")]
    if others:
        items[:] = [item for item in items if not item.get_closest_marker("exhaustive")]
        deselected(others)
