"""What each handler does when nothing is in its way: which calls it makes, and how the agents are before and
after.

Learned from the code when the tests are collected, so that a call that somebody adds is in the matrix at
once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from functional.front_end import Outcome

from support.clock import FakeClock
from support.reply_endpoint import ReplyEndpoint

from .actors import Actor, RegistryActor, custom_actor, requests_before
from .bench import Bench, Snapshot, Truth, set_up_bench
from .dimensions import BEHAVIOURS, CUSTOM, HANDLERS, NEW, OLD, READS, REGISTRY, STORIES, Call


@dataclass(frozen=True)
class Baseline:
    """One handler of one front end: undisturbed, or with the one obstacle of a story in its way."""

    front_end: str
    handler: str
    behaviour: str
    snapshot: Snapshot
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
    front_end: str,
    clock: FakeClock,
    endpoint: ReplyEndpoint,
    seconds: float = 600.0,
    requests: Iterator[int] | None = None,
) -> Iterator[Actor]:
    """Return who drives a front end; `seconds` is the time of an invocation of the function, `requests`
    numbers what is sent.
    """
    if front_end == REGISTRY:
        yield RegistryActor(clock, requests or requests_before())
    else:
        assert front_end == CUSTOM
        with custom_actor(clock, endpoint, seconds, requests or requests_before()) as actor:
            yield actor


@dataclass
class BaselineRunner:
    """Where baselines are learned."""

    bench: Bench
    endpoint: ReplyEndpoint

    def learn(self, front_end: str, handler: str, behaviour: str) -> Baseline:
        """Watch one handler, undisturbed."""
        bench = self.bench
        bench.show_as(behaviour, bench.free)
        with acting(front_end, bench.clock, self.endpoint) as actor:
            if handler != "create":
                actor.own(NEW if handler == "delete" else OLD)
                bench.let_reads_catch_up()
            snapshot, before = bench.snapshot(), bench.truth()
            bench.watch.begin()
            outcome = actor.send(handler)
            assert outcome.succeeded, outcome
            bench.let_reads_catch_up()
            return Baseline(
                front_end,
                handler,
                behaviour,
                snapshot,
                before,
                bench.truth(),
                tuple(bench.watch.calls),
                outcome,
            )

    def learn_story(self, baseline: Baseline, name: str) -> Baseline:
        """Watch the same with an obstacle."""
        story, bench = STORIES[name], self.bench
        bench.show_as(baseline.behaviour, baseline.snapshot)
        with acting(baseline.front_end, bench.clock, self.endpoint, story.seconds) as actor:
            bench.connect.plant(story.obstacle)
            outcome = actor.send(baseline.handler)
        return replace(baseline, calls=tuple(bench.watch.calls), outcome=outcome, story=name)


@contextmanager
def runner() -> Iterator[BaselineRunner]:
    """Open a bench to learn on."""
    clock = FakeClock()
    with set_up_bench(clock) as bench, ReplyEndpoint.serving(clock) as endpoint:
        yield BaselineRunner(bench, endpoint)


@cache
def plain_baselines() -> tuple[Baseline, ...]:
    """Return what every handler does, undisturbed, on the plain service."""
    with runner() as here:
        return tuple(
            here.learn(front_end, handler, "plain")
            for front_end in HANDLERS
            for handler in HANDLERS[front_end]
        )


@cache
def crash_baselines() -> tuple[Baseline, ...]:
    """Return what every handler that writes does: under each behaviour, and in each story."""
    plain = [baseline for baseline in plain_baselines() if baseline.handler not in READS]
    with runner() as here:
        others = [
            here.learn(each.front_end, each.handler, name)
            for name in BEHAVIOURS
            if name != "plain"
            for each in plain
        ]
        told = [
            here.learn_story(each, name)
            for name, story in STORIES.items()
            for each in plain
            if each.handler in story.handlers
        ]
    return (*plain, *others, *told)
