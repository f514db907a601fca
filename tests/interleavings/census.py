"""Counts breaches over all interleavings of every pair."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from properties.stacks import Stack
from properties.unreliable import Trouble

from connect_local import Behaviour
from custom_connect_userconfig.core.errors import AccessDenied, NetworkFailure

from .lock_step import Bound, Schedule, explore
from .oracle import RULES, Breach
from .pairs import PAIRS, REGISTRY, Pair
from .trial import ONE, OTHER, Result, Variant, play


@dataclass
class Count:
    """How many interleavings of one pair there are, and how many of them break which rule."""

    pair: Pair
    front_end: type[Stack]
    interleavings: int = 0
    broken: int = 0
    """Those that break any rule."""
    breaches: Counter[Breach] = field(default_factory=Counter)
    both: int = 0
    """Those in which two stacks are told SUCCESS, counted apart: the service has no lock."""
    both_damaged: int = 0
    """Those of them that break another rule as well."""
    new_to_all: int = 0
    """Those that nobody can get right, counted nowhere else."""
    examples: dict[Breach, tuple[Schedule, Result]] = field(default_factory=dict)
    """The first of each kind."""

    @property
    def name(self) -> str:
        """The pair and the front end."""
        return f"{self.pair.name} ({'registry' if self.front_end is REGISTRY else 'custom'})"

    def add(self, schedule: Schedule, result: Result) -> None:
        """Count one interleaving."""
        if result.is_new_to_all:
            self.new_to_all += 1
            return
        self.interleavings += 1
        broken = not result.breaches.isdisjoint(RULES)
        if Breach.BOTH in result.breaches:
            self.both += 1
            self.both_damaged += broken
        else:
            self.broken += broken
            self.breaches.update(result.breaches)
        for breach in result.breaches:
            self.examples.setdefault(breach, (schedule, result))

    def first_broken(self) -> str:
        """Tell the first interleaving of each kind that must not be."""
        told = [
            f"{self.name}: {breach.value}\n    {', '.join(schedule[:_STEPS])} …\n    "
            + "\n    ".join(result.story)
            for breach, (schedule, result) in self.examples.items()
            if breach in RULES
        ]
        return "\n".join(told)

    def __str__(self) -> str:
        kinds = [f"{number} {breach.value}" for breach, number in self.breaches.items()]
        both = [f"{self.both} both SUCCESS, {self.both_damaged} of them with damage"] if self.both else []
        return f"{self.name}: {self.interleavings} interleavings; {', '.join((*kinds, *both)) or 'all as it must be'}"


LATE: Final = (
    Variant(Behaviour(stale_seconds=0.5), seconds_per_call=0.6),
    Variant(Behaviour(stale_seconds=2.0), seconds_per_call=0.3),
    Variant(Behaviour(stale_reads=1)),
)
"""Reads that show the state before a write, for longer and for shorter than a call takes."""

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
"""One failure, or the end of the process, at each call of either of the two."""
LATE_FAILURES: Final = tuple(replace(late, trouble=failure.trouble) for late in LATE for failure in FAILURES)

CALM: Final = (Variant(),)
Dimension = tuple[tuple[Variant, ...], Bound]
_STEPS: Final = 16
BOUNDED: Final[Mapping[str, Dimension]] = {
    "calm": (CALM, Bound(_STEPS, 2)),
    "late reads": (LATE, Bound(_STEPS // 2, 1)),
}
"""What there is time for at each change."""
NIGHTLY: Final[Mapping[str, Dimension]] = {
    "calm": (CALM, Bound(10, 10)),
    "late reads": (LATE, Bound(_STEPS, 3)),
    "failures": (FAILURES, Bound(_STEPS, 1)),
    "late reads and failures": (LATE_FAILURES, Bound(_STEPS, 0)),
}


def count(pair: Pair, front_end: type[Stack], variants: Iterable[Variant], bound: Bound) -> Count:
    """Explore one pair."""
    counted = Count(pair, front_end)
    for variant in variants:
        for schedule, result in explore(lambda schedule: play(pair, front_end, variant, schedule), bound):  # noqa: B023 - run at once
            counted.add(schedule, result)
    return counted


def each_pair() -> Iterator[tuple[Pair, type[Stack]]]:
    """Return every pair with each of its front ends."""
    return ((pair, front_end) for pair in PAIRS for front_end in pair.front_ends)


def table(counts: Sequence[Count]) -> str:
    """Return the counts, a line each pair, and their sum."""
    kinds = [breach for breach in Breach if any(breach in counted.breaches for counted in counts)]
    heads = [
        "interleavings",
        "broken",
        *(breach.value for breach in kinds),
        "both SUCCESS",
        "with damage",
        "after the delete",
    ]
    numbers = [
        [
            c.interleavings,
            c.broken,
            *(c.breaches[breach] for breach in kinds),
            c.both,
            c.both_damaged,
            c.new_to_all,
        ]
        for c in counts
    ]
    rows = [
        ["pair", *heads],
        *([c.name, *map(str, row)] for c, row in zip(counts, numbers, strict=True)),
        ["all", *(str(sum(column)) for column in zip(*numbers, strict=True))],
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            word.rjust(width) if at else word.ljust(width)
            for at, (word, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
