"""Counts breaches over all interleavings of every pair."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from properties.stacks import Stack
from properties.unreliable import Trouble

from connect_local import Behaviour
from custom_connect_userconfig.core.errors import AccessDenied, NetworkFailure

from .excuses import ONE, OTHER
from .lock_step import Bound, Schedule, explore
from .oracle import RULES, WITHOUT_A_LOCK, Breach
from .pairs import PAIRS, REGISTRY, Pair
from .trial import Result, Variant, run_trial


@dataclass
class Count:
    """How many interleavings of one pair there are, and how many of them break which rule."""

    pair: Pair
    front_end: type[Stack]
    interleavings: int = 0
    broken: int = 0
    """Interleavings that break a rule."""
    breaches: Counter[Breach] = field(default_factory=Counter)
    both: int = 0
    """Interleavings in which two stacks are told SUCCESS, counted apart: the service has no lock."""
    both_damaged: int = 0
    """Interleavings among those that break another rule too."""
    new_to_all: int = 0
    """Interleavings that no code can get right (`Result.is_new_to_all`), counted nowhere else."""
    contested: int = 0
    """Interleavings of two creates that without a lock may end badly (`Result.is_contested`)."""
    contested_damaged: int = 0
    """Interleavings among those that end badly, counted nowhere else."""
    examples: dict[Breach, tuple[Schedule, Result]] = field(default_factory=dict)
    """The first interleaving with each kind of breach."""

    @property
    def name(self) -> str:
        """The names of the pair and of the front end."""
        return f"{self.pair.name} ({'registry' if self.front_end is REGISTRY else 'custom'})"

    def add(self, schedule: Schedule, result: Result) -> None:
        """Count one interleaving."""
        if result.is_new_to_all:
            self.new_to_all += 1
            return
        self.interleavings += 1
        self.contested += result.is_contested
        broken = not result.breaches.isdisjoint(RULES)
        if result.is_contested and broken and result.breaches <= WITHOUT_A_LOCK:
            self.contested_damaged += 1
        elif Breach.BOTH in result.breaches:
            self.both += 1
            self.both_damaged += broken
        else:
            self.broken += broken
            self.breaches.update(result.breaches)
        for breach in result.breaches:
            self.examples.setdefault(breach, (schedule, result))

    def first_broken(self) -> str:
        """Return the story of the first interleaving that breaks each rule."""
        stories = [
            f"{self.name}: {breach.value}\n    {', '.join(schedule[:_STEPS])} …\n    "
            + "\n    ".join(result.story)
            for breach, (schedule, result) in self.examples.items()
            if breach in RULES
        ]
        return "\n".join(stories)

    def __str__(self) -> str:
        kinds = [f"{number} {breach.value}" for breach, number in self.breaches.items()]
        both = [f"{self.both} both SUCCESS, {self.both_damaged} of them with damage"] if self.both else []
        contested = (
            [f"{self.contested} contested, {self.contested_damaged} of them with damage"]
            if self.contested
            else []
        )
        found = ", ".join((*kinds, *both, *contested)) or "no breach"
        return f"{self.name}: {self.interleavings} interleavings; {found}"


LATE: Final = (
    Variant(Behaviour(stale_seconds=0.5), seconds_per_call=0.6),
    Variant(Behaviour(stale_seconds=2.0), seconds_per_call=0.3),
    Variant(Behaviour(stale_reads=1)),
)
"""Reads that show the state before a write, for longer and for less long than a call takes."""

_TROUBLES: Final = (
    Trouble(None),
    Trouble(None, acted=True),
    Trouble(AccessDenied),
    Trouble(NetworkFailure, acted=True),
)
FAILURES: Final = tuple(
    Variant(trouble=(who, call, trouble))
    for who in (ONE, OTHER)
    for call in range(1, 9)
    for trouble in _TROUBLES
)
"""One failure, or the end of the process, at each call of either operation."""
LATE_FAILURES: Final = tuple(replace(late, trouble=failure.trouble) for late in LATE for failure in FAILURES)

CALM: Final = (Variant(),)
Dimension = tuple[tuple[Variant, ...], Bound]
_STEPS: Final = 16
BOUNDED: Final[Mapping[str, Dimension]] = {
    "calm": (CALM, Bound(_STEPS, 2)),
    "late reads": (LATE, Bound(_STEPS // 2, 1)),
}
"""What `make test` has time for."""
EVERY: Final[Mapping[str, Dimension]] = {
    "calm": (CALM, Bound(10, 10)),
    "late reads": (LATE, Bound(_STEPS, 3)),
    "failures": (FAILURES, Bound(_STEPS, 1)),
    "late reads and failures": (LATE_FAILURES, Bound(_STEPS, 0)),
}


def count(pair: Pair, front_end: type[Stack], variants: Iterable[Variant], bound: Bound) -> Count:
    """Explore one pair."""
    counted = Count(pair, front_end)
    for variant in variants:
        for schedule, result in explore(partial(run_trial, pair, front_end, variant), bound):
            counted.add(schedule, result)
    return counted


def each_pair() -> Iterator[tuple[Pair, type[Stack]]]:
    """Return every pair with each of its front ends."""
    return ((pair, front_end) for pair in PAIRS for front_end in pair.front_ends)


def table(counts: Sequence[Count]) -> str:
    """Return a table of the counts: a line for each pair, and one for their sum."""
    kinds = [breach for breach in Breach if any(breach in counted.breaches for counted in counts)]
    columns = {
        "interleavings": [c.interleavings for c in counts],
        "broken": [c.broken for c in counts],
        **{breach.value: [c.breaches[breach] for c in counts] for breach in kinds},
        "both SUCCESS": [c.both for c in counts],
        "with damage": [c.both_damaged for c in counts],
        "contested": [c.contested for c in counts],
        "damaged": [c.contested_damaged for c in counts],
        "after the delete": [c.new_to_all for c in counts],
    }
    names = ["pair", *(c.name for c in counts), "all"]
    cells = [_justified(names, str.ljust)]
    for head, numbers in columns.items():
        cells.append(_justified([head, *map(str, numbers), str(sum(numbers))], str.rjust))
    return "\n".join("  ".join(row) for row in zip(*cells, strict=True))


def _justified(column: Sequence[str], justify: Callable[[str, int], str]) -> list[str]:
    width = max(map(len, column))
    return [justify(text, width) for text in column]
