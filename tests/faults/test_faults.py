"""Every kind of fault strikes at every call of every handler: once, three times, always.

In `make test` each handler meets each kind at each operation, at one of its calls and for one of the times.
"""

import pytest
from functional.front_end import Outcome

from connect_local.pairwise import Aspects
from faults.cells import CELLS, Cell
from faults.dimensions import READS, TAKES_ANEW, deletes_nobody, expected_words
from faults.harness import Harness
from support.exhaustive import pairwise_or_all


def _aspects(cell: Cell) -> Aspects:
    """What must come of a fault hangs on handler, operation and kind together (`expected_code`)."""
    baseline, call, kind = cell.baseline, cell.call, str(cell.kind)
    return (baseline.front_end, baseline.handler), (baseline.handler, call.operation), call, kind, cell.times


@pytest.mark.parametrize("cell", pairwise_or_all(CELLS, _aspects), ids=str)
def test_fault(cell: Cell, harness: Harness) -> None:
    harness.restore(cell.baseline)
    harness.bench.connect.plant(cell.fault)
    outcome = harness.actor.send(cell.baseline.handler)
    _check_outcome(cell, outcome)
    _check_state(cell, outcome, harness)
    harness.check()
    harness.bench.connect.clear_faults()
    if cell.baseline.handler not in READS:
        _check_what_follows(cell, outcome, harness)
    elif not outcome.succeeded:
        assert harness.actor.send(cell.baseline.handler).shown == cell.baseline.outcome.shown


def _check_outcome(cell: Cell, outcome: Outcome) -> None:
    if deletes_nobody(cell.baseline.handler, cell.kind) and cell.baseline.front_end == "custom":
        assert outcome.succeeded, outcome
        assert outcome.found_nothing == (cell.code is not None), outcome
        return
    assert outcome.succeeded == (cell.code is None), outcome
    if cell.code is None:
        return
    assert outcome.code in (cell.code, None), outcome
    assert (outcome.code is None) == (cell.baseline.front_end == "custom"), outcome
    assert expected_words(cell.baseline.handler, cell.call, cell.kind) in outcome.message, outcome


def _check_state(cell: Cell, outcome: Outcome, harness: Harness) -> None:
    baseline = cell.baseline
    if baseline.handler in READS:
        assert outcome.seconds < 30, outcome
        called = {call.operation for call in harness.bench.watch.calls}
        assert called == {cell.call.operation}, "a read has made other calls"
        harness.expect(baseline.before)
        if outcome.succeeded:
            assert outcome.shown == baseline.outcome.shown, outcome
    elif outcome.succeeded and not outcome.found_nothing:
        harness.expect(baseline.after)
    elif baseline.handler in TAKES_ANEW and harness.bench.truth() != baseline.before:
        is_said = "deleting the resource gives them back" in outcome.message
        assert is_said, f"a failed create has left a trace, and does not say so: {outcome}"


def _check_what_follows(cell: Cell, outcome: Outcome, harness: Harness) -> None:
    baseline, handler = cell.baseline, cell.baseline.handler
    if not outcome.succeeded or outcome.found_nothing:
        harness.follow_up("the same again", baseline, lambda: harness.actor.send(handler), baseline.after)
    legal = baseline.after if handler == "delete" else baseline.before
    harness.follow_up("rolled back", baseline, lambda: harness.actor.roll_back(handler, outcome), legal)
