"""The registry's front end: requests reach the rules as they were sent, answers follow the protocol."""

import hashlib
import json
from typing import Any

import pytest
from cloudformation_cli_python_lib.interface import HandlerErrorCode
from unit.examples import (
    CHAT_ACW,
    IDENTITY,
    INSTANCE,
    INSTANCE_ARN,
    NUMBER,
    USER,
    USER_ARN,
    VOICE_ACCEPT,
    every_class,
    recorded,
)
from unit.fake_connect import DESCRIBE, SEARCH, TAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig import handlers
from custom_connect_userconfig.core import errors
from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from custom_connect_userconfig.core.kinds import Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import NO_OWNER, OVERTAKEN
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS
from custom_connect_userconfig.ports import FoundUser, FoundUsers
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.registry import ACCOUNT, REGION, RegistryStack, stack_id

IDS = {"InstanceId": INSTANCE, "UserId": USER}
ACCEPT = {**IDS, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}
ACTIONS = ("CREATE", "READ", "UPDATE", "DELETE", "LIST")
FIRST_OPERATION = {"LIST": SEARCH}


def own(connect: FakeConnect, settings: dict[SettingKey, Value] | None = None) -> None:
    connect.settings = {VOICE_ACCEPT: True} if settings is None else settings
    owner = Owner.of(IDENTITY, stack_id("sales-stack"), "Agent")
    connect.tags = recorded(owner, {VOICE_ACCEPT: (True, False)}).to_tags()


ENDING = [
    kind
    for kind in every_class()
    if kind not in (errors.SettingsError, errors.Retriable) and not issubclass(kind, errors.NotYet)
]
RETRIED_BY_CLOUDFORMATION = {
    HandlerErrorCode.NetworkFailure,
    HandlerErrorCode.ResourceConflict,
    HandlerErrorCode.ServiceInternalError,
    HandlerErrorCode.Throttling,
}


@pytest.mark.parametrize("kind", ENDING)
def test_every_error_that_can_end_an_operation_has_a_code(kind: type[errors.SettingsError]) -> None:
    assert kind in handlers.ERROR_CODES, f"{kind.__name__} has no HandlerErrorCode"


@pytest.mark.parametrize("kind", ENDING)
def test_cloudformation_tries_again_what_is_retriable_and_nothing_else(
    kind: type[errors.SettingsError],
) -> None:
    assert (handlers.ERROR_CODES[kind] in RETRIED_BY_CLOUDFORMATION) is issubclass(kind, errors.Retriable)


CODES = {
    errors.InvalidRequest: "InvalidRequest",
    errors.NotFound: "NotFound",
    errors.AlreadyExists: "AlreadyExists",
    errors.AccessDenied: "AccessDenied",
    errors.InvalidCredentials: "InvalidCredentials",
    errors.ServiceLimitExceeded: "ServiceLimitExceeded",
    errors.NotStabilized: "NotStabilized",
    errors.RecordDamaged: "GeneralServiceException",
    errors.ServiceRefused: "GeneralServiceException",
    errors.Throttling: "Throttling",
    errors.ServiceInternalError: "ServiceInternalError",
    errors.NetworkFailure: "NetworkFailure",
    errors.ResourceConflict: "ResourceConflict",
    errors.OutOfTime: "ServiceInternalError",
}


@pytest.mark.parametrize("kind", ENDING)
def test_an_error_is_answered_with_its_code_and_its_message(
    stack: RegistryStack, connect: FakeConnect, kind: type[errors.SettingsError]
) -> None:
    connect.always(DESCRIBE, kind("This is why."))
    assert stack.refused("READ", IDS, CODES[kind]) == "This is why."


