"""The page on the constructs: its code is the examples' own, or runs; its names and limits are those of the
code.
"""

import json
import re
import textwrap
import tomllib
from typing import Any

import pytest

import connect_user_config.cdk
from connect_user_config.declaring.roster import COLUMNS, NAME, PROFILE, USER
from support.synthesis import INSTANCE, ROOT, new_stack

GUIDE = (ROOT / "guide" / "cdk.md").read_text("utf-8")
EXAMPLES = {file.parent.name: file.read_text("utf-8") for file in ROOT.glob("examples/cdk/*/app.py")}
BLOCKS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def example_of(block: str) -> str | None:
    """Return the example in which a block stands, however it is indented there."""
    indented = [textwrap.indent(block, " " * spaces) for spaces in (0, 4, 8)]
    return next((name for name, text in EXAMPLES.items() if any(each in text for each in indented)), None)


def test_every_example_has_code_in_the_page() -> None:
    assert {example_of(block) for block in BLOCKS} - {None} == EXAMPLES.keys()


@pytest.mark.parametrize("block", [block for block in BLOCKS if not example_of(block)])
def test_what_is_no_example_runs(block: str) -> None:
    names: dict[str, Any] = {
        **vars(connect_user_config.cdk),
        "stack": new_stack(),
        "instance": INSTANCE,
    }
    exec(compile(block, "guide/cdk.md", "exec"), names)


def test_every_name_of_a_roster_stands_in_the_page() -> None:
    told = set(re.findall(r"`([a-z_.]+)`", GUIDE))
    whole = {name for name in COLUMNS if name in told}
    by_ending = {name for name in COLUMNS if f".{name.partition('.')[2]}" in told}
    assert whole | by_ending == {*COLUMNS}
    assert {USER, PROFILE, NAME} <= told


def test_the_pinned_file_in_the_page_is_the_examples() -> None:
    (block,) = re.findall(r"^```json\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    pinned = ROOT / "examples" / "cdk" / "fleet_from_csv" / "shards.json"
    assert json.loads(block) == json.loads(pinned.read_text("utf-8"))


def test_the_rows_of_the_roster_in_the_page_are_the_examples() -> None:
    (block,) = re.findall(r"^```text\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    roster = (ROOT / "examples" / "cdk" / "fleet_from_csv" / "agents.csv").read_text("utf-8")
    assert not [line for line in block.splitlines() if line not in roster.splitlines()]


def test_the_versions_in_the_page_are_the_oldest_of_the_extra_and_the_newest_of_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extra = " ".join(project["project"]["optional-dependencies"]["cdk"])
    group = " ".join(project["dependency-groups"]["cdk"])
    (oldest,) = re.findall(r"aws-cdk-lib>=([\d.]+)", extra)
    (newest,) = re.findall(r"aws-cdk-lib==([\d.]+)", group)
    assert f"aws-cdk-lib {oldest}.0 and {newest}" in GUIDE
