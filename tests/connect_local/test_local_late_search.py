"""A search under a late index: it shows users, settings and tags as they were; the unit of its ACW limits."""

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_connect import ConnectClient

from connect_local import AcwUnit, Behaviour, LocalConnect

LATE = Behaviour(search_stale_seconds=60)
Advance = Callable[[float], None]


@pytest.fixture
def search(client: ConnectClient, instance_id: str) -> Callable[..., list[Any]]:
    def found(**arguments: Any) -> list[Any]:
        return list(client.search_users(InstanceId=instance_id, **arguments)["Users"])

    return found


def accepts(user: Any) -> bool:
    return bool(user["AutoAcceptConfigs"][0]["AutoAccept"])


def by_tag(key: str, value: str) -> Any:
    return {"TagFilter": {"TagCondition": {"TagKey": key, "TagValue": value}}}


def test_settings_come_late_to_a_search_but_not_to_a_description(
    connect: LocalConnect,
    client: ConnectClient,
    search: Any,
    advance: Advance,
    instance_id: str,
    user_id: str,
) -> None:
    connect.behaviour = LATE
    configs: Any = [{"Channel": "VOICE", "AutoAccept": True}]
    client.update_user_config(InstanceId=instance_id, UserId=user_id, AutoAcceptConfigs=configs)
    advance(59)
    assert accepts(client.describe_user(InstanceId=instance_id, UserId=user_id)["User"])
    assert not accepts(search()[0])
    advance(1)
    assert accepts(search()[0])


def test_a_search_shows_the_state_of_so_many_seconds_ago(
    connect: LocalConnect, search: Any, advance: Advance, instance_id: str, user_id: str
) -> None:
    connect.behaviour = LATE
    for limit in (10, 20, 30):
        config = {"AfterContactWorkTimeLimit": limit}
        entries = [{"Channel": "VOICE", "AfterContactWorkConfig": config}]
        connect.admin_update(instance_id, user_id, AfterContactWorkConfigs=entries)
        advance(19)
    seen = []
    for _ in range(4):
        entry = search()[0]["AfterContactWorkConfigs"][0]
        seen.append(entry["AfterContactWorkConfig"]["AfterContactWorkTimeLimit"])
        advance(19)
    assert seen == [0, 10_000, 20_000, 30_000]


def test_tags_come_late_to_a_search_and_to_its_filters(
    connect: LocalConnect, client: ConnectClient, search: Any, advance: Advance, instance_id: str
) -> None:
    _, arn = connect.create_user(instance_id, "ann", tags={"team": "voice"})
    connect.behaviour = LATE
    client.tag_resource(resourceArn=arn, tags={"team": "chat"})
    assert [user["Tags"] for user in search()] == [{"team": "voice"}]
    assert len(search(SearchFilter=by_tag("team", "voice"))) == 1
    assert search(SearchFilter=by_tag("team", "chat")) == []
    advance(60)
    client.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert len(search(SearchFilter=by_tag("team", "chat"))) == 1
    advance(60)
    assert "Tags" not in search()[0]


def test_a_new_user_comes_late_to_a_search(
    connect: LocalConnect, client: ConnectClient, search: Any, advance: Advance, instance_id: str
) -> None:
    connect.behaviour = LATE
    user_id, _ = connect.create_user(instance_id, "ann")
    advance(59)
    assert [user["Id"] for user in client.list_users(InstanceId=instance_id)["UserSummaryList"]] == [user_id]
    assert client.search_users(InstanceId=instance_id)["ApproximateTotalCount"] == 0
    advance(1)
    assert [user["Id"] for user in search()] == [user_id]


def test_a_deleted_user_leaves_a_search_late(
    connect: LocalConnect, client: ConnectClient, search: Any, advance: Advance, instance_id: str
) -> None:
    user_id, _ = connect.create_user(instance_id, "ann", tags={"team": "voice"})
    connect.create_user(instance_id, "bob")
    connect.behaviour = LATE
    client.delete_user(InstanceId=instance_id, UserId=user_id)
    assert [user["Username"] for user in client.list_users(InstanceId=instance_id)["UserSummaryList"]] == [
        "bob"
    ]
    advance(59)
    assert [(user["Username"], user.get("Tags")) for user in search()] == [
        ("ann", {"team": "voice"}),
        ("bob", None),
    ]
    advance(1)
    assert [user["Username"] for user in search()] == ["bob"]


def test_a_user_created_again_replaces_the_deleted_one(
    connect: LocalConnect, client: ConnectClient, search: Any, advance: Advance, instance_id: str
) -> None:
    user_id, _ = connect.create_user(instance_id, "ann", tags={"team": "voice"})
    connect.behaviour = LATE
    client.delete_user(InstanceId=instance_id, UserId=user_id)
    connect.create_user(instance_id, "ann", user_id, tags={"team": "chat"})
    assert [user["Tags"] for user in search()] == [{"team": "voice"}]
    advance(60)
    assert [user["Tags"] for user in search()] == [{"team": "chat"}]


def test_a_search_of_a_new_instance_does_not_show_users_of_a_deleted_one(
    connect: LocalConnect, client: ConnectClient, search: Any, instance_id: str
) -> None:
    connect.create_user(instance_id, "ann", "user-1")
    connect.create_user(instance_id, "bob", "user-2")
    connect.behaviour = LATE
    client.delete_user(InstanceId=instance_id, UserId="user-1")
    client.delete_instance(InstanceId=instance_id)
    connect.create_instance(instance_id)
    connect.behaviour = Behaviour()
    connect.create_user(instance_id, "bob", "user-2")
    assert [user["Username"] for user in search()] == ["bob"]


@pytest.mark.parametrize(("unit", "factor"), [(AcwUnit.SECONDS, 1), (AcwUnit.MILLISECONDS, 1000)])
def test_the_unit_of_limits_in_the_arrays_is_a_switch_that_of_phone_config_is_not(
    connect: LocalConnect, search: Any, instance_id: str, unit: AcwUnit, factor: int
) -> None:
    user_id, _ = connect.create_user(instance_id, "ann", phone_config={"AfterContactWorkTimeLimit": 30})
    entry = {
        "Channel": "VOICE",
        "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 20},
        "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 10},
    }
    connect.admin_update(instance_id, user_id, AfterContactWorkConfigs=[entry])
    connect.behaviour = Behaviour(search_acw_unit=unit)
    (found,) = search()
    voice = found["AfterContactWorkConfigs"][0]
    assert voice["AfterContactWorkConfig"] == {"AfterContactWorkTimeLimit": 20 * factor}
    assert voice["AgentFirstCallbackAfterContactWorkConfig"] == {"AfterContactWorkTimeLimit": 10 * factor}
    assert found["PhoneConfig"]["AfterContactWorkTimeLimit"] == 30_000
