"""Which cells of a matrix `make test` has the seconds for; `make test-all` runs the others as well.

Those others bear the mark `exhaustive`. They reach lines that the chosen ones reach too, by another path.
"""

import os
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import astuple
from itertools import combinations
from typing import Final, TypeVar

import pytest
from _pytest.mark import ParameterSet

from connect_local import Behaviour

EXHAUSTIVE: Final = os.environ.get("EXHAUSTIVE") == "1"
"""Whether everything runs. Also the matrices that are generated while they are run (hypothesis,
interleavings) grow with it.
"""

Cell = TypeVar("Cell")
Aspects = tuple[Hashable, ...]


def where_every_two_meet(cells: Sequence[Cell], aspects: Callable[[Cell], Aspects]) -> list[Cell]:
    """Choose cells such that any two aspects that meet in some cell meet in a chosen one; the same ones each
    time.

    `aspects` returns a tuple of the same length for each cell. To let three things meet, combine two of them
    into one aspect.
    """
    new = [(cell, set(combinations(enumerate(aspects(cell)), 2))) for cell in cells]
    chosen = []
    while new:
        cell, met = max(new, key=lambda each: len(each[1]))
        chosen.append(cell)
        new = [(other, left) for other, meetings in new if (left := meetings - met)]
    return chosen


def mark_others(cells: Iterable[Cell], chosen: Collection[Cell]) -> list[ParameterSet]:
    """Return all cells for `parametrize`; those that are not chosen bear the mark `exhaustive`. A tuple is as
    many arguments.
    """
    return [
        pytest.param(
            *(cell if isinstance(cell, tuple) else (cell,)),
            marks=() if cell in chosen else pytest.mark.exhaustive,
        )
        for cell in cells
    ]


def switches(behaviour: Behaviour) -> Aspects:
    """Return the aspects of a behaviour: every switch of it."""
    return astuple(behaviour)


def leave_out_others(items: list[pytest.Item], deselected: Callable[[list[pytest.Item]], object]) -> None:
    """Take from `items` those that only `make test-all` runs, and tell which."""
    others = [] if EXHAUSTIVE else [item for item in items if item.get_closest_marker("exhaustive")]
    if others:
        items[:] = [item for item in items if not item.get_closest_marker("exhaustive")]
        deselected(others)
