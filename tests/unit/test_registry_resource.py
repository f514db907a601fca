"""What the library's `Resource` would lose or fail on: credentials, log delivery, malformed events, the test
entry point.
"""

import logging
from typing import Any

import pytest
from boto3.session import Session
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError, EndpointConnectionError
from cloudformation_cli_python_lib.boto3_proxy import SessionProxy
from unit.examples import INSTANCE, NUMBER, USER
from unit.fake_connect import DESCRIBE, FakeConnect

from custom_connect_userconfig import handlers
from custom_connect_userconfig.aws.clients import EventCredentials, kept_client
from custom_connect_userconfig.core.errors import AccessDenied, InvalidCredentials
from custom_connect_userconfig.registry import resource as registry_resource
from custom_connect_userconfig.registry.resource import EventSession, RawProperties, signing_for
from support.registry import ACCOUNT, CREDENTIALS, REGION, RegistryStack

IDS = {"InstanceId": INSTANCE, "UserId": USER}
ACCEPT = {**IDS, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}
KEYS = ReadOnlyCredentials("AKIAEXAMPLE", "wJalrEXAMPLEKEY", "FwoEXAMPLETOKEN")


class LogsClient:
    """A client of CloudWatch that keeps what is delivered, or fails."""

    class exceptions:  # noqa: N801 - named as botocore names it
        class ResourceNotFoundException(Exception): ...

        class ResourceAlreadyExistsException(Exception): ...

        class DataAlreadyAcceptedException(Exception): ...

        class InvalidSequenceTokenException(Exception): ...

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.delivered: list[str] = []
        self.places: set[tuple[str, str]] = set()
        self.attempts = 0

    def put_log_events(self, **event: Any) -> dict[str, str]:
        self.attempts += 1
        if self.failure:
            raise self.failure
        self.delivered.extend(entry["message"] for entry in event["logEvents"])
        self.places.add((event["logGroupName"], event["logStreamName"]))
        return {"nextSequenceToken": "1"}

    def put_metric_data(self, **_metric: object) -> None:
        return


def delivering(monkeypatch: pytest.MonkeyPatch, client: LogsClient) -> dict[str, Any]:
    """Let sessions make `client`, and return what an event needs to ask for log delivery."""
    monkeypatch.setattr(EventSession, "client", lambda *_args, **_more: client)
    return {
        "providerLogGroupName": "custom-connect-userconfig-logs",
        "providerCredentials": dict(CREDENTIALS),
    }


def invoke(
    stack: RegistryStack, action: str, provider: dict[str, Any], properties: dict[str, Any]
) -> dict[str, Any]:
    event = stack.event(action, properties)
    event["requestData"].update(provider)
    answer: dict[str, Any] = handlers.resource(event, None)
    return answer


