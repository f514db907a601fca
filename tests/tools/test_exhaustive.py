"""The choice that `make test` makes of a matrix, and the switch that runs the rest of it."""

from collections.abc import Sequence
from itertools import combinations, product
from types import SimpleNamespace

import pytest

from connect_local import where_every_two_meet
from support import exhaustive
from support.exhaustive import chosen_or_all

CELLS = [cell for cell in product("abc", range(4), (True, False), "xyz") if cell[:2] != ("a", 0)]


def pairs(cells: Sequence[tuple[object, ...]]) -> set[object]:
    return {pair for cell in cells for pair in combinations(enumerate(cell), 2)}


def test_any_two_aspects_that_meet_somewhere_meet_in_few_chosen_cells() -> None:
    chosen = where_every_two_meet(CELLS, tuple)
    assert pairs(chosen) == pairs(CELLS)
    assert len(chosen) < len(CELLS) // 3
    assert chosen == where_every_two_meet(CELLS, tuple)


def test_three_meet_where_two_of_them_are_one_aspect() -> None:
    chosen = where_every_two_meet(CELLS, lambda cell: (*cell, cell[:2]))
    assert {(*cell[:2], cell[3]) for cell in chosen} == {(*cell[:2], cell[3]) for cell in CELLS}


@pytest.mark.parametrize("switch", [True, False])
def test_only_the_switch_makes_tests_of_all_cells(monkeypatch: pytest.MonkeyPatch, switch: bool) -> None:
    monkeypatch.setattr(exhaustive, "EXHAUSTIVE", switch)
    assert chosen_or_all(("a", "b", "c"), ("c", "a")) == (["a", "b", "c"] if switch else ["c", "a"])


@pytest.mark.parametrize("switch", [True, False])
def test_only_the_switch_runs_what_is_marked(monkeypatch: pytest.MonkeyPatch, switch: bool) -> None:
    monkeypatch.setattr(exhaustive, "EXHAUSTIVE", switch)
    marked, chosen = (SimpleNamespace(get_closest_marker={"exhaustive": each}.get) for each in (True, None))
    gone: list[object] = []
    items = [marked, chosen]
    exhaustive.leave_out_others(items, gone.extend)  # type: ignore[arg-type]  # of an item, only the mark
    assert (items, gone) == (([marked, chosen], []) if switch else ([chosen], [marked]))
