"""One cell after another on the same bench: sends what is disturbed, and what follows it, and judges where
that has led.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from functional.front_end import Outcome, texts
from functional.leaks import SECRETS, LeakSearch

from .actors import Actor
from .baselines import Baseline
from .bench import Bench, Truth


@dataclass
class Harness:
    """What the tests of both kinds share."""

    bench: Bench
    actor: Actor
    leaks: LeakSearch
    verdicts: dict[tuple[object, ...], str] = field(default_factory=dict)
    """What has come of each thing that may follow, by the state that it began in: nothing else can make a
    difference.
    """

    def begin(self, baseline: Baseline) -> None:
        """Set the snapshot."""
        self.bench.show_as(baseline.behaviour, baseline.snapshot)
        self.leaks.forget()

    def end(self) -> None:
        """Check what was seen between the calls, and what was said."""
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

    def then(self, what: str, baseline: Baseline, follow: Callable[[], Outcome], wanted: Truth) -> None:
        """Send what follows, which must succeed and lead to `wanted`; then put everything back as it was.

        It is sent without a fault and without memory of what was before, so that it is played once for each
        state of the agents.
        """
        key = (what, baseline.front_end, baseline.handler, baseline.behaviour, self.bench.state())
        if key not in self.verdicts:
            snapshot = self.bench.snapshot()
            self.verdicts[key] = self._follow(follow, wanted)
            self.bench.show(snapshot)
        assert not self.verdicts[key], f"{what}: {self.verdicts[key]}"

    def _follow(self, follow: Callable[[], Outcome], wanted: Truth) -> str:
        self.bench.watch.begin()
        outcome = follow()
        if not outcome.succeeded and not outcome.found_nothing:
            return f"failed: {outcome}"
        if self.bench.watch.breaches:
            return f"between the calls: {self.bench.watch.breaches}"
        found = self.bench.truth()
        return "" if self.bench.alike(found, wanted) else _difference(found, wanted)


def _difference(found: Truth, wanted: Truth) -> str:
    parts = []
    for user_id, (settings, tags) in found.items():
        wanted_settings, wanted_tags = wanted[user_id]
        parts += [
            f"{user_id[:4]} {name}: {here.get(name)!r}, not {there.get(name)!r}"
            for here, there in ((settings, wanted_settings), (tags, wanted_tags))
            for name in {**here, **there}
            if here.get(name) != there.get(name)
        ]
    return "; ".join(parts)
