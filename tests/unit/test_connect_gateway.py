"""The gateway's calls on the wire: the requests, the answers, one log line each, no retry."""

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ConnectTimeoutError
from unit.examples import INSTANCE, NUMBER, REGION, USER, USER_ARN, VOICE_ACCEPT
from unit.wire import Sent, Wire, user_answer

from custom_connect_userconfig.aws import connect as connect_gateway
from custom_connect_userconfig.aws.clients import ONE_TRY
from custom_connect_userconfig.aws.connect import ConnectGateway
from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY
from custom_connect_userconfig.core.errors import (
    InvalidRequest,
    NetworkFailure,
    NotFound,
    ServiceInternalError,
    SettingsError,
    Throttling,
)
from custom_connect_userconfig.ports import FoundUser, FoundUsers, Gateway


@pytest.fixture
def gateway() -> Gateway:
    return ConnectGateway(REGION)


def shape(sent: Sent) -> tuple[str, str, str, object]:
    return sent.method, sent.path, sent.query, sent.body


def test_a_user_is_read_with_settings_legacy_values_and_tags(gateway: Gateway, wire: Wire) -> None:
    phone = {"PhoneType": "SOFT_PHONE", "AutoAccept": True, "AfterContactWorkTimeLimit": 5}
    arrays = {
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": False}],
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}],
    }
    wire.answer(user_answer(PhoneConfig=phone, Tags={"team": "sales"}, **arrays))
    user = gateway.describe_user(INSTANCE, USER)
    assert user.arn == USER_ARN
    assert user.tags == {"team": "sales"}
    assert user.settings.shown == {
        VOICE_ACCEPT: False,
        PHONE_TYPE_KEY: "DESK_PHONE",
        PHONE_NUMBER_KEY: NUMBER,
    }
    assert user.settings.legacy == phone
    assert [shape(sent) for sent in wire.sent] == [("GET", f"/users/{INSTANCE}/{USER}", "", None)]


def test_a_user_of_whom_nothing_is_shown_has_no_settings(gateway: Gateway, wire: Wire) -> None:
    wire.answer(user_answer())
    user = gateway.describe_user(INSTANCE, USER)
    assert (user.settings.shown, user.settings.legacy, user.tags) == ({}, {}, {})


@pytest.mark.parametrize("body", ["<html>Welcome</html>", "", "{}", '{"User": null}', '{"User": {}}'])
def test_an_answer_without_a_user_is_a_fault_of_the_service(gateway: Gateway, wire: Wire, body: str) -> None:
    wire.answer(body)
    with pytest.raises(ServiceInternalError):
        gateway.describe_user(INSTANCE, USER)


def test_only_the_given_arrays_are_written(gateway: Gateway, wire: Wire) -> None:
    wire.answer()
    arrays: dict[str, list[dict[str, object]]] = {
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]
    }
    gateway.update_user_config(INSTANCE, USER, arrays)
    (sent,) = wire.sent
    assert sent.body == arrays
    assert (INSTANCE in sent.path, USER in sent.path) == (True, True)


def test_tags_are_set_and_removed_by_arn(gateway: Gateway, wire: Wire) -> None:
    wire.answer()
    gateway.tag_user(USER_ARN, {"k": "v"})
    gateway.untag_user(USER_ARN, ("k", "l"))
    assert [shape(sent) for sent in wire.sent] == [
        ("POST", f"/tags/{USER_ARN}", "", {"tags": {"k": "v"}}),
        ("DELETE", f"/tags/{USER_ARN}", "tagKeys=k&tagKeys=l", None),
    ]


@pytest.mark.parametrize(("token", "asked"), [(None, {}), ("t1", {"NextToken": "t1"})])
def test_users_are_searched_by_tag_a_hundred_at_a_time(
    gateway: Gateway, wire: Wire, token: str | None, asked: dict[str, str]
) -> None:
    users = [{"Id": USER, "Arn": USER_ARN, "Tags": {"k": "v"}}, {"Id": "b", "Arn": "arn:b"}]
    wire.answer({"Users": users, "NextToken": "t2"})
    found = gateway.search_tagged_users(INSTANCE, "k", ["v", "w"], token)
    assert found == FoundUsers([FoundUser(USER, USER_ARN, {"k": "v"}), FoundUser("b", "arn:b", {})], "t2")
    either = [[{"TagKey": "k", "TagValue": value}] for value in ("v", "w")]
    filtered = {"SearchFilter": {"TagFilter": {"OrConditions": either}}}
    assert wire.sent[0].body == {"InstanceId": INSTANCE, "MaxResults": 100, **filtered, **asked}


