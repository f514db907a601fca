"""Waits for a quota: two short ones first, then by the time since the first try, and by the time left."""

import pytest

from custom_connect_userconfig.retry.policy import FixedDelays, QuotaBackoff, RetryState, Wait, about

HOURS = 12_600.0
QUOTA = QuotaBackoff(HOURS)


def delay(elapsed: float) -> float:
    """Return the middle of the window of any wait but the first two."""
    least, most = QUOTA.delay_within(RetryState(0, elapsed, 2))
    middle = (least + most) / 2
    assert (least, most) == pytest.approx((0.65 * middle, 1.35 * middle))
    return middle


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 2.0), (0.5, 5.0), (1.0, 8.0)])
def test_a_wait_is_drawn_evenly(chance: float, seconds: float) -> None:
    assert Wait(2.0, 8.0).drawn(chance) == seconds


def test_about_is_a_quarter_more_or_less() -> None:
    assert about(8.0) == (6.0, 10.0)
    assert about(8.0, 0.5) == (4.0, 12.0)


@pytest.mark.parametrize("elapsed", [0.0, 5.0, 200.0, 9000.0])
def test_the_first_two_waits_are_short_however_long_it_has_taken(elapsed: float) -> None:
    assert QUOTA.delay_within(RetryState(0, elapsed, 0)) == (2.0, 8.0)
    assert QUOTA.delay_within(RetryState(1, elapsed, 1)) == (4.0, 16.0)


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [
        (0, 8.0),  # the least
        (20, 8.0),
        (40, 14.0),  # 0.35 of the time since the first try
        (100, 35.0),
        (187, 65.45),
        (190, 64.0),  # eight tenths of the rest of 270 seconds
        (220, 40.0),
        (250, 16.0),
        (260, 8.0),  # the end of a full template is near
        (270, 54.0),  # and is over: a fifth of the time since the first try
        (1000, 200.0),
        (10_000, 900.0),  # the most
    ],
)
def test_how_long_the_further_waits_are(elapsed: float, seconds: float) -> None:
    assert delay(elapsed) == pytest.approx(seconds)


def test_no_wait_ends_long_after_a_full_template_is_through() -> None:
    states = [RetryState(0, float(elapsed), refusals) for elapsed in range(270) for refusals in range(5)]
    assert max(state.elapsed + QUOTA.delay_within(state).most for state in states) <= 270 + 16


def test_the_wait_between_invocations_is_the_same() -> None:
    states = [
        RetryState(0, float(elapsed), refusals) for elapsed in range(0, 1000, 10) for refusals in range(5)
    ]
    assert all(QUOTA.requeue_after(state) == QUOTA.delay_within(state) for state in states)


def test_delays_are_waited_one_after_the_other_and_then_every_so_often() -> None:
    delays = FixedDelays((1.0, 2.0), every=15.0, at_most=300.0)
    assert [delays.delay_within(RetryState(n, 0.0)) for n in range(3)] == [about(1.0), about(2.0), None]
    assert delays.requeue_after(RetryState(2, 0.0)) == about(15.0)
    assert FixedDelays((1.0,)).requeue_after(RetryState(1, 0.0)) is None