@pytest.mark.parametrize("action", ACTIONS)
def test_an_unexpected_error_is_an_internal_failure_with_a_message_and_a_log_without_numbers(
    stack: RegistryStack,
    connect: FakeConnect,
    action: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    connect.always(FIRST_OPERATION.get(action, DESCRIBE), ZeroDivisionError(f"bug with {NUMBER}"))
    message = stack.refused(action, ACCEPT if action in ("CREATE", "UPDATE") else IDS, "InternalFailure")
    assert message == "Unexpected ZeroDivisionError; the log of the resource type has the details."
    assert "bug with [phone number redacted]" in caplog.text
    out, err = capfd.readouterr()
    assert NUMBER not in caplog.text + out + err


@pytest.mark.parametrize("action", ACTIONS)
def test_no_credentials_are_invalid_credentials(
    stack: RegistryStack, connect: FakeConnect, action: str
) -> None:
    event = stack.event(action, ACCEPT)
    event["requestData"]["callerCredentials"] = None
    answer: dict[str, Any] = handlers.resource(event, None)
    assert (answer["status"], answer["errorCode"]) == ("FAILED", "InvalidCredentials")
    assert "execution role" in answer["message"]
    assert connect.calls == []


def test_a_create_answers_with_the_model_as_declared_and_the_arn(
    stack: RegistryStack, connect: FakeConnect
) -> None:
    properties = {**ACCEPT, "InstanceId": INSTANCE_ARN, "UserId": USER_ARN}
    model = stack.done("CREATE", properties, bearerToken="token-1")["resourceModel"]
    assert model == {**properties, "UserArn": USER_ARN}
    mark = hashlib.sha256(b"token-1").hexdigest()[:8]
    assert connect.tags[f"{MARKER_KEY}:owner"].split()[2:] == ["arn.arn", mark, "sales-stack/Agent"]


def test_read_and_update_answer_with_the_live_settings(stack: RegistryStack, connect: FakeConnect) -> None:
    own(connect)
    assert stack.done("READ", IDS)["resourceModel"] == {**ACCEPT, "UserArn": USER_ARN}
    refused = {**IDS, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": False}]}
    assert stack.done("UPDATE", refused, previous=ACCEPT)["resourceModel"] == {**refused, "UserArn": USER_ARN}


@pytest.mark.parametrize(
    ("known", "arn"),
    [({}, USER_ARN), ({"UserArn": "arn:aws:connect:elsewhere"}, "arn:aws:connect:elsewhere")],
)
def test_an_update_of_a_user_who_has_left_answers_as_if_nothing_had_happened_and_says_so(
    stack: RegistryStack, connect: FakeConnect, known: dict[str, str], arn: str
) -> None:
    """The ARN stays: otherwise the ``Fn::GetAtt`` of another resource would fail the stack."""
    connect.exists = False
    answer = stack.done("UPDATE", ACCEPT, previous={**IDS, **known, "AutoAcceptConfigs": []})
    assert answer["resourceModel"] == {**ACCEPT, "UserArn": arn}
    assert answer["message"].startswith(f"There is no {IDENTITY} any more: there is nothing to change")
    stack.refused("READ", IDS, "NotFound")
    stack.refused("CREATE", ACCEPT, "NotFound")


def test_an_update_outside_of_stacks_of_a_user_who_has_left_is_not_found(
    stack: RegistryStack, connect: FakeConnect
) -> None:
    connect.exists, stack.name = False, None
    stack.refused("UPDATE", ACCEPT, "NotFound", previous=ACCEPT)
    connect.exists = True
    stack.refused("UPDATE", ACCEPT, "NotFound", previous=ACCEPT)


def test_an_update_stamps_its_request_and_one_that_it_has_overtaken_changes_nothing(
    stack: RegistryStack, connect: FakeConnect
) -> None:
    off = {**IDS, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": False}]}
    stack.done("CREATE", ACCEPT, bearerToken="token-1")
    stack.done("UPDATE", off, previous=ACCEPT, bearerToken="token-2")
    marks = [hashlib.sha256(token).hexdigest()[:8] for token in (b"token-1", b"token-2")]
    assert connect.tags[f"{MARKER_KEY}:owner"].split()[3] == ".".join(marks)
    answer = stack.done("CREATE", ACCEPT, bearerToken="token-1")
    assert (answer["resourceModel"], answer["message"]) == ({**off, "UserArn": USER_ARN}, OVERTAKEN)
    assert connect.settings[VOICE_ACCEPT] is False
    assert stack.done("DELETE", ACCEPT, bearerToken="token-1")["message"] == OVERTAKEN
    assert connect.tags[f"{MARKER_KEY}:owner"].split()[3] == ".".join(marks), "it is not the last one"


def test_a_delete_answers_without_a_model(stack: RegistryStack, connect: FakeConnect) -> None:
    own(connect)
    answer = stack.done("DELETE", {**ACCEPT, "UserArn": USER_ARN})
    assert answer.get("resourceModel") is None
    assert answer.get("resourceModels") is None
    assert connect.tags == {}


def test_a_delete_needs_only_the_identifier_and_says_what_was_left(
    stack: RegistryStack, connect: FakeConnect
) -> None:
    own(connect, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER})
    connect.tags = OwnershipRecord(
        None, {}, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Unrecorded.VALUE}
    ).to_tags()
    assert stack.done("DELETE", IDS)["message"] == f"{NO_OWNER} {LEFT_AS_IT_IS}"


@pytest.mark.parametrize("action", ["CREATE", "UPDATE", "DELETE"])
def test_a_write_in_progress_carries_identifier_delay_and_a_context_that_survives_json(
    stack: RegistryStack, connect: FakeConnect, action: str
) -> None:
    if action != "CREATE":
        own(connect, {VOICE_ACCEPT: action == "DELETE"})
    connect.script(UPDATE, *(errors.Throttling("busy") for _ in range(5)))
    answer = stack.once(action, ACCEPT)
    assert (answer["status"], answer["message"]) == ("IN_PROGRESS", "busy")
    assert answer["callbackDelaySeconds"] == 11
    assert answer.get("errorCode") is None
    declared = {} if action == "DELETE" else {"AutoAcceptConfigs": ACCEPT["AutoAcceptConfigs"]}
    assert answer["resourceModel"] == {**IDS, **declared}
    context = json.loads(json.dumps(answer["callbackContext"]))
    assert (context["wrote"], context["claimed"]) == (True, True)
    assert ("found" in context) is (action == "DELETE")
    assert stack.run(action, answer["resourceModel"], context=context)["status"] == "SUCCESS"


def test_the_next_token_reaches_list_and_comes_back(stack: RegistryStack, connect: FakeConnect) -> None:
    user = FoundUser(USER, USER_ARN, {MARKER_KEY: "managed"})
    connect.pages = {None: FoundUsers([user], "t1"), "t1": FoundUsers([user, user], None)}
    first = stack.done("LIST", {"InstanceId": INSTANCE})
    assert (first["resourceModels"], first["nextToken"]) == ([IDS], "t1")
    second = stack.done("LIST", {"InstanceId": INSTANCE}, nextToken=first["nextToken"])
    assert (second["resourceModels"], second.get("nextToken")) == ([IDS, IDS], None)


def test_an_empty_page_is_a_list(stack: RegistryStack, connect: FakeConnect) -> None:
    connect.pages = {None: FoundUsers([], None)}
    assert stack.done("LIST", {"InstanceId": INSTANCE})["resourceModels"] == []


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        (
            {
                "AfterContactWorkConfigs": [
                    {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 3.5}}
                ]
            },
            "3.5",
        ),
        ({"AutoAcceptConfigs": []}, "AutoAcceptConfigs: is an empty list"),
        ({"AutoAcceptConfigs": {}}, "AutoAcceptConfigs: must be a list"),
        ({"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": "yes"}]}, "'yes'"),
        ({"AutoAcceptConfig": [{"Channel": "VOICE", "AutoAccept": True}]}, "did you mean AutoAcceptConfigs?"),
        ({}, "Declare at least one of"),
    ],
)
@pytest.mark.parametrize("action", ["CREATE", "UPDATE"])
def test_a_bad_declaration_reaches_the_rules_as_it_was_sent(
    stack: RegistryStack, connect: FakeConnect, action: str, arrays: dict[str, Any], text: str
) -> None:
    assert text in stack.refused(action, {**IDS, **arrays}, "InvalidRequest")
    assert connect.calls == []


