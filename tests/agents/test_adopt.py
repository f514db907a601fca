"""The command `adopt`: what the templates declare, and what it leaves out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import (
    ContactCentre,
    Run,
    work,
)

from connect_user_config.reading.document import read
from connect_user_config.reading.template import Template

CUSTOM = "Custom::ConnectUserConfig"
TYPE = "Acme::Connect::UserConfig"
Adopt = Callable[..., Run]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "agents"


@pytest.fixture
def adopt(centre: ContactCentre, folder: Path) -> Adopt:
    return lambda *options: centre.run("adopt", "--to", str(folder), *options)


def declared(folder: Path, **values: str) -> dict[str, Mapping[str, Any]]:
    """Return the properties of every resource in the templates, as a deployment resolves them."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("part-*")):
        tree = read(path.read_text("utf-8"))
        assert isinstance(tree, dict)
        for each in Template(tree, values).resources(lambda name: name in (CUSTOM, TYPE), lambda _: False):
            assert each.logical_id not in found
            (world,) = each.worlds
            found[each.logical_id] = each.properties(world)
    return found


def test_the_effective_values_are_declared(centre: ContactCentre, adopt: Adopt, folder: Path) -> None:
    centre.agent("ada", AfterContactWorkConfigs=work(45, "CHAT"))
    ended = adopt("--array", "after-contact-work", "--channel", "CHAT")
    assert ended.exit_code == 0, ended.stderr
    (properties,) = declared(folder).values()
    assert {name: value for name, value in properties.items() if name != "ServiceToken"} == {
        "InstanceId": centre.instance_id,
        "UserId": "id-ada",
        "AfterContactWorkConfigs": work(45, "CHAT"),
    }
