"""Chooses few cells of a matrix in which every two things still meet (pairwise testing)."""

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import TypeVar

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
