"""How many templates a fleet needs, and which agent stands in which.

A template holds 500 resources, 200 parameters and 1 MB (quotas of CloudFormation; of 1 MB they do not say
whether it is 1,000,000 bytes or more). `Fn::ForEach` changes none of them: they hold with
loops unrolled. A first run leaves room for agents to come, because the number of parts can never change:
an agent that moves from one stack to another is created there before it is deleted here, and so is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ...lanes import LANES, shard_of

MOST_PARTS: Final = 999
MOST_RESOURCES: Final = 500
MOST_PARAMETERS: Final = 200
MOST_BYTES: Final = 1_000_000
_MOST_AT_ONCE: Final = 300
"""Resources that may start at once: `check` warns of more."""
MOST_FOLDED: Final = _MOST_AT_ONCE - LANES
"""Resources of loops, which start all at once, beside the first of each lane."""
BODY_BYTES: Final = 51_200
"""A larger template has to come from a bucket."""
FIRST_FILL: Final = 0.6
"""The share of a part that a first run fills."""


@dataclass(frozen=True)
class Size:
    """What agents take of a part."""

    resources: int = 0
    bytes: int = 0
    """In the template without loops."""
    parameters: int = 0
    folded: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            self.resources + other.resources,
            self.bytes + other.bytes,
            self.parameters + other.parameters,
            self.folded + other.folded,
        )

    @property
    def fill(self) -> float:
        """The share of a part that is full; above 1 it does not fit."""
        return max(self._shares().values())

    @property
    def excess(self) -> str:
        """What there is too much of, in words; empty if it fits."""
        return ", ".join(words for words, share in self._shares().items() if share > 1)

    def _shares(self) -> dict[str, float]:
        return {
            f"{self.resources:,} resources of {MOST_RESOURCES}": self.resources / MOST_RESOURCES,
            f"{self.bytes:,} bytes of {MOST_BYTES:,}": self.bytes / MOST_BYTES,
            f"{self.parameters:,} parameters of {MOST_PARAMETERS}": self.parameters / MOST_PARAMETERS,
            f"{self.folded:,} resources in loops of {MOST_FOLDED}": self.folded / MOST_FOLDED,
        }


def fewest(sizes: Iterable[tuple[str, Size]], fill: float = FIRST_FILL) -> int:
    """Return the fewest parts of which none is fuller than `fill`; `sizes` are of agents, by id."""
    known = list(sizes)
    total = sum((size for _, size in known), Size())
    parts = max(1, int(total.fill / fill))
    while max((size.fill for size in filled(known, parts)), default=0.0) > fill and parts < len(known):
        parts += 1
    return parts


def filled(sizes: Iterable[tuple[str, Size]], parts: int) -> Iterator[Size]:
    """Yield the size of each part."""
    found = [Size()] * parts
    for user_id, size in sizes:
        index = shard_of(user_id, parts)
        found[index] += size
    yield from found
