"""Users: create, list, describe and delete, as a boto3 client sees them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_connect import ConnectClient

from connect_local import Behaviour, LocalConnect

REQUIRED: dict[str, Any] = {
    "Username": "bob",
    "SecurityProfileIds": ["security"],
    "RoutingProfileId": "routing",
}


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = error.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_user_reads_back_as_created(client: ConnectClient, instance_id: str) -> None:
    identity: Any = {"FirstName": "Bob", "LastName": "Bee", "Email": "bob@example.com"}
    more: Any = {"IdentityInfo": identity, "Tags": {"team": "voice"}, **REQUIRED}
    created = client.create_user(InstanceId=instance_id, **more)
    user = client.describe_user(InstanceId=instance_id, UserId=created["UserId"])["User"]
    assert user["Arn"] == created["UserArn"]
    assert user["Arn"].endswith(f":instance/{instance_id}/agent/{created['UserId']}")
    assert (user["Username"], user["IdentityInfo"], user["Tags"]) == ("bob", identity, {"team": "voice"})
    assert (user["SecurityProfileIds"], user["RoutingProfileId"]) == (["security"], "routing")
    assert user["LastModifiedRegion"] == "us-east-1"


@pytest.mark.parametrize("missing", REQUIRED)
def test_required_members_are_required(
    connect: LocalConnect, client: ConnectClient, instance_id: str, missing: str
) -> None:
    given = {name: value for name, value in REQUIRED.items() if name != missing}
    with pytest.raises(ClientError, match=rf"CreateUser\.{missing} is required") as error:
        client.create_user(InstanceId=instance_id, **given)
    assert refusal(error) == ("InvalidRequestException", 400)
    assert not connect.backend().users


def test_a_user_name_is_taken_once_per_instance(connect: LocalConnect, client: ConnectClient) -> None:
    first, second = connect.create_instance()[0], connect.create_instance()[0]
    client.create_user(InstanceId=first, **REQUIRED)
    with pytest.raises(ClientError) as error:
        client.create_user(InstanceId=first, **REQUIRED)
    assert refusal(error) == ("DuplicateResourceException", 409)
    assert client.create_user(InstanceId=second, **REQUIRED)["UserId"]


@pytest.mark.parametrize(
    ("member", "value", "array", "entry"),
    [
        ("AutoAccept", True, "AutoAcceptConfigs", {"AutoAccept": True}),
        ("AfterContactWorkTimeLimit", 5, "AfterContactWorkConfigs", {"AfterContactWorkConfig": {}}),
        ("PhoneType", "SOFT_PHONE", "PhoneNumberConfigs", {"PhoneType": "SOFT_PHONE"}),
        ("DeskPhoneNumber", "+15550100", "PhoneNumberConfigs", {"PhoneType": "SOFT_PHONE"}),
        ("PersistentConnection", True, "PersistentConnectionConfigs", {"PersistentConnection": True}),
    ],
)
def test_a_legacy_member_conflicts_with_its_array(
    client: ConnectClient, instance_id: str, member: str, value: object, array: str, entry: dict[str, object]
) -> None:
    arrays: dict[str, Any] = {array: [{"Channel": "VOICE", **entry}], "PhoneConfig": {member: value}}
    message = f"PhoneConfig.{member} cannot be set together with {array}"
    with pytest.raises(ClientError, match=message) as error:
        client.create_user(InstanceId=instance_id, **REQUIRED, **arrays)
    assert refusal(error) == ("InvalidParameterException", 400)


def test_a_deleted_user_is_gone_with_its_tags(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    user_id, arn = connect.create_user(instance_id, "ann", tags={"team": "voice"})
    client.delete_user(InstanceId=instance_id, UserId=user_id)
    calls: list[tuple[Any, dict[str, Any]]] = [
        (client.describe_user, {"InstanceId": instance_id, "UserId": user_id}),
        (client.delete_user, {"InstanceId": instance_id, "UserId": user_id}),
        (client.list_tags_for_resource, {"resourceArn": arn}),
        (client.tag_resource, {"resourceArn": arn, "tags": {"a": "b"}}),
        (client.untag_resource, {"resourceArn": arn, "tagKeys": ["a"]}),
    ]
    for call, arguments in calls:
        with pytest.raises(ClientError) as error:
            call(**arguments)
        assert refusal(error) == ("ResourceNotFoundException", 404)
    connect.create_user(instance_id, "ann", user_id=user_id)
    assert connect.tags(instance_id, user_id) == {}


def test_users_go_with_their_instance(connect: LocalConnect, client: ConnectClient, instance_id: str) -> None:
    user_id, _ = connect.create_user(instance_id, "ann")
    client.delete_instance(InstanceId=instance_id)
    with pytest.raises(ClientError) as error:
        client.describe_user(InstanceId=instance_id, UserId=user_id)
    assert refusal(error) == ("ResourceNotFoundException", 404)


def test_listing_goes_page_by_page_and_survives_a_deletion(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    users = [connect.create_user(instance_id, f"user-{number}")[0] for number in range(5)]
    first = client.list_users(InstanceId=instance_id, MaxResults=2)
    client.delete_user(InstanceId=instance_id, UserId=users[1])
    second = client.list_users(InstanceId=instance_id, MaxResults=2, NextToken=first["NextToken"])
    third = client.list_users(InstanceId=instance_id, MaxResults=2, NextToken=second["NextToken"])
    pages = [[user["Id"] for user in page["UserSummaryList"]] for page in (first, second, third)]
    assert pages == [users[:2], users[2:4], users[4:]]
    assert "NextToken" not in third


def test_a_made_up_token_is_refused(client: ConnectClient, instance_id: str) -> None:
    with pytest.raises(ClientError, match="NextToken is not a token") as error:
        client.list_users(InstanceId=instance_id, NextToken="made-up")
    assert refusal(error) == ("InvalidParameterException", 400)


@pytest.mark.parametrize("accept", [False, True])
def test_arns_as_identifiers(connect: LocalConnect, client: ConnectClient, accept: bool) -> None:
    instance_id, instance_arn = connect.create_instance()
    _, arn = connect.create_user(instance_id, "ann")
    connect.behaviour = Behaviour(accept_arns=accept)
    if accept:
        assert client.describe_user(InstanceId=instance_arn, UserId=arn)["User"]["Arn"] == arn
        return
    for name, identifier in ((instance_arn, arn), (instance_id, arn)):
        with pytest.raises(ClientError, match="must be an identifier, not an ARN") as error:
            client.describe_user(InstanceId=name, UserId=identifier)
        assert refusal(error) == ("InvalidParameterException", 400)


def test_an_arn_of_another_instance_is_not_found(connect: LocalConnect, client: ConnectClient) -> None:
    connect.behaviour = Behaviour(accept_arns=True)
    here, there = connect.create_instance()[0], connect.create_instance()[0]
    user_id, _ = connect.create_user(here, "ann")
    _, foreign = connect.create_user(there, "ann", user_id=user_id)
    with pytest.raises(ClientError) as error:
        client.describe_user(InstanceId=here, UserId=foreign)
    assert refusal(error) == ("ResourceNotFoundException", 404)


def test_a_new_user_can_be_hidden_at_first(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    connect.behaviour = Behaviour(new_user_hidden_reads=2)
    user_id, _ = connect.create_user(instance_id, "ann")
    for _ in range(2):
        with pytest.raises(ClientError) as error:
            client.describe_user(InstanceId=instance_id, UserId=user_id)
        assert refusal(error) == ("ResourceNotFoundException", 404)
    assert client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["Id"] == user_id
