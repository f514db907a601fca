"""Problems as data: all at once, with place and rule; an unknown value is neither missing nor wrong."""

from typing import Any

import pytest
from unit.examples import ENVIRONMENT, INSTANCE, NUMBER, USER, USER_ARN

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration, examine
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.problems import PartlyKnown, Severity, Unknown

IDS: dict[str, object] = {"InstanceId": INSTANCE, "UserId": USER}
UNKNOWN = Unknown()


def found(properties: dict[str, object]) -> list[tuple[str, str]]:
    problems = examine({**IDS, **properties}, ENVIRONMENT).problems
    return [("/".join(map(str, problem.path)), problem.rule.name) for problem in problems]


def accept(**members: object) -> dict[str, object]:
    return {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True, **members}]}


def test_no_problem_hides_another() -> None:
    assert found(
        {
            "InstanceId": "no id",
            "UserId": "none/either",
            "UserArn": "nor this",
            "autoAcceptConfigs": [],
            "AutoAcceptConfigs": [
                {"channel": "VOICE", "AutoAccept": "yes"},
                {"Channel": "voice", "AutoAcept": True, "AgentFirstCallbackAutoAccept": "no"},
                {"Channel": "CHAT", "AutoAccept": True, "AgentFirstCallbackAutoAccept": "no"},
                {"Channel": "CHAT", "AutoAccept": 1},
            ],
            "PhoneNumberConfigs": [{"Channel": "CHAT", "PhoneType": "DESK_PHONE"}],
        }
    ) == [
        ("InstanceId", "identifier"),
        ("UserId", "identifier"),
        ("UserArn", "identifier"),
        ("autoAcceptConfigs", "unknown-property"),
        ("AutoAcceptConfigs/0/Channel", "required"),
        ("AutoAcceptConfigs/0/channel", "unknown-property"),
        ("AutoAcceptConfigs/0/AutoAccept", "wrong-value"),
        ("AutoAcceptConfigs/1/Channel", "wrong-channel"),
        ("AutoAcceptConfigs/1/AutoAcept", "unknown-property"),
        ("AutoAcceptConfigs/1/AutoAccept", "required"),
        ("AutoAcceptConfigs/1/AgentFirstCallbackAutoAccept", "wrong-value"),
        ("AutoAcceptConfigs/2/AgentFirstCallbackAutoAccept", "wrong-channel"),
        ("AutoAcceptConfigs/2/AgentFirstCallbackAutoAccept", "wrong-value"),
        ("AutoAcceptConfigs/3/Channel", "duplicate-channel"),
        ("AutoAcceptConfigs/3/AutoAccept", "wrong-value"),
        ("PhoneNumberConfigs/0/Channel", "wrong-channel"),
        ("PhoneNumberConfigs/0/PhoneNumber", "required"),
    ]


