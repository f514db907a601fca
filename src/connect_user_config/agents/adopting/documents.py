"""One part of a fleet as a template: resources in lanes, or folded into loops, and parameters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID

from ...lanes import LANES, lanes
from . import naming
from .declaring import Adopted

Tree = dict[str, Any]
OURS: Final = "ConnectUserConfig"
"""The member of a template's Metadata by which a later run knows it."""
PARTS: Final = "Parts"
INSTANCE: Final = "Instance"
"""Members of it."""
FOR_EACH: Final = "Fn::ForEach::"
VARIABLE: Final = "Id"
_E164: Final = r"^\+[1-9]\d{1,14}$"
NOBODY: Final[Tree] = {"Nobody": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
"""Stands in a part without agents, because a template needs a resource; it costs nothing."""
EXTENSIONS: Final = "AWS::LanguageExtensions"


@dataclass(frozen=True)
class Flavour:
    """How resources are named: by the registry's type, or as a custom resource with the export's token."""

    type: str
    export: str = ""
    """The name of the export with the ServiceToken; empty for a registry type."""

    def properties(self) -> Tree:
        """Return the properties that every resource has."""
        return {"ServiceToken": {"Fn::ImportValue": self.export}} if self.export else {}


@dataclass(frozen=True)
class Form:
    """How the templates are written."""

    flavour: Flavour
    text: str
    """yaml or json."""
    is_grouped: bool = False


@dataclass(frozen=True)
class Part:
    """The agents of one stack."""

    agents: Sequence[Adopted]
    """By id."""
    number: int
    about: Mapping[str, Any]
    """What a later run has to know: how many parts there are, the instance, the type, the stack's name."""


def document(part: Part, form: Form) -> Tree:
    """Return the template of `part`."""
    flavour, instance_id = form.flavour, part.about[INSTANCE]
    groups = _groups(part.agents) if form.is_grouped else {}
    folded = {agent.id for group in groups.values() for agent in group}
    singles = [agent for agent in part.agents if agent.id not in folded]
    before = lanes([naming.logical_id(agent.id) for agent in singles], LANES)
    resources: Tree = {
        f"{FOR_EACH}{name}": _loop(group, flavour, instance_id) for name, group in groups.items()
    }
    for agent in singles:
        name = naming.logical_id(agent.id)
        resources[name] = resource(agent, flavour, instance_id, before[name])
    numbers = {naming.parameter(agent.id): parameter() for agent in part.agents if agent.number}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        **({"Transform": EXTENSIONS} if groups else {}),
        "Description": description(part.number, part.about[PARTS]),
        "Metadata": {OURS: {"Part": part.number, **part.about}},
        **({"Parameters": numbers} if numbers else {}),
        "Resources": resources or NOBODY,
    }


def resource(agent: Adopted, flavour: Flavour, instance_id: str, before: str | None = None) -> Tree:
    """Return the resource of one agent, which waits for `before`."""
    return {
        "Type": flavour.type,
        **({"DependsOn": before} if before else {}),
        # An import wants the attribute, whatever it says.
        **({"DeletionPolicy": "Delete"} if agent.is_imported else {}),
        "Properties": _properties(agent.arrays, flavour, instance_id, agent.id),
    }


def _properties(arrays: Mapping[str, Any], flavour: Flavour, instance_id: str, user: object) -> Tree:
    return {**flavour.properties(), INSTANCE_ID: instance_id, USER_ID: user, **arrays}


def description(number: int, parts: int) -> str:
    """Return the description of the template of one part."""
    return f"Settings of agents of Amazon Connect, part {number} of {parts}"


def parameter() -> Tree:
    """Return the parameter of a phone number."""
    return {
        "Type": "String",
        "NoEcho": True,
        "AllowedPattern": _E164,
        "ConstraintDescription": "must be + and 2 to 15 digits",
    }


def _groups(agents: Iterable[Adopted]) -> dict[str, list[Adopted]]:
    """Return the agents that are declared alike, two at least, by the name of their settings."""
    alike: dict[str, list[Adopted]] = {}
    for agent in agents:
        if not agent.number and naming.is_plain(agent.id):
            alike.setdefault(naming.of_settings(agent.arrays, agent.is_imported), []).append(agent)
    return {name: group for name, group in sorted(alike.items()) if len(group) > 1}


def _loop(group: Sequence[Adopted], flavour: Flavour, instance_id: str) -> list[Any]:
    """Return a loop that makes the resources of a group, under the logical ids that they have outside of it.

    It has no lanes: a loop can give a resource the name of the one before it only as a part of its own name.
    """
    body = resource(group[0], flavour, instance_id)
    body["Properties"][USER_ID] = {"Ref": VARIABLE}
    return [VARIABLE, [agent.id for agent in group], {f"Agent&{{{VARIABLE}}}": body}]


def to_import(agents: Iterable[Adopted], flavour: Flavour, instance_id: str) -> list[Tree]:
    """Return what `--resources-to-import` of a change set takes."""
    return [
        {
            "ResourceType": flavour.type,
            "LogicalResourceId": naming.logical_id(agent.id),
            "ResourceIdentifier": {INSTANCE_ID: instance_id, USER_ID: agent.id},
        }
        for agent in agents
    ]
