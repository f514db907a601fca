"""What is carried from one invocation to the next, contexts that are not as they should be, and clocks that are not either."""

import json
import time

import pytest
from unit.waiting import FINAL, failing, waits_of

from custom_connect_userconfig.core.errors import (
    NotSettledYet,
    Throttled,
)
from custom_connect_userconfig.pacing import Pacing, Pending, Progress, SystemClock
from support.clock import FakeClock


def test_writing_again_does_not_start_the_five_minutes_anew() -> None:
    progress = Progress(0.0)
    progress.note_written(10.0)
    progress.note_written(100.0)
    assert (progress.settling_since, progress.written_at) == (10.0, 100.0)


@pytest.mark.parametrize(
    "progress", [Progress(1000.1234), Progress(1000.5, wrote=True), Progress(1000.5, written_at=1001.25, wrote=True)]
)
def test_a_context_reads_back_after_json(progress: Progress) -> None:
    found = Progress.from_context(json.loads(json.dumps(progress.to_context())), 5000.0)
    assert (found.started, found.written_at, found.wrote) == (round(progress.started, 3), progress.written_at, progress.wrote)
    assert found.has_written is progress.has_written
    assert found.tries == {}


def test_notes_and_the_time_of_settling_survive_json() -> None:
    progress = Progress(1.5, settling_since=2.5, notes=("One.", "Two."))
    found = Progress.from_context(json.loads(json.dumps(progress.to_context())), 5000.0)
    assert (found.settling_since, found.notes) == (2.5, ("One.", "Two."))


@pytest.mark.parametrize("context", [None, {}])
def test_without_a_context_the_operation_starts_now(context: dict[str, object] | None) -> None:
    assert Progress.from_context(context, 77.0) == Progress(77.0)


GARBAGE: list[object] = ["x", "", [], {}, None, "nan", "inf", "-inf", float("nan"), float("inf"), True, 10**400]


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("name", ["started", "writtenAt", "settlingSince", "wrote", "notes"])
def test_a_garbled_context_costs_no_failure(clock: FakeClock, name: str, value: object) -> None:
    pacing = Pacing(clock, lambda: 0.5)
    progress = pacing.begin({name: value})
    assert progress.started <= clock.now()
    end = waits_of(pacing, Throttled("busy"), {name: value})[1]
    assert isinstance(end, Pending)
    json.dumps(end.context, allow_nan=False)


@pytest.mark.parametrize("value", ["true", 1, "yes", []])
def test_only_true_says_that_something_was_written(value: object) -> None:
    assert Progress.from_context({"wrote": value}, 0.0).wrote is False


def test_a_time_in_the_future_makes_nobody_wait_for_it(pacing: Pacing, clock: FakeClock) -> None:
    progress = pacing.begin({"started": clock.now() + 9999, "writtenAt": clock.now() + 9999})
    assert progress.started == progress.written_at == clock.now()


@pytest.mark.parametrize("step", [-100.0, -100_000.0])
def test_a_clock_that_steps_back_within_an_invocation_harms_nothing(clock: FakeClock, step: float) -> None:
    class Stepping(FakeClock):
        def now(self) -> float:
            return self.seconds + (step if self.slept else 0.0)

    stepping = Stepping()
    pacing = Pacing(stepping, lambda: 0.5)
    for error in (Throttled("busy"), NotSettledYet(FINAL)):
        progress = pacing.begin({"started": stepping.now(), "writtenAt": stepping.now()})
        end = pacing.write(failing(error), progress)
        assert isinstance(end, Pending)
        assert 0 < end.delay <= 15


@pytest.mark.parametrize(("seconds", "settling"), [(0, True), (59.9, True), (60, False), (-59.9, True), (-61, False)])
def test_a_write_is_not_repeated_for_a_minute(seconds: float, settling: bool) -> None:
    assert Progress(0.0, written_at=1000.0).is_settling(1000.0 + seconds) is settling
    assert Progress(0.0).is_settling(seconds) is False


def test_the_clock_of_the_machine_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    clock = SystemClock()
    clock.sleep(1.5)
    assert slept == [1.5]
    assert clock.now() > 1_700_000_000
    assert clock.monotonic() <= clock.monotonic()
