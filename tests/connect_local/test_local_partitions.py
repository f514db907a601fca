"""ARNs carry the region's partition; an ARN of another partition, region or account names no resource."""

from collections.abc import Callable

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from mypy_boto3_connect import ConnectClient

from connect_local import Behaviour, Fault, FaultKind, LocalConnect
from connect_local.administration import Administration
from connect_local.conditions import current
from connect_local.models import LocalConnectBackend

GOVERNMENT = "us-gov-west-1"


@pytest.fixture
def government(connect: LocalConnect) -> Administration:
    connect.behaviour = Behaviour(accept_arns=True)
    return Administration(current(), connect.account_id, GOVERNMENT)


@pytest.fixture
def gov_client(government: Administration) -> ConnectClient:
    return boto3.client("connect", region_name=government.region, config=Config(retries={"max_attempts": 0}))


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        (GOVERNMENT, "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_the_region_determines_the_partition(region: str, partition: str) -> None:
    backend = LocalConnectBackend(region, "123456789012")
    instance_id, arn = backend.add_instance("fixed")
    assert arn == f"arn:{partition}:connect:{region}:123456789012:instance/fixed"
    user = {"Username": "ann", "SecurityProfileIds": ["basic"], "RoutingProfileId": "voice"}
    assert backend.create_user(instance_id, user)["UserArn"].startswith(f"{arn}/agent/")


def test_an_instance_from_the_api(gov_client: ConnectClient) -> None:
    created = gov_client.create_instance(
        IdentityManagementType="SAML",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=True,
        Tags={"team": "voice"},
    )
    assert created["Arn"].startswith("arn:aws-us-gov:connect:")
    shown = gov_client.describe_instance(InstanceId=created["Id"])["Instance"]
    assert (shown["Arn"], shown["Tags"]) == (created["Arn"], {"team": "voice"})
    assert shown["ServiceRole"].startswith("arn:aws-us-gov:iam:")


def elsewhere(arn: str, change: Callable[[list[str]], None]) -> str:
    parts = arn.split(":")
    change(parts)
    return ":".join(parts)


CHANGES: dict[str, Callable[[list[str]], None]] = {
    "partition": lambda parts: parts.__setitem__(1, "aws"),
    "nonsense": lambda parts: parts.__setitem__(1, "aws-nonsense"),
    "service": lambda parts: parts.__setitem__(2, "connectx"),
    "region": lambda parts: parts.__setitem__(3, "us-gov-east-1"),
    "account": lambda parts: parts.__setitem__(4, "111111111111"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_an_arn_from_elsewhere_is_unknown(
    government: Administration, gov_client: ConnectClient, change: Callable[[list[str]], None]
) -> None:
    instance_id, instance_arn = government.create_instance()
    user_id, user_arn = government.create_user(instance_id, "ann")
    other_user, other_instance = elsewhere(user_arn, change), elsewhere(instance_arn, change)
    attempts: list[Callable[[], object]] = [
        lambda: gov_client.describe_user(InstanceId=instance_arn, UserId=other_user),
        lambda: gov_client.describe_user(InstanceId=other_instance, UserId=user_arn),
        lambda: gov_client.list_users(InstanceId=other_instance),
        lambda: gov_client.tag_resource(resourceArn=other_user, tags={"team": "chat"}),
        lambda: gov_client.tag_resource(resourceArn=other_instance, tags={"team": "chat"}),
        lambda: gov_client.list_tags_for_resource(resourceArn=other_user),
        lambda: gov_client.untag_resource(resourceArn=other_instance, tagKeys=["team"]),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError) as error:
            attempt()
        assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert gov_client.describe_user(InstanceId=instance_arn, UserId=user_arn)["User"]["Id"] == user_id


def test_a_refusal_names_arns_of_the_partition(government: Administration, gov_client: ConnectClient) -> None:
    instance_id, arn = government.create_instance()
    government.plant(Fault("ListUsers", FaultKind.ACCESS_DENIED))
    with pytest.raises(ClientError, match=rf"arn:aws-us-gov:sts::.* on resource: {arn} ") as error:
        gov_client.list_users(InstanceId=instance_id)
    assert "arn:aws:" not in str(error.value)
