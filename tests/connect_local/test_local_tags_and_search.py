"""Tags: the same in every read, by the documented rules, and searchable."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_connect import ConnectClient

from connect_local import Behaviour, LocalConnect


def condition(key: str, value: str) -> dict[str, str]:
    return {"TagKey": key, "TagValue": value}


def test_tags_read_the_same_everywhere(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    user_id, arn = connect.create_user(instance_id, "ann", tags={"team": "voice", "site": "x"})
    client.tag_resource(resourceArn=arn, tags={"site": "y", "größe": "Ⅷ 8"})
    client.untag_resource(resourceArn=arn, tagKeys=["team", "never-there"])
    expected = {"site": "y", "größe": "Ⅷ 8"}
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == expected
    assert client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["Tags"] == expected
    assert client.search_users(InstanceId=instance_id)["Users"][0]["Tags"] == expected
    assert connect.tags(instance_id, user_id) == expected


@pytest.mark.parametrize(
    "tags",
    [
        {"aws:owner": "x"},
        {"": "x"},
        {"k" * 129: "x"},
        {"key": "v" * 257},
        {"key!": "x"},
        {"key": "a,b"},
        {"key": "new\nline"},
        {},
        {f"key-{number}": "x" for number in range(51)},
    ],
    ids=["aws", "empty", "long-key", "long-value", "key-sign", "value-sign", "control", "none", "51"],
)
def test_tags_that_are_refused(
    connect: LocalConnect, client: ConnectClient, instance_id: str, tags: dict[str, str]
) -> None:
    user_id, arn = connect.create_user(instance_id, "ann", tags={"team": "voice"})
    with pytest.raises(ClientError) as error:
        client.tag_resource(resourceArn=arn, tags=tags)
    assert error.value.response["Error"]["Code"] == "InvalidParameterException"
    assert connect.tags(instance_id, user_id) == {"team": "voice"}


def test_fifty_tags_are_the_most(connect: LocalConnect, client: ConnectClient, instance_id: str) -> None:
    tags = {f"key-{number}": "x" for number in range(50)}
    user_id, arn = connect.create_user(instance_id, "ann", tags=tags)
    client.tag_resource(resourceArn=arn, tags={"key-0": "changed"})
    with pytest.raises(ClientError, match="at most 50 tags, not 51") as error:
        client.tag_resource(resourceArn=arn, tags={"one-more": "x"})
    assert error.value.response["Error"]["Code"] == "InvalidRequestException"
    assert connect.tags(instance_id, user_id) == tags | {"key-0": "changed"}


SYSTEM_TAGS = {"aws:cloudformation:stack-name": "agents", "aws:cloudformation:logical-id": "Ann"}


def test_system_tags_are_shown_and_do_not_count(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    tags = {f"key-{number}": "x" for number in range(50)}
    user_id, arn = connect.create_user(instance_id, "ann", tags=tags, system_tags=SYSTEM_TAGS)
    client.tag_resource(resourceArn=arn, tags={"key-0": "changed"})
    with pytest.raises(ClientError, match="at most 50 tags, not 51"):
        client.tag_resource(resourceArn=arn, tags={"one-more": "x"})
    expected = tags | {"key-0": "changed"} | SYSTEM_TAGS
    assert client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["Tags"] == expected
    assert client.search_users(InstanceId=instance_id)["Users"][0]["Tags"] == expected
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == expected


def test_no_caller_sets_or_removes_system_tags(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    user_id, arn = connect.create_user(instance_id, "ann", system_tags=SYSTEM_TAGS)
    new: Any = {
        "Username": "bob",
        "SecurityProfileIds": ["basic"],
        "RoutingProfileId": "voice",
        "InstanceId": instance_id,
    }
    attempts: list[Any] = [
        lambda: client.tag_resource(resourceArn=arn, tags={"aws:cloudformation:stack-name": "other"}),
        lambda: client.untag_resource(resourceArn=arn, tagKeys=["aws:cloudformation:stack-name"]),
        lambda: client.create_user(**new, Tags={"aws:cloudformation:stack-name": "other"}),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError, match="aws:, which is reserved") as error:
            attempt()
        assert error.value.response["Error"]["Code"] == "InvalidParameterException"
    assert connect.tags(instance_id, user_id) == SYSTEM_TAGS
    assert len(connect.backend().users[instance_id]) == 1


def test_system_tags_come_late_to_reads_like_any_tag(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    connect.behaviour = Behaviour(stale_reads=1)
    first, later = {"aws:first": "1"}, {"aws:later": "2"}
    user_id, _ = connect.create_user(instance_id, "ann", system_tags=first)
    connect.set_system_tags(instance_id, user_id, later)
    shown = [client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["Tags"] for _ in range(2)]
    assert shown == [first, first | later]


def test_a_system_tag_must_have_the_prefix_of_aws(
    connect: LocalConnect, instance_id: str, user_id: str
) -> None:
    with pytest.raises(ValueError, match="begin with aws:, unlike team"):
        connect.set_system_tags(instance_id, user_id, {"team": "voice"})
    with pytest.raises(ValueError, match="begin with aws:, unlike team"):
        connect.create_user(instance_id, "bob", system_tags={"team": "voice"})
    assert list(connect.backend().users[instance_id]) == [user_id]


def test_an_id_in_place_of_an_arn_is_refused(client: ConnectClient, instance_id: str) -> None:
    with pytest.raises(ClientError, match="not the ARN of a Connect resource"):
        client.tag_resource(resourceArn=instance_id, tags={"a": "b"})


@pytest.fixture
def team(connect: LocalConnect, instance_id: str) -> str:
    connect.create_user(instance_id, "ann", tags={"team": "voice", "site": "x"})
    connect.create_user(instance_id, "bob", tags={"team": "voice", "site": "y"})
    connect.create_user(instance_id, "cid", tags={"team": "chat"})
    connect.create_user(instance_id, "dee")
    return instance_id


VOICE, CHAT, X = condition("team", "voice"), condition("team", "chat"), condition("site", "x")


@pytest.mark.parametrize(
    ("tag_filter", "names"),
    [
        ({"TagCondition": VOICE}, ["ann", "bob"]),
        ({"AndConditions": [VOICE, X]}, ["ann"]),
        ({"OrConditions": [[CHAT], [VOICE, X]]}, ["ann", "cid"]),
        ({"TagCondition": condition("team", "none")}, []),
    ],
    ids=["one", "and", "or", "none"],
)
def test_searching_by_tag(client: ConnectClient, team: str, tag_filter: Any, names: list[str]) -> None:
    found = client.search_users(InstanceId=team, SearchFilter={"TagFilter": tag_filter})
    assert [user["Username"] for user in found["Users"]] == names
    assert found["ApproximateTotalCount"] == len(names)


def named(field: str, value: str, comparison: str = "EXACT") -> dict[str, Any]:
    return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": comparison}}


@pytest.fixture
def crew(client: ConnectClient, instance_id: str) -> str:
    profiles: Any = {"SecurityProfileIds": ["basic"], "RoutingProfileId": "voice", "InstanceId": instance_id}
    client.create_user(
        Username="ann", IdentityInfo={"FirstName": "Ann", "LastName": "Lee"}, Tags={"site": "x"}, **profiles
    )
    client.create_user(Username="anna", IdentityInfo={"FirstName": "Anna"}, **profiles)
    client.create_user(
        Username="joann", **profiles | {"SecurityProfileIds": ["basic", "admin"], "RoutingProfileId": "chat"}
    )
    return instance_id


@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        (named("Username", "ann"), ["ann"]),
        (named("Username", "ann", "STARTS_WITH"), ["ann", "anna"]),
        (named("Username", "ann", "CONTAINS"), ["ann", "anna", "joann"]),
        (named("Username", "ANN", "CONTAINS"), []),
        (named("FirstName", "Ann", "STARTS_WITH"), ["ann", "anna"]),
        (named("LastName", "Lee"), ["ann"]),
        (named("RoutingProfileId", "chat"), ["joann"]),
        (named("SecurityProfileId", "admin"), ["joann"]),
        (
            {"AndConditions": [named("Username", "ann", "CONTAINS"), named("RoutingProfileId", "voice")]},
            ["ann", "anna"],
        ),
        (
            {"OrConditions": [named("Username", "ann"), {"AndConditions": [named("Username", "joann")]}]},
            ["ann", "joann"],
        ),
        ({}, ["ann", "anna", "joann"]),
    ],
)
def test_searching_by_criteria(client: ConnectClient, crew: str, criteria: Any, names: list[str]) -> None:
    found = client.search_users(InstanceId=crew, SearchCriteria=criteria)
    assert [user["Username"] for user in found["Users"]] == names
    assert found["ApproximateTotalCount"] == len(names)


def test_a_found_user_passes_filter_and_criteria(client: ConnectClient, crew: str) -> None:
    search: Any = {
        "SearchFilter": {"TagFilter": {"TagCondition": X}},
        "SearchCriteria": named("Username", "ann", "CONTAINS"),
    }
    assert [user["Username"] for user in client.search_users(InstanceId=crew, **search)["Users"]] == ["ann"]


def test_a_search_by_identifier_shows_whether_a_user_exists(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    connect.behaviour = Behaviour(new_user_hidden_reads=1)
    user_id, _ = connect.create_user(instance_id, "ann")
    search: Any = {"InstanceId": instance_id, "SearchCriteria": named("resourceId", user_id)}
    assert [user["Id"] for user in client.search_users(**search)["Users"]] == [user_id]
    client.delete_user(InstanceId=instance_id, UserId=user_id)
    assert client.search_users(**search)["ApproximateTotalCount"] == 0


def test_searching_an_instance_that_is_missing(client: ConnectClient) -> None:
    with pytest.raises(ClientError) as error:
        client.search_users(InstanceId="nowhere", SearchCriteria=cast("Any", named("resourceId", "anybody")))
    assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_searching_page_by_page(client: ConnectClient, team: str) -> None:
    search: Any = {
        "InstanceId": team,
        "MaxResults": 1,
        "SearchFilter": {"TagFilter": {"TagCondition": VOICE}},
    }
    first = client.search_users(**search)
    second = client.search_users(**search, NextToken=first["NextToken"])
    assert [user["Username"] for page in (first, second) for user in page["Users"]] == ["ann", "bob"]
    assert "NextToken" not in second


@pytest.mark.parametrize("size", [0, 501])
def test_page_sizes_that_are_refused(client: ConnectClient, team: str, size: int) -> None:
    with pytest.raises(ClientError, match="MaxResults"):
        client.search_users(InstanceId=team, MaxResults=size)


def test_a_page_has_a_hundred_users_by_default(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    for number in range(101):
        connect.create_user(instance_id, f"user-{number}")
    assert len(client.search_users(InstanceId=instance_id)["Users"]) == 100
    assert len(client.search_users(InstanceId=instance_id, MaxResults=500)["Users"]) == 101


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"SearchCriteria": {"StringCondition": {"FieldName": "Username"}}}, "InvalidRequestException"),
        ({"SearchCriteria": named("Shoes", "ann")}, "InvalidParameterException"),
        ({"SearchCriteria": named("Username", "ann", "SOUNDS_LIKE")}, "InvalidParameterException"),
        ({"SearchCriteria": {**named("Username", "ann"), "AndConditions": []}}, "InvalidParameterException"),
        ({"SearchCriteria": {"OrConditions": [{}]}}, "InvalidParameterException"),
        ({"SearchFilter": {"TagFilter": {"TagCondition": {"TagKey": "team"}}}}, "InvalidRequestException"),
        (
            {"SearchFilter": {"TagFilter": {"TagCondition": VOICE, "AndConditions": [X]}}},
            "InvalidParameterException",
        ),
        (
            {"SearchFilter": {"TagFilter": {"TagCondition": X}, "UserAttributeFilter": {"TagCondition": X}}},
            "AccessDeniedException",
        ),
    ],
    ids=[
        "half",
        "field",
        "comparison",
        "two-criteria",
        "no-criterion",
        "key-only",
        "two-at-once",
        "both-filters",
    ],
)
def test_searches_that_are_refused(client: ConnectClient, team: str, arguments: Any, code: str) -> None:
    with pytest.raises(ClientError) as error:
        client.search_users(InstanceId=team, **arguments)
    assert error.value.response["Error"]["Code"] == code


def test_a_search_returns_limits_in_milliseconds(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    connect.create_user(instance_id, "ann", phone_config={"AfterContactWorkTimeLimit": 30})
    found = client.search_users(InstanceId=instance_id)["Users"][0]
    assert found["PhoneConfig"]["AfterContactWorkTimeLimit"] == 30_000
    limits = [entry["AfterContactWorkConfig"] for entry in found["AfterContactWorkConfigs"]]
    assert limits == [{"AfterContactWorkTimeLimit": 30_000}] * 4
