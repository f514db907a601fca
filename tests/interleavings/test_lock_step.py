"""The explorer itself: it runs every order once, and lets others pass a sleeper unless the schedule waits."""

from collections.abc import Sequence
from math import comb

import pytest

from interleavings.lock_step import Bound, LockStep, Schedule, Step, explore
from support.clock import FakeClock

ALL = Bound(steps=100, preemptions=100)


def _run(
    lengths: dict[str, int], schedule: Schedule, nap: float = 0.0
) -> tuple[Sequence[Step], tuple[str, ...]]:
    """Run programs of so many calls, each of which sleeps after its first; return the order of the calls."""
    lock_step, made = LockStep(FakeClock()), []

    def program(name: str, calls: int) -> None:
        for number in range(calls):
            lock_step.before_call("call")
            made.append(name)
            if number == 0 and nap:
                lock_step.sleep(nap)

    programs = {name: lambda name=name, calls=calls: program(name, calls) for name, calls in lengths.items()}
    return lock_step.run(programs, schedule), tuple(made)


@pytest.mark.parametrize(("calls", "others"), [(1, 1), (4, 3), (5, 5), (0, 3)])
def test_every_order_of_the_calls_is_explored_once(calls: int, others: int) -> None:
    found = explore(lambda schedule: _run({"a": calls, "b": others}, schedule), ALL)
    orders = [made for _, made in found if made]
    assert len({*orders}) == comb(calls + others, calls)
    assert all(order.count("a") == calls for order in orders)
    if calls:
        assert len(orders) == len({*orders})


def test_without_preemptions_one_goes_before_the_other() -> None:
    found = explore(lambda schedule: _run({"a": 3, "b": 2}, schedule), Bound(100, 0))
    assert {"".join(made) for _, made in found} == {"aaabb", "bbaaa"}


def test_one_preemption_puts_all_of_one_into_the_other() -> None:
    found = explore(lambda schedule: _run({"a": 3, "b": 2}, schedule), Bound(100, 1))
    assert {"".join(made) for _, made in found} == {"aaabb", "abbaa", "aabba", "bbaaa", "baaab"}


def test_steps_beyond_the_bound_are_not_varied() -> None:
    found = [made for _, made in explore(lambda schedule: _run({"a": 4, "b": 4}, schedule), Bound(1, 100))]
    assert found == [("a", "a", "a", "a", "b", "b", "b", "b"), ("b", "b", "b", "b", "a", "a", "a", "a")]


def test_who_sleeps_lets_the_other_go_on_and_is_waited_for_only_by_choice() -> None:
    _, made = _run({"a": 2, "b": 2}, (), nap=5.0)
    assert made == ("a", "b", "b", "a")
    _, made = _run({"a": 2, "b": 2}, ("a", "a"), nap=5.0)
    assert made == ("a", "a", "b", "b")


def test_time_passes_while_somebody_sleeps_and_not_otherwise() -> None:
    clock = FakeClock()
    lock_step, seen = LockStep(clock, seconds_per_call=0.25), []

    def program(nap: float) -> None:
        lock_step.before_call("call")
        lock_step.sleep(nap)
        lock_step.before_call("call")
        seen.append((nap, clock.now() - start))

    start = clock.now()
    lock_step.run({"a": lambda: program(10.0), "b": lambda: program(1.0)})
    assert seen == [(1.0, 0.5 + 1.0 + 0.25), (10.0, 0.25 + 10.0 + 0.25)]


def test_what_a_program_raises_ends_the_run() -> None:
    def program() -> None:
        raise ValueError("mistake")

    with pytest.raises(ValueError, match="mistake"):
        LockStep(FakeClock()).run({"a": program, "b": program})
