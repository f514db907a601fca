"""Chooses few cells of a matrix in which every two things still meet (pairwise testing)."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from heapq import heapify, heappop, heappush
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
    new = _meetings(map(aspects, cells))
    # The next cell is the first of those in which most aspects meet that have not met. Counts only fall,
    # so only the one at the top of the heap need be exact.
    most = [(-len(each), index) for index, each in enumerate(new)]
    heapify(most)
    met: set[tuple[int, int]] = set()
    chosen = []
    while most:
        counted, index = heappop(most)
        new[index] -= met
        if -len(new[index]) == counted:
            chosen.append(cells[index])
            met |= new[index]
        elif new[index]:
            heappush(most, (-len(new[index]), index))
    return chosen


def _meetings(aspects: Iterable[Aspects]) -> list[set[tuple[int, int]]]:
    """Return the pairs of aspects in each cell; numbers stand for the aspects: they compare faster."""
    numbers: dict[tuple[int, Hashable], int] = {}
    return [
        set(combinations([numbers.setdefault(each, len(numbers)) for each in enumerate(of_a_cell)], 2))
        for of_a_cell in aspects
    ]
