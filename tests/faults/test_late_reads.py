"""An operation fails after its last write, and what CloudFormation sends then reads what was before some of its writes."""

import pytest

from faults.cells import LATE_CELLS, LateCell
from faults.dimensions import TAKES_ANEW
from faults.play import Play


@pytest.mark.parametrize("cell", LATE_CELLS, ids=str)
def test_rollback_of_what_failed_after_its_last_write(cell: LateCell, play: Play) -> None:
    lesson, handler = cell.lesson, cell.lesson.handler
    play.begin(lesson)
    play.stage.connect.plant(cell.fault)
    failed = play.actor.send(handler)
    assert not failed.succeeded, failed
    play.stage.connect.heal()
    if handler == "delete":
        again = play.actor.send(handler)
        assert again.succeeded or again.found_nothing, again
        play.expect(play.stage.born)
    else:
        back = play.actor.roll_back(handler, failed)
        assert back.succeeded or (handler in TAKES_ANEW and back.found_nothing), back
        play.expect(lesson.before)
        play.end()
        ended = play.actor.delete_instead(handler)
        assert ended.succeeded or ended.found_nothing, ended
        play.expect(play.stage.born)
    play.end()
