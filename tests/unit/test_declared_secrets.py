"""No message repeats a phone number, or the name of a secret, from wherever it stands in a template."""

import pytest
from unit.declaring import ACW, accept, callback_work, phone, refusal, work
from unit.examples import NUMBER

BARE = NUMBER.removeprefix("+")


def nested(value: object, levels: int) -> object:
    for _ in range(levels):
        value = [value]
    return value


NUMBER_IN_THE_WRONG_PLACE: dict[str, dict[str, object]] = {
    "instead of the list": {"PhoneNumberConfigs": NUMBER},
    "in an object instead of the list": {"PhoneNumberConfigs": {"Channel": "VOICE", "PhoneNumber": NUMBER}},
    "instead of an entry": {"PhoneNumberConfigs": [NUMBER]},
    "as the channel": phone(Channel=NUMBER),
    "as the phone type": phone(PhoneType=NUMBER),
    "as the phone type without plus": phone(PhoneType=NUMBER.removeprefix("+")),
    "as the phone type and a number": phone(PhoneType=15555550123),
    "as a boolean": accept(AutoAccept=NUMBER),
    "as seconds": work(NUMBER),
    "instead of an object": callback_work(NUMBER),
    "as a property": {**accept(), NUMBER: True},
    "as the user": {**accept(), "UserId": NUMBER},
    "bare, as the channel of another array": accept(Channel=BARE),
    "bare, as a number for a channel": accept(Channel=int(BARE)),
    "bare, in a channel that is a list": accept(Channel=[BARE]),
    "bare, in a channel that is an object": accept(Channel={"Number": {"Of": [BARE]}}),
    "with brackets and blanks, as the channel": accept(Channel="(555) 555-0123"),
    "bare, as a name": {**accept(), BARE: True},
    "bare, as a name that is close to a known one": {**accept(), f"AutoAcceptConfigs{BARE}": True},
    "bare, as a member": accept(**{BARE: True}),
    "bare, as a member of a member": callback_work({"AfterContactWorkTimeLimit": 1, BARE: 1}),
    "bare, as a boolean": accept(AutoAccept=BARE),
    "bare, as seconds": work(BARE),
    "bare, as seconds and a number": work(int(BARE)),
    "bare, as seconds and a fraction": work(float(BARE) + 0.5),
    "bare, as a mode": {
        "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": f"x{BARE}x"}]
    },
    "bare, instead of the list": {"AutoAcceptConfigs": BARE},
    "bare, instead of an entry": {"AutoAcceptConfigs": [BARE]},
    "bare, instead of an object": callback_work(BARE),
    "bare, as the arn": {**accept(), "UserArn": BARE},
    "bare, in the arn": {**accept(), "UserArn": {"x": BARE}},
    "bare, as an instance that is none": {**accept(), "InstanceId": f"{BARE} "},
    "bare, as a user that is none": {**accept(), "UserId": f"tel {BARE}"},
    "bare, as an arn that is none": {**accept(), "UserId": f"arn:{NUMBER}"},
    "far behind, in a long text": accept(Channel="x" * 40 + BARE),
    "deeply nested": accept(Channel=nested(BARE, 5000)),
    "as a number without plus": phone(PhoneNumber=NUMBER.removeprefix("+")),
    "with blanks": phone(PhoneNumber=f" {NUMBER} "),
}


@pytest.mark.parametrize(
    "properties", list(NUMBER_IN_THE_WRONG_PLACE.values()), ids=list(NUMBER_IN_THE_WRONG_PLACE)
)
def test_no_message_repeats_a_phone_number_wherever_it_stands(properties: dict[str, object]) -> None:
    message = refusal(properties)
    assert BARE not in message
    assert BARE[4:] not in message
    assert "555-0123" not in message


REFERENCE = "{{resolve:ssm-secure:/phones/marguerite:1}}"


REFERENCES: dict[str, tuple[str, dict[str, object]]] = {
    "number": ("PhoneNumberConfigs[0].PhoneNumber", phone(PhoneNumber=REFERENCE)),
    "part of a number": ("PhoneNumberConfigs[0].PhoneNumber", phone(PhoneNumber=f"+1{REFERENCE}")),
    "type": ("PhoneNumberConfigs[0].PhoneType", phone(PhoneType=REFERENCE)),
    "channel": ("AutoAcceptConfigs[0].Channel", accept(Channel=REFERENCE)),
    "boolean": ("AutoAcceptConfigs[0].AutoAccept", accept(AutoAccept=REFERENCE)),
    "seconds": (f"{ACW}.AfterContactWorkTimeLimit", work(REFERENCE)),
    "user": ("UserId", {**accept(), "UserId": REFERENCE}),
    "instance": ("InstanceId", {**accept(), "InstanceId": REFERENCE}),
}


@pytest.mark.parametrize("way", REFERENCES)
def test_a_reference_that_was_not_resolved_is_called_so_without_its_name(way: str) -> None:
    where, properties = REFERENCES[way]
    message = refusal(properties)
    assert message.startswith(f"{where}: is an unresolved dynamic reference ({{{{resolve:ssm-secure:…}}}}): ")
    assert (
        "CloudFormation resolves no references to secure values (ssm-secure, secretsmanager) in custom"
        " resources." in message
    )
    assert "marguerite" not in message


@pytest.mark.parametrize(
    "properties",
    [
        {"AutoAcceptConfigs": REFERENCE},
        {"AutoAcceptConfigs": [REFERENCE]},
        callback_work(REFERENCE),
        accept(Channel=[REFERENCE]),
        accept(Channel={"x" * 100: REFERENCE}),
        {**accept(), REFERENCE: 1},
        {**accept(), "UserArn": REFERENCE},
        {**accept(), "UserId": f"arn:{REFERENCE}"},
    ],
)
def test_no_message_repeats_the_name_of_a_reference(properties: dict[str, object]) -> None:
    message = refusal(properties)
    assert "resolve:ssm-secure:…" in message
    assert "marguerite" not in message
