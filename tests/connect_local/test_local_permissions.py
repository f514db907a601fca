"""The policies of a role authorize its calls, as in IAM; moto's evaluator decides."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from connect_local import Fault, FaultKind, LocalConnect, Permissions
from connect_local.permissions import refusal

PRINCIPAL = "arn:aws:sts::123456789012:assumed-role/agent-settings/function"
ACTIONS = ["DescribeUser", "TagResource", "UntagResource", "UpdateUserConfig", "UpdateUserPhoneConfig"]


def policy(resource: str, actions: list[str], effect: str = "Allow") -> dict[str, Any]:
    statement = {
        "Effect": effect,
        "Action": [f"connect:{action}" for action in actions],
        "Resource": resource,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture
def role_client() -> Any:
    session: Any = boto3.Session("ASIAEXAMPLEEXAMPLE01", "secret", "token", region_name="us-east-1")
    return session.client("connect")


def agents_of(connect: LocalConnect, instance_id: str) -> str:
    return f"arn:aws:connect:{connect.region}:{connect.account_id}:instance/{instance_id}/agent/*"


def write(client: Any, instance_id: str, user_id: str) -> None:
    configs = [{"Channel": "VOICE", "AutoAccept": True}]
    client.update_user_config(InstanceId=instance_id, UserId=user_id, AutoAcceptConfigs=configs)


def test_a_role_may_do_what_its_policies_allow(
    connect: LocalConnect, role_client: Any, instance_id: str, user_id: str
) -> None:
    connect.permissions = Permissions.of(PRINCIPAL, [policy(agents_of(connect, instance_id), ACTIONS)])
    arn = role_client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]["Arn"]
    role_client.tag_resource(resourceArn=arn, tags={"a": "b"})
    role_client.untag_resource(resourceArn=arn, tagKeys=["a"])
    write(role_client, instance_id, user_id)
    assert {call.outcome for call in connect.calls} == {"ok"}


@pytest.mark.parametrize("missing", ["UpdateUserConfig", "UpdateUserPhoneConfig"])
def test_a_missing_action_is_named_and_nothing_is_written(
    connect: LocalConnect, role_client: Any, instance_id: str, user_id: str, missing: str
) -> None:
    actions = [action for action in ACTIONS if action != missing]
    connect.permissions = Permissions.of(PRINCIPAL, [policy(agents_of(connect, instance_id), actions)])
    connect.plant(Fault("UpdateUserConfig", FaultKind.THROTTLING))
    with pytest.raises(ClientError) as refused:
        write(role_client, instance_id, user_id)
    agent = agents_of(connect, instance_id).replace("*", user_id)
    error = refused.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        f"User: {PRINCIPAL} is not authorized to perform: connect:{missing} on resource: {agent}"
        f" because no identity-based policy allows the connect:{missing} action"
    )
    assert [(call.outcome, call.acted) for call in connect.calls] == [("AccessDeniedException", False)]


def test_another_instance_is_refused(
    connect: LocalConnect, role_client: Any, instance_id: str, user_id: str
) -> None:
    connect.permissions = Permissions.of(PRINCIPAL, [policy(agents_of(connect, "another"), ACTIONS)])
    message = f"connect:DescribeUser on resource: .*instance/{instance_id}/agent/{user_id} because"
    with pytest.raises(ClientError, match=message):
        role_client.describe_user(InstanceId=instance_id, UserId=user_id)


def test_a_search_needs_the_instance(connect: LocalConnect, role_client: Any, instance_id: str) -> None:
    connect.permissions = Permissions.of(PRINCIPAL, [policy(agents_of(connect, instance_id), ["*"])])
    message = f"connect:SearchUsers on resource: .*:instance/{instance_id} because"
    with pytest.raises(ClientError, match=message):
        role_client.search_users(InstanceId=instance_id)


def test_long_term_credentials_and_a_reset_local_connect_are_unrestricted(
    connect: LocalConnect, role_client: Any, instance_id: str, user_id: str
) -> None:
    connect.permissions = Permissions.of(PRINCIPAL, [])
    boto3.client("connect", region_name=connect.region).describe_user(InstanceId=instance_id, UserId=user_id)
    with pytest.raises(ClientError, match="AccessDenied"):
        role_client.describe_user(InstanceId=instance_id, UserId=user_id)
    connect.reset()
    instance_id, _ = connect.create_instance()
    role_client.list_users(InstanceId=instance_id)


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
CONDITION = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}


@pytest.mark.parametrize("document", [{"Version": "2012-10-17"}, {"Statement": [EVERYTHING | CONDITION]}])
def test_a_document_that_moto_cannot_evaluate_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Statement"):
        Permissions.of(PRINCIPAL, [document])


RESOURCE = "arn:aws:connect:us-east-1:123456789012:instance/i/agent/u"


@pytest.mark.parametrize(
    ("documents", "decision"),
    [
        ([policy("*", ["DescribeUser"])], "allowed"),
        ([policy(RESOURCE, ["Describe*"])], "allowed"),
        ([policy(RESOURCE.replace("/u", "/*"), ["DescribeUser"]), policy("*", ["ListUsers"])], "allowed"),
        ([policy(RESOURCE.replace("/u", "/v"), ["*"])], "no identity-based policy allows"),
        ([policy(RESOURCE.removesuffix("/agent/u"), ["*"])], "no identity-based policy allows"),
        ([policy("*", ["ListUsers"])], "no identity-based policy allows"),
        ([], "no identity-based policy allows"),
        ([policy("*", ["*"]), policy(RESOURCE, ["DescribeUser"], "Deny")], "explicit deny"),
    ],
)
def test_moto_still_evaluates_as_iam_does(documents: list[dict[str, Any]], decision: str) -> None:
    """moto does not document its evaluator. If this fails, adapt connect_local/permissions.py."""
    message = Permissions.of(PRINCIPAL, documents).refusal("DescribeUser", RESOURCE, "ASIAEXAMPLEEXAMPLE01")
    assert message is None if decision == "allowed" else decision in (message or "")


def test_a_refusal_has_the_same_message_as_a_planted_fault(
    connect: LocalConnect, instance_id: str, user_id: str
) -> None:
    connect.plant(Fault("DescribeUser", FaultKind.ACCESS_DENIED))
    client = boto3.client("connect", region_name=connect.region)
    with pytest.raises(ClientError) as refused:
        client.describe_user(InstanceId=instance_id, UserId=user_id)
    agent = agents_of(connect, instance_id).replace("*", user_id)
    caller = f"arn:aws:sts::{connect.account_id}:assumed-role/local-role/local-session"
    assert refused.value.response["Error"]["Message"] == refusal(caller, "connect:DescribeUser", agent)
