"""An update gives a setting back and is cut off; the way back takes it again, and reads are late."""

import itertools
import os

import pytest
from properties.agent import INSTANCE_ID, USER_ID, InitialUser, LocalAgent, local_agent
from properties.stacks import Action, Ending, Outcome, Stack
from properties.unreliable import Schedule, Trouble, UnreliableGateway

from connect_local import Behaviour
from custom_connect_userconfig.core.errors import AccessDenied, ServiceInternalError
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.settings import Settings
from interleavings.pairs import BORN, CUSTOM, REGISTRY, P, V, W
from support.record_form import read_record

BOTH: Settings = {V: True, P: True}
READS_BACK = 4
"""The number of the update's call that follows after a read, the settings and the record."""

TROUBLES = {
    "no permission": Trouble(AccessDenied),
    "5xx": Trouble(ServiceInternalError),
    "killed before": Trouble(None),
    "killed after": Trouble(None, acted=True),
}
TIMINGS = {"late by 0.5 s": (0.5, 0.6, 0.1, 0.1), "late by 2 s": (2.0, 0.3, 0.3, 0.0)}
"""How late reads are, how long a write and a read take, and how soon the next event comes; all in seconds."""

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
TIMES = (
    ((0.5, 2.0), (0.1, 0.3, 0.6), (0.0, 0.1, 0.3), (0.0, 0.1, 0.3, 0.6, 1.0))
    if NIGHTLY
    else ((0.5, 2.0), (0.3, 0.6), (0.1,), (0.0, 0.6))
)
"""The same four as in `TIMINGS`, each with each."""


class Story:
    """A resource, and how long its calls take."""

    def __init__(self, agent: LocalAgent, front_end: type[Stack], write: float, read: float) -> None:
        self.agent, self._write, self._read = agent, write, read
        self._stack = front_end("sales", Identity.parse(INSTANCE_ID, USER_ID, Environment()))

    def send(
        self,
        action: Action,
        declared: Settings,
        previous: Settings | None = None,
        faults: Schedule | None = None,
    ) -> Ending:
        """Send an event, at once."""
        event = self._stack.event(action, declared, previous)
        gateway = UnreliableGateway(self.agent.gateway, faults or {}, before=self._take_time)
        ending = self._stack.send(event, gateway, self.agent.clock)
        self._stack.remember(event, ending)
        return ending

    def catch_up(self) -> None:
        """Let time pass until reads show everything."""
        self.agent.clock.sleep(60.0)
        self.agent.let_reads_catch_up()

    def _take_time(self, operation: str) -> None:
        self.agent.clock.sleep(self._read if operation == "DescribeUser" else self._write)


def _roll_back(
    front_end: type[Stack], timing: tuple[float, float, float, float], wanted: Settings, faults: Schedule
) -> None:
    """Create, update and cut off, update back, delete: what was before is there again."""
    late, write, read, gap = timing
    with local_agent(InitialUser(edits=(BORN,)), Behaviour(stale_seconds=late)) as agent:
        born, story = agent.truth(), Story(agent, front_end, write, read)
        assert story.send(Action.CREATE, BOTH).outcome is Outcome.DONE
        story.catch_up()
        story.send(Action.UPDATE, wanted, BOTH, faults)
        agent.clock.sleep(gap)
        assert story.send(Action.UPDATE, BOTH, wanted).outcome is Outcome.DONE
        story.catch_up()
        assert read_record(agent.tags()).earlier == {key: born[key] for key in BOTH}
        assert story.send(Action.DELETE, {}).outcome is Outcome.DONE
        story.catch_up()
        assert agent.truth() == born


@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("front_end", [REGISTRY, CUSTOM])
def test_what_a_read_has_shown_as_the_earlier_value_is_not_forgotten(
    front_end: type[Stack], trouble: str, timing: str
) -> None:
    """The first read of the way back shows the setting still recorded, though it is given back and no longer
    is.

    It was written without a claim; a minute later it was claimed, with its own value as the earlier one.
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