def test_an_empty_page_has_nobody_and_no_next(gateway: Gateway, wire: Wire) -> None:
    wire.answer({})
    assert gateway.search_tagged_users(INSTANCE, "k", ["v"], None) == FoundUsers([], None)


CALLS = {
    "DescribeUser": lambda gateway: gateway.describe_user(INSTANCE, USER),
    "UpdateUserConfig": lambda gateway: gateway.update_user_config(INSTANCE, USER, {}),
    "TagResource": lambda gateway: gateway.tag_user(USER_ARN, {"k": "v"}),
    "UntagResource": lambda gateway: gateway.untag_user(USER_ARN, ["k"]),
    "SearchUsers": lambda gateway: gateway.search_tagged_users(INSTANCE, "k", ["v"], None),
}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ThrottlingException", 429, Throttling),
        ("TooManyRequestsException", 429, Throttling),
        ("InternalServiceException", 500, ServiceInternalError),
        ("ResourceNotFoundException", 404, NotFound),
    ],
)
def test_nothing_is_retried_and_every_error_is_translated(
    gateway: Gateway, wire: Wire, operation: str, code: str, status: int, kind: type[SettingsError]
) -> None:
    wire.error(code, status=status)
    with pytest.raises(kind, match=INSTANCE):
        CALLS[operation](gateway)
    assert len(wire.sent) == 1


@pytest.mark.parametrize("operation", CALLS)
def test_a_lost_connection_is_not_retried_here(gateway: Gateway, wire: Wire, operation: str) -> None:
    wire.fail(ConnectTimeoutError(endpoint_url="https://connect"))
    with pytest.raises(NetworkFailure):
        CALLS[operation](gateway)
    assert len(wire.sent) == 1


@pytest.mark.parametrize("status", [500, 503])
def test_an_unparsable_failure_is_a_fault_of_the_service(gateway: Gateway, wire: Wire, status: int) -> None:
    wire.answer("<html>Service unavailable</html>", status)
    with pytest.raises(ServiceInternalError):
        gateway.describe_user(INSTANCE, USER)


@pytest.mark.parametrize("operation", CALLS)
def test_each_call_leaves_one_line(
    gateway: Gateway, wire: Wire, operation: str, caplog: pytest.LogCaptureFixture
) -> None:
    wire.answer(user_answer())
    CALLS[operation](gateway)
    (line,) = (json.loads(message) for message in caplog.messages)
    milliseconds = line.pop("milliseconds")
    assert isinstance(milliseconds, int)
    assert 0 <= milliseconds < 10_000
    user = {} if operation == "SearchUsers" else {"user": USER}
    assert line == {"event": "call", "operation": operation, "outcome": "OK", "instance": INSTANCE, **user}


def test_the_line_of_a_failed_call_names_the_kind_of_failure_and_no_number(
    gateway: Gateway, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire.error("InvalidParameterException", f"PhoneNumber {NUMBER} is invalid")
    arrays: dict[str, list[dict[str, object]]] = {
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]
    }
    with pytest.raises(InvalidRequest) as refused:
        gateway.update_user_config(INSTANCE, USER, arrays)
    (line,) = (json.loads(message) for message in caplog.messages)
    assert (line["operation"], line["outcome"], line["user"]) == ("UpdateUserConfig", "InvalidRequest", USER)
    assert NUMBER not in caplog.text
    assert NUMBER not in str(refused.value)


def test_the_line_of_a_call_that_fails_unexpectedly_does_not_say_ok(
    gateway: Gateway, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    wire.fail(RuntimeError("bug"))
    with pytest.raises(RuntimeError):
        gateway.describe_user(INSTANCE, USER)
    (line,) = (json.loads(message) for message in caplog.messages)
    assert line["outcome"] != "OK"


def test_the_duration_is_that_of_the_call(
    gateway: Gateway, wire: Wire, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([100.0, 101.5])
    monkeypatch.setattr(connect_gateway, "time", SimpleNamespace(monotonic=lambda: next(times)))
    wire.answer(user_answer())
    gateway.describe_user(INSTANCE, USER)
    assert json.loads(caplog.messages[0])["milliseconds"] == 1500


def test_a_call_that_hangs_leaves_time_for_the_answer() -> None:
    assert ONE_TRY.connect_timeout + ONE_TRY.read_timeout <= 11  # type: ignore[attr-defined]  # options of a Config are set by name


def test_clients_are_kept_by_region() -> None:
    assert connect_gateway.kept_connect_client(REGION) is connect_gateway.kept_connect_client(REGION)
    assert connect_gateway.kept_connect_client("eu-west-2").meta.region_name == "eu-west-2"
