"""The declarations that a template may make; what identifiers, absent values and strings mean in them."""

import copy

import pytest
from unit.examples import (
    CALLBACK_ACCEPT,
    CALLBACK_ACW,
    CHAT_ACCEPT,
    CHAT_ACW,
    ENHANCEMENT,
    ENVIRONMENT,
    IDENTITY,
    INSTANCE,
    INSTANCE_ARN,
    NUMBER,
    PERSISTENT,
    USER,
    USER_ARN,
    VOICE_ACCEPT,
    VOICE_ACW,
)

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from custom_connect_userconfig.core.declaration import Declaration, parse_identity, parse_instance
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.kinds import Value

IDS: dict[str, object] = {"InstanceId": INSTANCE, "UserId": USER}
ACCEPT: dict[str, object] = {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}


def declared(**arrays: object) -> dict[SettingKey, Value]:
    return dict(Declaration.parse({**IDS, **arrays}, ENVIRONMENT).settings)


def test_every_setting_of_every_array_is_read() -> None:
    settings = declared(
        AutoAcceptConfigs=[
            {"Channel": "CHAT", "AutoAccept": False},
            {"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": False},
        ],
        AfterContactWorkConfigs=[
            {
                "Channel": "VOICE",
                "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 0},
                "AgentFirstCallbackAfterContactWorkConfig": {"AfterContactWorkTimeLimit": 2_000_000},
            },
            {"Channel": "CHAT", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 60}},
        ],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}],
        PersistentConnectionConfigs=[{"Channel": "VOICE", "PersistentConnection": True}],
        VoiceEnhancementConfigs=[{"Channel": "VOICE", "VoiceEnhancementMode": "NONE"}],
    )
    assert settings == {
        CHAT_ACCEPT: False,
        VOICE_ACCEPT: True,
        CALLBACK_ACCEPT: False,
        VOICE_ACW: 0,
        CALLBACK_ACW: 2_000_000,
        CHAT_ACW: 60,
        PHONE_TYPE_KEY: "DESK_PHONE",
        PHONE_NUMBER_KEY: NUMBER,
        PERSISTENT: True,
        ENHANCEMENT: "NONE",
    }


def test_all_four_channels_may_have_an_entry() -> None:
    entries = [{"Channel": channel, "AutoAccept": True} for channel in ("EMAIL", "TASK", "CHAT", "VOICE")]
    assert len(declared(AutoAcceptConfigs=entries)) == 4


@pytest.mark.parametrize(
    ("word", "value"), [("true", True), ("True", True), ("false", False), ("FALSE", False)]
)
def test_words_for_booleans_are_accepted(word: str, value: bool) -> None:
    entry = {"Channel": "VOICE", "PersistentConnection": word}
    assert declared(PersistentConnectionConfigs=[entry]) == {PERSISTENT: value}


@pytest.mark.parametrize("raw", ["30", "30.0", 30, 30.0])
def test_whole_seconds_are_accepted_as_string_and_number(raw: object) -> None:
    entry = {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": raw}}
    assert declared(AfterContactWorkConfigs=[entry]) == {VOICE_ACW: 30}


def test_null_means_that_nothing_is_declared() -> None:
    settings = declared(
        AutoAcceptConfigs=[{"Channel": "CHAT", "AutoAccept": True, "AgentFirstCallbackAutoAccept": None}],
        AfterContactWorkConfigs=[
            {
                "Channel": "CHAT",
                "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 1},
                "AgentFirstCallbackAfterContactWorkConfig": None,
            }
        ],
        PhoneNumberConfigs=None,
    )
    assert settings == {CHAT_ACCEPT: True, CHAT_ACW: 1}


@pytest.mark.parametrize("number", [None, NUMBER])
def test_a_soft_phone_may_or_may_not_have_a_number(number: str | None) -> None:
    settings = declared(
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "SOFT_PHONE", "PhoneNumber": number}]
    )
    assert settings.get(PHONE_NUMBER_KEY) == number
    assert settings[PHONE_TYPE_KEY] == "SOFT_PHONE"


