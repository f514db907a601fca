"""The retrier, by the table in its docstring: the waits of each error, jitter, and the context."""

import re

import pytest
from unit.waiting import FINAL, failing, waits_of

from custom_connect_userconfig.core.errors import (
    InvalidRequest,
    NetworkFailure,
    NotClaimedYet,
    NotFound,
    NotReadableYet,
    NotSettledYet,
    NotStabilized,
    OutOfTime,
    ResourceConflict,
    Retriable,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.retry import retrier as retrier_module
from custom_connect_userconfig.retry.policy import FixedDelays, RetryPolicy
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from support.clock import FakeClock

FAULTS = [ServiceInternalError("5xx"), NetworkFailure("reset"), ResourceConflict("409")]


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (Throttling("t"), [5, 10, 8, 8.05]),
        (NotSettledYet(FINAL), [0.2, 0.5, 1, 2, 4, 8]),
        (NotReadableYet(NotFound("n")), [1, 2, 4, 8]),
    ],
)
def test_the_waits_inside_an_invocation(retrier: Retrier, error: Retriable, waits: list[float]) -> None:
    assert waits_of(retrier, error)[0] == pytest.approx(waits)


@pytest.mark.parametrize("error", FAULTS)
def test_a_fault_is_tried_three_times_more_and_then_left_to_cloudformation(
    retrier: Retrier, error: Retriable
) -> None:
    assert waits_of(retrier, error) == ([1, 2, 4], type(error))


@pytest.mark.parametrize("error", [*FAULTS, Throttling("t"), NotSettledYet(FINAL), NotReadableYet(FINAL)])
def test_an_operation_that_succeeds_after_a_wait_has_succeeded(retrier: Retrier, error: Retriable) -> None:
    assert retrier.write(failing(error, 2), retrier.begin(None)) == "done"


def test_each_kind_of_obstacle_has_its_own_tries(retrier: Retrier, clock: FakeClock) -> None:
    errors = iter([Throttling("t"), ServiceInternalError("s"), Throttling("t"), ServiceInternalError("s")])

    def operation() -> str:
        for error in errors:
            raise error
        return "done"

    assert retrier.write(operation, retrier.begin(None)) == "done"
    assert clock.slept == [5, 1, 10, 2]


@pytest.mark.parametrize("error", [InvalidRequest("no"), KeyError("bug")])
def test_what_waiting_does_not_cure_is_raised_at_once(
    retrier: Retrier, clock: FakeClock, error: Exception
) -> None:
    with pytest.raises(type(error)):
        retrier.write(failing(error), retrier.begin(None))
    with pytest.raises(type(error)):
        retrier.read(failing(error))
    assert clock.slept == []


def test_a_user_that_cannot_be_read_is_not_found_without_another_invocation(retrier: Retrier) -> None:
    assert waits_of(retrier, NotReadableYet(NotFound("n")))[1] is NotFound


def test_what_the_policy_needs_to_know_reaches_the_next_invocation(retrier: Retrier) -> None:
    context: dict[str, object] = {"elapsed": 170.0, "wrote": True, "refusals": 2, "delay": 30}
    waits, end = waits_of(retrier, Throttling("busy"), context)
    assert waits == [], "the next wait is too long for an invocation"
    assert end == InProgress({**context, "elapsed": 200.0, "refusals": 3, "delay": 56}, 56, "busy")


@pytest.mark.parametrize(("hours", "ends"), [(3.49, False), (3.51, True)])
def test_a_write_that_is_throttled_for_hours_ends_as_throttled(
    retrier: Retrier, hours: float, ends: bool
) -> None:
    _, end = waits_of(retrier, Throttling("busy"), {"elapsed": hours * 3600, "refusals": 9})
    assert (end is Throttling) is ends


@pytest.mark.parametrize(("elapsed", "ends"), [(250, False), (290, True)])
def test_what_does_not_show_comes_back_every_fifteen_seconds_for_five_minutes_from_the_first_complete_write(
    retrier: Retrier, elapsed: float, ends: bool
) -> None:
    context: dict[str, object] = {
        "elapsed": 5000.0,
        "sinceSettling": elapsed,
        "sinceWritten": 0.0,
        "wrote": True,
    }
    _, end = waits_of(retrier, NotSettledYet(FINAL), context)
    if ends:
        assert end is NotStabilized
    else:
        times = {"elapsed": 5015.7, "sinceSettling": elapsed + 15.7, "sinceWritten": 15.7}
        assert end == InProgress({**context, **times, "delay": 15}, 15, "Never seen.")


@pytest.mark.parametrize(("elapsed", "in_time"), [(0, True), (40, True), (40.1, False)])
def test_no_call_is_begun_once_the_time_of_an_invocation_is_used_up(
    retrier: Retrier, clock: FakeClock, elapsed: float, in_time: bool
) -> None:
    progress = retrier.begin(None)
    clock.seconds += elapsed
    if in_time:
        retrier.check_time(progress)
        return
    with pytest.raises(OutOfTime):
        retrier.check_time(progress)


