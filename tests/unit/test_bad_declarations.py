"""Every bad input is refused with one message: the property, the value, the rule."""

import pytest
from unit.declaring import ACW, accept, callback_work, phone, refusal, work
from unit.examples import ENVIRONMENT, INSTANCE

from custom_connect_userconfig.core import arrays
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.messages import MOST
from support.exhaustive import EXHAUSTIVE

ARRAYS = ", ".join(array.name for array in arrays.ARRAYS)


ANY_CHANNEL = "VOICE or CHAT or TASK or EMAIL"


RANGE = "must be between 0 (no limit) and 2,000,000 seconds"


WHOLE = "must be a whole number of seconds"


BOOLEAN = "must be true or false"


E164 = (
    "must be in E.164 form: + and 2 to 15 digits, the first not 0, no spaces"
    " (put it in quotes in YAML: unquoted, it loses its +)"
)


CALLBACK = "AfterContactWorkConfigs[0].AgentFirstCallbackAfterContactWorkConfig"


CASES: dict[str, tuple[dict[str, object], str]] = {
    "none of the five": ({}, f"Declare at least one of {ARRAYS}."),
    "only null": ({"AutoAcceptConfigs": None}, f"Declare at least one of {ARRAYS}."),
    "empty list": (
        {"AutoAcceptConfigs": []},
        "AutoAcceptConfigs: is an empty list, which would own nothing: remove the property or add an entry.",
    ),
    "empty object": ({"AutoAcceptConfigs": {}}, "AutoAcceptConfigs: must be a list of entries, not {}."),
    "false": ({"AutoAcceptConfigs": False}, "AutoAcceptConfigs: must be a list of entries, not False."),
    "no list": ({"AutoAcceptConfigs": "x"}, "AutoAcceptConfigs: must be a list of entries, not 'x'."),
    "entry null": (
        {"AutoAcceptConfigs": [None]},
        "AutoAcceptConfigs[0]: must be an object with a Channel, not None.",
    ),
    "entry no object": (
        {"AutoAcceptConfigs": ["VOICE"]},
        "AutoAcceptConfigs[0]: must be an object with a Channel, not 'VOICE'.",
    ),
    "entry empty": (
        {"AutoAcceptConfigs": [{}]},
        (
            f"2 problems: (1) AutoAcceptConfigs[0].Channel: is required, and must be {ANY_CHANNEL}."
            " (2) AutoAcceptConfigs[0].AutoAccept: is required."
        ),
    ),
    "two entries for one channel": (
        {
            "AutoAcceptConfigs": [
                {"Channel": "CHAT", "AutoAccept": True},
                {"Channel": "VOICE", "AutoAccept": True},
                {"Channel": "CHAT", "AutoAccept": True},
            ]
        },
        "AutoAcceptConfigs[2].Channel: CHAT has an entry already, AutoAcceptConfigs[0]: one entry a channel.",
    ),
    "unknown channel": (accept(Channel="FAX"), f"AutoAcceptConfigs[0].Channel: 'FAX' must be {ANY_CHANNEL}."),
    "channel in another case": (
        accept(Channel="voice"),
        f"AutoAcceptConfigs[0].Channel: 'voice' must be {ANY_CHANNEL}: did you mean VOICE?",
    ),
    "channel no string": (
        accept(Channel=["VOICE"]),
        f"AutoAcceptConfigs[0].Channel: ['VOICE'] must be {ANY_CHANNEL}.",
    ),
    "channel that phones have not": (
        phone(Channel="CHAT"),
        "PhoneNumberConfigs[0].Channel: CHAT is not supported here: PhoneNumberConfigs takes VOICE only.",
    ),
    "channel that persistent connections have not": (
        {"PersistentConnectionConfigs": [{"Channel": "TASK", "PersistentConnection": True}]},
        (
            "PersistentConnectionConfigs[0].Channel: TASK is not supported here: PersistentConnectionConfigs"
            " takes VOICE only."
        ),
    ),
    "channel that enhancement has not": (
        {"VoiceEnhancementConfigs": [{"Channel": "EMAIL", "VoiceEnhancementMode": "NONE"}]},
        (
            "VoiceEnhancementConfigs[0].Channel: EMAIL is not supported here: VoiceEnhancementConfigs takes"
            " VOICE only."
        ),
    ),
    "callback acceptance outside VOICE": (
        accept(Channel="CHAT", AgentFirstCallbackAutoAccept=False),
        "AutoAcceptConfigs[0].AgentFirstCallbackAutoAccept: applies to VOICE only, not to CHAT.",
    ),
    "callback work outside VOICE": (
        callback_work({"AfterContactWorkTimeLimit": 0}, "EMAIL"),
        f"{CALLBACK}: applies to VOICE only, not to EMAIL.",
    ),
    "work negative": (work(-1), f"{ACW}.AfterContactWorkTimeLimit: -1 {RANGE}."),
    "work above the most": (work(2_000_001), f"{ACW}.AfterContactWorkTimeLimit: 2000001 {RANGE}."),
    "work as a word above the most": (
        work("2000001"),
        f"{ACW}.AfterContactWorkTimeLimit: '2000001' {RANGE}.",
    ),
    "work fractional": (work(3.5), f"{ACW}.AfterContactWorkTimeLimit: 3.5 {WHOLE}."),
    "work fractional as a word": (work("3.5"), f"{ACW}.AfterContactWorkTimeLimit: '3.5' {WHOLE}."),
    "work with a blank": (work(" 30"), f"{ACW}.AfterContactWorkTimeLimit: ' 30' {WHOLE}."),
    "work perhaps octal": (work("030"), f"{ACW}.AfterContactWorkTimeLimit: '030' {WHOLE}."),
    "work true": (work(True), f"{ACW}.AfterContactWorkTimeLimit: True {WHOLE}."),
    "work empty": (work(""), f"{ACW}.AfterContactWorkTimeLimit: '' {WHOLE}."),
    "work null": (work(None), f"{ACW}.AfterContactWorkTimeLimit: is required."),
    "callback work fractional": (
        callback_work({"AfterContactWorkTimeLimit": 0.5}),
        f"{CALLBACK}.AfterContactWorkTimeLimit: 0.5 {WHOLE}.",
    ),
    "callback work without a limit": (
        callback_work({}),
        f"{CALLBACK}.AfterContactWorkTimeLimit: is required.",
    ),
    "callback work no object": (
        callback_work(30),
        f"{CALLBACK}: must be an object with AfterContactWorkTimeLimit, not 30.",
    ),
    "work missing": (
        {"AfterContactWorkConfigs": [{"Channel": "CHAT"}]},
        f"{ACW}.AfterContactWorkTimeLimit: is required.",
    ),
    "work with an unknown member": (
        {
            "AfterContactWorkConfigs": [
                {
                    "Channel": "CHAT",
                    "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 1, "TimeLimit": 1},
                }
            ]
        },
        f"{ACW}.'TimeLimit' is not a known property: did you mean AfterContactWorkTimeLimit?.",
    ),
    "acceptance missing": (
        {"AutoAcceptConfigs": [{"Channel": "CHAT"}]},
        "AutoAcceptConfigs[0].AutoAccept: is required.",
    ),
    "acceptance yes": (accept(AutoAccept="yes"), f"AutoAcceptConfigs[0].AutoAccept: 'yes' {BOOLEAN}."),
    "acceptance 1": (accept(AutoAccept="1"), f"AutoAcceptConfigs[0].AutoAccept: '1' {BOOLEAN}."),
    "acceptance the number 1": (accept(AutoAccept=1), f"AutoAcceptConfigs[0].AutoAccept: 1 {BOOLEAN}."),
    "callback acceptance empty": (
        accept(AgentFirstCallbackAutoAccept=""),
        f"AutoAcceptConfigs[0].AgentFirstCallbackAutoAccept: '' {BOOLEAN}.",
    ),
    "desk phone without a number": (
        phone(PhoneNumber=None),
        "PhoneNumberConfigs[0].PhoneNumber: is required when PhoneType is DESK_PHONE.",
    ),
    "phone type missing": (phone(PhoneType=None), "PhoneNumberConfigs[0].PhoneType: is required."),
    "phone type in another case": (
        phone(PhoneType="desk_phone"),
        (
            "PhoneNumberConfigs[0].PhoneType: 'desk_phone' must be SOFT_PHONE or DESK_PHONE: did you mean"
            " DESK_PHONE?"
        ),
    ),
    "number without plus": (
        phone(PhoneNumber="15555550123"),
        f"PhoneNumberConfigs[0].PhoneNumber: the value {E164}.",
    ),
    "number as YAML reads it": (
        phone(PhoneNumber=15555550123),
        f"PhoneNumberConfigs[0].PhoneNumber: the value {E164}.",
    ),
    "number empty": (phone(PhoneNumber=""), f"PhoneNumberConfigs[0].PhoneNumber: the value {E164}."),
    "soft phone with a bad number": (
        phone(PhoneType="SOFT_PHONE", PhoneNumber="0123456789"),
        f"PhoneNumberConfigs[0].PhoneNumber: the value {E164}.",
    ),
    "enhancement unknown": (
        {"VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "LOUD"}]},
        (
            "VoiceEnhancementConfigs[0].VoiceEnhancementMode: 'LOUD' must be VOICE_ISOLATION or"
            " NOISE_SUPPRESSION or NONE."
        ),
    ),
    "member misspelled": (
        accept(AutoAcept=True),
        "AutoAcceptConfigs[0].'AutoAcept' is not a known property: did you mean AutoAccept?.",
    ),
    "property misspelled": (
        {**accept(), "AutoAcceptConfig": []},
        "'AutoAcceptConfig' is not a known property: did you mean AutoAcceptConfigs?.",
    ),
    "property like nothing known": (
        {**accept(), "Zzz": 1},
        f"'Zzz' is not a known property: known are InstanceId, UserId, UserArn, {ARRAYS}.",
    ),
}


@pytest.mark.parametrize(("properties", "message"), list(CASES.values()), ids=list(CASES))
def test_a_bad_input_is_refused_with_property_value_and_rule(
    properties: dict[str, object], message: str
) -> None:
    # A suggestion may end with a question mark alone, or with a full stop after it.
    assert refusal(properties).replace("?.", "?") == message.replace("?.", "?")


def test_several_problems_are_named_at_once_and_numbered() -> None:
    message = refusal(
        {
            "AutoAcceptConfigs": [
                {"Channel": "CHAT", "AutoAccept": "yes", "AgentFirstCallbackAutoAccept": True},
                {"Channel": "CHAT", "AutoAccept": True},
            ],
            "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE"}],
            "PersistentConnectionConfigs": [],
            "Colour": "red",
        }
    )
    assert message.startswith("6 problems: (1) 'Colour' is not a known property: ")
    for number, problem in enumerate(
        (
            f"AutoAcceptConfigs[0].AutoAccept: 'yes' {BOOLEAN}",
            "AutoAcceptConfigs[0].AgentFirstCallbackAutoAccept: applies to VOICE only, not to CHAT",
            (
                "AutoAcceptConfigs[1].Channel: CHAT has an entry already, AutoAcceptConfigs[0]: one entry a"
                " channel"
            ),
            "PhoneNumberConfigs[0].PhoneNumber: is required when PhoneType is DESK_PHONE",
            (
                "PersistentConnectionConfigs: is an empty list, which would own nothing:"
                " remove the property or add an entry"
            ),
        ),
        2,
    ):
        assert f" ({number}) {problem}." in message


