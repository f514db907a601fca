"""The examples of the registry flavour: resolved as a deployment would, and driven through the handlers."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connect_user_config.reading.document import read
from connect_user_config.reading.template import Template
from functional.world import World
from support.registry import RegistryStack

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TYPE = "Acme::Connect::UserConfig"


def of_cloudformation(names: dict[str, str]) -> dict[str, Any]:
    """Return the properties that CloudFormation would send for `registry.yaml`."""
    tree = read((EXAMPLES / "registry.yaml").read_text("utf-8"))
    assert isinstance(tree, dict)
    given = {"InstanceId": names["InstanceId"], "AgentId": names["UserId"]}
    (resource,) = Template(tree, given).resources(lambda name: name == TYPE, lambda _: True)
    (world,) = resource.worlds
    return dict(resource.properties(world))


def of_terraform(names: dict[str, str]) -> dict[str, Any]:
    """Return what `terraform/main.tf` gives the Cloud Control API; the text is JSON but for the variables."""
    text = (EXAMPLES / "terraform" / "main.tf").read_text("utf-8")
    (type_name,) = re.findall(r'^  type_name = "(.*)"$', text, re.MULTILINE)
    assert type_name == TYPE
    (desired,) = re.findall(r"desired_state = jsonencode\((\{.*?\n  \})\)", text, re.DOTALL)
    variables = {"instance_id": names["InstanceId"], "agent_id": names["UserId"]}
    declared = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    assert declared == variables.keys()
    known = re.sub(r"\bvar\.(\w+)", lambda found: json.dumps(variables[found[1]]), desired)
    return dict(json.loads(known))


@pytest.mark.parametrize(("resolve", "stack"), [(of_cloudformation, "sales-stack"), (of_terraform, None)])
def test_a_registry_example_takes_and_gives_back(
    world: World, resolve: Callable[[dict[str, str]], dict[str, Any]], stack: str | None
) -> None:
    user_id, arn = world.connect.create_user(world.instance_id, "ada")
    before = world.connect.effective(world.instance_id, user_id)
    properties = resolve({"InstanceId": world.instance_id, "UserId": user_id})
    driver = RegistryStack(world.clock, name=stack)
    created = driver.done("CREATE", properties)
    assert created["resourceModel"] == {**properties, "UserArn": arn}
    held = world.connect.effective(world.instance_id, user_id)
    assert held["AutoAcceptConfigs", "VOICE", ("AutoAccept",)] is True
    driver.done("DELETE", created["resourceModel"])
    assert world.connect.effective(world.instance_id, user_id) == before
    assert world.connect.tags(world.instance_id, user_id) == {}
