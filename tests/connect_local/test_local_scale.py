"""An instance with as many users as a large contact centre has."""

import cProfile
import pstats
from collections.abc import Callable
from functools import partial
from typing import Any

from mypy_boto3_connect import ConnectClient

from connect_local import LocalConnect
from connect_local.seed import seed
from support.exhaustive import EXHAUSTIVE

USERS = 10_000 if EXHAUSTIVE else 2_000
INSTANCE = "11111111-aaaa-4aaa-8aaa-111111111111"


def user(number: int) -> dict[str, Any]:
    accepts = [{"Channel": "CHAT", "AutoAccept": number % 2 == 0}]
    tags = {"site": str(number % 100)}
    return {"id": f"user-{number}", "username": f"agent-{number}", "tags": tags, "AutoAcceptConfigs": accepts}


def seed_users(connect: LocalConnect, users: int) -> None:
    seed(connect, {"instances": [{"id": INSTANCE, "users": [user(number) for number in range(users)]}]})


def pages(operation: Callable[..., Any], **arguments: Any) -> list[Any]:
    answers = [operation(InstanceId=INSTANCE, **arguments)]
    while "NextToken" in answers[-1]:
        answers.append(operation(InstanceId=INSTANCE, NextToken=answers[-1]["NextToken"], **arguments))
    return answers


def calls(action: Callable[[], object]) -> int:
    """The number of Python calls, which is the same on every machine."""
    profile = cProfile.Profile()
    profile.runcall(action)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # not in typeshed


def test_thousands_of_users_are_read_right(connect: LocalConnect, client: ConnectClient) -> None:
    seed_users(connect, USERS)
    everybody = [f"user-{number}" for number in range(USERS)]
    found = pages(client.search_users, MaxResults=500)
    assert {answer["ApproximateTotalCount"] for answer in found} == {USERS}
    assert [len(answer["Users"]) for answer in found] == [500] * (USERS // 500)
    assert [user["Id"] for answer in found for user in answer["Users"]] == everybody
    by_tag: Any = {"TagFilter": {"TagCondition": {"TagKey": "site", "TagValue": "7"}}}
    (one_site,) = pages(client.search_users, SearchFilter=by_tag)
    assert [user["Id"] for user in one_site["Users"]] == everybody[7::100]
    listed = pages(client.list_users, MaxResults=1000)
    assert [user["Id"] for answer in listed for user in answer["UserSummaryList"]] == everybody
    for number in (0, USERS // 2, USERS - 1):
        described: Any = client.describe_user(InstanceId=INSTANCE, UserId=f"user-{number}")["User"]
        assert (described["Username"], described["Tags"]) == (f"agent-{number}", {"site": str(number % 100)})
        assert {entry["AutoAccept"] for entry in described["AutoAcceptConfigs"]} >= {number % 2 == 0}


def test_the_last_of_many_users_costs_no_more_than_the_first(connect: LocalConnect) -> None:
    seed_users(connect, 0)
    first = calls(partial(connect.create_user, INSTANCE, "first", tags={"a": "b"}))
    seed_users(connect, 1000)
    assert calls(partial(connect.create_user, INSTANCE, "last", tags={"a": "b"})) - first < 10


def test_a_page_of_a_search_makes_the_summaries_of_its_own_users_only(connect: LocalConnect) -> None:
    seed_users(connect, 1000)
    search = connect.backend().search_users
    of_one, of_all = (calls(partial(search, INSTANCE, max_results=size)) for size in (1, 1000))
    assert of_one < of_all / 4
