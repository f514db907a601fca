"""How a used-up quota is waited for: short waits first, then by what the refused reads tell of the crowd."""

import pytest

from custom_connect_userconfig.retry.policy import FixedDelays, QuotaBackoff, RetryState, Wait, about

HOURS = 12_600.0
QUOTA = QuotaBackoff(HOURS)


def sleep(waited: float, refused_reads: int) -> float:
    """Return the middle of the window."""
    least, most = QUOTA.requeue_after(RetryState(0, waited, 2, refused_reads))
    assert (least, most) == pytest.approx((0.4 * (least + most) / 2, 1.6 * (least + most) / 2)), "the window is wide"
    return (least + most) / 2


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 2.0), (0.5, 5.0), (1.0, 8.0)])
def test_a_wait_is_drawn_evenly(chance: float, seconds: float) -> None:
    assert Wait(2.0, 8.0).drawn(chance) == seconds


def test_about_is_a_quarter_more_or_less() -> None:
    assert about(8.0) == (6.0, 10.0)


def test_the_first_two_refusals_are_waited_out_inside_whoever_else_is_there() -> None:
    for reads in (0, 1, 2):
        assert QUOTA.delay_within(RetryState(0, 0.0, 0, reads)) == (2.0, 8.0)
        assert QUOTA.delay_within(RetryState(1, 5.0, 1, reads)) == (5.0, 20.0)


def test_without_a_crowd_it_goes_on_trying_inside() -> None:
    assert [QUOTA.delay_within(RetryState(n, 10.0 * n, n, 0)) for n in (2, 3, 9)] == [(4.0, 12.0)] * 3


@pytest.mark.parametrize("reads", [1, 2, 5])
def test_in_a_crowd_it_hands_back_after_the_first_two(reads: int) -> None:
    assert QUOTA.delay_within(RetryState(2, 20.0, 2, reads)) is None
    assert QUOTA.delay_within(RetryState(0, 200.0, 7, reads)) is None, "in every further invocation too"


@pytest.mark.parametrize(
    ("waited", "reads", "seconds"),
    [
        (10, 0, 4.0),  # nobody else: soon
        (100, 0, 20.0),  # a fifth of the time waited
        (30, 1, 24.0),  # a crowd: four fifths of it
        (30, 2, 36.0),  # a throng: more than all of it
        (10, 1, 15.0),  # never less than this in a crowd
        (170, 1, 70.0),  # seven tenths of what is left of 270 seconds
        (170, 2, 70.0),
        (260, 2, 15.0),  # the end of a full template is near
        (300, 2, 60.0),  # and is over: more than one template is at it
        (1000, 1, 200.0),
        (10_000, 2, 900.0),
    ],
)
def test_how_long_it_sleeps(waited: float, reads: int, seconds: float) -> None:
    assert sleep(waited, reads) == pytest.approx(seconds)


def test_no_sleep_of_a_crowd_ends_long_after_a_full_template_is_through() -> None:
    latest = max(
        waited + QUOTA.requeue_after(RetryState(0, float(waited), 2, reads)).most for waited in range(270) for reads in (1, 2)
    )
    assert latest <= 1.2 * 270


def test_steps_are_waited_one_after_the_other_and_then_every_so_often() -> None:
    steps = FixedDelays((1.0, 2.0), every=15.0, at_most=300.0)
    assert [steps.delay_within(RetryState(n, 0.0)) for n in range(3)] == [about(1.0), about(2.0), None]
    assert steps.requeue_after(RetryState(2, 0.0)) == about(15.0)
    assert FixedDelays((1.0,)).requeue_after(RetryState(1, 0.0)) is None
