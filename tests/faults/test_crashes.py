"""The process crashes at any call; then the event comes again, or the one that undoes it."""

from dataclasses import dataclass, replace

import pytest

from connect_local.pairwise import Aspects
from faults.actors import killed
from faults.baselines import Baseline, crash_baselines
from faults.bench import Snapshot
from faults.cells import CRASH_CELLS, WHAT_FOLLOWS, CrashCell, crash_points
from faults.dimensions import BEHAVIOURS, OBSTACLES, is_late
from faults.harness import Harness
from faults.watch import CrashPoint
from support.exhaustive import chosen_or_all, pairwise_or_all


def _aspects(cell: CrashCell) -> Aspects:
    baseline = cell.baseline
    return (
        (baseline.front_end, baseline.handler),
        (baseline.handler, baseline.obstacle),
        baseline.behaviour,
        cell.crash_point,
        cell.then,
    )


@pytest.mark.parametrize("cell", pairwise_or_all(CRASH_CELLS, _aspects), ids=str)
def test_crash(cell: CrashCell, harness: Harness) -> None:
    baseline, bench = cell.baseline, harness.bench
    harness.restore(baseline)
    obstacle = OBSTACLES.get(baseline.obstacle)
    if obstacle:
        bench.connect.plant(obstacle.fault)
    bench.watch.kill_at(cell.crash_point)
    answer = killed(lambda: harness.actor.send(baseline.handler))
    assert bench.watch.is_dead, "nothing was killed"
    # The support library answers even then; that answer reaches nobody.
    assert answer is None or answer.code == "InternalFailure", answer
    assert len(bench.watch.calls) == cell.crash_point.call, "a dead process has made calls"
    harness.check()
    bench.watch.restart()
    bench.watch.calls.clear()
    if obstacle and not obstacle.persists:
        bench.connect.clear_faults()
    if cell.then == "same-event":
        outcome = harness.actor.resume(baseline.handler)
        assert outcome.succeeded or outcome.found_nothing, outcome
        harness.expect(baseline.after)
        harness.check()
    else:
        _undo(baseline, cell.then, harness)


def _undo(baseline: Baseline, then: str, harness: Harness) -> None:
    actor, handler = harness.actor, baseline.handler
    if then == "update-back":
        harness.follow_up(then, baseline, lambda: actor.roll_back(handler, None), baseline.before)
    else:
        harness.follow_up(then, baseline, lambda: actor.delete_instead(handler), harness.bench.initial)


@dataclass(frozen=True)
class Repeated:
    """One handler whose process crashes again and again."""

    baseline: Baseline

    def __str__(self) -> str:
        return f"{self.baseline.behaviour}-{self.baseline}"


REPEATED = [
    Repeated(baseline)
    for baseline in crash_baselines()
    if not baseline.obstacle and not is_late(BEHAVIOURS[baseline.behaviour])
]


@pytest.mark.parametrize(
    "cell",
    chosen_or_all(REPEATED, [cell for cell in REPEATED if cell.baseline.behaviour == "plain"]),
    ids=str,
)
def test_any_number_of_crashes(cell: Repeated, harness: Harness) -> None:
    """From each state that a sequence of crashes can lead to, the handler and its undoing succeed."""
    baseline, bench, handler = cell.baseline, harness.bench, cell.baseline.handler
    reached, waiting = set[str](), [baseline.snapshot]
    # The same request comes each time: whether it has left its mark is part of the state.
    send = harness.actor.send
    while waiting:
        harness.restore(replace(baseline, snapshot=waiting.pop()))
        if bench.state() in reached:
            continue
        reached.add(bench.state())
        snapshot = bench.snapshot()
        for then in WHAT_FOLLOWS[handler][1:]:
            _undo(baseline, then, harness)
        outcome = send(handler)
        send = harness.actor.resume
        assert outcome.succeeded or outcome.found_nothing, outcome
        harness.expect(baseline.after)
        here, calls = replace(baseline, snapshot=snapshot), len(bench.watch.calls)
        waiting += [_snapshot_after(crash_point, here, harness) for crash_point in crash_points(calls)]
    assert len(reached) >= len([call for call in baseline.calls if call.writes])


def _snapshot_after(crash_point: CrashPoint, baseline: Baseline, harness: Harness) -> Snapshot:
    harness.restore(baseline)
    harness.bench.watch.kill_at(crash_point)
    killed(lambda: harness.actor.resume(baseline.handler))
    assert harness.bench.watch.is_dead, "nothing was killed"
    harness.check()
    harness.bench.watch.restart()
    return harness.bench.snapshot()
