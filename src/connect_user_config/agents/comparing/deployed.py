"""The other side of `--stack`: the resources that a stack has now, and the values of its parameters."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.core.problems import PartlyKnown, Unknown

from ...aws.region import Region
from ...check.findings import shown_name
from ...check.types import Flavour, Types, flavour_of
from ...problems import Failed, UsageError
from ...reading.document import NotReadable, ToolMissing, read
from ...reading.values import text_of
from .declared import NESTED, Declared, Given, Properties, certain_world, resources_of, template_of

_SERVICE: Final = "cloudformation"
_HIDDEN: Final = "****"
"""What the service shows in place of the value of a parameter with NoEcho."""
_GONE: Final = ("DELETE_COMPLETE", "DELETE_SKIPPED")
_RETAINING: Final = "Retain"


@dataclass(frozen=True)
class Deployed:
    """One resource of ours that a stack has."""

    logical_id: str
    type: str
    physical_id: str
    properties: Properties | None = None
    """None if the deployed template does not say for certain."""
    is_retained: bool = False
    """Whether its settings and its record stay when the resource is removed."""
    is_retained_when_replaced: bool = False

    @property
    def name(self) -> str:
        """The logical id for messages."""
        return shown_name(self.logical_id)

    @property
    def flavour(self) -> Flavour:
        """Which front end serves the resource."""
        return flavour_of(self.type)

    @property
    def identity(self) -> Identity | None:
        """The agent; None if the resource has none, since its create failed."""
        instance, bar, user = self.physical_id.partition("|")
        with suppress(InvalidRequest):
            return Identity.parse(instance, user, Environment()) if bar else None
        return None

    def is_as(self, declared: Declared) -> bool:
        """Tell whether the properties are the same, so that CloudFormation sends no request."""
        mine, others = self.properties, declared.properties
        return mine is not None and _comparable(mine) == _comparable(others) and _is_comparable(mine)

    def names_as(self, declared: Declared) -> bool:
        """Tell whether both name instance and user by the same text, known or not."""
        mine, others = self.properties, declared.properties
        return mine is not None and all(
            _is_comparable(mine.get(name)) and _comparable(mine.get(name)) == _comparable(others.get(name))
            for name in (INSTANCE_ID, USER_ID)
        )


@dataclass(frozen=True)
class Stack:
    """A stack as it is deployed."""

    id: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The values that the service shows."""
    hidden: frozenset[str] = frozenset()
    """Parameters whose value the service does not show (NoEcho)."""
    resources: Mapping[str, Deployed] = field(default_factory=dict)
    nested: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name in the stack's id."""
        return self.id.split("/")[1]

    def owner(self, identity: Identity, logical_id: str) -> Owner:
        """Return the owner that a resource of this stack writes into records."""
        return Owner.of(identity, self.id, logical_id)


def read_stack(region: Region, name: str, types: Types, pseudo: Mapping[str, str]) -> Stack:
    """Return the stack `name`, a name or an ARN; UsageError if there is none, Failed if it cannot be read."""
    described = _described(region, name)
    stack_id = described["StackId"]
    values = {
        each["ParameterKey"]: each.get("ParameterValue", "") for each in described.get("Parameters", [])
    }
    hidden = frozenset(key for key, value in values.items() if value == _HIDDEN)
    shown = {key: value for key, value in values.items() if key not in hidden}
    listed = [
        each
        for page in region.pages(_SERVICE, "ListStackResources", StackName=stack_id)
        for each in page["StackResourceSummaries"]
        if each["ResourceStatus"] not in _GONE
    ]
    resources = {
        each["LogicalResourceId"]: Deployed(
            each["LogicalResourceId"], each["ResourceType"], each.get("PhysicalResourceId", "")
        )
        for each in listed
        if types.is_ours(each["ResourceType"])
    }
    nested = tuple(each["LogicalResourceId"] for each in listed if each["ResourceType"] == NESTED)
    if resources:
        given = Given({**pseudo, **stack_pseudo(stack_id), **shown}, hidden)
        resources |= _completed(resources, _template(region, stack_id), types, given)
    return Stack(stack_id, shown, hidden, resources, nested)


def stack_pseudo(stack_id: str) -> dict[str, str]:
    """Return the pseudo parameters that the id of a stack gives a value."""
    return {
        "AWS::StackId": stack_id,
        "AWS::StackName": stack_id.split("/")[1],
        "AWS::AccountId": stack_id.split(":")[4],
    }


def _described(region: Region, name: str) -> dict[str, Any]:
    try:
        stacks: list[dict[str, Any]] = region.read(_SERVICE, "DescribeStacks", StackName=name)["Stacks"]
    except Failed as problem:
        if problem.code != "ValidationError" or "does not exist" not in problem.message:
            raise
        stacks = []
    if not stacks:
        advice = "name one of that region and account; leave --stack out for a stack's first deployment"
        raise UsageError("no-such-stack", f"there is no stack {name!r} in {region.name}", advice)
    return stacks[0]


def _template(region: Region, stack_id: str) -> Mapping[str, object]:
    answer = region.read(_SERVICE, "GetTemplate", StackName=stack_id, TemplateStage="Processed")
    body = answer["TemplateBody"]
    try:
        # botocore reads a template in JSON itself, and leaves one in YAML.
        tree = read(body) if isinstance(body, str) else json.loads(json.dumps(body))
    except (NotReadable, ToolMissing) as error:
        raise Failed("unreadable", f"the template of {stack_id} cannot be read: {error}") from error
    return tree if isinstance(tree, dict) else {}


def _completed(
    resources: Mapping[str, Deployed], tree: Mapping[str, object], types: Types, given: Given
) -> dict[str, Deployed]:
    """Return the resources with what the deployed template says of them."""
    found: dict[str, Deployed] = {}
    for resource in resources_of(template_of(tree, given), types):
        listed = resources.get(resource.logical_id)
        if listed:
            world = certain_world(resource)
            found[resource.logical_id] = Deployed(
                listed.logical_id,
                listed.type,
                listed.physical_id,
                resource.properties(world) if world is not None else None,
                resource.node.get("DeletionPolicy") == _RETAINING,
                resource.node.get("UpdateReplacePolicy") == _RETAINING,
            )
    return found


def _comparable(node: object) -> object:
    """Return a value in the form in which CloudFormation compares it: every scalar is text."""
    if isinstance(node, Mapping):
        return {str(name): _comparable(member) for name, member in node.items()}
    if isinstance(node, list):
        return [_comparable(item) for item in node]
    return node if isinstance(node, Unknown) else text_of(node)


def _is_comparable(node: object) -> bool:
    """Tell whether equal texts mean equal values: nothing in `node` is unknown without a text."""
    if isinstance(node, PartlyKnown) or (isinstance(node, Unknown) and not node.same_as):
        return False
    if isinstance(node, Mapping):
        return all(map(_is_comparable, node.values()))
    return all(map(_is_comparable, node)) if isinstance(node, list) else True
