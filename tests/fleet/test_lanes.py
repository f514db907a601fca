"""Agents spread over stacks and lanes: stable, complete, and one agent moves no other."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_user_config.lanes import LANES, lanes, lanes_of_shards, shard_of

IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}", fullmatch=True)
LOGICAL_IDS = st.lists(st.from_regex(r"[A-Za-z0-9]{1,20}", fullmatch=True), unique=True, max_size=60)
COUNTS = st.integers(1, 20)


@pytest.mark.parametrize(
    ("user_id", "shards", "shard"),
    [
        # Frozen: with another answer, agents of living stacks would move between stacks, which is refused.
        ("6f6f8b4e-6a4f-4ba3-9c2f-1f2f3a4b5c6d", 8, 7),
        ("6f6f8b4e-6a4f-4ba3-9c2f-1f2f3a4b5c6d", 5, 4),
        ("11111111-2222-3333-4444-555555555555", 8, 2),
        ("ada", 8, 1),
        ("ada", 1, 0),
    ],
)
def test_the_shard_of_an_agent_never_changes(user_id: str, shards: int, shard: int) -> None:
    assert shard_of(user_id, shards) == shard


def test_an_arn_has_the_shard_of_its_id() -> None:
    arn = "arn:aws:connect:eu-west-2:123456789012:instance/11111111-2222/agent/33333333-4444"

    assert shard_of(arn, 997) == shard_of("33333333-4444", 997)


@given(IDS, st.integers(1, 200))
def test_a_shard_is_one_of_those_that_exist(user_id: str, shards: int) -> None:
    assert 0 <= shard_of(user_id, shards) < shards


def test_shards_are_about_equally_large() -> None:
    sizes = Counter(shard_of(f"agent-{number}", 8) for number in range(4_000))

    assert len(sizes) == 8
    assert max(sizes.values()) < 600


@pytest.mark.parametrize("number", [0, -1])
def test_a_number_below_one_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        shard_of("ada", number)
    with pytest.raises(ValueError, match="at least 1"):
        lanes(["Ada"], number)
    with pytest.raises(ValueError, match="at least 1"):
        lanes_of_shards(number)


@given(LOGICAL_IDS, COUNTS)
def test_every_resource_is_in_one_of_at_most_so_many_chains(names: list[str], count: int) -> None:
    found = lanes(names, count)

    assert list(found) == names
    before = [name for name in found.values() if name is not None]
    assert len(before) == len(set(before))  # nobody is waited for by two: chains do not branch
    assert names == [] or 1 <= list(found.values()).count(None) <= count
    for name in names:
        seen = [name]
        while (other := found[seen[-1]]) is not None:
            assert other not in seen
            seen.append(other)


@given(LOGICAL_IDS.filter(bool), COUNTS, st.data())
def test_adding_or_removing_one_changes_at_most_the_one_behind_it(
    names: list[str], count: int, data: st.DataObject
) -> None:
    added = data.draw(st.sampled_from(names))
    before = lanes([name for name in names if name != added], count)
    after = lanes(names, count)

    changed = [name for name in before if before[name] != after[name]]

    assert len(changed) <= 1
    assert all(after[name] == added and before[name] == after[added] for name in changed)


@given(LOGICAL_IDS, COUNTS, st.randoms())
def test_the_order_of_a_roster_does_not_matter(names: list[str], count: int, random: Random) -> None:
    shuffled = sorted(names, key=lambda _: random.random())

    assert lanes(shuffled, count) == lanes(names, count)


@given(st.integers(1, 100), COUNTS)
def test_all_shards_together_have_so_many_lanes(shards: int, count: int) -> None:
    found = lanes_of_shards(shards, count)

    assert len(found) == shards
    assert sum(found) == max(count, shards)
    assert max(found) - min(found) <= 1


def test_a_fleet_has_sixteen_lanes() -> None:
    assert LANES == 16
    assert lanes_of_shards(5) == (4, 3, 3, 3, 3)