def test_an_operation_out_of_time_goes_on_at_once_in_another_invocation(retrier: Retrier) -> None:
    waits, end = waits_of(retrier, OutOfTime("No time."))
    assert waits == []
    assert isinstance(end, InProgress)
    assert (end.delay, end.reason) == (1, "No time.")


def test_an_operation_that_is_out_of_time_for_hours_ends(retrier: Retrier) -> None:
    assert waits_of(retrier, OutOfTime("No time."), {"elapsed": 3.6 * 3600})[1] is OutOfTime


def test_what_does_not_show_and_was_never_completely_written_counts_from_the_first_try(
    retrier: Retrier,
) -> None:
    assert waits_of(retrier, NotSettledYet(FINAL), {"elapsed": 290.0, "wrote": True})[1] is NotStabilized


@pytest.mark.parametrize("error", [NotSettledYet(FINAL), NotReadableYet(FINAL), *FAULTS])
@pytest.mark.parametrize("chance", [0.0, 0.999999])
def test_every_wait_is_jittered_by_at_most_a_quarter(
    clock: FakeClock, error: Retriable, chance: float
) -> None:
    plain, _ = waits_of(Retrier(clock, lambda: 0.5), error)
    expected = list(plain)
    jittered, end = waits_of(Retrier(clock, lambda: chance), error)
    factor = 0.75 if chance == 0 else 1.25
    assert jittered == pytest.approx([seconds * factor for seconds in expected], rel=1e-4)
    if isinstance(end, InProgress) and isinstance(error, NotSettledYet):
        assert end.delay == (12 if chance == 0 else 19)


@pytest.mark.parametrize("error", [Throttling("t"), NotSettledYet(FINAL), NotReadableYet(FINAL), *FAULTS])
def test_an_invocation_of_a_write_waits_far_less_than_a_minute(clock: FakeClock, error: Retriable) -> None:
    begun = clock.now()
    waits_of(Retrier(clock, lambda: 1.0), error)
    assert clock.now() - begun <= 40


@pytest.mark.parametrize("slow", [5, 11])
def test_waiting_stops_before_slow_calls_use_up_the_invocation(clock: FakeClock, slow: float) -> None:
    def operation() -> str:
        clock.seconds += slow
        raise Throttling("busy")

    begun = clock.now()
    retrier = Retrier(clock, lambda: 1.0)
    retrier.write(operation, retrier.begin(None))
    assert clock.now() - begun <= 40 + slow


@pytest.mark.parametrize(
    ("error", "waits", "end"),
    [
        (Throttling("t"), [1, 2, 4, 8], Throttling),
        (ServiceInternalError("s"), [1, 2, 4], ServiceInternalError),
        (NotSettledYet(NotFound("n")), [1, 2, 4], NotFound),
    ],
)
def test_a_read_waits_inside_only_and_ends_with_the_error(
    retrier: Retrier, clock: FakeClock, error: Retriable, waits: list[float], end: type
) -> None:
    with pytest.raises(end):
        retrier.read(failing(error))
    assert clock.slept == waits


@pytest.mark.parametrize("slow", [0, 3, 8, 11])
def test_a_read_answers_within_its_thirty_seconds_however_slow_the_calls(
    clock: FakeClock, slow: float
) -> None:
    def operation() -> str:
        clock.seconds += slow
        raise Throttling("busy")

    begun = clock.now()
    with pytest.raises(Throttling):
        Retrier(clock, lambda: 1.0).read(operation)
    assert clock.now() - begun < 30


def test_a_read_that_succeeds_in_the_end_has_succeeded(retrier: Retrier) -> None:
    assert retrier.read(failing(Throttling("t"), 4)) == "done"


def test_the_table_for_people_names_the_waits_of_the_code() -> None:
    assert retrier_module.__doc__
    rows = dict(re.findall(r"^(\w[\w, ]+?)  +((?:[\d.]+, )*[\d.]+)  ", retrier_module.__doc__, re.MULTILINE))
    shown = {name: tuple(float(wait) for wait in waits.split(",")) for name, waits in rows.items()}
    assert shown == {
        "NotSettledYet": _steps(retrier_module.WRITES[NotSettledYet]),
        "NotReadableYet": _steps(retrier_module.WRITES[NotReadableYet]),
        "NotClaimedYet": _steps(retrier_module.WRITES[NotClaimedYet]),
        "5xx, network, 409": _steps(retrier_module._FAULT),
    }


def _steps(policy: RetryPolicy) -> tuple[float, ...]:
    assert isinstance(policy, FixedDelays)
    return policy.seconds