@pytest.mark.parametrize("user", [USER, USER_ARN])
@pytest.mark.parametrize("instance", [INSTANCE, INSTANCE_ARN])
@pytest.mark.parametrize("arn", [USER_ARN, None])
def test_the_read_only_arn_may_come_back(arn: str | None, instance: str, user: str) -> None:
    assert declared(**ACCEPT, InstanceId=instance, UserId=user, UserArn=arn) == {VOICE_ACCEPT: True}


OTHER_ARNS: dict[str, object] = {
    "another user": f"{INSTANCE_ARN}/agent/someone-else",
    "another instance": USER_ARN.replace(INSTANCE, "33333333"),
    "another region": USER_ARN.replace("us-east-1", "eu-west-1"),
    "another account": USER_ARN.replace("123456789012", "210987654321"),
    "another partition": USER_ARN.replace("arn:aws:", "arn:aws-us-gov:"),
    "an instance": INSTANCE_ARN,
    "an id": USER,
    "empty": "",
    "text": "anything",
    "an object": {"Fn::GetAtt": ["Agent", "UserArn"]},
    "a list": [USER_ARN],
    "a number": 7,
    "false": False,
    "a reference": "{{resolve:ssm:/agents/ann}}",
}


@pytest.mark.parametrize("arn", OTHER_ARNS.values(), ids=OTHER_ARNS)
def test_an_arn_of_somebody_else_is_refused(arn: object) -> None:
    with pytest.raises(InvalidRequest, match=r"^UserArn: ") as refused:
        declared(**ACCEPT, UserArn=arn)
    assert "problems" not in str(refused.value)


def test_an_arn_that_contradicts_the_arn_of_the_user_is_refused_where_the_place_is_not_known() -> None:
    elsewhere = USER_ARN.replace("us-east-1", "us-west-2")
    for properties in (
        {"UserId": USER_ARN, "UserArn": elsewhere},
        {"InstanceId": INSTANCE_ARN, "UserArn": elsewhere},
    ):
        with pytest.raises(InvalidRequest, match=r"^UserArn: "):
            Declaration.parse({**IDS, **ACCEPT, **properties}, Environment())


def test_what_a_state_says_besides_the_identifiers_does_not_matter_to_who_is_meant() -> None:
    assert parse_identity({**IDS, "UserArn": "anything"}, ENVIRONMENT) == IDENTITY


def test_both_identifiers_at_fault_are_named() -> None:
    bad = {"InstanceId": "a b", "UserId": "c d"}
    for parse in (parse_identity, Declaration.parse):
        with pytest.raises(
            InvalidRequest, match=r"^2 problems: \(1\) InstanceId: 'a b' .* \(2\) UserId: 'c d' "
        ):
            parse({**ACCEPT, **bad}, ENVIRONMENT)


def test_identifiers_are_kept_as_given() -> None:
    declaration = Declaration.parse({**ACCEPT, "InstanceId": INSTANCE_ARN, "UserId": USER_ARN}, ENVIRONMENT)
    assert (declaration.identity.instance.given, declaration.identity.user_given) == (INSTANCE_ARN, USER_ARN)
    assert (declaration.identity.instance_id, declaration.identity.user_id) == (INSTANCE, USER)


def test_the_properties_are_not_changed() -> None:
    properties = {**IDS, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": "true"}]}
    before = copy.deepcopy(properties)
    Declaration.parse(properties, ENVIRONMENT)
    assert properties == before


def test_identity_and_instance_are_read_without_any_settings() -> None:
    assert parse_identity(IDS, ENVIRONMENT) == IDENTITY
    assert parse_instance({"InstanceId": INSTANCE_ARN}, ENVIRONMENT).bare == INSTANCE


@pytest.mark.parametrize("value", [None, "", 5, ["x"], {}, True])
@pytest.mark.parametrize("name", ["InstanceId", "UserId"])
def test_a_missing_identifier_is_named(name: str, value: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Declaration.parse({**IDS, **ACCEPT, name: value}, ENVIRONMENT)
    assert str(refused.value) == f"{name}: is required, as an id or an ARN."


def test_an_instance_to_list_is_required() -> None:
    with pytest.raises(InvalidRequest, match=r"^InstanceId: is required"):
        parse_instance({}, ENVIRONMENT)
