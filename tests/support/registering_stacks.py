"""CloudFormation's stacks of one region, as far as their templates register a type of the registry.

- A property of ``AWS::CloudFormation::ResourceVersion`` is create-only, so that a changed one registers
  another version; the earlier one stays live if its UpdateReplacePolicy says so.
- ``AWS::CloudFormation::ResourceDefaultVersion`` sets the default version, and its deletion does nothing.
- A registration that fails rolls the stack back.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .answers import ACCOUNT, Refusal, page
from .template_values import Values, evaluated, parsed
from .type_registry import TypeRegistry

VERSION = "AWS::CloudFormation::ResourceVersion"
DEFAULT = "AWS::CloudFormation::ResourceDefaultVersion"
GONE = "DELETE_COMPLETE"


@dataclass
class Resource:
    type_name: str
    physical_id: str
    properties: dict[str, Any]
    definition: Mapping[str, Any]


@dataclass
class Stack:
    name: str
    arn: str
    template: str
    parameters: dict[str, str]
    status: str = "CREATE_IN_PROGRESS"
    polls_left: int = 0
    ends_in: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)

    def note(self, logical_id: str, status: str, reason: str = "") -> None:
        """The newest event comes first, as CloudFormation lists them."""
        event = {
            "StackId": self.arn,
            "EventId": f"e{len(self.events)}",
            "StackName": self.name,
            "LogicalResourceId": logical_id,
            "PhysicalResourceId": self.arn if logical_id == self.name else "",
            "ResourceStatus": status,
            "Timestamp": 0,
        }
        self.events.insert(0, {**event, **({"ResourceStatusReason": reason} if reason else {})})

    def described(self) -> dict[str, Any]:
        document = parsed(self.template)
        declared = {name: each.get("Default") for name, each in document["Parameters"].items()}
        values = {**declared, **self.parameters}
        return {
            "StackName": self.name,
            "StackId": self.arn,
            "CreationTime": 0,
            "StackStatus": self.status,
            "Description": document["Description"],
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": str(value)} for name, value in values.items()
            ],
            "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in self.outputs.items()],
        }


@dataclass
class RegisteringStacks:
    """`polls` returns how often a stack shows as in progress."""

    region: str
    registry: TypeRegistry
    polls: Callable[[], int]
    by_name: dict[str, Stack] = field(default_factory=dict)
    roles: int = 0

    def takes(self, operation: str, given: dict[str, Any]) -> bool:
        """Whether the call is about a stack that registers a type."""
        if operation == "CreateStack":
            return VERSION in given.get("TemplateBody", "")
        return any(stack.name == _name(given) for stack in self.living())

    def living(self) -> list[Stack]:
        return [stack for stack in self.by_name.values() if stack.status != GONE]

    def create_stack(self, given: dict[str, Any]) -> dict[str, Any]:
        name = given["StackName"]
        if any(stack.name == name for stack in self.living()):
            raise Refusal(f"Stack [{name}] already exists", "AlreadyExistsException")
        stack_id = f"0a1b2c3d-0000-4000-8000-{len(self.by_name):012}"
        arn = f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{name}/{stack_id}"
        stack = self.by_name[name] = Stack(name, arn, given["TemplateBody"], _parameters(given))
        self._begin(stack, "CREATE")
        self._apply(stack, stack.template, stack.parameters, "CREATE")
        return {"StackId": arn}

    def update_stack(self, given: dict[str, Any]) -> dict[str, Any]:
        stack, template, parameters = self._stack(given), given["TemplateBody"], _parameters(given)
        wanted = self._evaluated(stack, template, parameters)
        same = {key: value.properties for key, value in stack.resources.items()} == wanted.properties
        if same and template.strip() == stack.template.strip():
            raise Refusal("No updates are to be performed.", "ValidationError")
        self._begin(stack, "UPDATE")
        self._apply(stack, template, parameters, "UPDATE")
        return {"StackId": stack.arn}

    def delete_stack(self, given: dict[str, Any]) -> dict[str, Any]:
        stack = self._stack(given)
        self._begin(stack, "DELETE")
        for logical_id in reversed(list(stack.resources)):
            try:
                self._remove(stack.resources[logical_id])
            except Refusal as error:
                stack.note(logical_id, "DELETE_FAILED", str(error))
                stack.ends_in = "DELETE_FAILED"
                return {}
            del stack.resources[logical_id]
        stack.ends_in = GONE
        return {}

    def describe_stacks(self, given: dict[str, Any]) -> dict[str, Any]:
        stack = self._stack(given)
        stack.polls_left -= 1
        if stack.polls_left < 0 and stack.ends_in:
            stack.status, stack.ends_in = stack.ends_in, ""
            if stack.status == GONE:
                raise Refusal(f"Stack with id {stack.name} does not exist", "ValidationError")
        return {"Stacks": [stack.described()]}

    def describe_stack_events(self, given: dict[str, Any]) -> dict[str, Any]:
        return page("StackEvents", self._stack(given).events, given)

    def get_template(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"TemplateBody": self._stack(given).template}

    def list_stack_resources(self, given: dict[str, Any]) -> dict[str, Any]:
        summaries = [
            {
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": resource.physical_id,
                "ResourceType": resource.type_name,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": 0,
            }
            for logical_id, resource in self._stack(given).resources.items()
        ]
        return page("StackResourceSummaries", summaries, given)

    def _stack(self, given: dict[str, Any]) -> Stack:
        return self.by_name[_name(given)]

    def _begin(self, stack: Stack, operation: str) -> None:
        stack.status, stack.polls_left = f"{operation}_IN_PROGRESS", self.polls()
        stack.note(stack.name, stack.status)

    def _evaluated(self, stack: Stack, template: str, parameters: dict[str, str]) -> Values:
        attributes = {
            logical_id: {"Ref": each.physical_id, "Arn": f"arn:aws:iam::{ACCOUNT}:role/{each.physical_id}"}
            for logical_id, each in stack.resources.items()
        }
        return evaluated(template, parameters, self.region, ACCOUNT, attributes)

    def _apply(self, stack: Stack, template: str, parameters: dict[str, str], operation: str) -> None:
        """Bring each resource about in the order of the template, or undo all of it."""
        before = dict(stack.resources)
        defaults = dict(self.registry.defaults)
        made: list[Resource] = []
        logical_id = ""
        try:
            for logical_id in parsed(template)["Resources"]:
                wanted = self._evaluated(stack, template, parameters)
                if logical_id not in wanted.properties:
                    if gone := stack.resources.pop(logical_id, None):
                        self._remove(gone)
                    continue
                resource = stack.resources.get(logical_id)
                properties, definition = wanted.properties[logical_id], wanted.definitions[logical_id]
                if resource is None or (definition["Type"] == VERSION and resource.properties != properties):
                    stack.resources[logical_id] = self._make(stack, definition, properties)
                    made.append(stack.resources[logical_id])
                elif resource.properties != properties:
                    self._change(resource, properties)
        except Refusal as error:
            stack.note(logical_id, f"{operation}_FAILED", str(error))
            for resource in reversed(made):
                with suppress(Refusal):
                    self._remove(resource)
            stack.resources, self.registry.defaults = before, defaults
            stack.ends_in = "ROLLBACK_COMPLETE" if operation == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
            stack.note(stack.name, stack.ends_in)
            return
        for logical_id, resource in before.items():
            current = stack.resources.get(logical_id)
            replaced = current is not None and current.physical_id != resource.physical_id
            if replaced and resource.definition.get("UpdateReplacePolicy") != "Retain":
                self._remove(resource)
        stack.template, stack.parameters = template, parameters
        stack.outputs = self._evaluated(stack, template, parameters).outputs
        stack.ends_in = f"{operation}_COMPLETE"
        stack.note(stack.name, stack.ends_in)

    def _make(self, stack: Stack, definition: Mapping[str, Any], properties: dict[str, Any]) -> Resource:
        kind = definition["Type"]
        if kind == VERSION:
            physical_id = self.registry.register(properties)
        elif kind == DEFAULT:
            self.registry.set_default(properties["TypeVersionArn"])
            physical_id = properties["TypeVersionArn"].rpartition("/")[0]
        else:
            self.roles += 1
            invented = f"{stack.name}-{kind.rpartition('::')[2]}-{self.roles}"
            physical_id = properties.get("LogGroupName") or invented
        return Resource(kind, physical_id, properties, definition)

    def _change(self, resource: Resource, properties: dict[str, Any]) -> None:
        if resource.type_name == DEFAULT:
            self.registry.set_default(properties["TypeVersionArn"])
        resource.properties = properties

    def _remove(self, resource: Resource) -> None:
        if resource.type_name == VERSION:
            self.registry.deregister(resource.physical_id, may_be_last=True)


def _name(given: dict[str, Any]) -> str:
    """A stack may be named by its ARN."""
    name = str(given.get("StackName", ""))
    return name.split("/")[1] if name.startswith("arn:") else name


def _parameters(given: dict[str, Any]) -> dict[str, str]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in given.get("Parameters", [])}