def test_an_identifier_at_fault_is_named_together_with_the_settings_at_fault() -> None:
    properties = {"InstanceId": INSTANCE, "UserId": "no such/id", **accept(AutoAccept="yes")}
    with pytest.raises(
        InvalidRequest, match=r"^2 problems: \(1\) UserId: 'no such/id' .* \(2\) AutoAcceptConfigs\[0\]"
    ):
        Declaration.parse(properties, ENVIRONMENT)


def test_a_bad_array_does_not_hide_that_another_is_declared() -> None:
    assert "at least one" not in refusal({"AutoAcceptConfigs": []})


def test_a_long_value_is_cut() -> None:
    message = refusal(accept(AutoAccept="x" * 5000))
    assert "…" in message
    assert len(message) < 200


MANY = 45_000 if EXHAUSTIVE else 9_000


@pytest.mark.parametrize(
    "properties",
    [
        {**accept(), **{f"AutoAcceptConfigs{number}": 1 for number in range(MANY)}},
        {**accept(), **{f"{number}-{'x' * 1000}": 1 for number in range(MANY)}},
        accept(**{f"AutoAccept{number}": 1 for number in range(MANY)}),
        {
            "AutoAcceptConfigs": [
                {"Channel": "VOICE", "AutoAccept": True},
                *[{"Channel": "FAX", "AutoAccept": True}] * MANY,
            ]
        },
    ],
    ids=["names", "long names", "members", "entries"],
)
def test_so_many_problems_that_nobody_reads_them_are_counted(properties: dict[str, object]) -> None:
    message = refusal(properties)
    assert message.startswith(f"{MANY:,} problems: (1) ")
    rest = int(message.rpartition("And ")[2].removesuffix(" more.").replace(",", ""))
    assert "(5) " in message
    assert f"({MANY - rest}) " in message
    assert f"({MANY - rest + 1}) " not in message
    assert len(message) <= MOST
