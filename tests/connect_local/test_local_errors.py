"""Any request gets an answer in the service's form: a JSON error with its code, never a traceback."""

import copy
import http.client
import json
import os
import threading
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import requests
from hypothesis import HealthCheck, example, given
from hypothesis import settings as run_with
from hypothesis import strategies as st

from connect_local import Fault, FaultKind, LocalConnect, Permissions, Quota
from connect_local.behaviour import Behaviour
from connect_local.server import bind
from support.exhaustive import EXHAUSTIVE

INSTANCE, USER = "11111111-aaaa-4aaa-8aaa-111111111111", "22222222-bbbb-4bbb-8bbb-222222222222"
ARN = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE}/agent/{USER}"
HOST = "https://connect.us-east-1.amazonaws.com"
UPDATE, TAG = f"/users/{INSTANCE}/{USER}/config", f"/tags/{ARN}"
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential={}/20270101/us-east-1/connect/aws4_request, SignedHeaders=host, Signature=0"
)

UNREADABLE = {
    "half": b"{",
    "list": b"[]",
    "null": b"null",
    "text": b'"x"',
    "number": b"1",
    "not UTF-8": b'{"AutoAcceptConfigs": "\xff"}',
    "UTF-16": "{}".encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "no JSON": b'{"AutoAcceptConfigs": NaN}',
    "half a pair": rb'{"AutoAcceptConfigs": "\ud800"}',
    "deep lists": b'{"x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"x": ' * 200 + b"1" + b"}" * 200,
    "long number": b'{"x": ' + b"1" * 5000 + b"}",
    "form": b"Action=DescribeUser&key=x",
}
UNKNOWN = {
    "path": ("GET", "/no/such/path"),
    "root": ("GET", "/"),
    "method": ("PATCH", f"/users/{INSTANCE}/{USER}"),
    # moto's router distinguishes operations by the query members that they require.
    "no keys to remove": ("DELETE", TAG),
    "no user": ("GET", f"/users/{INSTANCE}/"),
    "double slash": ("GET", "//[users/x"),
    "not implemented": ("GET", f"/queues-summary/{INSTANCE}"),
    "name in the query": ("GET", "/no/such/path?Action=ListUsers"),
}
MALFORMED: dict[str, tuple[str, str, Any]] = {
    "numeric tag value": ("POST", TAG, {"tags": {"team": 5}}),
    "null tag value": ("POST", TAG, {"tags": {"team": None}}),
    "tags as a list": ("POST", TAG, {"tags": ["team"]}),
    "nothing to tag": ("POST", TAG, {}),
    "text for a list": ("POST", UPDATE, {"AutoAcceptConfigs": "x"}),
    "null in a list": ("POST", UPDATE, {"AutoAcceptConfigs": [None]}),
    "text for a structure": (
        "POST",
        UPDATE,
        {"AfterContactWorkConfigs": [{"Channel": "CHAT", "AfterContactWorkConfig": "x"}]},
    ),
    "number for text": ("POST", UPDATE, {"AutoAcceptConfigs": [{"Channel": 5, "AutoAccept": True}]}),
    "page size in words": ("GET", f"/users-summary/{INSTANCE}?maxResults=many", None),
    "no user name": ("PUT", f"/users/{INSTANCE}", {}),
    "no instance": ("POST", "/search-users", {}),
    "criteria in words": ("POST", "/search-users", {"InstanceId": INSTANCE, "SearchCriteria": "ann"}),
    "null condition": (
        "POST",
        "/search-users",
        {"InstanceId": INSTANCE, "SearchCriteria": {"StringCondition": {"FieldName": None}}},
    ),
    "numeric token": ("POST", "/search-users", {"InstanceId": INSTANCE, "NextToken": 5}),
    "no kind of identity": ("PUT", "/instance", {}),
    "moto's page size in words": ("GET", "/instance?maxResults=many", None),
}


def code_of(status: int, headers: Any, body: bytes) -> str | None:
    """Return the code of an error in the service's form; None for an answer without an error."""
    content = json.loads(body)
    assert (status < 400) is ("X-Amzn-ErrorType" not in headers)
    if status < 400:
        return None
    assert headers["Content-Type"] == "application/json"
    assert isinstance(content["message"], str)
    assert content["message"]
    assert content["__type"] == headers["X-Amzn-ErrorType"]
    return str(content["__type"])