@pytest.mark.parametrize("action", ["READ", "DELETE", "LIST"])
def test_a_missing_identifier_is_an_invalid_request(
    stack: RegistryStack, connect: FakeConnect, action: str
) -> None:
    assert "InstanceId: is required" in stack.refused(action, {}, "InvalidRequest")
    assert connect.calls == []


@pytest.mark.parametrize(("region", "account"), [("eu-west-1", ACCOUNT), (REGION, "999999999999")])
def test_an_arn_of_another_place_than_the_request_is_refused(
    stack: RegistryStack, region: str, account: str
) -> None:
    elsewhere = {**ACCEPT, "UserId": f"arn:aws:connect:{region}:{account}:instance/{INSTANCE}/agent/{USER}"}
    assert "but the stack is in" in stack.refused("CREATE", elsewhere, "InvalidRequest")


def test_strings_and_nulls_are_accepted_where_plain(stack: RegistryStack, connect: FakeConnect) -> None:
    limit = {"AfterContactWorkTimeLimit": "30"}
    work = [{"Channel": "CHAT", "AfterContactWorkConfig": limit}]
    properties = {**IDS, "PhoneNumberConfigs": None, "AfterContactWorkConfigs": work}
    model = stack.done("CREATE", properties)["resourceModel"]
    assert model["AfterContactWorkConfigs"] == [
        {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 30}}
    ]
    assert connect.settings[CHAT_ACW] == 30


