"""The interleavings that no code can get right, since the service has no lock and events have no order.

guide/owning.md tells users of them. `census` counts them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from properties.stacks import Action
from properties.unreliable import Trouble

from .pairs import DUPLICATE, Pair

ONE, OTHER = "one", "other"
WRITES = ("TagResource", "UpdateUserConfig", "UntagResource")
Tags = Mapping[str, str]


@dataclass(frozen=True)
class Call:
    """A call of one of the two operations."""

    run: tuple[str, int]
    """The operation, and how often it had been killed before."""
    operation: str
    trouble: Trouble | None = None
    """The failure that it meets."""

    @property
    def is_answered(self) -> bool:
        """Whether the caller learns that the service has acted."""
        return self.trouble is None

    @property
    def has_acted(self) -> bool:
        """Whether the service has acted."""
        return self.trouble is None or self.trouble.acted


def comes_after_delete(pair: Pair, calls: Sequence[Call]) -> bool:
    """Whether an event whose answer nobody awaits acts for the first time after the record is gone.

    An abandoned update acts with its first write, a duplicate with its first read: one that shows the record
    of a delete ends it. A call without an answer counts when it is repeated.
    """
    if pair.one.is_abandoned:
        late, deleting = ONE, OTHER
    elif pair.one.action is Action.DELETE and pair.other.again is not None:
        late, deleting = OTHER, ONE
    else:
        return False
    runs_before, is_released = set(), False
    for call in calls:
        is_released |= call.run[0] == deleting and call.operation == "UntagResource" and call.has_acted
        acts = call.is_answered and (call.operation in WRITES or not pair.one.is_abandoned)
        if call.run[0] == late and acts:
            if is_released and call.run not in runs_before:
                return True
            runs_before.add(call.run)
    return False


def is_contested(pair: Pair, before: Tags, shown: Mapping[str, Tags]) -> bool:
    """Whether two creates have taken the user, each before a read showed it the other one.

    `before` are the tags before both; `shown` are the tags in the last read of each operation that wrote tags
    before it did. Two deliveries of one create have the same record, so that neither sees the other at all.
    """
    if pair.history or pair.one.action is not Action.CREATE or len(shown) < len((ONE, OTHER)):
        return False
    return pair.other is DUPLICATE or all(tags == before for tags in shown.values())