@pytest.fixture
def here(connect: LocalConnect) -> LocalConnect:
    connect.create_instance(INSTANCE)
    connect.create_user(INSTANCE, "ann", USER, tags={"team": "voice"})
    return connect


def send(
    method: str, path: str, body: bytes = b"", key: str = "AKIAEXAMPLE000000000", **headers: str
) -> tuple[int, Any, bytes]:
    signed = {"Authorization": SIGNATURE.format(key), **headers}
    answer = requests.request(method, HOST + path, data=body, headers=signed, timeout=10)
    return answer.status_code, answer.headers, answer.content


@pytest.fixture(scope="module")
def port(_connect: LocalConnect) -> Iterator[int]:
    """The port of a server in this process, with the same users."""
    with patch.dict(os.environ), bind("127.0.0.1", 0, _connect.account_id, _connect.region) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server.server_port
        server.shutdown()
        serving.join()


@pytest.fixture
def connection(port: int) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    yield opened
    opened.close()


def send_over(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b""
) -> tuple[int, Any, bytes]:
    connection.request(method, path, body, {"Authorization": SIGNATURE.format("testing")})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
def test_an_unreadable_body(here: LocalConnect, connection: http.client.HTTPConnection, body: bytes) -> None:
    before = here.effective(INSTANCE, USER)
    for status, headers, content in (send("POST", UPDATE, body), send_over(connection, "POST", UPDATE, body)):
        assert (status, code_of(status, headers, content)) == (400, "SerializationException")
    assert here.effective(INSTANCE, USER) == before
    assert [(call.outcome, call.acted) for call in here.calls] == [("SerializationException", False)] * 2


@pytest.mark.parametrize(("method", "path"), UNKNOWN.values(), ids=list(UNKNOWN))
def test_an_unknown_operation(
    here: LocalConnect, connection: http.client.HTTPConnection, method: str, path: str
) -> None:
    for status, headers, content in (send(method, path), send_over(connection, method, path)):
        assert (status, code_of(status, headers, content)) == (404, "UnknownOperationException")
    assert not [call for call in here.calls if call.acted]


@pytest.mark.parametrize("method", ["PROPFIND", "users", "OPTIONS"])
def test_an_unknown_method(connection: http.client.HTTPConnection, method: str) -> None:
    status, headers, content = send_over(connection, method, f"/users/{INSTANCE}/{USER}")
    assert (status, code_of(status, headers, content)) == (404, "UnknownOperationException")


@pytest.mark.parametrize(("method", "path", "body"), MALFORMED.values(), ids=list(MALFORMED))
def test_a_request_that_does_not_fit_the_model(
    here: LocalConnect, connection: http.client.HTTPConnection, method: str, path: str, body: object
) -> None:
    sent = b"" if body is None else json.dumps(body).encode()
    for status, headers, content in (send(method, path, sent), send_over(connection, method, path, sent)):
        assert (status, code_of(status, headers, content)) == (400, "InvalidRequestException")
    assert here.tags(INSTANCE, USER) == {"team": "voice"}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/x-amz-json-1.1",
    ],
)
def test_a_body_is_json_under_any_content_type(here: LocalConnect, content_type: str) -> None:
    body = {"tags": {"team": "chat"}}
    status, headers, content = send("POST", TAG, json.dumps(body).encode(), **{"Content-Type": content_type})
    assert (status, code_of(status, headers, content)) == (200, None)
    assert here.tags(INSTANCE, USER) == {"team": "chat"}


