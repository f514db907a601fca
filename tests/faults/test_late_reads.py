"""An operation fails after its last write, and the next event's reads hide some of its writes."""

import pytest

from connect_local.pairwise import Aspects
from faults.cells import LATE_CELLS, LateCell
from faults.dimensions import TAKES_ANEW
from faults.harness import Harness
from support.exhaustive import pairwise_or_all


def _aspects(cell: LateCell) -> Aspects:
    baseline = cell.baseline
    return (baseline.front_end, baseline.handler), baseline.behaviour, cell.call, cell.failure


@pytest.mark.parametrize("cell", pairwise_or_all(LATE_CELLS, _aspects), ids=str)
def test_rollback_of_what_failed_after_its_last_write(cell: LateCell, harness: Harness) -> None:
    baseline, handler = cell.baseline, cell.baseline.handler
    harness.restore(baseline)
    harness.bench.connect.plant(cell.fault)
    failed = harness.actor.send(handler)
    assert not failed.succeeded, failed
    harness.bench.connect.clear_faults()
    if handler == "delete":
        again = harness.actor.send(handler)
        assert again.succeeded or again.found_nothing, again
        harness.expect(harness.bench.initial)
    else:
        back = harness.actor.roll_back(handler, failed)
        assert back.succeeded or (handler in TAKES_ANEW and back.found_nothing), back
        harness.expect(baseline.before)
        harness.check()
        ended = harness.actor.delete_instead(handler)
        assert ended.succeeded or ended.found_nothing, ended
        harness.expect(harness.bench.initial)
    harness.check()
