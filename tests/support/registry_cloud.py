"""CloudFormation with the two resource types of the registry, for boto3 clients of one process: no local
cloud has them.

It runs stacks whose template registers a type as CloudFormation runs them, and keeps the registry behind
them:

- a property of ``AWS::CloudFormation::ResourceVersion`` is create-only, so that a changed one registers
  another version; the earlier one stays live if its UpdateReplacePolicy says so;
- the first version of a type becomes its default; ``AWS::CloudFormation::ResourceDefaultVersion`` sets it,
  and its deletion does nothing;
- a registration that fails rolls the stack back;
- the default version goes last ("Version '00000043' is the default version and cannot be deregistered.
  Deregister the resource type '…' instead.").

Everything else that a test sees of AWS, other stacks above all, comes from moto; ListImports, which moto
lacks, from here. Requests reach it after botocore's own validation, and its answers are held to botocore's
model: members, types and patterns.
"""

import ast
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.model import OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from .template_values import evaluated, parsed

ACCOUNT = "123456789012"
PREFIX = "cloudformation"
PAGE = 2
"""Entries of a list a page: few, so that somebody who reads one page only is found out."""
VERSION = "AWS::CloudFormation::ResourceVersion"
DEFAULT = "AWS::CloudFormation::ResourceDefaultVersion"
_OF_STACKS = (
    "CreateStack",
    "UpdateStack",
    "DeleteStack",
    "DescribeStacks",
    "DescribeStackEvents",
    "GetTemplate",
    "ListStacks",
    "ListStackResources",
)
_OF_THE_REGISTRY = (
    "SetTypeDefaultVersion",
    "DeregisterType",
    "ListTypeVersions",
    "DescribeType",
    "ListImports",
)


class RegistryError(Exception):
    def __init__(self, message: str, code: str = "CFNRegistryException") -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Version:
    arn: str
    properties: dict[str, Any]
    schema: str = "{}"
    live: bool = True

    @property
    def version_id(self) -> str:
        return self.arn.rpartition("/")[2]


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


