"""The properties that the registry itself refuses: the schema, as a draft-07 validator reads it.

Each bad example differs from a good one in one property; the named keyword must refuse it at the named path.

The registry's dialect cannot express these rules; only the handlers refuse:

- two entries for one channel: `uniqueItems` compares whole entries, `contains` has no upper bound, and tuples
  of items are not allowed; only `maxItems` helps;
- a user ARN of another instance, region or account: no keyword compares two properties;
- a number before a line break: `$` also matches before a final line break, here as in the registry's engine.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from connect_local.arrays import ARRAYS, FIELDS
from support.every_array import PER_CHANNEL, VOICE_ONLY, entries_of_all

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "schema" / "custom-connect-userconfig.json"
SCHEMA: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
# The validator ignores the keywords of the registry's dialect that draft-07 does not know.
VALIDATOR = Draft7Validator(SCHEMA)

INSTANCE = "10000000-0000-4000-8000-000000000001"
USER = "20000000-0000-4000-8000-000000000001"
INSTANCE_ARN = f"arn:aws-us-gov:connect:us-gov-west-1:123456789012:instance/{INSTANCE}"
USER_ARN = f"{INSTANCE_ARN}/agent/{USER}"
NUMBER = "+12025550100"

Properties = dict[str, Any]


def limit(seconds: object) -> Properties:
    return {"AfterContactWorkTimeLimit": seconds}


def full() -> Properties:
    """Return properties with every array, every member and every channel, VOICE first."""
    return {"InstanceId": INSTANCE, "UserId": USER, **entries_of_all(differ=True, number=NUMBER)}


REMOVED = object()


def changed(path: str, value: object) -> Properties:
    """Return full properties with the value at `path` (`AutoAcceptConfigs/0/Channel`) changed or removed."""
    properties = copy.deepcopy(full())
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    parent: Any = properties
    for step in steps:
        parent = parent[step]
    if value is REMOVED:
        del parent[last]
    else:
        parent[last] = value
    return properties


def innermost(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the error, or the errors of its branches, which are the reasons for it."""
    if not error.context:
        yield error
    for inner in error.context or ():
        yield from innermost(inner)


def reasons(properties: Mapping[str, object]) -> set[tuple[str, str]]:
    """Return the path and the keyword of each refusal."""
    return {
        ("/".join(map(str, reason.absolute_path)), str(reason.validator))
        for error in VALIDATOR.iter_errors(properties)
        for reason in innermost(error)
    }


