"""The documented rules for a write: a write that breaks one is refused and changes nothing."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_connect import ConnectClient

from connect_local import LocalConnect
from connect_local.exceptions import InvalidRequestException

NUMBER = "+15550100"
ACW = "AfterContactWorkConfigs"
INVALID = "InvalidParameterException"
MALFORMED = "InvalidRequestException"


def acw(channel: str, limit: object) -> dict[str, Any]:
    return {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": limit}}


def phone(phone_type: str, **number: str) -> dict[str, Any]:
    return {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": phone_type, **number}]}


CALLBACK = {"AgentFirstCallbackAutoAccept": False}
CALLBACK_LIMIT = {"AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 1}}
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no channel": ({"AutoAcceptConfigs": [{"AutoAccept": True}]}, MALFORMED, "Channel is required"),
    "no value": ({"AutoAcceptConfigs": [{"Channel": "VOICE"}]}, MALFORMED, "AutoAccept is required"),
    "no structure": ({ACW: [{"Channel": "VOICE"}]}, MALFORMED, "AfterContactWorkConfig is required"),
    "text for truth": (
        {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": "yes"}]},
        MALFORMED,
        "must be of type boolean",
    ),
    "truth for a number": ({ACW: [acw("VOICE", True)]}, MALFORMED, "must be of type integer"),
    "unknown channel": ({ACW: [acw("FAX", 1)]}, INVALID, "must be one of VOICE, CHAT, TASK, EMAIL"),
    "same channel twice": ({ACW: [acw("CHAT", 1), acw("CHAT", 2)]}, INVALID, "CHAT more than once"),
    "negative": ({ACW: [acw("VOICE", -1)]}, INVALID, "at least 0"),
    "too long": ({ACW: [acw("VOICE", 2_000_001)]}, INVALID, "0 to 2000000 seconds, not 2000001"),
    "unknown mode": (
        {"VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "LOUD"}]},
        INVALID,
        "VOICE_ISOLATION, NOISE_SUPPRESSION, NONE",
    ),
    "chat phone": (
        {"PhoneNumberConfigs": [{"Channel": "CHAT", "PhoneType": "SOFT_PHONE"}]},
        INVALID,
        "only VOICE, not CHAT",
    ),
    "chat connection": (
        {"PersistentConnectionConfigs": [{"Channel": "CHAT", "PersistentConnection": True}]},
        INVALID,
        "only VOICE, not CHAT",
    ),
    "chat enhancement": (
        {"VoiceEnhancementConfigs": [{"Channel": "TASK", "VoiceEnhancementMode": "NONE"}]},
        INVALID,
        "only VOICE, not TASK",
    ),
    "chat callback": (
        {"AutoAcceptConfigs": [{"Channel": "CHAT", "AutoAccept": True} | CALLBACK]},
        INVALID,
        "AgentFirstCallbackAutoAccept applies only to VOICE",
    ),
    "callback limit of email": (
        {ACW: [acw("EMAIL", 1) | CALLBACK_LIMIT]},
        INVALID,
        "applies only to VOICE, not to EMAIL",
    ),
    "number without plus": (phone("DESK_PHONE", PhoneNumber="15550100"), INVALID, "E.164"),
    "number too long": (phone("DESK_PHONE", PhoneNumber="+1555010012345678"), INVALID, "E.164"),
    "number with more after it": (phone("DESK_PHONE", PhoneNumber=NUMBER + " x"), INVALID, "E.164"),
    "number as a type": (phone(NUMBER), INVALID, "must be one of SOFT_PHONE, DESK_PHONE"),
    "desk phone without number": (phone("DESK_PHONE"), INVALID, "requires a phone number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_write(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str, case: str
) -> None:
    arrays, code, message = REFUSED[case]
    before = connect.effective(instance_id, user_id)
    with pytest.raises(ClientError, match=message) as error:
        client.update_user_config(InstanceId=instance_id, UserId=user_id, **arrays)
    assert error.value.response["Error"]["Code"] == code
    assert "5550100" not in str(error.value)
    assert connect.effective(instance_id, user_id) == before
    assert [(call.outcome, call.acted) for call in connect.calls] == [(code, False)]


def test_a_value_that_is_no_list_is_refused(connect: LocalConnect, instance_id: str, user_id: str) -> None:
    with pytest.raises(InvalidRequestException) as error:
        connect.admin_update(instance_id, user_id, **{ACW: acw("VOICE", 1)})  # type: ignore[arg-type]  # wrong on purpose
    assert error.value.message == f"UpdateUserConfig.{ACW} must be of type list"


@pytest.mark.parametrize("limit", [0, 1, 5_400, 2_000_000])
def test_limits_that_are_allowed(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str, limit: int
) -> None:
    configs: Any = [acw("CHAT", limit)]
    client.update_user_config(InstanceId=instance_id, UserId=user_id, AfterContactWorkConfigs=configs)
    path = ("AfterContactWorkConfig", "AfterContactWorkTimeLimit")
    assert connect.effective(instance_id, user_id)[ACW, "CHAT", path] == limit


@pytest.mark.parametrize(
    ("phone_config", "message"),
    [
        ({"PhoneType": "DESK_PHONE"}, "requires a phone number"),
        ({"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "5550100"}, "E.164"),
        ({"AfterContactWorkTimeLimit": 2_000_001}, "0 to 2000000"),
        ({"PhoneType": "MOBILE"}, "must be one of"),
    ],
)
def test_a_refused_phone_config(
    client: ConnectClient, instance_id: str, user_id: str, phone_config: Any, message: str
) -> None:
    with pytest.raises(ClientError, match=message) as error:
        client.update_user_phone_config(InstanceId=instance_id, UserId=user_id, PhoneConfig=phone_config)
    assert error.value.response["Error"]["Code"] == INVALID
    assert "5550100" not in str(error.value)


def test_unknown_users_and_instances(client: ConnectClient, instance_id: str) -> None:
    for instance, user in ((instance_id, "unknown"), ("nowhere", "unknown")):
        with pytest.raises(ClientError, match="not found") as error:
            client.update_user_config(InstanceId=instance, UserId=user, AutoAcceptConfigs=[])
        assert error.value.response["Error"]["Code"] == "ResourceNotFoundException"
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_the_log_redacts_numbers(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str
) -> None:
    desk_phone = phone("DESK_PHONE", PhoneNumber=NUMBER)
    client.update_user_config(InstanceId=instance_id, UserId=user_id, **desk_phone)
    phone_config: Any = {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": NUMBER}
    client.update_user_phone_config(InstanceId=instance_id, UserId=user_id, PhoneConfig=phone_config)
    assert NUMBER not in str(connect.calls)
    assert connect.calls_of("UpdateUserConfig")[0].parameters["PhoneNumberConfigs"] == [
        {"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "REDACTED"}
    ]
