"""Where the library's `Resource` would fail: credentials, malformed events, the test entry point."""

from typing import Any

import pytest
from boto3.session import Session
from botocore.credentials import ReadOnlyCredentials
from cloudformation_cli_python_lib.boto3_proxy import SessionProxy
from unit.examples import INSTANCE, USER
from unit.fake_connect import FakeConnect

from custom_connect_userconfig import handlers
from custom_connect_userconfig.aws.clients import EventCredentials, kept_client
from custom_connect_userconfig.core.errors import InvalidCredentials
from custom_connect_userconfig.registry.delivery import DeliveryClient, EventSession
from custom_connect_userconfig.registry.resource import RawProperties, signing_for
from support.registry import ACCOUNT, CREDENTIALS, REGION, RegistryStack

IDS = {"InstanceId": INSTANCE, "UserId": USER}
ACCEPT = {**IDS, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}
KEYS = ReadOnlyCredentials("AKIAEXAMPLE", "wJalrEXAMPLEKEY", "FwoEXAMPLETOKEN")


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
    logs = session.client("logs")
    assert isinstance(logs, DeliveryClient)
    assert logs._client is kept_client("logs", REGION)
    assert logs.meta.region_name == REGION


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
