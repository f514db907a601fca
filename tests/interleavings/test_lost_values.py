"""An update gives a setting back and is cut off; the rollback takes it again, and reads are late."""

import itertools

import pytest
from properties.agent import InitialUser, local_agent
from properties.stacks import Outcome, Stack
from properties.stories import AGENT, Story
from properties.unreliable import Schedule, Trouble

from connect_local import Behaviour
from custom_connect_userconfig.core.errors import AccessDenied, ServiceInternalError
from custom_connect_userconfig.core.settings import Settings
from interleavings.pairs import CUSTOM, INITIAL, REGISTRY, P, V, W
from support.exhaustive import EXHAUSTIVE
from support.record_form import read_record

BOTH: Settings = {V: True, P: True}
READS_BACK = 4
"""The number of the call with which the update reads back; before it come a read, the settings, the record.
"""

TROUBLES = {
    "no permission": Trouble(AccessDenied),
    "5xx": Trouble(ServiceInternalError),
    "killed before": Trouble(None),
    "killed after": Trouble(None, acted=True),
}
TIMINGS = {"late by 0.5 s": (0.5, 0.6, 0.1, 0.1), "late by 2 s": (2.0, 0.3, 0.3, 0.0)}
"""Seconds: the lag of reads, the duration of a write and of a read, the time until the next event."""

TIMES = (
    ((0.5, 2.0), (0.1, 0.3, 0.6), (0.0, 0.1, 0.3), (0.0, 0.1, 0.3, 0.6, 1.0))
    if EXHAUSTIVE
    else ((0.5, 2.0), (0.3, 0.6), (0.1,), (0.0, 0.6))
)
"""The values of the same four, to combine each with each."""


def _roll_back(
    front_end: type[Stack], timing: tuple[float, float, float, float], wanted: Settings, faults: Schedule
) -> None:
    """Create, update and cut off, update back, delete: the initial settings must be back."""
    late, write, read, gap = timing
    with local_agent(InitialUser(edits=(INITIAL,)), Behaviour(stale_seconds=late)) as agent:
        initial, story = agent.truth(), Story(agent, front_end("sales", AGENT), (write, read))
        assert story.create(BOTH).outcome is Outcome.DONE
        story.catch_up()
        story.update(wanted, faults, BOTH)
        agent.clock.sleep(gap)
        assert story.update(BOTH, previous=wanted).outcome is Outcome.DONE
        story.catch_up()
        assert read_record(agent.tags()).earlier == {key: initial[key] for key in BOTH}
        assert story.delete().outcome is Outcome.DONE
        story.catch_up()
        assert agent.truth() == initial


@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("front_end", [REGISTRY, CUSTOM])
def test_what_a_read_has_shown_as_the_earlier_value_is_not_forgotten(
    front_end: type[Stack], trouble: str, timing: str
) -> None:
    """The first read of the rollback still shows the record of a setting that has been given back.

    The rollback wrote the setting without a claim. A minute later it claimed it, with its own value as
    earlier.
    """
    faults = dict.fromkeys(range(READS_BACK, READS_BACK + 4), TROUBLES[trouble])
    _roll_back(front_end, TIMINGS[timing], {P: True}, faults)


@pytest.mark.parametrize(
    "wanted", [{P: True}, {W: 30, P: True}, {V: True, P: True, W: 30}], ids=["drops", "exchanges", "adds"]
)
@pytest.mark.parametrize("front_end", [REGISTRY, CUSTOM])
def test_wherever_an_update_is_cut_off_the_way_back_loses_nothing(
    front_end: type[Stack], wanted: Settings
) -> None:
    lost: list[str] = []
    troubles = (Trouble(AccessDenied), Trouble(None), Trouble(None, acted=True))
    stories = list(itertools.product(itertools.product(*TIMES), troubles, range(2, 6)))
    for timing, trouble, call in stories:
        try:
            _roll_back(front_end, timing, wanted, {call: trouble})
        except AssertionError as error:
            lost.append(f"{timing}, at call {call} {trouble}: {error}")
    assert not lost, f"{len(lost)} of {len(stories)} stories, the first: {lost[0]}"
