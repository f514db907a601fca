"""Instances without a channel: no write may name it, no read shows it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.exceptions import JsonRESTError
from mypy_boto3_connect import ConnectClient

from connect_local import Behaviour, ChannelRefusal, LocalConnect, Reads

EMAIL, CHAT = {"Channel": "EMAIL", "AutoAccept": True}, {"Channel": "CHAT", "AutoAccept": True}
ACCEPTS_EVERYWHERE: Any = {"AutoAccept": True, "AfterContactWorkTimeLimit": 30}
PROFILES: Any = {"SecurityProfileIds": ["basic"], "RoutingProfileId": "voice"}


@pytest.fixture(params=ChannelRefusal)
def refusal(request: pytest.FixtureRequest) -> ChannelRefusal:
    return request.param  # type: ignore[no-any-return]  # a fixture is given any object


@pytest.fixture
def without_email(connect: LocalConnect, refusal: ChannelRefusal) -> LocalConnect:
    connect.behaviour = Behaviour(refused_channels=frozenset({"EMAIL"}), channel_refusal=refusal)
    return connect


def test_a_write_that_names_it_is_refused_whole(
    without_email: LocalConnect,
    client: ConnectClient,
    instance_id: str,
    user_id: str,
    refusal: ChannelRefusal,
) -> None:
    before = without_email.effective(instance_id, user_id)
    configs: Any = [CHAT, EMAIL]
    with pytest.raises(ClientError, match="AutoAcceptConfigs: the channel EMAIL") as error:
        client.update_user_config(InstanceId=instance_id, UserId=user_id, AutoAcceptConfigs=configs)
    assert error.value.response["Error"]["Code"] == refusal.value
    assert without_email.effective(instance_id, user_id) == before
    client.update_user_config(InstanceId=instance_id, UserId=user_id, AutoAcceptConfigs=configs[:1])
    changed = {("AutoAcceptConfigs", "CHAT", ("AutoAccept",)): True}
    assert without_email.effective(instance_id, user_id) == before | changed


def test_a_user_cannot_be_created_with_it(
    without_email: LocalConnect, client: ConnectClient, instance_id: str, refusal: ChannelRefusal
) -> None:
    limit: Any = {"Channel": "EMAIL", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}
    user: Any = {"Username": "bob", "AfterContactWorkConfigs": [limit], **PROFILES}
    with pytest.raises(ClientError, match="AfterContactWorkConfigs: the channel EMAIL") as error:
        client.create_user(InstanceId=instance_id, **user)
    assert error.value.response["Error"]["Code"] == refusal.value
    assert client.list_users(InstanceId=instance_id)["UserSummaryList"] == []


def test_an_administrator_cannot_write_it_either(
    without_email: LocalConnect, instance_id: str, user_id: str, refusal: ChannelRefusal
) -> None:
    with pytest.raises(JsonRESTError) as error:
        without_email.admin_update(instance_id, user_id, AutoAcceptConfigs=[EMAIL])
    assert error.value.error_type == refusal.value


@pytest.mark.parametrize("reads", Reads)
def test_no_read_shows_it(
    connect: LocalConnect, client: ConnectClient, instance_id: str, reads: Reads
) -> None:
    user_id, _ = connect.create_user(instance_id, "bob", phone_config=ACCEPTS_EVERYWHERE)
    configs = [{**entry, "AutoAccept": False} for entry in (EMAIL, CHAT)]
    connect.admin_update(instance_id, user_id, AutoAcceptConfigs=configs)
    connect.behaviour = Behaviour(reads=reads, refused_channels=frozenset({"EMAIL"}))
    shown = [
        client.describe_user(InstanceId=instance_id, UserId=user_id)["User"],
        *client.search_users(InstanceId=instance_id)["Users"],
    ]
    for user in shown:
        assert "CHAT" in str(user)
        assert "EMAIL" not in str(user)
    assert "EMAIL" not in {channel for _, channel, _ in connect.effective(instance_id, user_id)}
