"""AWS's validator takes the registry schema under an organisation's name, conditions included, and checks by
it.

`guide/checking.md` says how the schema gets there.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from cloudformation_validate import AdditionalSchemaSource, SchemaValidator, SchemaValidatorConfig

SCHEMA = Path(__file__).resolve().parents[2] / "schema" / "custom-connect-userconfig.json"
NAME = "Acme::Connect::UserConfig"
LIMIT = {"AfterContactWorkTimeLimit": 60}
CALLBACK = "AgentFirstCallbackAfterContactWorkConfig"


@pytest.fixture(scope="module")
def validator() -> SchemaValidator:
    schema = SCHEMA.read_text("utf-8").replace("Custom::Connect::UserConfig", NAME)
    source = AdditionalSchemaSource(type_name=None, schema=schema)
    return SchemaValidator(SchemaValidatorConfig(additional_schemas=[source]))


def problems(validator: SchemaValidator, **properties: Any) -> list[str]:
    resource = {"Type": NAME, "Properties": {"InstanceId": "i1", "UserId": "u1", **properties}}
    found = validator.validate(json.dumps({"Resources": {"Agent": resource}}).encode())
    return [each.rule_id for each in found if each.rule_id[0] != "I"]


GOOD: dict[str, dict[str, Any]] = {
    "plain": {"AutoAcceptConfigs": [{"Channel": "CHAT", "AutoAccept": True}]},
    "callback": {
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}]
    },
    "callback work": {
        "AfterContactWorkConfigs": [{"Channel": "VOICE", "AfterContactWorkConfig": LIMIT, CALLBACK: LIMIT}]
    },
    "soft phone": {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "SOFT_PHONE"}]},
    "desk phone": {
        "PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+12025550100"}]
    },
}
BAD: dict[str, dict[str, Any]] = {
    "callback outside of VOICE": {
        "AutoAcceptConfigs": [{"Channel": "CHAT", "AutoAccept": True, "AgentFirstCallbackAutoAccept": True}]
    },
    "callback work outside of VOICE": {
        "AfterContactWorkConfigs": [{"Channel": "TASK", "AfterContactWorkConfig": LIMIT, CALLBACK: LIMIT}]
    },
    "desk phone without a number": {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": "DESK_PHONE"}]},
    "unknown channel": {"AutoAcceptConfigs": [{"Channel": "voice", "AutoAccept": True}]},
    "no array": {},
    "unknown property": {**GOOD["plain"], "AutoAcceptConfig": []},
}


@pytest.mark.parametrize("properties", GOOD.values(), ids=GOOD)
def test_right_properties_pass(validator: SchemaValidator, properties: dict[str, Any]) -> None:
    assert problems(validator, **properties) == []


@pytest.mark.parametrize("properties", BAD.values(), ids=BAD)
def test_wrong_properties_are_found(validator: SchemaValidator, properties: dict[str, Any]) -> None:
    assert problems(validator, **properties)
