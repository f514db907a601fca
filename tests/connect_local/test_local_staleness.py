"""Reads after writes: how long they show the earlier state."""

from collections.abc import Callable

from mypy_boto3_connect import ConnectClient

from connect_local import Behaviour, LocalConnect


def write(connect: LocalConnect, instance_id: str, user_id: str, value: bool) -> None:
    arrays = {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": value}]}
    connect.backend().update_user_config(instance_id, user_id, arrays)


def voice(client: ConnectClient, instance_id: str, user_id: str) -> bool:
    user = client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]
    return user["AutoAcceptConfigs"][0]["AutoAccept"]


def test_a_write_shows_after_a_number_of_reads(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str
) -> None:
    connect.behaviour = Behaviour(stale_reads=2)
    write(connect, instance_id, user_id, True)
    assert connect.effective(instance_id, user_id)["AutoAcceptConfigs", "VOICE", ("AutoAccept",)] is True
    assert [voice(client, instance_id, user_id) for _ in range(4)] == [False, False, True, True]


def test_a_read_shows_the_state_before_the_first_hidden_write(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str
) -> None:
    connect.behaviour = Behaviour(stale_reads=2)
    write(connect, instance_id, user_id, True)
    seen = [voice(client, instance_id, user_id)]
    write(connect, instance_id, user_id, False)
    seen += [voice(client, instance_id, user_id) for _ in range(3)]
    assert seen == [False, False, True, False]


def test_a_write_shows_after_a_number_of_seconds(
    connect: LocalConnect,
    client: ConnectClient,
    advance: Callable[[float], None],
    instance_id: str,
    user_id: str,
) -> None:
    connect.behaviour = Behaviour(stale_seconds=5)
    write(connect, instance_id, user_id, True)
    advance(4.9)
    assert [voice(client, instance_id, user_id) for _ in range(3)] == [False] * 3
    advance(0.1)
    assert voice(client, instance_id, user_id) is True


def test_tags_are_as_stale_as_settings_but_only_in_the_description(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    user_id, arn = connect.create_user(instance_id, "ann", tags={"team": "voice"})
    connect.behaviour = Behaviour(stale_reads=1)
    client.tag_resource(resourceArn=arn, tags={"team": "chat"})
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "chat"}
    described = [
        client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["Tags"] for _ in range(2)
    ]
    assert described == [{"team": "voice"}, {"team": "chat"}]


def test_the_time_of_modification_is_as_stale_as_the_rest(
    connect: LocalConnect,
    client: ConnectClient,
    advance: Callable[[float], None],
    instance_id: str,
    user_id: str,
) -> None:
    connect.behaviour = Behaviour(stale_reads=1)
    advance(60)
    write(connect, instance_id, user_id, True)
    times = [
        client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["LastModifiedTime"]
        for _ in range(2)
    ]
    assert (times[1] - times[0]).total_seconds() == 60


def test_each_user_is_stale_by_itself(connect: LocalConnect, client: ConnectClient, instance_id: str) -> None:
    ann, bob = connect.create_user(instance_id, "ann")[0], connect.create_user(instance_id, "bob")[0]
    connect.behaviour = Behaviour(stale_reads=1)
    write(connect, instance_id, ann, True)
    assert voice(client, instance_id, bob) is False
    assert [voice(client, instance_id, ann) for _ in range(2)] == [False, True]
