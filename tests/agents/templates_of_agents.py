"""Templates that declare settings of agents, and what `diff` says of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click.testing
from agents.contact_centre import ContactCentre, Run

from connect_user_config.agents.options import Outside
from connect_user_config.cli import cli
from support.clock import FakeClock

CUSTOM = "Custom::ConnectUserConfig"
REGISTRY = "Acme::Connect::UserConfig"
TOKEN = "arn:aws:lambda:us-east-1:123456789012:function:agent-settings"

Change = tuple[str, str, str, object, object]
"""Login name, channel, field, now and then."""


def declare(
    centre: ContactCentre,
    user_id: object,
    type_name: str = CUSTOM,
    *,
    more: dict[str, Any] | None = None,
    **arrays: Any,
) -> dict[str, Any]:
    """Return a resource that declares `arrays` of the agent."""
    token = {"ServiceToken": TOKEN} if type_name == CUSTOM else {}
    properties = {**token, "InstanceId": centre.instance_id, "UserId": user_id, **arrays}
    return {"Type": type_name, "Properties": properties, **(more or {})}


def template(parameters: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    """Return a template; other sections may stand among its resources under their own names."""
    return {"Parameters": parameters or {}, "Resources": resources}


def run_alone(*arguments: str) -> Run:
    """Run a command without naming the instance."""
    outcome = click.testing.CliRunner().invoke(cli, arguments, obj=Outside(FakeClock(), workers=1))
    if outcome.exception and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return Run(outcome.exit_code, outcome.stdout, outcome.stderr)


@dataclass
class Differ:
    """Runs `diff` on templates in a folder."""

    centre: ContactCentre
    folder: Path

    def write(self, tree: dict[str, Any], name: str = "agents.json") -> str:
        """Write a template, and return its path."""
        path = self.folder / name
        path.write_text(json.dumps(tree), "utf-8")
        return str(path)

    def run(self, tree: dict[str, Any], *more: str) -> Run:
        """Return how `diff` ends on one template."""
        return self.centre.run("diff", self.write(tree), *more)

    def told(self, tree: dict[str, Any], *more: str) -> "Told":
        """Return what its JSON says."""
        ended = self.run(tree, "--json", *more)
        assert ended.stdout, ended.stderr
        return Told(ended.exit_code, ended.json)


@dataclass
class Told:
    """The JSON of one run."""

    exit_code: int
    json: dict[str, Any]

    @property
    def changes(self) -> set[Change]:
        """Every change of a value."""
        return {
            (each["username"], one["channel"], one["field"].partition(".")[0], one["now"], one["then"])
            for each in self.json["resources"]
            for one in each["settings"]
            if one["valueChanges"]
        }

    def of(self, logical_id: str) -> dict[str, Any]:
        """Return what is said of one resource."""
        (found,) = [each for each in self.json["resources"] if each["resource"] == logical_id]
        return dict(found)