def test_a_body_that_claims_to_be_compressed(here: LocalConnect) -> None:
    status, headers, content = send("POST", UPDATE, b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert code_of(status, headers, content) == "SerializationException"
    assert len(here.calls) == 1


def test_a_region_without_connect(here: LocalConnect) -> None:
    for host in ("https://connect.nowhere-1.amazonaws.com", "https://connect.cn-north-1.amazonaws.com.cn"):
        answer = requests.get(f"{host}/users-summary/{INSTANCE}", timeout=10)
        assert code_of(answer.status_code, answer.headers, answer.content) == "InvalidSignatureException"
    assert here.calls == []


def test_quotas_permissions_and_faults_come_before_validation(here: LocalConnect) -> None:
    def code() -> str | None:
        return code_of(*send("POST", UPDATE, b"{", key="ASIAEXAMPLE000000000"))

    here.plant(Fault("UpdateUserConfig", FaultKind.CONDITIONAL_OPERATION_FAILED))
    assert code() == "ConditionalOperationFailedException"
    policy = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    here.permissions = Permissions.of("arn:aws:iam::123456789012:role/r", [policy])
    assert code() == "AccessDeniedException"
    here.behaviour = Behaviour(quotas={"UpdateUserConfig": Quota(0, 0)})
    assert code() == "ThrottlingException"


NUMBER = "+15550100"
NAMED = {"StringCondition": {"FieldName": "Username", "Value": "a", "ComparisonType": "CONTAINS"}}
VALID: list[tuple[str, str, dict[str, Any]]] = [
    (
        "PUT",
        f"/users/{INSTANCE}",
        {
            "Username": "bob",
            "SecurityProfileIds": ["basic"],
            "RoutingProfileId": "voice",
            "Tags": {"team": "voice"},
            "IdentityInfo": {"FirstName": "Bob", "Mobile": NUMBER},
            "PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": True},
        },
    ),
    (
        "POST",
        UPDATE,
        {
            "AutoAcceptConfigs": [
                {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}
            ],
            "AfterContactWorkConfigs": [
                {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}
            ],
            "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}],
        },
    ),
    (
        "POST",
        f"/users/{INSTANCE}/{USER}/phone-config",
        {"PhoneConfig": {"PhoneType": "SOFT_PHONE", "AutoAccept": True}},
    ),
    ("POST", TAG, {"tags": {"team": "chat"}}),
    (
        "POST",
        "/search-users",
        {
            "InstanceId": INSTANCE,
            "MaxResults": 5,
            "NextToken": None,
            "SearchFilter": {"TagFilter": {"OrConditions": [[{"TagKey": "team", "TagValue": "voice"}]]}},
            "SearchCriteria": {"AndConditions": [NAMED]},
        },
    ),
    (
        "PUT",
        "/instance",
        {"IdentityManagementType": "SAML", "InboundCallsEnabled": True, "OutboundCallsEnabled": True},
    ),
    (
        "PUT",
        f"/analytics-data/instance/{INSTANCE}/association",
        {"DataSetId": "x", "TargetAccountId": "123456789012"},
    ),
]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from paths(value[key], (*path, key))


@st.composite
def nearly_valid(draw: st.DrawFn) -> tuple[str, str, Any]:
    """Return a valid request with other values at one or two paths of its body."""
    method, path, valid = draw(st.sampled_from(VALID))
    body = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 2))):
        *parents, last = draw(st.sampled_from(list(paths(body))))
        holder: Any = body
        for key in parents:
            holder = holder[key]
        holder[last] = draw(JUNK)
    return method, path, body


@run_with(
    max_examples=150 if EXHAUSTIVE else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(("POST", UPDATE, {"AutoAcceptConfigs": None}))
@example(("POST", f"/users/{INSTANCE}/{USER}/phone-config", {"PhoneConfig": {"AutoAccept": None}}))
@given(nearly_valid())
def test_nearly_valid_requests(connect: LocalConnect, sent: tuple[str, str, Any]) -> None:
    connect.reset(Behaviour())
    connect.create_instance(INSTANCE)
    connect.create_user(INSTANCE, "ann", USER)
    method, path, body = sent
    code_of(*send(method, path, json.dumps(body).encode()))
    assert None not in [connect.effective(INSTANCE, USER)[setting] for setting in WITH_VALUES]
    for shown in (
        send("GET", f"/users/{INSTANCE}/{USER}"),
        send("POST", "/search-users", json.dumps({"InstanceId": INSTANCE}).encode()),
    ):
        assert code_of(*shown) is None


WITH_VALUES = [
    ("AutoAcceptConfigs", "CHAT", ("AutoAccept",)),
    ("PhoneNumberConfigs", "VOICE", ("PhoneType",)),
]


@run_with(
    max_examples=100 if EXHAUSTIVE else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
    st.text(max_size=8),
    st.binary(max_size=8),
)
def test_any_path_and_any_body(here: LocalConnect, method: str, end: str, body: bytes) -> None:
    for start in (
        "/",
        f"/users/{INSTANCE}/",
        f"{UPDATE}",
        "/tags/",
        "/instance/",
        "/users-summary/",
        f"/instance?nextToken={end}&maxResults=",
    ):
        status, headers, content = send(method, start + end.replace("%", "%25"), body)
        if method != "HEAD":
            code_of(status, headers, content)
        assert status < 500
    here.forget_calls()
