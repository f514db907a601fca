"""What each handler does when nothing is in its way: which calls it makes, and how the agents are before and after.

Learned from the code when the tests are collected, so that a call that somebody adds is in the matrix at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from functional.front_end import Outcome

from support.clock import FakeClock
from support.reply_endpoint import ReplyEndpoint

from .actors import Actor, RegistryActor, custom_actor, requests_before
from .dimensions import BEHAVIOURS, CUSTOM, HANDLERS, NEW, OLD, READS, REGISTRY, STORIES, Call
from .stage import Scene, Stage, Truth, staged


@dataclass(frozen=True)
class Lesson:
    """One handler of one front end: undisturbed, or with the one obstacle of a story in its way."""

    front_end: str
    handler: str
    behaviour: str
    scene: Scene
    """Before."""
    before: Truth
    after: Truth
    """Where success leads."""
    calls: tuple[Call, ...]
    outcome: Outcome
    story: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.front_end, self.handler, self.story)))


@contextmanager
def acting(
    front_end: str, clock: FakeClock, endpoint: ReplyEndpoint, seconds: float = 600.0, requests: Iterator[int] | None = None
) -> Iterator[Actor]:
    """Return who drives a front end; `seconds` is the time of an invocation of the function, `requests` numbers what is sent."""
    if front_end == REGISTRY:
        yield RegistryActor(clock, requests or requests_before())
    else:
        assert front_end == CUSTOM
        with custom_actor(clock, endpoint, seconds, requests or requests_before()) as actor:
            yield actor


@dataclass
class School:
    """Where lessons are learned."""

    stage: Stage
    endpoint: ReplyEndpoint

    def learn(self, front_end: str, handler: str, behaviour: str) -> Lesson:
        """Watch one handler, undisturbed."""
        stage = self.stage
        stage.show_as(behaviour, stage.free)
        with acting(front_end, stage.clock, self.endpoint) as actor:
            if handler != "create":
                actor.own(NEW if handler == "delete" else OLD)
                stage.let_reads_catch_up()
            scene, before = stage.scene(), stage.truth()
            stage.watch.begin()
            outcome = actor.send(handler)
            assert outcome.succeeded, outcome
            stage.let_reads_catch_up()
            return Lesson(front_end, handler, behaviour, scene, before, stage.truth(), tuple(stage.watch.calls), outcome)

    def learn_story(self, lesson: Lesson, name: str) -> Lesson:
        """Watch the same with an obstacle."""
        story, stage = STORIES[name], self.stage
        stage.show_as(lesson.behaviour, lesson.scene)
        with acting(lesson.front_end, stage.clock, self.endpoint, story.seconds) as actor:
            stage.connect.plant(story.obstacle)
            outcome = actor.send(lesson.handler)
        return replace(lesson, calls=tuple(stage.watch.calls), outcome=outcome, story=name)


@contextmanager
def school() -> Iterator[School]:
    """Open a stage to learn on."""
    clock = FakeClock()
    with staged(clock) as stage, ReplyEndpoint.serving(clock) as endpoint:
        yield School(stage, endpoint)


@cache
def plain_lessons() -> tuple[Lesson, ...]:
    """Return what every handler does, undisturbed, on the plain service."""
    with school() as here:
        return tuple(here.learn(front_end, handler, "plain") for front_end in HANDLERS for handler in HANDLERS[front_end])


@cache
def crash_lessons() -> tuple[Lesson, ...]:
    """Return what every handler that writes does: under each behaviour, and in each story."""
    plain = [lesson for lesson in plain_lessons() if lesson.handler not in READS]
    with school() as here:
        others = [here.learn(each.front_end, each.handler, name) for name in BEHAVIOURS if name != "plain" for each in plain]
        told = [here.learn_story(each, name) for name, story in STORIES.items() for each in plain if each.handler in story.handlers]
    return (*plain, *others, *told)
