"""Every handler, at every call that it makes, meets every kind of fault: once, three times, for ever."""

import pytest
from functional.front_end import Outcome

from faults.cells import CELLS, Cell
from faults.dimensions import READS, TAKES_ANEW, deletes_nobody, expected_words
from faults.play import Play


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_fault(cell: Cell, play: Play) -> None:
    play.begin(cell.lesson)
    play.stage.connect.plant(cell.fault)
    outcome = play.actor.send(cell.lesson.handler)
    _judge_outcome(cell, outcome)
    _judge_state(cell, outcome, play)
    play.end()
    play.stage.connect.heal()
    if cell.lesson.handler not in READS:
        _judge_what_follows(cell, outcome, play)
    elif not outcome.succeeded:
        assert play.actor.send(cell.lesson.handler).shown == cell.lesson.outcome.shown


def _judge_outcome(cell: Cell, outcome: Outcome) -> None:
    if deletes_nobody(cell.lesson.handler, cell.kind) and cell.lesson.front_end == "custom":
        assert outcome.succeeded, outcome
        assert outcome.found_nothing == (cell.code is not None), outcome
        return
    assert outcome.succeeded == (cell.code is None), outcome
    if cell.code is None:
        return
    assert outcome.code in (cell.code, None), outcome
    assert (outcome.code is None) == (cell.lesson.front_end == "custom"), outcome
    assert expected_words(cell.lesson.handler, cell.call, cell.kind) in outcome.message, outcome


def _judge_state(cell: Cell, outcome: Outcome, play: Play) -> None:
    lesson = cell.lesson
    if lesson.handler in READS:
        assert outcome.seconds < 30, outcome
        assert {call.operation for call in play.stage.watch.calls} == {cell.call.operation}, "a read has done something else"
        play.expect(lesson.before)
        if outcome.succeeded:
            assert outcome.shown == lesson.outcome.shown, outcome
    elif outcome.succeeded and not outcome.found_nothing:
        play.expect(lesson.after)
    elif lesson.handler in TAKES_ANEW and play.stage.truth() != lesson.before:
        assert "deleting the resource gives it back" in outcome.message, f"a failed create has left a trace unsaid: {outcome}"


def _judge_what_follows(cell: Cell, outcome: Outcome, play: Play) -> None:
    lesson, handler = cell.lesson, cell.lesson.handler
    if not outcome.succeeded or outcome.found_nothing:
        play.then("the same again", lesson, lambda: play.actor.send(handler), lesson.after)
    legal = lesson.after if handler == "delete" else lesson.before
    play.then("rolled back", lesson, lambda: play.actor.roll_back(handler, outcome), legal)
