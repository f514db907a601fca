"""The harness of a cell: restores its state, sends the events that follow a fault or a crash, and checks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functional.front_end import Outcome, texts
from functional.leaks import SECRETS, LeakSearch

from .actors import Actor
from .baselines import Baseline
from .bench import Bench, Truth


@dataclass
class Harness:
    """The bench, an actor on it, and the checks that both matrices share."""

    bench: Bench
    actor: Actor
    leaks: LeakSearch
    verdicts: dict[tuple[object, ...], str] = field(default_factory=dict)
    """The difference that each event has made, by the state that it began in: it depends on nothing else."""

    def restore(self, baseline: Baseline) -> None:
        """Restore the state in which the baseline began."""
        self.bench.restore_under(baseline.behaviour, baseline.snapshot)
        self.leaks.forget()

    def check(self) -> None:
        """Check that no rule was broken between two calls, and that no log, answer or tag holds a secret."""
        assert not self.bench.watch.breaches, self.bench.watch.breaches
        assert self.leaks.lines, "nothing was logged: the search for secrets would find nothing"
        tags = [str(tags) for _, tags in self.bench.truth().values()]
        for text in (*self.leaks.lines, *texts(self.actor.answers), *tags):
            leaked = [secret for secret in SECRETS if secret in text]
            assert not leaked, f"{len(leaked)} secrets in: {text}"

    def expect(self, wanted: Truth) -> None:
        """Compare all agents with one of the legal states."""
        found = self.bench.truth()
        assert self.bench.alike(found, wanted), _difference(found, wanted)

    def follow_up(self, what: str, baseline: Baseline, send: Callable[[], Outcome], wanted: Truth) -> None:
        """Send the next event, which must succeed and lead to `wanted`; then restore the state before it.

        No fault is planted, and the event knows nothing of earlier ones: it runs once for each state of the
        agents.
        """
        key = (what, baseline.front_end, baseline.handler, baseline.behaviour, self.bench.state())
        if key not in self.verdicts:
            snapshot = self.bench.snapshot()
            self.verdicts[key] = self._verdict(send, wanted)
            self.bench.restore(snapshot)
        assert not self.verdicts[key], f"{what}: {self.verdicts[key]}"

    def _verdict(self, send: Callable[[], Outcome], wanted: Truth) -> str:
        self.bench.watch.reset()
        outcome = send()
        if not outcome.succeeded and not outcome.found_nothing:
            return f"failed: {outcome}"
        if self.bench.watch.breaches:
            return f"between the calls: {self.bench.watch.breaches}"
        found = self.bench.truth()
        return "" if self.bench.alike(found, wanted) else _difference(found, wanted)


def _difference(found: Truth, wanted: Truth) -> str:
    parts: list[str] = []
    for user_id, (settings, tags) in found.items():
        wanted_settings, wanted_tags = wanted[user_id]
        sides: tuple[tuple[Mapping[Any, object], Mapping[Any, object]], ...] = (
            (settings, wanted_settings),
            (tags, wanted_tags),
        )
        parts += [
            f"{user_id[:4]} {name}: {here.get(name)!r}, not {there.get(name)!r}"
            for here, there in sides
            for name in {**here, **there}
            if here.get(name) != there.get(name)
        ]
    return "; ".join(parts)