FAILURES = [
    ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutLogEvents"),
    ClientError({"Error": {"Code": "ThrottlingException", "Message": "busy"}}, "PutLogEvents"),
    EndpointConnectionError(endpoint_url="https://logs"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: str(failure)[:40])
def test_a_failing_log_delivery_does_not_fail_the_request(
    stack: RegistryStack, connect: FakeConnect, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    client = LogsClient(failure)
    provider = delivering(monkeypatch, client)
    for _ in range(2):
        assert invoke(stack, "CREATE", provider, ACCEPT)["status"] == "SUCCESS"
    assert client.attempts >= 2


def test_log_lines_are_delivered_without_numbers(
    stack: RegistryStack, connect: FakeConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = LogsClient()
    connect.always(DESCRIBE, AccessDenied(f"Not for {NUMBER}."))
    assert invoke(stack, "READ", delivering(monkeypatch, client), IDS)["errorCode"] == "AccessDenied"
    assert any('"event": "answer"' in line for line in client.delivered)
    assert NUMBER not in str(client.delivered)


def test_a_second_event_delivers_with_its_own_client(
    stack: RegistryStack, connect: FakeConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = LogsClient(), LogsClient()
    invoke(stack, "READ", delivering(monkeypatch, first), IDS)
    delivered = list(first.delivered)
    invoke(stack, "READ", delivering(monkeypatch, second), IDS)
    assert first.delivered == delivered
    assert second.delivered
    kept = [h for h in logging.getLogger().handlers if isinstance(h, registry_resource.ToleratedLogHandler)]
    assert len(kept) == 1


def test_each_event_delivers_to_its_own_group_and_stream(
    stack: RegistryStack, connect: FakeConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []
    for name, logical_id, group in (("sales", "Ann", "one"), ("sales", "Bob", "one"), (None, "Bob", "two")):
        client = LogsClient()
        stack.name, stack.logical_id = name, logical_id
        invoke(stack, "READ", {**delivering(monkeypatch, client), "providerLogGroupName": group}, IDS)
        places += sorted(client.places)
    assert [(group, stream.rpartition("/")[2]) for group, stream in places] == [
        ("one", "Ann"),
        ("one", "Bob"),
        ("two", f"{ACCOUNT}-{REGION}"),
    ]


@pytest.mark.parametrize("change", [{"requestData": None}, {"action": "DESTROY"}, {"requestData": {"x": 1}}])
def test_an_event_that_is_none_is_an_invalid_request(
    stack: RegistryStack, change: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    event = {**stack.event("READ", IDS), **change}
    answer: dict[str, Any] = handlers.resource(event, None)
    assert (answer["status"], answer["errorCode"]) == ("FAILED", "InvalidRequest")
    assert answer["message"]
    out, err = capsys.readouterr()
    assert CREDENTIALS["secretAccessKey"] not in out + err + str(answer)


def test_properties_are_kept_as_they_were_sent() -> None:
    sent: dict[str, Any] = {"A": [], "B": {}, "C": None, "D": 3.5, "E": "yes"}
    assert RawProperties._deserialize(sent)._serialize() == sent
    assert RawProperties._deserialize(None).properties == {}


def test_the_event_is_not_changed(stack: RegistryStack, connect: FakeConnect) -> None:
    event = stack.event("CREATE", ACCEPT)
    before = str(event["requestData"]["resourceProperties"])
    handlers.resource(event, None)
    assert str(event["requestData"]["resourceProperties"]) == before


def test_an_event_s_session_has_its_credentials_and_the_kept_clients() -> None:
    session = EventSession(KEYS, REGION)
    with signing_for(session):
        assert EventCredentials().get_frozen_credentials() is KEYS
    assert session.client("logs")._client is kept_client("logs", REGION)
    assert session.client("cloudwatch").meta.region_name == REGION


def test_after_an_event_nothing_is_delivered_for_it(
    stack: RegistryStack, connect: FakeConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would write the lines of an event without a log group into the last one's, with that one's
    credentials.
    """
    client = LogsClient()
    invoke(stack, "READ", delivering(monkeypatch, client), IDS)
    delivered = list(client.delivered)
    logging.getLogger("custom_connect_userconfig").info("between events")
    assert invoke(stack, "READ", {}, IDS)["errorCode"] == "NotFound"
    assert delivered
    assert client.delivered == delivered


@pytest.mark.parametrize("has_session", [False, True])
def test_a_request_without_credentials_says_what_to_do(
    has_session: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = SessionProxy(Session(region_name=REGION)) if has_session else None
    if proxy:
        monkeypatch.setattr(proxy.session, "get_credentials", lambda: None)
    with pytest.raises(InvalidCredentials, match="execution role"), signing_for(proxy):
        pytest.fail("nobody to sign for")


def test_the_session_of_the_library_has_credentials_too() -> None:
    proxy = SessionProxy(Session("AKIAOTHER", "secret", "token", region_name=REGION))
    with signing_for(proxy):
        found = EventCredentials().get_frozen_credentials()
    assert (found.access_key, found.secret_key, found.token) == ("AKIAOTHER", "secret", "token")


@pytest.mark.parametrize("event", [{}, {"credentials": None, "action": "CREATE", "request": {}}])
def test_a_bad_event_of_the_test_entry_point_is_an_invalid_request(event: dict[str, Any]) -> None:
    answer: dict[str, Any] = handlers.test_entrypoint(event, None)
    assert (answer["status"], answer["errorCode"]) == ("FAILED", "InvalidRequest")


def test_the_test_entry_point_reaches_the_handlers(stack: RegistryStack, connect: FakeConnect) -> None:
    event = {
        "credentials": dict(CREDENTIALS),
        "action": "CREATE",
        "region": REGION,
        "callbackContext": None,
        "request": {
            "clientRequestToken": "t",
            "desiredResourceState": dict(ACCEPT),
            "logicalResourceIdentifier": "Agent",
            "region": REGION,
            "awsAccountId": ACCOUNT,
        },
    }
    answer: dict[str, Any] = handlers.test_entrypoint(event, None)
    assert answer["status"] == "SUCCESS"
    assert answer["resourceModel"]["UserId"] == USER
