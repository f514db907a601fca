"""Which cells of a matrix `make test` has the seconds for; `make test-all` runs the others as well.

Those others bear the mark `exhaustive`. They reach lines that the chosen ones reach too, by another path.
"""

import os
from collections.abc import Callable, Collection, Iterable
from dataclasses import astuple
from typing import Final

import pytest
from _pytest.mark import ParameterSet

from connect_local import Behaviour
from connect_local.pairwise import Aspects, Cell

EXHAUSTIVE: Final = os.environ.get("EXHAUSTIVE") == "1"
"""Whether everything runs. Also the matrices that are generated while they are run (hypothesis,
interleavings) grow with it.
"""


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
