"""The L1 construct is what the schema says; `make generate` writes it."""

import ast
import json

from tools import constructs

SCHEMA = json.loads(constructs.SCHEMA.read_text("utf-8"))


def test_the_construct_is_generated() -> None:
    assert constructs.TARGET.read_text("utf-8") == constructs.formatted(constructs.source(SCHEMA))


def test_a_new_property_becomes_a_parameter() -> None:
    schema = json.loads(constructs.SCHEMA.read_text("utf-8"))
    schema["properties"]["ScreenConfigs"] = {
        "description": "Screens.",
        "type": "array",
        "items": {"$ref": "#/definitions/ScreenConfig"},
    }
    schema["definitions"]["ScreenConfig"] = {
        "description": "A screen.",
        "type": "object",
        "properties": {"ScreenSize": {"description": "Inches.", "type": "integer"}},
        "required": ["ScreenSize"],
    }

    written = constructs.source(schema)

    ast.parse(written)
    assert "screen_configs: Sequence[ScreenConfig | Mapping[str, object] | IResolvable]" in written
    assert '"ScreenConfigs": screen_configs,' in written
    assert "class ScreenConfig:" in written
    assert "    screen_size: float\n" in written
