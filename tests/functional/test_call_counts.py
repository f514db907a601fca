"""How many calls each operation makes, exactly: one too many wastes a shared quota, one too few skips a rule.

Counted where reads show writes at once: how often an operation repeats a late read depends on how late it is.
All other switches for reads and writes meet here.
"""

from collections import Counter
from itertools import product
from typing import Final

import pytest

from connect_local import Behaviour, every_read_write_combination, where_every_two_meet
from functional.call_counts import CASES, CUSTOM, OPERATIONS, REGISTRY, Case, creates, deletes, reads, updates
from functional.world import World
from support.exhaustive import chosen_or_all, switches
from support.registry import RegistryStack

MODULES: Final = (creates, updates, deletes, reads)
READS_AT_ONCE = [
    each for each in every_read_write_combination() if not each.stale_reads and not each.accept_arns
]
WHERE_TWO_MEET = where_every_two_meet(READS_AT_ONCE, switches)


def _cases(front_end: str, behaviours: list[Behaviour]) -> pytest.MarkDecorator:
    """`make test` lets each case meet each answer to each question."""
    names = [name for name, case in CASES.items() if front_end in case.front_ends]
    cells = list(product(names, behaviours))
    chosen = where_every_two_meet(cells, lambda cell: (cell[0], *switches(cell[1])))
    return pytest.mark.parametrize(("case", "behaviour"), chosen_or_all(cells, chosen), ids=str)


def _count(world: World, case: Case) -> None:
    operation = case.prepare(world)
    world.connect.forget_calls()
    operation()
    made = Counter(call.operation for call in world.connect.calls)
    assert made == case.calls
    assert {call.outcome for call in world.connect.calls} <= {"ok", "ResourceNotFoundException"}


@_cases(REGISTRY, READS_AT_ONCE)
def test_calls_of_the_registry(case: str, world: World) -> None:
    _count(world, CASES[case])


@pytest.mark.parametrize("front_end", [CUSTOM], indirect=True)
@_cases(CUSTOM, WHERE_TWO_MEET)
def test_calls_of_a_custom_resource(case: str, world: World) -> None:
    _count(world, CASES[case])


@pytest.mark.parametrize("users", [0, 1, 100, 101, 250])
def test_a_list_makes_one_call_a_page(world: World, users: int) -> None:
    for number in range(users):
        tags = {
            "connect-user-config": "managed",
            "connect-user-config:owner": "v1 0123456789abcdef id.id - sales/Agent",
        }
        world.connect.create_user(world.instance_id, f"user-{number}", tags=tags)
    stack, token, pages = RegistryStack(world.clock), None, 0
    while token or not pages:
        token = stack.once("LIST", {"InstanceId": world.instance_id}, nextToken=token).get("nextToken")
        pages += 1
    assert pages == max(1, -(-users // 100))
    assert Counter(call.operation for call in world.connect.calls) == {OPERATIONS["search"]: pages}
