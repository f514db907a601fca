"""Quotas as a client sees them, under a clock that the test moves."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_connect import ConnectClient

from connect_local import DOCUMENTED_QUOTAS, Behaviour, LocalConnect, Quota, ThrottlingCode

REFUSED = "ThrottlingException 429"
Advance = Callable[[float], None]


@pytest.fixture
def describe(client: ConnectClient, instance_id: str, user_id: str) -> Callable[[], str]:
    def call() -> str:
        try:
            client.describe_user(InstanceId=instance_id, UserId=user_id)
        except ClientError as error:
            answer = error.response
            return f"{answer['Error']['Code']} {answer['ResponseMetadata']['HTTPStatusCode']}"
        return "ok"

    return call


def test_a_burst_then_the_rate(connect: LocalConnect, describe: Callable[[], str], advance: Advance) -> None:
    connect.behaviour = Behaviour(quotas={"DescribeUser": Quota(rate=2, burst=3)})
    assert [describe() for _ in range(5)] == ["ok"] * 3 + [REFUSED] * 2
    advance(0.5)
    assert [describe() for _ in range(2)] == ["ok", REFUSED]
    advance(60)
    assert [describe() for _ in range(4)] == ["ok"] * 3 + [REFUSED]


def test_each_operation_has_a_bucket_of_its_own(
    connect: LocalConnect, client: ConnectClient, describe: Callable[[], str], instance_id: str
) -> None:
    connect.behaviour = Behaviour(quotas={"DescribeUser": Quota(1, 1), "ListUsers": Quota(1, 1)})
    assert [describe(), describe()] == ["ok", REFUSED]
    assert client.list_users(InstanceId=instance_id)["UserSummaryList"]
    assert client.search_users(InstanceId=instance_id)["Users"]


def test_the_code_of_a_refusal(connect: LocalConnect, describe: Callable[[], str]) -> None:
    code = ThrottlingCode.TOO_MANY_REQUESTS_EXCEPTION
    connect.behaviour = Behaviour(quotas={"DescribeUser": Quota(1, 1)}, throttling_code=code)
    assert [describe(), describe()] == ["ok", "TooManyRequestsException 429"]


@pytest.mark.parametrize(("cost", "outcome"), [(0.0, "ok"), (0.5, REFUSED)])
def test_the_cost_of_a_refused_call(
    connect: LocalConnect, describe: Callable[[], str], advance: Advance, cost: float, outcome: str
) -> None:
    connect.behaviour = Behaviour(quotas={"DescribeUser": Quota(1, 1)}, refused_call_cost=cost)
    describe()
    advance(0.5)
    assert describe() == REFUSED
    advance(0.5)
    assert describe() == outcome


def test_a_refused_call_is_logged_and_does_nothing(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str
) -> None:
    connect.behaviour = Behaviour(quotas={"DeleteUser": Quota(0, 0)})
    with pytest.raises(ClientError):
        client.delete_user(InstanceId=instance_id, UserId=user_id)
    assert [(call.operation, call.user_id, call.outcome, call.acted) for call in connect.calls] == [
        ("DeleteUser", user_id, "ThrottlingException", False)
    ]
    assert connect.tags(instance_id, user_id) == {}


def test_the_documented_quotas_are_those_of_the_table() -> None:
    assert DOCUMENTED_QUOTAS["UpdateUserConfig"] == DOCUMENTED_QUOTAS["TagResource"] == Quota(2, 5)
    assert DOCUMENTED_QUOTAS["DescribeUser"] == Quota(10, 5)
    assert DOCUMENTED_QUOTAS["ListTagsForResource"] == Quota(8, 5)