def test_an_unknown_previous_property_is_tolerated(stack: RegistryStack, connect: FakeConnect) -> None:
    own(connect)
    stack.done("UPDATE", ACCEPT, previous={**ACCEPT, "Gone": 1, "AutoAcceptConfigs": "?"})


def test_a_request_without_a_stack_is_owned_by_its_token(stack: RegistryStack, connect: FakeConnect) -> None:
    stack.name, stack.logical_id = None, None
    stack.done("CREATE", ACCEPT)
    assert stack.done("CREATE", ACCEPT)["status"] == "SUCCESS"
    stack.token = "token-2"
    stack.refused("CREATE", ACCEPT, "AlreadyExists")


def test_another_stack_s_delete_is_not_found_and_touches_nothing(
    stack: RegistryStack, connect: FakeConnect, clock: FakeClock
) -> None:
    stack.done("CREATE", ACCEPT)
    calls = list(connect.writes)
    RegistryStack(clock, name="other-stack").refused("DELETE", ACCEPT, "NotFound")
    assert connect.writes == calls


def test_each_answer_leaves_one_line(
    stack: RegistryStack, connect: FakeConnect, caplog: pytest.LogCaptureFixture
) -> None:
    connect.script(TAG, Answer(errors.AccessDenied(f"No, {NUMBER}.")))
    stack.refused("CREATE", ACCEPT, "AccessDenied")
    lines = [json.loads(message) for message in caplog.messages]
    failure = {"code": "AccessDenied", "message": "No, [phone number redacted]."}
    assert {"event": "answer", "action": "create", "status": "FAILED", **failure} in lines
    own(connect)
    stack.done("READ", IDS)
    assert json.loads(caplog.messages[-1]) == {"event": "answer", "action": "read", "status": "SUCCESS"}


def test_the_type_bears_its_literal_name_and_waits_on_the_clock_of_the_machine() -> None:
    assert handlers.TYPE_NAME == handlers.resource.type_name == "Custom::Connect::UserConfig"
    assert isinstance(handlers.retrier, Retrier)
