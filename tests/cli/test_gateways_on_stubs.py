"""The calls that no local cloud has, on botocore's Stubber, which holds questions and answers to botocore's model."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    InvalidRegionError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.stub import Stubber

from connect_user_config.core.calls import Call, Later
from connect_user_config.core.problems import Failed, NoAccess, Problem, Wrong
from connect_user_config.core.registry import Registration, Version, VersionDetails
from connect_user_config.gateways.aws import Aws
from connect_user_config.gateways.errors import translated
from connect_user_config.gateways.registry import (
    running_registrations,
    see_details,
    see_registration,
    see_versions,
)
from connect_user_config.gateways.stacks import first_failure, importers

TYPE = "Acme::Connect::UserConfig"
TYPE_ARN = "arn:aws:cloudformation:us-east-1:123456789012:type/resource/Acme-Connect-UserConfig"
ROLE = "arn:aws:iam::123456789012:role/execution"


class OneClient:
    """A session whose every client is the stubbed one."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def client(self, service: str, **_: Any) -> Any:
        return self._client


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("cloudformation", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def aws(stub: Stubber) -> Aws:
    return Aws(lambda region: OneClient(stub.client), "us-east-1")


def test_versions_are_gathered_from_all_pages(aws: Aws, stub: Stubber) -> None:
    asked = {"Type": "RESOURCE", "TypeName": TYPE, "DeprecatedStatus": "LIVE"}
    first = {"Arn": f"{TYPE_ARN}/00000001", "VersionId": "00000001", "IsDefaultVersion": False}
    second = {"Arn": f"{TYPE_ARN}/00000002", "VersionId": "00000002", "IsDefaultVersion": True}
    stub.add_response("list_type_versions", {"TypeVersionSummaries": [first], "NextToken": "more"}, asked)
    stub.add_response(
        "list_type_versions", {"TypeVersionSummaries": [second]}, {**asked, "NextToken": "more"}
    )
    assert see_versions(aws, TYPE) == (
        Version(f"{TYPE_ARN}/00000001", "00000001", is_default=False),
        Version(f"{TYPE_ARN}/00000002", "00000002", is_default=True),
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [("TypeNotFoundException", "no"), ("CFNRegistryException", f"The type '{TYPE}' cannot be found.")],
)
def test_a_type_that_is_not_there_has_no_versions_and_no_registrations(
    aws: Aws, stub: Stubber, code: str, message: str
) -> None:
    stub.add_client_error("list_type_versions", code, message)
    stub.add_client_error("list_type_registrations", code, message)
    stub.add_client_error("describe_type", code, message)
    assert see_versions(aws, TYPE) == ()
    assert running_registrations(aws, TYPE) == ()
    assert see_details(aws, f"{TYPE_ARN}/00000001") is None


@pytest.mark.parametrize(
    ("call", "ask"),
    [
        ("list_type_versions", lambda aws: see_versions(aws, TYPE)),
        ("list_type_registrations", lambda aws: running_registrations(aws, TYPE)),
        ("describe_type", lambda aws: see_details(aws, f"{TYPE_ARN}/1")),
        ("list_imports", lambda aws: importers(aws, "Token")),
    ],
)
def test_any_other_refusal_is_not_taken_for_nothing(
    aws: Aws, stub: Stubber, call: str, ask: Callable[[Aws], object]
) -> None:
    stub.add_client_error(call, "CFNRegistryException", "Internal failure")
    with pytest.raises(Failed, match="Internal failure"):
        ask(aws)


def test_details_are_those_of_one_version(aws: Aws, stub: Stubber) -> None:
    logging = {"LogRoleArn": ROLE, "LogGroupName": "/acme"}
    told = {
        "Schema": '{"typeName": "x"}',
        "ExecutionRoleArn": ROLE,
        "LoggingConfig": logging,
        "DeprecatedStatus": "LIVE",
    }
    stub.add_response("describe_type", told, {"Arn": TYPE_ARN, "VersionId": "00000001"})
    assert see_details(aws, f"{TYPE_ARN}/00000001") == VersionDetails({"typeName": "x"}, ROLE, logging)
    stub.add_response("describe_type", {**told, "DeprecatedStatus": "DEPRECATED"})
    assert see_details(aws, f"{TYPE_ARN}/00000001") is None
    stub.add_response("describe_type", {"Schema": "not JSON", "ExecutionRoleArn": ROLE})
    assert see_details(aws, f"{TYPE_ARN}/00000001") == VersionDetails({}, ROLE, {})


def test_registrations(aws: Aws, stub: Stubber) -> None:
    told = {
        "ProgressStatus": "COMPLETE",
        "Description": "done",
        "TypeArn": TYPE_ARN,
        "TypeVersionArn": f"{TYPE_ARN}/00000001",
    }
    stub.add_response("describe_type_registration", told, {"RegistrationToken": "token"})
    assert see_registration(aws, "token") == Registration("COMPLETE", "done", f"{TYPE_ARN}/00000001")
    stub.add_client_error("describe_type_registration", "CFNRegistryException", "unknown token")
    assert see_registration(aws, "token") is None
    asked = {"Type": "RESOURCE", "TypeName": TYPE, "RegistrationStatusFilter": "IN_PROGRESS"}
    stub.add_response("list_type_registrations", {"RegistrationTokenList": ["a"], "NextToken": "more"}, asked)
    stub.add_response(
        "list_type_registrations", {"RegistrationTokenList": ["b"]}, {**asked, "NextToken": "more"}
    )
    assert running_registrations(aws, TYPE) == ("a", "b")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        (
            "RegisterType",
            {
                "Type": "RESOURCE",
                "TypeName": TYPE,
                "SchemaHandlerPackage": "s3://b/k",
                "ClientRequestToken": "t",
            },
        ),
        ("SetTypeDefaultVersion", {"Arn": f"{TYPE_ARN}/00000001"}),
        ("DeregisterType", {"Type": "RESOURCE", "TypeName": TYPE}),
        ("DeregisterType", {"Arn": f"{TYPE_ARN}/00000001"}),
    ],
)
def test_writes_leave_as_they_are(
    aws: Aws, stub: Stubber, operation: str, parameters: dict[str, str]
) -> None:
    stub.add_response(xform_name(operation), {}, parameters)
    aws.perform(Call("cloudformation", operation, parameters))


