"""Planted faults as a boto3 client in this process sees them."""

import math
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from mypy_boto3_connect import ConnectClient

from connect_local import Behaviour, Fault, FaultKind, LocalConnect, Quota

AUTO_ACCEPT: Any = [{"Channel": "VOICE", "AutoAccept": True}]
SETTING = ("AutoAcceptConfigs", "VOICE", ("AutoAccept",))

ANSWERS = {
    FaultKind.THROTTLING: ("ThrottlingException", 429),
    FaultKind.TOO_MANY_REQUESTS: ("TooManyRequestsException", 429),
    FaultKind.INVALID_REQUEST: ("InvalidRequestException", 400),
    FaultKind.INVALID_PARAMETER: ("InvalidParameterException", 400),
    FaultKind.RESOURCE_NOT_FOUND: ("ResourceNotFoundException", 404),
    FaultKind.DUPLICATE_RESOURCE: ("DuplicateResourceException", 409),
    FaultKind.LIMIT_EXCEEDED: ("LimitExceededException", 429),
    FaultKind.CONDITIONAL_OPERATION_FAILED: ("ConditionalOperationFailedException", 409),
    FaultKind.INTERNAL_SERVICE: ("InternalServiceException", 500),
    FaultKind.ACCESS_DENIED: ("AccessDeniedException", 403),
    FaultKind.EXPIRED_CREDENTIALS: ("ExpiredTokenException", 403),
    FaultKind.SERVER_ERROR: ("503", 503),
}
TRANSPORT: dict[FaultKind, tuple[type[BotoCoreError], bool]] = {
    FaultKind.CONNECTION_RESET_BEFORE: (ConnectionClosedError, False),
    FaultKind.CONNECTION_RESET_AFTER: (ConnectionClosedError, True),
    FaultKind.READ_TIMEOUT_BEFORE: (ReadTimeoutError, False),
    FaultKind.READ_TIMEOUT_AFTER: (ReadTimeoutError, True),
    FaultKind.ENDPOINT_UNREACHABLE: (EndpointConnectionError, False),
}


def test_every_kind_is_tested_here() -> None:
    assert set(ANSWERS) | set(TRANSPORT) == set(FaultKind)


@pytest.mark.parametrize("acted", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ANSWERS)
def test_error_answers(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str, kind: FaultKind, acted: bool
) -> None:
    connect.plant(Fault("UpdateUserConfig", kind, acted=acted))
    with pytest.raises(ClientError) as error:
        client.update_user_config(InstanceId=instance_id, UserId=user_id, AutoAcceptConfigs=AUTO_ACCEPT)
    answer = error.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ANSWERS[kind]
    assert answer["Error"]["Message"]
    assert connect.effective(instance_id, user_id)[SETTING] is acted
    assert [(call.outcome, call.acted) for call in connect.calls] == [(kind.value, acted)]


@pytest.mark.parametrize("kind", TRANSPORT)
def test_failures_of_the_transport(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str, kind: FaultKind
) -> None:
    exception, acted = TRANSPORT[kind]
    connect.plant(Fault("UpdateUserConfig", kind))
    with pytest.raises(exception):
        client.update_user_config(InstanceId=instance_id, UserId=user_id, AutoAcceptConfigs=AUTO_ACCEPT)
    assert connect.effective(instance_id, user_id)[SETTING] is acted
    assert connect.calls[0].acted is acted


def test_botocore_retries_a_failure_of_the_transport_as_a_real_one(
    connect: LocalConnect, monkeypatch: pytest.MonkeyPatch, instance_id: str, user_id: str
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    client = boto3.client("connect", config=Config(retries={"max_attempts": 1}))
    connect.plant(Fault("DescribeUser", FaultKind.CONNECTION_RESET_BEFORE))
    assert client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["Id"] == user_id
    assert [call.outcome for call in connect.calls] == ["ConnectionResetBefore", "ok"]


def outcomes(client: ConnectClient, instance_id: str, user_id: str, count: int) -> list[str]:
    seen = []
    for _ in range(count):
        try:
            client.describe_user(InstanceId=instance_id, UserId=user_id)
            seen.append("ok")
        except ClientError as error:
            seen.append(error.response["Error"]["Code"])
    return seen


def test_a_fault_counts_the_calls_of_its_operation(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str
) -> None:
    client.describe_user(InstanceId=instance_id, UserId=user_id)
    connect.plant(Fault("DescribeUser", "First", on_call=2, times=2))
    connect.plant(Fault("DescribeUser", "Second", on_call=3, times=math.inf))
    client.list_users(InstanceId=instance_id)
    assert outcomes(client, instance_id, user_id, 5) == ["ok", "First", "First", "Second", "Second"]
    connect.clear_faults()
    assert outcomes(client, instance_id, user_id, 1) == ["ok"]


def test_any_operation_on_one_user(connect: LocalConnect, client: ConnectClient, instance_id: str) -> None:
    ann, arn = connect.create_user(instance_id, "ann")
    bob, _ = connect.create_user(instance_id, "bob")
    connect.plant(Fault("*", "Custom", status=418, user_id=ann, times=math.inf))
    assert outcomes(client, instance_id, bob, 1) == ["ok"]
    assert outcomes(client, instance_id, ann, 1) == ["Custom"]
    with pytest.raises(ClientError) as error:
        client.tag_resource(resourceArn=arn, tags={"a": "b"})
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 418
    assert connect.tags(instance_id, ann) == {}


def test_a_call_over_its_quota_does_not_spend_a_fault(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str
) -> None:
    connect.plant(Fault("DescribeUser", "Planted"))
    connect.behaviour = Behaviour(quotas={"DescribeUser": Quota(0, 0)})
    assert outcomes(client, instance_id, user_id, 1) == ["ThrottlingException"]
    connect.behaviour = Behaviour()
    assert outcomes(client, instance_id, user_id, 2) == ["Planted", "ok"]


def test_a_denial_names_the_action_and_the_resource(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    _, arn = connect.create_user(instance_id, "ann")
    connect.plant(Fault("TagResource", FaultKind.ACCESS_DENIED))
    message = f"not authorized to perform: connect:TagResource on resource: {arn}"
    with pytest.raises(ClientError, match=message):
        client.tag_resource(resourceArn=arn, tags={"a": "b"})


def test_a_call_that_fails_by_itself_has_not_acted(
    connect: LocalConnect, client: ConnectClient, instance_id: str
) -> None:
    connect.plant(Fault("DescribeUser", FaultKind.CONNECTION_RESET_AFTER))
    with pytest.raises(ConnectionClosedError):
        client.describe_user(InstanceId=instance_id, UserId="unknown")
    assert connect.calls[0].acted is False
