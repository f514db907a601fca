"""Searches by hierarchy group, by attributes, by nested criteria; what they refuse."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_connect import ConnectClient

from connect_local import LocalConnect

GROUPS: dict[str, str | None] = {"europe": None, "sales": "europe", "night": "sales", "asia": None}
USERS: dict[str, str | None] = {"ann": "europe", "bob": "sales", "cid": "night", "dee": "asia", "eve": None}


@pytest.fixture
def centre(connect: LocalConnect, instance_id: str) -> str:
    for group, parent in GROUPS.items():
        connect.create_hierarchy_group(instance_id, f"Group {group}", group, parent)
    for name, own in USERS.items():
        members: dict[str, Any] = {"HierarchyGroupId": own} if own else {}
        connect.create_user(instance_id, name, tags={"first": name[0], "team": "all"}, **members)
    return instance_id


def group(value: str, match: str = "EXACT") -> dict[str, Any]:
    return {"HierarchyGroupCondition": {"Value": value, "HierarchyGroupMatchType": match}}


def below(value: str) -> dict[str, Any]:
    return group(value, "WITH_CHILD_GROUPS")


def tag(key: str, value: str) -> dict[str, Any]:
    return {"TagKey": key, "TagValue": value}


def named(value: str, comparison: str = "EXACT") -> dict[str, Any]:
    return {"StringCondition": {"FieldName": "Username", "Value": value, "ComparisonType": comparison}}


ONE_TAG, ONE_GROUP = {"TagConditions": [tag("first", "a")]}, group("asia")


def names(client: ConnectClient, instance_id: str, **search: Any) -> list[str]:
    found = client.search_users(InstanceId=instance_id, **search)
    assert found["ApproximateTotalCount"] == len(found["Users"])
    return [user["Username"] for user in found["Users"]]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (group("europe"), ["ann"]),
        (below("europe"), ["ann", "bob", "cid"]),
        (below("sales"), ["bob", "cid"]),
        (below("night"), ["cid"]),
        (group("nowhere"), []),
        (below("nowhere"), []),
    ],
)
def test_a_hierarchy_group_is_matched_alone_or_with_all_groups_below_it(
    client: ConnectClient, centre: str, condition: Any, expected: list[str]
) -> None:
    assert names(client, centre, SearchCriteria=condition) == expected
    assert names(client, centre, SearchFilter={"UserAttributeFilter": condition}) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"TagCondition": tag("first", "b")}, ["bob"]),
        ({"AndCondition": {"TagConditions": [tag("first", "b"), tag("team", "all")]}}, ["bob"]),
        ({"AndCondition": {"TagConditions": [tag("first", "b"), tag("team", "none")]}}, []),
        ({"AndCondition": {"TagConditions": [tag("first", "c")], **below("europe")}}, ["cid"]),
        ({"AndCondition": {"TagConditions": [tag("first", "d")], **below("europe")}}, []),
        ({"AndCondition": below("sales")}, ["bob", "cid"]),
        ({"OrConditions": [{"TagConditions": [tag("first", "e")]}, group("asia")]}, ["dee", "eve"]),
        (
            {"OrConditions": [{"TagConditions": [tag("first", "a")], **group("asia")}, group("night")]},
            ["cid"],
        ),
    ],
)
def test_an_attribute_filter_combines_tags_and_groups(
    client: ConnectClient, centre: str, attributes: Any, expected: list[str]
) -> None:
    assert names(client, centre, SearchFilter={"UserAttributeFilter": attributes}) == expected


def test_filter_and_criteria_may_both_name_groups(client: ConnectClient, centre: str) -> None:
    search: Any = {"SearchFilter": {"UserAttributeFilter": below("sales")}, "SearchCriteria": below("night")}
    assert names(client, centre, **search) == ["cid"]


def test_criteria_of_all_kinds_nest(client: ConnectClient, centre: str) -> None:
    both = {"AndConditions": [below("europe"), {"OrConditions": [named("ann"), named("cid"), named("dee")]}]}
    either = {"OrConditions": [both, {"AndConditions": [named("eve")]}, group("asia")]}
    assert names(client, centre, SearchCriteria=both) == ["ann", "cid"]
    assert names(client, centre, SearchCriteria=either) == ["ann", "cid", "dee", "eve"]
    deep: Any = named("bob")
    for _ in range(20):
        deep = {"OrConditions": [{"AndConditions": [deep]}]}
    assert names(client, centre, SearchCriteria=deep) == ["bob"]


@pytest.mark.parametrize(("size", "condition"), [(25, ONE_TAG), (20, ONE_GROUP)], ids=["tags", "groups"])
def test_an_attribute_filter_has_a_largest_number_of_conditions(
    client: ConnectClient, centre: str, size: int, condition: Any
) -> None:
    most: Any = {"UserAttributeFilter": {"OrConditions": [condition] * size}}
    assert len(names(client, centre, SearchFilter=most)) == 1
    too_many: Any = {"UserAttributeFilter": {"OrConditions": [condition] * (size + 1)}}
    with pytest.raises(ClientError, match=f"InvalidParameterException.*at most {size} .*not {size + 1}"):
        client.search_users(InstanceId=centre, SearchFilter=too_many)


def test_tag_conditions_are_counted_within_a_group_too(client: ConnectClient, centre: str) -> None:
    too_many: Any = {"UserAttributeFilter": {"AndCondition": {"TagConditions": [tag("first", "a")] * 26}}}
    with pytest.raises(ClientError, match="at most 25 tag conditions, not 26"):
        client.search_users(InstanceId=centre, SearchFilter=too_many)


@pytest.mark.parametrize(("length", "is_refused"), [(1, True), (2, False), (25, False), (26, True)])
def test_a_part_of_a_name_has_two_to_twenty_five_characters(
    client: ConnectClient, centre: str, length: int, is_refused: bool
) -> None:
    for comparison in ("EXACT", "STARTS_WITH"):
        assert names(client, centre, SearchCriteria=named("n" * length, comparison)) == []
    contains: Any = {"InstanceId": centre, "SearchCriteria": named("n" * length, "CONTAINS")}
    if not is_refused:
        assert len(client.search_users(**contains)["Users"]) == (1 if length == 2 else 0)
        return
    with pytest.raises(ClientError, match=r"InvalidParameterException.*must have 2 to 25 characters"):
        client.search_users(**contains)


PROFICIENT = {"ListCondition": {"TargetListType": "PROFICIENCIES", "Conditions": []}}


@pytest.mark.parametrize(
    ("search", "problem"),
    [
        ({"SearchCriteria": {"HierarchyGroupCondition": {"Value": "asia"}}}, "MatchType is required"),
        (
            {"SearchCriteria": {"HierarchyGroupCondition": {"HierarchyGroupMatchType": "EXACT"}}},
            "Value is required",
        ),
        ({"SearchCriteria": group("asia", "SIBLINGS")}, "InvalidParameterException.*must be one of"),
        ({"SearchCriteria": {**group("asia"), **named("ann")}}, "InvalidParameterException.*exactly one"),
        ({"SearchCriteria": PROFICIENT}, "ListCondition is not implemented here"),
        ({"SearchFilter": {"UserAttributeFilter": {}}}, "InvalidParameterException.*exactly one"),
        (
            {"SearchFilter": {"UserAttributeFilter": {**group("asia"), "TagCondition": tag("a", "b")}}},
            "InvalidParameterException.*exactly one",
        ),
        (
            {"SearchFilter": {"UserAttributeFilter": {"TagCondition": {"TagKey": "team"}}}},
            "without both TagKey and TagValue",
        ),
    ],
    ids=["no-match", "no-value", "match", "two", "proficiency", "none", "two-attributes", "key-only"],
)
def test_conditions_that_are_refused(
    client: ConnectClient, centre: str, search: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ClientError, match=problem):
        client.search_users(InstanceId=centre, **search)
