"""Shared by the tests of bad declarations: properties with one mistake, and their refusal."""

from typing import Any

import pytest
from unit.examples import ENVIRONMENT, INSTANCE, NUMBER, USER

from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import InvalidRequest


def refusal(properties: dict[str, object]) -> str:
    with pytest.raises(InvalidRequest) as refused:
        Declaration.parse({"InstanceId": INSTANCE, "UserId": USER, **properties}, ENVIRONMENT)
    return str(refused.value)


def accept(**members: object) -> dict[str, object]:
    return {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True, **members}]}


def work(limit: object, channel: str = "CHAT") -> dict[str, object]:
    return {
        "AfterContactWorkConfigs": [
            {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": limit}}
        ]
    }


def callback_work(inner: object, channel: str = "VOICE") -> dict[str, object]:
    properties: dict[str, Any] = work(1, channel)
    properties["AfterContactWorkConfigs"][0]["AgentFirstCallbackAfterContactWorkConfig"] = inner
    return properties


def phone(**members: object) -> dict[str, object]:
    return {
        "PhoneNumberConfigs": [
            {"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER, **members}
        ]
    }


ACW = "AfterContactWorkConfigs[0].AfterContactWorkConfig"
