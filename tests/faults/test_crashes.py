"""The process dies at any call, before the service has acted or after; then the same event comes again, or
its undoing instead.
"""

from dataclasses import dataclass, replace

import pytest

from faults.actors import killed
from faults.baselines import Baseline, crash_baselines
from faults.bench import Snapshot
from faults.cells import CRASH_CELLS, WHAT_FOLLOWS, CrashCell, crash_points
from faults.dimensions import BEHAVIOURS, STORIES, is_late
from faults.harness import Harness
from faults.watch import CrashPoint


@pytest.mark.parametrize("cell", CRASH_CELLS, ids=str)
def test_crash(cell: CrashCell, harness: Harness) -> None:
    baseline, bench = cell.baseline, harness.bench
    harness.begin(baseline)
    story = STORIES.get(baseline.story)
    if story:
        bench.connect.plant(story.obstacle)
    bench.watch.kill_at(cell.crash_point)
    answer = killed(lambda: harness.actor.send(baseline.handler))
    assert bench.watch.is_dead, "nobody was killed"
    assert answer is None or answer.code == "InternalFailure", (
        "the support library's last words, which nobody hears"
    )
    assert len(bench.watch.calls) == cell.crash_point.call, "a dead process has made calls"
    harness.end()
    bench.watch.revive()
    bench.watch.calls.clear()
    if story and not story.goes_on:
        bench.connect.clear_faults()
    if cell.then == "same-event":
        outcome = harness.actor.go_on(baseline.handler)
        assert outcome.succeeded or outcome.found_nothing, outcome
        harness.expect(baseline.after)
        harness.end()
    else:
        _undo(baseline, cell.then, harness)


def _undo(baseline: Baseline, then: str, harness: Harness) -> None:
    if then == "update-back":
        harness.then(then, baseline, lambda: harness.actor.roll_back(baseline.handler, None), baseline.before)
    else:
        harness.then(
            then, baseline, lambda: harness.actor.delete_instead(baseline.handler), harness.bench.born
        )


@dataclass(frozen=True)
class Repeated:
    """One handler whose process dies again and again."""

    baseline: Baseline

    def __str__(self) -> str:
        return f"{self.baseline.behaviour}-{self.baseline}"


REPEATED = [
    Repeated(baseline)
    for baseline in crash_baselines()
    if not baseline.story and not is_late(BEHAVIOURS[baseline.behaviour])
]


@pytest.mark.parametrize("cell", REPEATED, ids=str)
def test_any_number_of_crashes(cell: Repeated, harness: Harness) -> None:
    """Every state that any sequence of crash_points can lead to: each must lead to success, and to a clean
    undoing.
    """
    baseline, bench, handler = cell.baseline, harness.bench, cell.baseline.handler
    reached, waiting = set[str](), [baseline.snapshot]
    # The same request comes again each time: whether it has left its mark is part of the state.
    send = harness.actor.send
    while waiting:
        harness.begin(replace(baseline, snapshot=waiting.pop()))
        if bench.state() in reached:
            continue
        reached.add(bench.state())
        snapshot = bench.snapshot()
        for then in WHAT_FOLLOWS[handler][1:]:
            _undo(baseline, then, harness)
        outcome = send(handler)
        send = harness.actor.go_on
        assert outcome.succeeded or outcome.found_nothing, outcome
        harness.expect(baseline.after)
        calls = len(bench.watch.calls)
        waiting += [
            _snapshot_of_crash(harness, replace(baseline, snapshot=snapshot), crash_point)
            for crash_point in crash_points(calls)
        ]
    assert len(reached) >= len([call for call in baseline.calls if call.writes])


def _snapshot_of_crash(harness: Harness, baseline: Baseline, crash_point: CrashPoint) -> Snapshot:
    harness.begin(baseline)
    harness.bench.watch.kill_at(crash_point)
    killed(lambda: harness.actor.go_on(baseline.handler))
    assert harness.bench.watch.is_dead, "nobody was killed"
    harness.end()
    harness.bench.watch.revive()
    return harness.bench.snapshot()