CALLBACK_LIMIT = "AgentFirstCallbackAfterContactWorkConfig"
GOOD = {
    "everything": full(),
    "arns": {**full(), "InstanceId": INSTANCE_ARN, "UserId": USER_ARN},
    "an id of one character": changed("InstanceId", "i"),
    "an id of a hundred characters": changed("UserId", "u" * 100),
    "soft phone without a number": changed(
        "PhoneNumberConfigs/0", {"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}
    ),
    "soft phone with a number": changed("PhoneNumberConfigs/0/PhoneType", "SOFT_PHONE"),
    "the longest number": changed("PhoneNumberConfigs/0/PhoneNumber", "+123456789012345"),
    **{
        f"a {name} of {seconds} seconds": changed(f"AfterContactWorkConfigs/0/{name}", limit(seconds))
        for name in ("AfterContactWorkConfig", CALLBACK_LIMIT)
        for seconds in (0, 2_000_000)
    },
    "the user's arn, as an update carries it": {**full(), "UserArn": USER_ARN},
    **{
        f"{array} alone": {name: full()[name] for name in ("InstanceId", "UserId", array)} for array in ARRAYS
    },
}

BAD = {
    "no instance": (changed("InstanceId", REMOVED), "", "required"),
    "no user": (changed("UserId", REMOVED), "", "required"),
    "an empty id": (changed("UserId", ""), "UserId", "pattern"),
    "an id of 101 characters": (changed("InstanceId", "i" * 101), "InstanceId", "pattern"),
    "an arn of a queue": (changed("UserId", f"{INSTANCE_ARN}/queue/{USER}"), "UserId", "pattern"),
    "a user's arn for the instance": (changed("InstanceId", USER_ARN), "InstanceId", "pattern"),
    "an account of one digit": (
        changed("InstanceId", INSTANCE_ARN.replace("123456789012", "12345678901")),
        "InstanceId",
        "pattern",
    ),
    "an id that is a number": (changed("UserId", 7), "UserId", "type"),
    "none of the arrays": ({"InstanceId": INSTANCE, "UserId": USER}, "", "required"),
    "an unknown property": ({**full(), "Tags": []}, "", "additionalProperties"),
    **{f"an empty {array}": (changed(array, []), array, "minItems") for array in ARRAYS},
    **{
        f"{array} without a channel": (changed(f"{array}/0/Channel", REMOVED), f"{array}/0", "required")
        for array in ARRAYS
    },
    **{
        f"{array} with an unknown member": (
            changed(f"{array}/0/Mode", "X"),
            f"{array}/0",
            "additionalProperties",
        )
        for array in ARRAYS
    },
    **{
        f"{array} for an unknown channel": (
            changed(f"{array}/0/Channel", "SMS"),
            f"{array}/0/Channel",
            "enum",
        )
        for array in ARRAYS
    },
    **{
        f"{array} for CHAT": (changed(f"{array}/0/Channel", "CHAT"), f"{array}/0/Channel", "enum")
        for array in VOICE_ONLY
    },
    **{f"two {array}": (changed(array, full()[array] * 2), array, "maxItems") for array in VOICE_ONLY},
    **{
        f"five {array}": (changed(array, [*full()[array], full()[array][1]]), array, "maxItems")
        for array in PER_CHANNEL
    },
    **{
        f"{setting.array} with a list for {setting.field[-1]}": (
            changed(path, []),
            path,
            "type",
        )
        for setting in FIELDS
        if setting.channel == "VOICE"
        for path in [f"{setting.array}/0/{'/'.join(setting.field)}"]
    },
    "auto-accept without a value": (
        changed("AutoAcceptConfigs/0/AutoAccept", REMOVED),
        "AutoAcceptConfigs/0",
        "required",
    ),
    "auto-accept by word": (
        changed("AutoAcceptConfigs/1/AutoAccept", "yes"),
        "AutoAcceptConfigs/1/AutoAccept",
        "type",
    ),
    "callback auto-accept outside of VOICE": (
        changed("AutoAcceptConfigs/1/AgentFirstCallbackAutoAccept", True),
        "AutoAcceptConfigs/1/Channel",
        "enum",
    ),
    "callback limit outside of VOICE": (
        changed(f"AfterContactWorkConfigs/1/{CALLBACK_LIMIT}", limit(1)),
        "AfterContactWorkConfigs/1/Channel",
        "enum",
    ),
    "after-contact work without a limit": (
        changed("AfterContactWorkConfigs/0/AfterContactWorkConfig", {}),
        "AfterContactWorkConfigs/0/AfterContactWorkConfig",
        "required",
    ),
    "a callback without a limit": (
        changed(f"AfterContactWorkConfigs/0/{CALLBACK_LIMIT}", {}),
        f"AfterContactWorkConfigs/0/{CALLBACK_LIMIT}",
        "required",
    ),
    **{
        f"a limit of {seconds}": (
            changed("AfterContactWorkConfigs/1/AfterContactWorkConfig", limit(seconds)),
            "AfterContactWorkConfigs/1/AfterContactWorkConfig/AfterContactWorkTimeLimit",
            keyword,
        )
        for seconds, keyword in ((-1, "minimum"), (2_000_001, "maximum"), (3.5, "type"), ("3.5", "type"))
    },
    "desk phone without a number": (
        changed("PhoneNumberConfigs/0/PhoneNumber", REMOVED),
        "PhoneNumberConfigs/0",
        "required",
    ),
    "an unknown phone type": (
        changed("PhoneNumberConfigs/0/PhoneType", "SATELLITE"),
        "PhoneNumberConfigs/0/PhoneType",
        "enum",
    ),
    **{
        f"the number {number}": (
            changed("PhoneNumberConfigs/0/PhoneNumber", number),
            "PhoneNumberConfigs/0/PhoneNumber",
            "pattern",
        )
        for number in (
            "12025550100",
            "+02025550100",
            "+1",
            "+1234567890123456",
            "+1 202 555 0100",
            "tel:+12025550100",
        )
    },
    "no persistent connection": (
        changed("PersistentConnectionConfigs/0/PersistentConnection", REMOVED),
        "PersistentConnectionConfigs/0",
        "required",
    ),
    "no enhancement mode": (
        changed("VoiceEnhancementConfigs/0/VoiceEnhancementMode", REMOVED),
        "VoiceEnhancementConfigs/0",
        "required",
    ),
    "an unknown enhancement mode": (
        changed("VoiceEnhancementConfigs/0/VoiceEnhancementMode", "LOUD"),
        "VoiceEnhancementConfigs/0/VoiceEnhancementMode",
        "enum",
    ),
}


def test_the_schema_is_valid_in_draft_07() -> None:
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("properties", GOOD.values(), ids=GOOD)
def test_good_properties_are_accepted(properties: Properties) -> None:
    assert reasons(properties) == set()


@pytest.mark.parametrize(("properties", "path", "keyword"), BAD.values(), ids=BAD)
def test_bad_properties_are_refused_for_their_reason(properties: Properties, path: str, keyword: str) -> None:
    assert (path, keyword) in reasons(properties)


def test_every_bad_example_differs_from_the_good_one_in_one_property() -> None:
    # Only the example without arrays lacks all of them.
    differences = {
        name: [key for key in full() if properties.get(key) != full()[key]]
        + [key for key in properties if key not in full()]
        for name, (properties, _, _) in BAD.items()
    }
    assert {name for name, keys in differences.items() if len(keys) != 1} == {"none of the arrays"}


@pytest.mark.parametrize(
    "file", sorted((SCHEMA_FILE.parent.parent / "inputs").glob("*.json")), ids=lambda file: file.name
)
def test_contract_inputs_are_accepted(file: Path) -> None:
    assert reasons(json.loads(file.read_text("utf-8"))) == set()


def test_contract_inputs_declare_every_array() -> None:
    files = (SCHEMA_FILE.parent.parent / "inputs").glob("*.json")
    declared = set().union(*(json.loads(file.read_text("utf-8")) for file in files))
    assert declared >= ARRAYS.keys(), "CloudFormation's contract suite must write each of them"
