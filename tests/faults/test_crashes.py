"""The process dies at any call, before the service has acted or after; then the same event comes again, or its undoing instead."""

from dataclasses import dataclass, replace

import pytest

from faults.actors import killed
from faults.cells import CRASH_CELLS, WHAT_FOLLOWS, CrashCell, deaths
from faults.dimensions import BEHAVIOURS, STORIES, is_late
from faults.lessons import Lesson, crash_lessons
from faults.play import Play
from faults.stage import Scene
from faults.watch import Death


@pytest.mark.parametrize("cell", CRASH_CELLS, ids=str)
def test_crash(cell: CrashCell, play: Play) -> None:
    lesson, stage = cell.lesson, play.stage
    play.begin(lesson)
    story = STORIES.get(lesson.story)
    if story:
        stage.connect.plant(story.obstacle)
    stage.watch.kill_at(cell.death)
    answer = killed(lambda: play.actor.send(lesson.handler))
    assert stage.watch.is_dead, "nobody was killed"
    assert answer is None or answer.code == "InternalFailure", "the support library's last words, which nobody hears"
    assert len(stage.watch.calls) == cell.death.call, "a dead process has made calls"
    play.end()
    stage.watch.revive()
    stage.watch.calls.clear()
    if story and not story.goes_on:
        stage.connect.heal()
    if cell.then == "same-event":
        outcome = play.actor.go_on(lesson.handler)
        assert outcome.succeeded or outcome.found_nothing, outcome
        play.expect(lesson.after)
        play.end()
    else:
        _undo(lesson, cell.then, play)


def _undo(lesson: Lesson, then: str, play: Play) -> None:
    if then == "update-back":
        play.then(then, lesson, lambda: play.actor.roll_back(lesson.handler, None), lesson.before)
    else:
        play.then(then, lesson, lambda: play.actor.delete_instead(lesson.handler), play.stage.born)


@dataclass(frozen=True)
class Repeated:
    """One handler whose process dies again and again."""

    lesson: Lesson

    def __str__(self) -> str:
        return f"{self.lesson.behaviour}-{self.lesson}"


REPEATED = [Repeated(lesson) for lesson in crash_lessons() if not lesson.story and not is_late(BEHAVIOURS[lesson.behaviour])]


@pytest.mark.parametrize("cell", REPEATED, ids=str)
def test_any_number_of_crashes(cell: Repeated, play: Play) -> None:
    """Every state that any sequence of deaths can lead to: each must lead to success, and to a clean undoing."""
    lesson, stage, handler = cell.lesson, play.stage, cell.lesson.handler
    reached, waiting = set[str](), [lesson.scene]
    # The same request comes again each time: whether it has left its mark is part of the state.
    send = play.actor.send
    while waiting:
        play.begin(replace(lesson, scene=waiting.pop()))
        if stage.state() in reached:
            continue
        reached.add(stage.state())
        scene = stage.scene()
        for then in WHAT_FOLLOWS[handler][1:]:
            _undo(lesson, then, play)
        outcome = send(handler)
        send = play.actor.go_on
        assert outcome.succeeded or outcome.found_nothing, outcome
        play.expect(lesson.after)
        calls = len(stage.watch.calls)
        waiting += [_scene_of_death(play, replace(lesson, scene=scene), death) for death in deaths(calls)]
    assert len(reached) >= len([call for call in lesson.calls if call.writes])


def _scene_of_death(play: Play, lesson: Lesson, death: Death) -> Scene:
    play.begin(lesson)
    play.stage.watch.kill_at(death)
    killed(lambda: play.actor.go_on(lesson.handler))
    assert play.stage.watch.is_dead, "nobody was killed"
    play.end()
    play.stage.watch.revive()
    return play.stage.scene()
