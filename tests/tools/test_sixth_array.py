"""The recipe "Adding a sixth array" of CONTRIBUTING.md, followed literally in a copy of the tree.

The array is made up. Four files are edited, a fifth because an entry may lack one of its fields, and
`make generate` writes the rest.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", ".*_cache", ".hypothesis", "__pycache__", "build", "dist")
FOLLOW_THE_TABLES = (
    "tests/unit",
    "tests/custom_resource",
    "tests/connect_local",
    "tests/schema",
    "tests/scripts",
    "tests/functional/test_every_array.py",
    "tests/functional/test_call_counts.py",
    "tests/limits/test_tags.py",
    "tests/check",
    "tests/contract",
    "tests/properties/test_tag_form.py",
    "tests/properties/test_settings_form.py",
    "tests/properties/test_declaration.py",
    "tests/properties/test_planning.py",
)
CARRIERS = ("UpdateUserConfigRequest", "CreateUserRequest", "User", "UserSearchSummary")
"""The shapes of the service model that have every array."""


def new_release() -> dict[str, Any]:
    """Return the change of the service model with which the recipe begins."""
    fields = ("WrapUp", "WrapUpAloud")
    entry = {"Channel": {"shape": "Channel"}, **{name: {"shape": "AutoAccept"} for name in fields}}
    return {
        "WrapUpConfig": {"type": "structure", "required": ["Channel", "WrapUp"], "members": entry},
        "WrapUpConfigs": {"type": "list", "member": {"shape": "WrapUpConfig"}, "min": 0, "max": 4},
        **{carrier: {"members": {"WrapUpConfigs": {"shape": "WrapUpConfigs"}}} for carrier in CARRIERS},
    }


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    file.write_text(text, "utf-8")


def edit_json(file: Path, **members: Any) -> None:
    content = json.loads(file.read_text("utf-8"))
    for name, value in members.items():
        content[name] = [*content[name], *value] if name == "anyOf" else {**content.get(name, {}), **value}
    file.write_text(json.dumps(content, indent=4) + "\n", "utf-8")


def follow_the_recipe(tree: Path) -> None:
    """Make the edits that CONTRIBUTING.md lists."""
    of_voice = 'tag_name="aloud", required=False, channels=(VOICE,)'
    fields = f'Field(("WrapUp",), Boolean(), False), Field(("WrapUpAloud",), Boolean(), False, {of_voice})'
    row = f'Array("WrapUpConfigs", "wrap-up", CHANNELS, ({fields}))'
    edit(
        tree / "src/custom_connect_userconfig/core/arrays.py",
        ("\nARRAYS: Final = (", f"\nWRAP_UP: Final = {row}\n\nARRAYS: Final = ("),
        ("VOICE_ENHANCEMENT)\nARRAY_BY_NAME", "VOICE_ENHANCEMENT, WRAP_UP)\nARRAY_BY_NAME"),
    )
    fields = 'Field(("WrapUp",), False, required=True), Field(("WrapUpAloud",), False, voice_only=True)'
    local_row = f'Array("WrapUpConfigs", CHANNELS, ({fields}))'
    edit(
        tree / "src/connect_local/arrays.py",
        (")\n\nARRAYS = {", f"    {local_row},\n)\n\nARRAYS = {{"),
    )
    edit(
        tree / "tests/support/record_form.py",
        ('    "PhoneNumber": "number",\n', '    "PhoneNumber": "number",\n    "WrapUpAloud": "aloud",\n'),
    )
    aloud = {"WrapUpAloud": {"description": "Whether aloud.", "type": "boolean"}}
    entry = {
        **_entry_of("AnyChannel", aloud),
        "required": ["Channel", "WrapUp"],
        "anyOf": [{"$ref": "#/definitions/VoiceWrapUp"}, {"$ref": "#/definitions/SilentWrapUp"}],
    }
    forms = {"VoiceWrapUp": _entry_of("VoiceChannel", aloud), "SilentWrapUp": _entry_of("AnyChannel", {})}
    array = {"description": "Wrapping up. One entry a channel.", "type": "array", "insertionOrder": False}
    items = {"minItems": 1, "maxItems": 4, "items": {"$ref": "#/definitions/WrapUpConfig"}}
    edit_json(
        tree / "schema/custom-connect-userconfig.json",
        definitions={"WrapUpConfig": entry, **forms},
        properties={"WrapUpConfigs": array | items},
        anyOf=[{"required": ["WrapUpConfigs"]}],
    )
    declared = json.loads((tree / "inputs/inputs_2_create.json").read_text("utf-8"))
    declared["WrapUpConfigs"] = [{"Channel": "TASK", "WrapUp": True}]
    (tree / "inputs/inputs_2_create.json").write_text(json.dumps(declared), "utf-8")


def _entry_of(channel: str, more: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "Channel": {"$ref": f"#/definitions/{channel}"},
        "WrapUp": {"description": "Whether the user wraps up.", "type": "boolean"},
        **more,
    }
    return {
        "description": "Whether the user wraps up.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=LEFT_OUT)
    home = tmp_path / "home"
    # botocore merges such files into its model, and moto others into its copy, also where a test starts a
    # process with another home.
    (tree / "src/sitecustomize.py").write_text(f"import os\nos.environ['HOME'] = {str(home)!r}\n", "utf-8")
    for whose in ("sdk", "moto"):
        extra = home / f".aws/models/connect/2017-08-08/service-2.{whose}-extras.json"
        extra.parent.mkdir(parents=True, exist_ok=True)
        extra.write_text(json.dumps({"version": 1.0, "merge": {"shapes": new_release()}}), "utf-8")
    return tree


def run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "EXHAUSTIVE": ""}
    return subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )


def run_tests(tree: Path, names: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return run(tree, sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", *names)


@pytest.mark.exhaustive
@pytest.mark.slow
def test_a_sixth_array_takes_five_edits_and_a_command(tree: Path) -> None:
    before = run_tests(tree, ["tests/unit/test_vocabulary.py"]).stdout
    assert "WrapUpConfigs is in UpdateUserConfig but not in the table" in before, before

    follow_the_recipe(tree)
    generated = run(tree, str(Path(sys.executable).parent / "cfn"), "generate")
    assert generated.returncode == 0, generated.stdout + generated.stderr

    after = run_tests(tree, FOLLOW_THE_TABLES)
    assert after.returncode == 0, after.stdout[-6000:] + after.stderr[-2000:]
    assert "WrapUp" in (tree / "docs/README.md").read_text("utf-8")