@dataclass
class Region:
    stacks: dict[str, Stack] = field(default_factory=dict)
    versions: dict[str, list[Version]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    roles: int = 0


@dataclass
class RegistryCloud:
    """All regions; `polls`: how often a stack shows as in progress; `refusal` fails registrations."""

    polls: int = 3
    refusal: str = ""
    imports: dict[str, list[str]] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    before: Callable[[str, str, dict[str, Any]], None] = lambda region, operation, parameters: None

    def watch(self, session: boto3.Session) -> None:
        """Answer these calls of clients that the session makes from now on, and note every call of any
        service.
        """
        events = session.events
        events.register_first("before-parameter-build", self._note)
        events.register("after-call.cloudformation.DescribeStacks", _mend_lists)
        for operation in (*_OF_STACKS, *_OF_THE_REGISTRY):
            events.register(f"before-call.{PREFIX}.{operation}", self._answer)
        for operation in ("DescribeStacks", "ListStacks"):
            events.register(f"after-call.{PREFIX}.{operation}", self._add_ours)

    def called(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for _, name, parameters in self.calls if name.partition(":")[2] == operation]

    def region(self, name: str = "us-east-1") -> Region:
        return self.regions.setdefault(name, Region())

    def live(self, type_name: str, region: str = "us-east-1") -> list[str]:
        """The ids of the live versions; the default one has a star."""
        found = self.region(region)
        return [
            version.version_id + ("*" if found.defaults.get(type_name) == version.arn else "")
            for version in found.versions.get(type_name, [])
            if version.live
        ]

    def register(
        self, type_name: str, region: str = "us-east-1", role: str = "arn:aws:iam::123456789012:role/theirs"
    ) -> str:
        """Register a version by other means; return its ARN."""
        return self._register(region, {"TypeName": type_name, "ExecutionRoleArn": role}).arn

    def _note(self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any) -> None:
        service = model.service_model.endpoint_prefix
        context["given"] = dict(params)
        self.calls.append((context["client_region"], f"{service}:{model.name}", dict(params)))
        self.before(context["client_region"], f"{service}:{model.name}", dict(params))

    def _answer(
        self, model: OperationModel, context: dict[str, Any], **_: Any
    ) -> tuple[AWSResponse, dict[str, Any]] | None:
        name, given = context["client_region"], context["given"]
        region = self.region(name)
        if model.name in _OF_STACKS and not self._is_ours(region, model.name, given):
            return None
        keep_to_patterns(given, model.input_shape, f"{model.name} request")
        try:
            answer = getattr(self, xform_name(model.name))(region, name, given)
        except RegistryError as error:
            told = {
                "Error": {"Code": error.code, "Message": str(error)},
                "ResponseMetadata": {"HTTPStatusCode": 400},
            }
            return AWSResponse("", 400, {}, None), told
        if model.output_shape:
            report = ParamValidator().validate(answer, model.output_shape)
            assert not report.has_errors(), report.generate_report()
            keep_to_patterns(answer, model.output_shape, f"{model.name} response")
        return AWSResponse("", 200, {}, None), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}

    @staticmethod
    def _is_ours(region: Region, operation: str, given: dict[str, Any]) -> bool:
        if operation == "CreateStack":
            return VERSION in given.get("TemplateBody", "")
        stack = region.stacks.get(_name(given))
        return stack is not None and stack.status != "DELETE_COMPLETE"

    def _add_ours(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Add our stacks to moto's list of all stacks."""
        if "StackName" in context["given"]:
            return
        for stack in self.region(context["client_region"]).stacks.values():
            if stack.status == "DELETE_COMPLETE":
                continue
            described = _described(stack)
            parsed.setdefault("Stacks", []).append(described) if "Stacks" in parsed else parsed[
                "StackSummaries"
            ].append(
                {name: described[name] for name in ("StackName", "StackId", "StackStatus", "CreationTime")}
            )

    # Stacks.

    def create_stack(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        earlier = region.stacks.get(given["StackName"])
        if earlier and earlier.status != "DELETE_COMPLETE":
            raise RegistryError(f"Stack [{given['StackName']}] already exists", "AlreadyExistsException")
        stack_id = f"0a1b2c3d-0000-4000-8000-{len(region.stacks):012}"
        arn = f"arn:aws:cloudformation:{name}:{ACCOUNT}:stack/{given['StackName']}/{stack_id}"
        stack = Stack(given["StackName"], arn, given["TemplateBody"], _parameters(given))
        region.stacks[stack.name] = stack
        self._begin(stack, "CREATE")
        self._apply(region, name, stack, _parameters(given), given["TemplateBody"], "CREATE")
        return {"StackId": arn}

    def update_stack(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        stack = region.stacks[_name(given)]
        template, parameters = given["TemplateBody"], _parameters(given)
        wanted = evaluated(template, parameters, name, ACCOUNT, _attributes(stack.resources))
        same = {key: value.properties for key, value in stack.resources.items()} == wanted.properties
        if same and template.strip() == stack.template.strip():
            raise RegistryError("No updates are to be performed.", "ValidationError")
        self._begin(stack, "UPDATE")
        self._apply(region, name, stack, parameters, template, "UPDATE")
        return {"StackId": stack.arn}

    def delete_stack(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        stack = region.stacks[_name(given)]
        self._begin(stack, "DELETE")
        for logical_id in reversed(list(stack.resources)):
            resource = stack.resources[logical_id]
            try:
                self._remove(region, resource)
            except RegistryError as error:
                stack.note(logical_id, "DELETE_FAILED", str(error))
                stack.ends_in = "DELETE_FAILED"
                return {}
            del stack.resources[logical_id]
        stack.ends_in = "DELETE_COMPLETE"
        return {}

    def describe_stacks(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        stack = region.stacks[_name(given)]
        stack.polls_left -= 1
        if stack.polls_left < 0 and stack.ends_in:
            stack.status, stack.ends_in = stack.ends_in, ""
            if stack.status == "DELETE_COMPLETE":
                raise RegistryError(f"Stack with id {stack.name} does not exist", "ValidationError")
        return {"Stacks": [_described(stack)]}

    def describe_stack_events(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        return page("StackEvents", region.stacks[_name(given)].events, given)

    def get_template(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        return {"TemplateBody": region.stacks[_name(given)].template}

    def list_stack_resources(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        summaries = [
            {
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": resource.physical_id,
                "ResourceType": resource.type_name,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": 0,
            }
            for logical_id, resource in region.stacks[_name(given)].resources.items()
        ]
        return page("StackResourceSummaries", summaries, given)

    def _begin(self, stack: Stack, operation: str) -> None:
        stack.status, stack.polls_left = f"{operation}_IN_PROGRESS", self.polls
        stack.note(stack.name, stack.status)

    def _apply(
        self,
        region: Region,
        name: str,
        stack: Stack,
        parameters: dict[str, str],
        template: str,
        operation: str,
    ) -> None:
        """Bring each resource about in the order of the template, or undo all of it."""
        before = dict(stack.resources)
        defaults = dict(region.defaults)
        made: list[Resource] = []
        try:
            for logical_id in parsed(template)["Resources"]:
                wanted = evaluated(template, parameters, name, ACCOUNT, _attributes(stack.resources))
                if logical_id not in wanted.properties:
                    if gone := stack.resources.pop(logical_id, None):
                        self._remove(region, gone)
                    continue
                resource = stack.resources.get(logical_id)
                properties, definition = wanted.properties[logical_id], wanted.definitions[logical_id]
                if resource is None or (definition["Type"] == VERSION and resource.properties != properties):
                    stack.resources[logical_id] = self._make(region, name, stack, definition, properties)
                    made.append(stack.resources[logical_id])
                elif resource.properties != properties:
                    self._change(region, resource, properties)
        except RegistryError as error:
            stack.note(logical_id, f"{operation}_FAILED", str(error))
            for resource in reversed(made):
                with suppress(RegistryError):
                    self._remove(region, resource)
            stack.resources, region.defaults = before, defaults
            stack.ends_in = "ROLLBACK_COMPLETE" if operation == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
            stack.note(stack.name, stack.ends_in)
            return
        for logical_id, resource in before.items():
            current = stack.resources.get(logical_id)
            replaced = current is not None and current.physical_id != resource.physical_id
            if replaced and resource.definition.get("UpdateReplacePolicy") != "Retain":
                self._remove(region, resource)
        stack.template, stack.parameters = template, parameters
        stack.outputs = evaluated(template, parameters, name, ACCOUNT, _attributes(stack.resources)).outputs
        stack.ends_in = f"{operation}_COMPLETE"
        stack.note(stack.name, stack.ends_in)

    def _make(
        self,
        region: Region,
        name: str,
        stack: Stack,
        definition: Mapping[str, Any],
        properties: dict[str, Any],
    ) -> Resource:
        kind = definition["Type"]
        if kind == VERSION:
            physical_id = self._register(name, properties).arn
        elif kind == DEFAULT:
            region.defaults[_type_of(region, properties["TypeVersionArn"])] = properties["TypeVersionArn"]
            physical_id = properties["TypeVersionArn"].rpartition("/")[0]
        else:
            region.roles += 1
            physical_id = (
                properties.get("LogGroupName") or f"{stack.name}-{kind.rpartition('::')[2]}-{region.roles}"
            )
        return Resource(kind, physical_id, properties, definition)

    @staticmethod
    def _change(region: Region, resource: Resource, properties: dict[str, Any]) -> None:
        if resource.type_name == DEFAULT:
            region.defaults[_type_of(region, properties["TypeVersionArn"])] = properties["TypeVersionArn"]
        resource.properties = properties

    def _remove(self, region: Region, resource: Resource) -> None:
        if resource.type_name == VERSION:
            self._deregister(region, resource.physical_id, may_be_last=True)

    # The registry.

    def _register(self, name: str, properties: dict[str, Any]) -> Version:
        region, type_name = self.region(name), properties["TypeName"]
        schema = "{}"
        if package := properties.get("SchemaHandlerPackage"):
            schema, reason = read_package(package, name)
            if reason := self.refusal or reason or misnamed(schema, type_name):
                raise RegistryError(reason)
        versions = region.versions.setdefault(type_name, [])
        hyphenated = type_name.replace("::", "-")
        arn = f"arn:aws:cloudformation:{name}:{ACCOUNT}:type/resource/{hyphenated}/{len(versions) + 1:08}"
        if not any(version.live for version in versions):
            region.defaults[type_name] = arn
        versions.append(Version(arn, properties, schema))
        return versions[-1]

    def _deregister(self, region: Region, arn: str, *, may_be_last: bool = False) -> None:
        type_name, version = self._version(region, arn)
        others = [each for each in region.versions[type_name] if each.live and each is not version]
        if region.defaults[type_name] == arn and (others or not may_be_last):
            raise RegistryError(
                f"Version '{version.version_id}' is the default version and cannot be deregistered. "
                f"Deregister the resource type '{type_name}' instead."
            )
        version.live = False

    def set_type_default_version(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        type_name, version = self._version(region, given["Arn"])
        region.defaults[type_name] = version.arn
        return {}

    def deregister_type(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        self._deregister(region, given["Arn"])
        return {}

    def list_type_versions(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        live = [version for version in region.versions.get(given["TypeName"], []) if version.live]
        if not live:
            raise RegistryError(f"The type '{given['TypeName']}' cannot be found.", "TypeNotFoundException")
        summaries = [
            {
                "Type": "RESOURCE",
                "TypeName": given["TypeName"],
                "VersionId": version.version_id,
                "IsDefaultVersion": region.defaults[given["TypeName"]] == version.arn,
                "Arn": version.arn,
            }
            for version in live
        ]
        return page("TypeVersionSummaries", summaries, given)

    def describe_type(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        _, version = self._version(region, f"{given['Arn']}/{given['VersionId']}")
        return {
            "Arn": version.arn,
            "Type": "RESOURCE",
            "Schema": version.schema,
            "DeprecatedStatus": "LIVE",
            "ExecutionRoleArn": version.properties["ExecutionRoleArn"],
        }

    def list_imports(self, region: Region, name: str, given: dict[str, Any]) -> dict[str, Any]:
        importers = self.imports.get(given["ExportName"], [])
        if not importers:
            raise RegistryError(
                f"Export '{given['ExportName']}' is not imported by any stack.", "ValidationError"
            )
        return page("Imports", importers, given)

    @staticmethod
    def _version(region: Region, arn: str) -> tuple[str, Version]:
        for type_name, versions in region.versions.items():
            for version in versions:
                if version.arn == arn and version.live:
                    return type_name, version
        raise RegistryError(f"The type '{arn}' cannot be found.", "TypeNotFoundException")


def _name(given: dict[str, Any]) -> str:
    """A stack may be named by its ARN."""
    name = str(given.get("StackName", ""))
    return name.split("/")[1] if name.startswith("arn:") else name


def _type_of(region: Region, arn: str) -> str:
    return next(
        name for name, versions in region.versions.items() if any(each.arn == arn for each in versions)
    )


def _parameters(given: dict[str, Any]) -> dict[str, str]:
    return {each["ParameterKey"]: each["ParameterValue"] for each in given.get("Parameters", [])}


def _attributes(resources: Mapping[str, Resource]) -> dict[str, dict[str, str]]:
    """What Ref and GetAtt give of each resource."""
    return {
        logical_id: {"Ref": each.physical_id, "Arn": f"arn:aws:iam::{ACCOUNT}:role/{each.physical_id}"}
        for logical_id, each in resources.items()
    }


def _described(stack: Stack) -> dict[str, Any]:
    document = parsed(stack.template)
    declared = {name: each.get("Default") for name, each in document["Parameters"].items()}
    values = {**declared, **stack.parameters}
    return {
        "StackName": stack.name,
        "StackId": stack.arn,
        "CreationTime": 0,
        "StackStatus": stack.status,
        "Description": document["Description"],
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": str(value)} for name, value in values.items()
        ],
        "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in stack.outputs.items()],
    }


def _mend_lists(parsed: dict[str, Any], **_: Any) -> None:
    """moto shows a list as Python writes it; CloudFormation shows it as it was given."""
    for stack in parsed.get("Stacks", []):
        for parameter in stack.get("Parameters", []):
            if parameter["ParameterValue"].startswith("["):
                parameter["ParameterValue"] = ",".join(ast.literal_eval(parameter["ParameterValue"]))


def page(name: str, entries: list[Any], given: dict[str, Any]) -> dict[str, Any]:
    start = int(given.get("NextToken", 0))
    more = {"NextToken": str(start + PAGE)} if start + PAGE < len(entries) else {}
    return {name: entries[start : start + PAGE], **more}


def read_package(url: str, region: str) -> tuple[str, str]:
    """Return the schema in the package, and a reason why it cannot be had."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    try:
        body = boto3.client("s3", region_name=region).get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        return "", f"The package cannot be read: {error}"
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return package.read("schema.json").decode(), ""


def misnamed(schema: str, type_name: str) -> str:
    found = json.loads(schema)["typeName"]
    return "" if found == type_name else f"Schema is of {found}, not of {type_name}"


def keep_to_patterns(value: Any, shape: Shape, where: str) -> None:
    """Insist that strings match the patterns of the model."""
    if isinstance(shape, StructureShape):
        for name, each in value.items():
            keep_to_patterns(each, shape.members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for each in value:
            keep_to_patterns(each, shape.member, where)
    elif isinstance(value, str) and (pattern := shape.metadata.get("pattern")):
        assert re.fullmatch(pattern, value), f"{where}: {value!r} does not match {pattern}"
