"""The number of stacks of a fleet is pinned by a committed file, and no other is taken."""

import json
from pathlib import Path
from typing import Any

import pytest

from connect_user_config.declaring.pins import PinError, check_pin


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shards.json"


def test_a_missing_file_is_refused_with_the_content_that_makes_it_right(file: Path) -> None:
    with pytest.raises(PinError, match="If the fleet was deployed before, bring the file back") as refused:
        check_pin(file, "Settings/Fleet", 8)
    assert not file.exists()
    file.write_text(str(refused.value).partition("\n")[2], "utf-8")

    check_pin(file, "Settings/Fleet", 8)


def test_a_second_fleet_is_added_beside_the_first(file: Path) -> None:
    test_a_missing_file_is_refused_with_the_content_that_makes_it_right(file)
    with pytest.raises(PinError) as refused:
        check_pin(file, "Settings/Other", 2)
    file.write_text(str(refused.value).partition("\n")[2], "utf-8")

    check_pin(file, "Settings/Fleet", 8)
    check_pin(file, "Settings/Other", 2)


@pytest.mark.parametrize("change", ["shards", "rule"])
def test_another_number_or_rule_is_refused_with_the_way_out(file: Path, change: str) -> None:
    test_a_missing_file_is_refused_with_the_content_that_makes_it_right(file)
    pins = json.loads(file.read_text("utf-8"))
    pins["Settings/Fleet"][change] = 4 if change == "shards" else "crc32"
    file.write_text(json.dumps(pins), "utf-8")

    with pytest.raises(PinError, match=r"Settings/Fleet: .*shards\.json says .*deploy once without agents"):
        check_pin(file, "Settings/Fleet", 8)


@pytest.mark.parametrize("shards", [0, -1, 501, 1.0, "4", True, None])
def test_what_is_no_number_of_stacks_is_refused_before_the_file_is_asked(file: Path, shards: Any) -> None:
    with pytest.raises(ValueError, match=r"^Settings/Fleet: shards: .+ is not a whole number from 1 to 500"):
        check_pin(file, "Settings/Fleet", shards)


@pytest.mark.parametrize(
    ("content", "twice"),
    [
        ('{"Settings/Fleet": {"rule": "r", "shards": 8}, "Settings/Fleet": {}}', "Settings/Fleet"),
        ('{"Settings/Fleet": {"rule": "r", "shards": 4, "shards": 8}}', "shards"),
    ],
)
def test_what_stands_twice_in_the_file_is_refused(file: Path, content: str, twice: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(
        PinError, match=rf"shards\.json cannot be read \({twice} stands twice: keep the entry .* deployed"
    ):
        check_pin(file, "Settings/Fleet", 8)


@pytest.mark.parametrize("content", ["", "[]", "{", "8"])
def test_a_file_that_is_damaged_is_refused(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")

    with pytest.raises(PinError, match="bring it back from version control"):
        check_pin(file, "Settings/Fleet", 8)
