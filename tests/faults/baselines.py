"""Baselines: the calls that each handler makes if nothing fails, and the agents before and after.

They are recorded from the code when the tests are collected, so that the matrix covers a new call at once.
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
from .dimensions import BEHAVIOURS, CUSTOM, HANDLERS, NEW, OBSTACLES, OLD, READS, REGISTRY, Call


@dataclass(frozen=True)
class Baseline:
    """One handler of one front end: undisturbed, or with an obstacle in its way."""

    front_end: str
    handler: str
    behaviour: str
    snapshot: Snapshot
    """The state of the agents before."""
    before: Truth
    after: Truth
    """The agents after success."""
    calls: tuple[Call, ...]
    outcome: Outcome
    obstacle: str = ""
    """Its name in `OBSTACLES`."""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.front_end, self.handler, self.obstacle)))


@contextmanager
def acting(
    front_end: str,
    clock: FakeClock,
    endpoint: ReplyEndpoint,
    seconds: float = 600.0,
    requests: Iterator[int] | None = None,
) -> Iterator[Actor]:
    """Return an actor on a front end; `seconds` is the function's timeout, `requests` numbers requests."""
    if front_end == REGISTRY:
        yield RegistryActor(clock, requests or requests_before())
    else:
        assert front_end == CUSTOM
        with custom_actor(clock, endpoint, seconds, requests or requests_before()) as actor:
            yield actor


@dataclass
class BaselineRunner:
    """Runs handlers, and records what they do."""

    bench: Bench
    endpoint: ReplyEndpoint

    def record(self, front_end: str, handler: str, behaviour: str) -> Baseline:
        """Record one handler, undisturbed."""
        bench = self.bench
        bench.restore_under(behaviour, bench.unowned)
        with acting(front_end, bench.clock, self.endpoint) as actor:
            if handler != "create":
                actor.own(NEW if handler == "delete" else OLD)
                bench.let_reads_catch_up()
            snapshot, before = bench.snapshot(), bench.truth()
            bench.watch.reset()
            outcome = actor.send(handler)
            assert outcome.succeeded, outcome
            bench.let_reads_catch_up()
            after, calls = bench.truth(), tuple(bench.watch.calls)
            return Baseline(front_end, handler, behaviour, snapshot, before, after, calls, outcome)

    def record_obstructed(self, baseline: Baseline, name: str) -> Baseline:
        """Record the same with an obstacle in its way."""
        obstacle, bench = OBSTACLES[name], self.bench
        bench.restore_under(baseline.behaviour, baseline.snapshot)
        with acting(baseline.front_end, bench.clock, self.endpoint, obstacle.seconds) as actor:
            bench.connect.plant(obstacle.fault)
            outcome = actor.send(baseline.handler)
        return replace(baseline, calls=tuple(bench.watch.calls), outcome=outcome, obstacle=name)


@contextmanager
def baseline_runner() -> Iterator[BaselineRunner]:
    """Set up a runner on a bench of its own."""
    clock = FakeClock()
    with set_up_bench(clock) as bench, ReplyEndpoint.serving(clock) as endpoint:
        yield BaselineRunner(bench, endpoint)


@cache
def plain_baselines() -> tuple[Baseline, ...]:
    """Return the baseline of every handler, undisturbed, on the plain service."""
    with baseline_runner() as runner:
        return tuple(
            runner.record(front_end, handler, "plain")
            for front_end in HANDLERS
            for handler in HANDLERS[front_end]
        )


@cache
def crash_baselines() -> tuple[Baseline, ...]:
    """Return the baselines of every handler that writes: under each behaviour, and with each obstacle."""
    plain = [baseline for baseline in plain_baselines() if baseline.handler not in READS]
    with baseline_runner() as runner:
        others = [
            runner.record(each.front_end, each.handler, name)
            for name in BEHAVIOURS
            if name != "plain"
            for each in plain
        ]
        obstructed = [
            runner.record_obstructed(each, name)
            for name, obstacle in OBSTACLES.items()
            for each in plain
            if each.handler in obstacle.handlers
        ]
    return (*plain, *others, *obstructed)