UNKNOWNS: dict[str, dict[str, object]] = {
    "instance": {**accept(), "InstanceId": UNKNOWN},
    "user": {**accept(), "UserId": UNKNOWN},
    "user of an unknown instance": {**accept(), "InstanceId": UNKNOWN, "UserId": USER_ARN},
    "arn": {**accept(), "UserArn": UNKNOWN},
    "array": {"AutoAcceptConfigs": UNKNOWN},
    "entry": {"AutoAcceptConfigs": [UNKNOWN, UNKNOWN, UNKNOWN]},
    "channel": accept(Channel=UNKNOWN, AgentFirstCallbackAutoAccept=True),
    "two channels": {"AutoAcceptConfigs": [{"Channel": UNKNOWN, "AutoAccept": True}] * 2},
    "value": accept(AutoAccept=UNKNOWN),
    "object": {"AfterContactWorkConfigs": [{"Channel": "CHAT", "AfterContactWorkConfig": UNKNOWN}]},
    "limit": {
        "AfterContactWorkConfigs": [
            {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": UNKNOWN}}
        ]
    },
    "phone type": {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": UNKNOWN}]},
    "number": {
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": UNKNOWN}]
    },
    "members": {"AutoAcceptConfigs": [PartlyKnown()], "PhoneNumberConfigs": [PartlyKnown(Channel="VOICE")]},
    "members of a member": {
        "AfterContactWorkConfigs": [{"Channel": "CHAT", "AfterContactWorkConfig": PartlyKnown()}]
    },
}


@pytest.mark.parametrize("properties", UNKNOWNS.values(), ids=UNKNOWNS)
def test_what_is_unknown_is_neither_missing_nor_wrong(properties: dict[str, object]) -> None:
    assert found(properties) == []


def test_of_properties_that_are_partly_known_nothing_is_missing() -> None:
    assert examine(PartlyKnown(), ENVIRONMENT).problems == ()


def test_beside_an_unknown_value_a_wrong_one_is_told() -> None:
    assert found(accept(Channel=UNKNOWN, AutoAccept="yes", Autoaccept=1)) == [
        ("AutoAcceptConfigs/0/Autoaccept", "unknown-property"),
        ("AutoAcceptConfigs/0/AutoAccept", "wrong-value"),
    ]


def test_the_same_unknown_channel_twice_is_one_too_many() -> None:
    entries = [{"Channel": Unknown("Ref Channel"), "AutoAccept": True}] * 2
    assert found({"AutoAcceptConfigs": entries}) == [("AutoAcceptConfigs/1/Channel", "duplicate-channel")]


def work(channel: str, seconds: object) -> dict[str, object]:
    limit = {"AfterContactWorkTimeLimit": seconds}
    return {"AfterContactWorkConfigs": [{"Channel": channel, "AfterContactWorkConfig": limit}]}


@pytest.mark.parametrize(
    ("properties", "rule", "severity"),
    [
        (work("CHAT", 5401), "chat-work-limit", Severity.WARNING),
        (work("CHAT", "5401"), "chat-work-limit", Severity.WARNING),
        (work("TASK", 0), "no-work-limit", Severity.INFORMATION),
        ({**accept(), "UserId": "jdoe"}, "name-for-id", Severity.WARNING),
        ({**accept(), "InstanceId": "our-contact-centre"}, "name-for-id", Severity.WARNING),
    ],
)
def test_what_is_only_worth_knowing_is_told_and_not_refused(
    properties: dict[str, object], rule: str, severity: Severity
) -> None:
    (problem,) = examine({**IDS, **properties}, ENVIRONMENT).problems
    assert (problem.rule.name, problem.severity) == (rule, severity)
    assert Declaration.parse({**IDS, **properties}, ENVIRONMENT).settings


@pytest.mark.parametrize("properties", [work("CHAT", 5400), work("VOICE", 5401), work("VOICE", UNKNOWN)])
def test_an_ordinary_limit_is_not_worth_a_word(properties: dict[str, object]) -> None:
    assert found(properties) == []


ADVICE: dict[str, tuple[dict[str, object], str]] = {
    "a channel in lower case": (accept(Channel="voice"), "did you mean VOICE?"),
    "a misspelt channel": (accept(Channel="VOCIE"), "did you mean VOICE?"),
    "a member in lower case": ({"AutoAcceptConfigs": [{"channel": "VOICE"}]}, "did you mean Channel?"),
    "a phone type without its underscore": (
        {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SoftPhone"}]},
        "did you mean SOFT_PHONE?",
    ),
    "a login": ({**accept(), "UserId": "jane.doe"}, "aws connect list-users"),
    "an address": ({**accept(), "UserId": "jane@example.com"}, "aws connect list-users"),
    "a person": ({**accept(), "UserId": "Jane Doe"}, "aws connect list-users"),
}


@pytest.mark.parametrize(("properties", "advice"), ADVICE.values(), ids=ADVICE)
def test_advice_uses_what_is_known(properties: dict[str, object], advice: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Declaration.parse({**IDS, **properties}, ENVIRONMENT)
    assert advice in str(refused.value)


def test_settings_that_are_right_are_read_beside_those_that_are_wrong() -> None:
    properties: dict[str, Any] = {
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": 7}],
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}],
    }
    settings = examine({**IDS, **properties}, ENVIRONMENT).settings
    assert settings[SettingKey("AutoAcceptConfigs", "VOICE", "AutoAccept")] is True
    assert settings[SettingKey("PhoneNumberConfigs", "VOICE", "PhoneNumber")] == NUMBER
    assert len(settings) == 3
