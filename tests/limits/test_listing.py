"""LIST of thousands of owned users: each exactly once, while users come and go, and at SearchUsers' quota."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from functional.world import World

from connect_local import DOCUMENTED_QUOTAS, FaultKind
from support.exhaustive import EXHAUSTIVE
from support.registry import RegistryStack

USERS, PAGE = 2000 if EXHAUSTIVE else 1000, 100
LIMIT = 30.0
"""Seconds within which a LIST must answer."""
OWNED = {
    "connect-user-config": "managed",
    "connect-user-config:owner": "v1 0123456789abcdef id.id - sales-stack/Agent",
}


@pytest.fixture
def owned(world: World) -> list[str]:
    return [create_owned(world, number) for number in range(USERS)]


def create_owned(world: World, number: int) -> str:
    return world.connect.create_user(world.instance_id, f"user-{number}", tags=OWNED)[0]


def page(world: World, token: str | None) -> dict[str, Any]:
    """Ask for one page; it must come within the time of a LIST."""
    began = world.clock.now()
    answer = RegistryStack(world.clock).once("LIST", {"InstanceId": world.instance_id}, nextToken=token)
    assert world.clock.now() - began < LIMIT
    return answer


def pages(world: World, between: Callable[[], object] = lambda: None) -> list[list[str]]:
    """Ask for all pages, and call `between` after each."""
    token: str | None = None
    shown: list[list[str]] = []
    while token or not shown:
        answer = page(world, token)
        assert answer["status"] == "SUCCESS", answer
        assert {model["InstanceId"] for model in answer["resourceModels"]} <= {world.instance_id}
        shown.append([model["UserId"] for model in answer["resourceModels"]])
        token = answer.get("nextToken")
        assert len(shown) <= USERS / PAGE + 2, "LIST never ends"
        between()
    return shown


def test_each_of_the_users_comes_exactly_once(world: World, owned: list[str]) -> None:
    shown = pages(world)
    assert [len(each) for each in shown] == [PAGE] * (USERS // PAGE)
    assert [user for each in shown for user in each] == owned


def test_each_token_is_the_services_own(world: World, owned: list[str]) -> None:
    tokens: list[object] = []
    answer = page(world, None)
    while token := answer.get("nextToken"):
        tokens.append(token)
        answer = page(world, token)
    searched = [call.parameters for call in world.connect.calls_of("SearchUsers")]
    assert [parameters.get("NextToken") for parameters in searched] == [None, *tokens]
    assert {parameters["MaxResults"] for parameters in searched} == {PAGE}
    assert len(set(tokens)) == USERS // PAGE - 1


@pytest.mark.parametrize("leaving", ["ahead", "behind", "at the token"])
def test_users_that_leave_between_two_pages_do_not_hide_others(
    world: World, owned: list[str], leaving: str
) -> None:
    gone: set[str] = set()
    asked = 0

    def go() -> None:
        nonlocal asked
        asked += PAGE
        index = {"ahead": asked + 50, "behind": asked - 50, "at the token": asked - 1}[leaving]
        for user in owned[index : index + 1]:
            world.connect.backend().delete_user(world.instance_id, user)
            gone.add(user)

    shown = [user for each in pages(world, go) for user in each]
    assert len(gone) >= USERS // PAGE - 1
    assert len(shown) == len(set(shown)), "a user is listed twice"
    assert set(owned) - set(shown) <= gone, "a user is missing who was there all the time"
    assert bool(gone - set(shown)) == (leaving == "ahead")


def test_users_that_come_between_two_pages_are_listed_at_most_once(world: World, owned: list[str]) -> None:
    names = count(USERS)
    shown = [user for each in pages(world, lambda: create_owned(world, next(names))) for user in each]
    assert len(shown) == len(set(shown))
    assert set(owned) <= set(shown)


def test_at_the_quota_every_page_comes_in_time(world: World, owned: list[str]) -> None:
    world.connect.behaviour = replace(world.connect.behaviour, quotas=DOCUMENTED_QUOTAS)
    assert [user for each in pages(world) for user in each] == owned
    refused = [call for call in world.connect.calls_of("SearchUsers") if call.outcome != "ok"]
    assert refused, "so many pages at once are more than the burst"
    assert len(refused) <= USERS / PAGE


@pytest.mark.parametrize("kind", [FaultKind.THROTTLING, FaultKind.TOO_MANY_REQUESTS])
def test_if_others_use_up_the_quota_a_page_fails_in_time_and_no_user_is_lost(
    world: World, owned: list[str], kind: FaultKind
) -> None:
    first = page(world, None)
    world.plant("SearchUsers", kind, times=float("inf"))
    refused = page(world, first["nextToken"])
    assert (refused["status"], refused["errorCode"]) == ("FAILED", "Throttling")
    assert refused.get("resourceModels") is None
    world.connect.clear_faults()
    again = page(world, first["nextToken"])
    assert [model["UserId"] for model in again["resourceModels"]] == owned[PAGE : 2 * PAGE]
