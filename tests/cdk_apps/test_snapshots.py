"""What the examples synthesize, whole: a change of any template shows in the change that makes it.

`SNAPSHOTS=write make test-cdk` writes them. Digests of assets are left out, since they change with the code.
"""

import json
import os
import re
from pathlib import Path

import pytest

from cdk_apps.app import EXAMPLES, App

SNAPSHOTS = Path(__file__).with_name("snapshots")
NAMES = sorted(each.name for each in EXAMPLES.iterdir() if (each / "app.py").exists())


def synthesized(name: str, folder: Path) -> str:
    templates = {
        file.name.partition(".")[0]: json.loads(file.read_text("utf-8"))
        for file in App.copied(name, folder / "app").synthesize().templates
    }
    return re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", json.dumps(templates, indent=1)) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_the_example_synthesizes_what_it_did(name: str, tmp_path: Path) -> None:
    snapshot, text = SNAPSHOTS / f"{name}.json", synthesized(name, tmp_path)
    if os.environ.get("SNAPSHOTS") == "write":
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(text, "utf-8")
    assert json.loads(text) == json.loads(snapshot.read_text("utf-8"))


def test_there_is_no_snapshot_of_anything_else() -> None:
    assert sorted(file.stem for file in SNAPSHOTS.glob("*")) == NAMES
