"""The oracle's judgement of events that later ones have overtaken: each may say so, and must not write."""

from collections.abc import Callable
from functools import partial

import pytest

from connect_local import Behaviour
from custom_connect_userconfig.core.errors import Throttling
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import OVERTAKEN

from .agent import InitialUser
from .meanwhile import Circumstances, Rival
from .oracle import Oracle
from .ownership_model import OwnershipModel
from .stacks import Action, Ending, Outcome
from .stories import AUTO_ACCEPT, new_story
from .unreliable import Schedule, Trouble


def _delete_again(killed: Schedule, before_the_last: Callable[[], None] = lambda: None) -> list[Outcome]:
    """Kill a delete, hand the agent over to another stack, and send the delete twice: return its ends."""
    with new_story(InitialUser(), Behaviour()) as story:
        former, custom = story.stack, story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [former, custom])
        oracle.send(former, former.event(Action.CREATE, {AUTO_ACCEPT: True}))
        delete = former.event(Action.DELETE)
        assert oracle.send(former, delete, Circumstances(killed)).outcome is Outcome.KILLED
        oracle.hand_over()
        oracle.send(custom, custom.event(Action.CREATE, {AUTO_ACCEPT: True}))
        first = oracle.send(former, delete)
        before_the_last()
        return [first.outcome, oracle.send(former, delete).outcome]


def test_a_delete_that_another_stack_has_overtaken_may_say_so_each_time_that_it_comes() -> None:
    assert _delete_again({2: Trouble(None, acted=True)}) == [Outcome.DONE, Outcome.DONE]


def test_a_delete_that_says_so_although_no_record_knows_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _delete_again({1: Trouble(None)}) == [Outcome.FAILED, Outcome.FAILED]
    says_so = partial(monkeypatch.setattr, OwnershipRecord, "has_overtaken", lambda *_: True)
    with pytest.raises(AssertionError, match="a delete of what the stack does not own has succeeded"):
        _delete_again({1: Trouble(None)}, says_so)


def test_a_create_that_an_old_delete_has_overtaken_may_say_so_each_time_that_it_comes() -> None:
    """Lambda delivers the delete of the resource before it again, while the create has no answer yet."""
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [custom])
        oracle.send(custom, custom.event(Action.CREATE, {AUTO_ACCEPT: True}))
        delete = custom.event(Action.DELETE)
        oracle.send(custom, delete)
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        assert oracle.send(custom, create, Circumstances({4: Trouble(None)})).outcome is Outcome.KILLED
        oracle.replay(custom, delete, Circumstances({4: Trouble(None)}))
        for _ in range(2):
            result = oracle.send(custom, create).result
            assert result
            assert result.notes == (OVERTAKEN,)


def test_a_create_that_says_so_although_no_event_has_come_meanwhile_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [custom])
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        assert oracle.send(custom, create, Circumstances({3: Trouble(None)})).outcome is Outcome.KILLED
        monkeypatch.setattr(OwnershipRecord, "has_overtaken", lambda *_: True)
        with pytest.raises(AssertionError, match="declared True, live False"):
            oracle.send(custom, create)


def _update_again(*, while_the_other_deletes: bool) -> Ending:
    """Kill an update, hand the agent over to another stack, and send the update again while that acts."""
    with new_story(InitialUser(), Behaviour()) as story:
        former, custom = story.stack, story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [former, custom])
        oracle.send(former, former.event(Action.CREATE, {AUTO_ACCEPT: True}))
        update = former.event(Action.UPDATE, {AUTO_ACCEPT: False}, former.declared)
        assert oracle.send(former, update, Circumstances({3: Trouble(None)})).outcome is Outcome.KILLED
        oracle.hand_over()
        oracle.send(custom, custom.event(Action.CREATE, {AUTO_ACCEPT: True}))
        rival = Rival(0, {AUTO_ACCEPT: True}, deletes=while_the_other_deletes, imports=False)
        return oracle.send(former, update, Circumstances({1: Trouble(Throttling)}, meanwhile=((2, rival),)))


def test_an_overtaken_update_may_claim_again_once_the_other_stack_has_removed_the_record() -> None:
    assert _update_again(while_the_other_deletes=True).outcome is Outcome.DONE


def test_an_overtaken_update_that_writes_is_found_while_the_other_stack_keeps_the_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not _update_again(while_the_other_deletes=False).gateway.writes
    monkeypatch.setattr(OwnershipRecord, "has_overtaken", lambda *_: False)
    with pytest.raises(AssertionError, match="an event that was overtaken has written"):
        _update_again(while_the_other_deletes=False)
