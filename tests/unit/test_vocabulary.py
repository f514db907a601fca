"""The table, the schema, the generated models and the service model name the same settings, member by member.

The service model differs on purpose: it has one enum of channels for all arrays and no upper limit on
seconds, and it does not require the limit inside its structure.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.model import ServiceModel
from unit.vocabulary import (
    IDENTIFIERS,
    SCHEMA,
    Vocabulary,
    all_channels,
    differences,
    input_of_update,
    of_describe,
    of_generated,
    of_legacy,
    of_schema,
    of_table,
    of_update,
    service_model,
)

from custom_connect_userconfig.core.arrays import ARRAYS
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ARN, USER_ID

MODEL = service_model()
EVERYTHING = ("type", "names", "required", "least", "most")
OF_THE_SERVICE = ("type", "names", "required", "least")


def table_as_the_service_has_it() -> Vocabulary:
    """Return the table, loosened where the service model is looser."""
    table = all_channels(of_table())
    loosened = {path for path, member in table.items() if path.count(".") > 1 and member.required}
    return {
        path: replace(member, required=member.required and path not in loosened)
        for path, member in table.items()
    }


def against_the_table(model: ServiceModel) -> list[str]:
    """Return the differences between the table and the operations that we use."""
    table = table_as_the_service_has_it()
    return [
        *differences("the table", table, "UpdateUserConfig", of_update(model), of=OF_THE_SERVICE),
        *differences("the table", table, "DescribeUser", of_describe(model), of=OF_THE_SERVICE),
    ]


def test_the_table_has_what_the_service_has() -> None:
    assert against_the_table(MODEL) == []


def test_the_schema_has_what_the_table_has() -> None:
    assert differences("the table", of_table(), "the schema", of_schema(SCHEMA), of=EVERYTHING) == []


def test_the_generated_models_have_what_the_table_has() -> None:
    assert differences("the table", of_table(), "models.py", of_generated(), of=("type",)) == []


def test_the_comparison_sees_every_member() -> None:
    assert len(of_table()) >= 20  # what is released stays
    assert of_table().keys() == of_update(MODEL).keys() == of_schema(SCHEMA).keys() == of_generated().keys()


def test_the_identifiers_are_those_of_the_service_and_required() -> None:
    shape = input_of_update(MODEL)
    assert set(IDENTIFIERS) == {INSTANCE_ID, USER_ID} == set(shape.required_members)
    assert set(SCHEMA["required"]) == set(IDENTIFIERS)
    assert SCHEMA["readOnlyProperties"] == [f"/properties/{USER_ARN}"]
    assert (
        SCHEMA["primaryIdentifier"]
        == SCHEMA["createOnlyProperties"]
        == [f"/properties/{name}" for name in IDENTIFIERS]
    )


def test_at_least_one_of_exactly_the_arrays_of_the_table_is_required() -> None:
    assert [choice["required"] for choice in SCHEMA["anyOf"]] == [[array.name] for array in ARRAYS]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: array.name)
def test_the_schema_has_room_for_one_entry_a_channel(array: Any) -> None:
    described = SCHEMA["properties"][array.name]
    assert (described["minItems"], described["maxItems"], described["insertionOrder"]) == (
        1,
        len(array.channels),
        False,
    )
    assert "uniqueItems" not in described


def test_the_schema_s_pattern_of_a_number_is_the_service_s() -> None:
    number = MODEL.shape_for("SensitivePhoneNumber").metadata["pattern"]
    assert SCHEMA["definitions"]["PhoneNumber"]["pattern"] == f"^{number}"


def test_every_legacy_member_stands_in_for_something() -> None:
    used = {field.legacy for array in ARRAYS for field in array.fields if field.legacy}
    assert used == of_legacy(MODEL)


def doctored(change: Callable[[dict[str, Any]], object]) -> ServiceModel:
    description = copy.deepcopy(getattr(MODEL, "_service_description"))  # noqa: B009 - the stubs do not know it
    change(description["shapes"])
    return ServiceModel(description, "connect")


def new_array(shapes: dict[str, Any]) -> None:
    entry = {"type": "structure", "required": ["Channel"], "members": {"Channel": {"shape": "Channel"}}}
    shapes.update({"Hologram": entry, "Holograms": {"type": "list", "member": {"shape": "Hologram"}}})
    for owner in ("UpdateUserConfigRequest", "User"):
        shapes[owner]["members"]["HologramConfigs"] = {"shape": "Holograms"}


def member(shape: str, name: str, kind: str) -> Callable[[dict[str, Any]], object]:
    return lambda shapes: shapes[shape]["members"].update({name: {"shape": kind}})


AGENT_FIRST = "AgentFirstCallbackAutoAccept"
DOCTORED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a new array": (new_array, "HologramConfigs is in UpdateUserConfig but not in the table"),
    "a new array in reads": (new_array, "HologramConfigs.Channel is in DescribeUser but not in the table"),
    "a new field": (
        member("AutoAcceptConfig", "AutoReject", "AutoAccept"),
        "AutoAcceptConfigs.AutoReject is in UpdateUserConfig but not in the table",
    ),
    "a new inner field": (
        member("AfterContactWorkConfig", "AfterContactWorkMode", "PhoneType"),
        (
            "AfterContactWorkConfigs.AfterContactWorkConfig.AfterContactWorkMode"
            " is in DescribeUser but not in the table"
        ),
    ),
    "a new plain member": (
        member("UpdateUserConfigRequest", "Colour", "String"),
        "Colour is in UpdateUserConfig but not in the table",
    ),
    "a lost array": (
        lambda shapes: shapes["UpdateUserConfigRequest"]["members"].pop("VoiceEnhancementConfigs"),
        "VoiceEnhancementConfigs is in the table but not in UpdateUserConfig",
    ),
    "a lost field": (
        lambda shapes: shapes["AutoAcceptConfig"]["members"].pop(AGENT_FIRST),
        f"AutoAcceptConfigs.{AGENT_FIRST} is in the table but not in DescribeUser",
    ),
    "a new channel": (
        lambda shapes: shapes["Channel"]["enum"].append("FAX"),
        "'FAX', 'TASK', 'VOICE'] in UpdateUserConfig",
    ),
    "a new mode": (
        lambda shapes: shapes["VoiceEnhancementMode"]["enum"].append("LOUD"),
        "'LOUD', 'NOISE_SUPPRESSION'",
    ),
    "a required field": (
        lambda shapes: shapes["AutoAcceptConfig"]["required"].append(AGENT_FIRST),
        f"AutoAcceptConfigs.{AGENT_FIRST}: required is False in the table, True in UpdateUserConfig",
    ),
    "another least": (
        lambda shapes: shapes["AfterContactWorkTimeLimit"].update(min=1),
        "AfterContactWorkTimeLimit: least is 0 in the table, 1 in UpdateUserConfig",
    ),
    "another type": (
        lambda shapes: shapes["AutoAccept"].update(type="string"),
        "AutoAcceptConfigs.AutoAccept: type is boolean in the table, string in UpdateUserConfig",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), list(DOCTORED.values()), ids=list(DOCTORED))
def test_a_change_of_the_service_model_is_named(
    change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    found = against_the_table(doctored(change))
    assert any(sentence in difference for difference in found), found


def limit_of(schema: dict[str, Any]) -> dict[str, Any]:
    limit: dict[str, Any] = schema["definitions"]["AfterContactWorkConfig"]["properties"][
        "AfterContactWorkTimeLimit"
    ]
    return limit


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda schema: limit_of(schema).update(maximum=1),
            "AfterContactWorkTimeLimit: most is 2000000 in the table, 1 in the schema",
        ),
        (
            lambda schema: schema["definitions"]["VoiceChannel"]["enum"].append("CHAT"),
            "PhoneNumberConfigs.Channel: names is ['VOICE'] in the table, ['CHAT', 'VOICE'] in the schema",
        ),
        (
            lambda schema: schema["properties"].pop("PersistentConnectionConfigs"),
            "PersistentConnectionConfigs is in the table but not in the schema",
        ),
    ],
)
def test_a_change_of_the_schema_is_named(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    schema = copy.deepcopy(SCHEMA)
    change(schema)
    found = differences("the table", of_table(), "the schema", of_schema(schema), of=EVERYTHING)
    assert any(sentence in difference for difference in found), found
