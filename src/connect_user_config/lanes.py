"""Spreads agents over stacks, and the agents of a stack over lanes; both so that one agent moves no other.

A stack takes 500 resources, so a fleet needs several. An agent whose stack changes is created in the new one
before it is deleted from the old one, and that create is refused: another stack owns the agent still. So an
agent's stack depends on the agent alone, and on a number of stacks that never changes.

Connect takes about two changes a second, and CloudFormation starts every resource of a stack at once. Lanes
bound that: each resource of a lane waits, by DependsOn, for the one before it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

LANES: Final = 16
"""Lanes of a whole fleet. With sixteen to twenty a fleet is through within 4 % of the quota's floor
(`guide/benchmarks/load.md`); more only make resources wait inside their handlers.
"""


def shard_of(user_id: str, shards: int) -> int:
    """Return the shard of an agent, from 0 to `shards` - 1: SHA-256 of the bare id, as a big-endian number,
    modulo `shards`.

    `user_id` is an id or an ARN; both spellings of one agent have the same shard. Neither this rule nor
    `shards` may change while a stack owns agents by it. Raises ValueError if `shards` is below 1.
    """
    return _digest(user_id.rpartition("/")[2]) % _positive(shards, "shards")


def lanes(logical_ids: Sequence[str], count: int) -> Mapping[str, str | None]:
    """Return, for each logical id in the order given, the one that it depends on; None if it starts a lane.

    The lane of a resource follows from its logical id alone, and a lane is in the order of the ids. So adding
    or removing a resource changes DependsOn of at most one other: the one behind it. DependsOn is an
    attribute, not a property: CloudFormation updates no resource because of it. Lanes are not equally long:
    of 500 ids in 16 lanes, the longest has about 40. Raises ValueError if `count` is below 1.
    """
    by_lane: dict[int, list[str]] = {}
    for name in sorted(set(logical_ids)):
        by_lane.setdefault(_digest(name) % _positive(count, "lanes"), []).append(name)
    before = {after: name for lane in by_lane.values() for name, after in pairwise(lane)}
    return {name: before.get(name) for name in logical_ids}


def lanes_of_shards(shards: int, count: int = LANES) -> Sequence[int]:
    """Return the number of lanes in each shard, `count` in all and at least one each.

    Shards deploy side by side, so that the lanes of all of them share the quota. With more shards than
    `count` there is one lane in each, and the shards themselves must be chained into lanes. Raises ValueError
    if either is below 1.
    """
    whole, more = divmod(_positive(count, "lanes"), _positive(shards, "shards"))
    return tuple(max(1, whole + (index < more)) for index in range(shards))


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def _positive(number: int, name: str) -> int:
    if number < 1:
        raise ValueError(f"{name}: {number} is too few, at least 1 is needed")
    return number
