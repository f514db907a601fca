"""Failures that the state machine has found in operations that make their calls again: an answer was lost."""

from collections.abc import Callable

import pytest

from connect_local import Behaviour
from custom_connect_userconfig.core.errors import NetworkFailure, Throttling
from custom_connect_userconfig.core.interventions import plan_hand_over
from custom_connect_userconfig.core.ownership import OwnershipRecord

from .agent import InitialUser
from .stacks import Action, Ending, Outcome
from .stories import AUTO_ACCEPT, Story, new_story
from .strategies import CHAT_ACW
from .unreliable import Schedule, Trouble

TASK_WORK = CHAT_ACW._replace(channel="TASK")
KEPT = {AUTO_ACCEPT: True}
LOST = Trouble(NetworkFailure, acted=True)
BUSY = Trouble(Throttling)
KILLED = Trouble(None, acted=True)


def _update(story: Story, schedule: Schedule) -> Ending:
    """The owner's next update drops the work on TASK."""
    owner = story.custom()
    story.send(owner.event(Action.CREATE, {**KEPT, TASK_WORK: 30}), by=owner)
    story.catch_up()
    return story.send(owner.event(Action.UPDATE, KEPT, owner.declared), schedule, by=owner)


def _import(story: Story, schedule: Schedule) -> Ending:
    """Another stack imports the agent without the work on TASK; what it declares does not change."""
    former = story.custom()
    story.send(former.event(Action.CREATE, {**KEPT, TASK_WORK: 30}), by=former)
    story.catch_up()
    story.stack.adopt(KEPT)
    return story.update(KEPT, schedule, previous=KEPT)


def _take_over(story: Story, schedule: Schedule) -> Ending:
    """The agent is handed over, and a create takes it without the work on TASK."""
    story.create({**KEPT, TASK_WORK: 30})
    story.catch_up()
    record = OwnershipRecord.from_tags(story.agent.tags())
    assert record
    story.agent.tag(plan_hand_over(record).claim)
    story.catch_up()
    taker = story.custom()
    return story.send(taker.event(Action.CREATE, KEPT), schedule, by=taker)


DROPS = pytest.mark.parametrize("drop", [_update, _import, _take_over])


def _recorded(tags: dict[str, str]) -> set[object]:
    record = OwnershipRecord.from_tags(tags)
    return set(record.prior) if record else set()


@DROPS
def test_no_read_after_the_end_shows_what_was_given_back(drop: Callable[[Story, Schedule], Ending]) -> None:
    """Tags are removed, but the answer is lost, and reads show none of it: the operation repeats all.

    It had recorded the dropped setting again. A read that showed the end of its first try ended it, and the
    next reads showed that record: a delete believed them, and wrote the earlier value over one that somebody
    had set since.
    """
    with new_story(InitialUser(), Behaviour(stale_reads=4)) as story:
        ended = drop(story, {4: LOST, 8: BUSY})
        assert ended.outcome is Outcome.DONE
        assert len(ended.gateway.writes) > 6, "it repeats its calls"
        for _ in range(8):
            assert _recorded(dict(story.agent.read().tags)) == {AUTO_ACCEPT}


def test_a_delete_right_after_the_end_leaves_what_somebody_has_set_since() -> None:
    with new_story(InitialUser(), Behaviour(stale_reads=4)) as story:
        owner = story.custom()
        story.send(owner.event(Action.CREATE, {**KEPT, TASK_WORK: 30}), by=owner)
        story.catch_up()
        update = owner.event(Action.UPDATE, KEPT, owner.declared)
        assert story.send(update, {4: LOST, 8: BUSY}, by=owner).outcome is Outcome.DONE
        story.agent.administer({TASK_WORK: 45})
        assert story.send(owner.event(Action.DELETE), by=owner).outcome is Outcome.DONE
        assert story.agent.truth()[TASK_WORK] == 45


@DROPS
def test_a_try_that_was_cut_off_leaves_nothing_recorded_if_reads_show_an_earlier_end(
    drop: Callable[[Story, Schedule], Ending],
) -> None:
    """The third try is refused between its record and the end, and the next read shows the first one's end.

    The import succeeded, and the record held the dropped setting until the next update or delete.
    """
    with new_story(InitialUser(), Behaviour(stale_reads=2)) as story:
        assert drop(story, {4: LOST, 8: BUSY, 12: BUSY}).outcome is Outcome.DONE
        assert _recorded(story.agent.tags()) == {AUTO_ACCEPT}


@pytest.mark.parametrize("stale_reads", [1, 4])
def test_an_import_that_was_cut_off_and_comes_again_leaves_nothing_recorded(stale_reads: int) -> None:
    """The next try is refused between its record and the end; a read shows the end of the one cut off.

    Its declaration did not change, so it did not look again: the record held the dropped setting.
    """
    with new_story(InitialUser(), Behaviour(stale_reads=stale_reads)) as story:
        assert _import(story, {4: KILLED}).outcome is Outcome.KILLED
        event = story.stack.latest
        assert event
        assert story.send(event, {4: BUSY}).outcome is Outcome.DONE
        assert _recorded(story.agent.tags()) == {AUTO_ACCEPT}