def test_a_promise_never_leaves(aws: Aws) -> None:
    with pytest.raises(ValueError, match="still to come"):
        aws.perform(Call("cloudformation", "SetTypeDefaultVersion", {"Arn": Later("TypeVersionArn")}))


def test_imports(aws: Aws, stub: Stubber) -> None:
    stub.add_response("list_imports", {"Imports": ["a"], "NextToken": "more"}, {"ExportName": "Token"})
    stub.add_response("list_imports", {"Imports": ["b"]}, {"ExportName": "Token", "NextToken": "more"})
    assert importers(aws, "Token") == ["a", "b"]
    stub.add_client_error("list_imports", "ValidationError", "Export 'Token' is not imported by any stack.")
    assert importers(aws, "Token") == []


def test_the_first_failure_is_that_of_the_latest_operation(aws: Aws, stub: Stubber) -> None:
    def event(name: str, status: str, reason: str = "", physical: str = "x") -> dict[str, Any]:
        return {
            "StackId": "stack-id",
            "StackName": "s",
            "EventId": "e",
            "Timestamp": 0,
            "LogicalResourceId": name,
            "PhysicalResourceId": physical,
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
        }

    newest_first = [
        event("s", "UPDATE_ROLLBACK_COMPLETE", physical="stack-id"),
        event("Later", "UPDATE_FAILED", "a later failure"),
        event("Other", "CREATE_FAILED", "Resource creation cancelled"),
        event("Role", "UPDATE_FAILED", "not allowed"),
        event("s", "UPDATE_IN_PROGRESS", "User Initiated", physical="stack-id"),
        event("Old", "CREATE_FAILED", "of an earlier operation"),
    ]
    stub.add_response("describe_stack_events", {"StackEvents": newest_first}, {"StackName": "s"})
    assert first_failure(aws, "s") == "Role: not allowed"


def refused(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "X")


@pytest.mark.parametrize(
    ("raised", "kind", "code", "words"),
    [
        (NoCredentialsError(), NoAccess, "no-credentials", "no credentials"),
        (PartialCredentialsError(provider="env", cred_var="x"), NoAccess, "no-credentials", "no credentials"),
        (InvalidRegionError(region_name="a b"), Wrong, "bad-configuration", "a b"),
        (EndpointConnectionError(endpoint_url="https://x"), Failed, "no-such-region", "xx-south-1 has no s3"),
        (ConnectTimeoutError(endpoint_url="https://x"), Failed, "no-connection", "did not answer"),
        (ParamValidationError(report="bad"), Failed, "botocore", "bad"),
        (
            refused("AccessDenied", "User: u is not authorized to perform: s3:ListBucket on resource: arn:x"),
            NoAccess,
            "access-denied",
            "may not s3:ListBucket on arn:x",
        ),
        (refused("403", "Forbidden"), NoAccess, "access-denied", "may not s3:GetObject in xx-south-1"),
        (refused("ExpiredToken"), NoAccess, "expired-credentials", "expired"),
        (refused("InvalidClientTokenId"), NoAccess, "unknown-credentials", "does not know"),
        (refused("Throttling"), Failed, "throttled", "too many requests"),
        (refused("InternalError", "sorry"), Failed, "InternalError", "sorry"),
        (refused("404", ""), Failed, "404", "404"),
    ],
)
def test_what_is_raised_becomes_words(raised: Exception, kind: type[Problem], code: str, words: str) -> None:
    with pytest.raises(kind, match=words) as caught, translated("s3", "HeadObject", "xx-south-1"):
        raise raised
    assert caught.value.code == code
    assert caught.value.__cause__ is raised
