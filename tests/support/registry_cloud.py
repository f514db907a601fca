"""CloudFormation with the two resource types of the registry, for boto3 clients of one process: no local
cloud has them.

`registering_stacks` runs stacks whose template registers a type, and `type_registry` is the registry behind
them. Everything else that a test sees of AWS, other stacks above all, comes from moto; ListImports, which
moto lacks, from here. Requests reach them after botocore's own validation, and their answers are held to
botocore's model: members, types and patterns.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.model import OperationModel

from .answers import Refusal, answered, page
from .registering_stacks import RegisteringStacks
from .type_registry import TypeRegistry

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
_OF_THE_REGISTRY = ("SetTypeDefaultVersion", "DeregisterType", "ListTypeVersions", "DescribeType")


@dataclass
class Region:
    types: TypeRegistry
    stacks: RegisteringStacks


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
        events: Any = session.events
        events.register_first("before-parameter-build", self._note)
        events.register("after-call.cloudformation.DescribeStacks", _mend_lists)
        for operation in (*_OF_STACKS, *_OF_THE_REGISTRY, "ListImports"):
            events.register(f"before-call.cloudformation.{operation}", self._answer)
        for operation in ("DescribeStacks", "ListStacks"):
            events.register(f"after-call.cloudformation.{operation}", self._add_ours)

    def called(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for _, name, parameters in self.calls if name.partition(":")[2] == operation]

    def region(self, name: str = "us-east-1") -> Region:
        if name not in self.regions:
            types = TypeRegistry(name, lambda: self.refusal)
            self.regions[name] = Region(types, RegisteringStacks(name, types, lambda: self.polls))
        return self.regions[name]

    def live(self, type_name: str, region: str = "us-east-1") -> list[str]:
        """The ids of the live versions; the default one has a star."""
        types = self.region(region).types
        return [
            version.version_id + ("*" if types.defaults.get(type_name) == version.arn else "")
            for version in types.live(type_name)
        ]

    def register(
        self, type_name: str, region: str = "us-east-1", role: str = "arn:aws:iam::123456789012:role/theirs"
    ) -> str:
        """Register a version by other means; return its ARN."""
        return self.region(region).types.register({"TypeName": type_name, "ExecutionRoleArn": role})

    def list_imports(self, given: dict[str, Any]) -> dict[str, Any]:
        export = given["ExportName"]
        if not self.imports.get(export):
            raise Refusal(f"Export '{export}' is not imported by any stack.", "ValidationError")
        return page("Imports", self.imports[export], given)

    def _note(self, params: dict[str, Any], model: OperationModel, context: dict[str, Any], **_: Any) -> None:
        service = model.service_model.endpoint_prefix
        context["given"] = dict(params)
        self.calls.append((context["client_region"], f"{service}:{model.name}", dict(params)))
        self.before(context["client_region"], f"{service}:{model.name}", dict(params))

    def _answer(
        self, model: OperationModel, context: dict[str, Any], **_: Any
    ) -> tuple[AWSResponse, dict[str, Any]] | None:
        region, given = self.region(context["client_region"]), context["given"]
        by: object = self
        if model.name in _OF_STACKS:
            if not region.stacks.takes(model.name, given):
                return None
            by = region.stacks
        elif model.name in _OF_THE_REGISTRY:
            by = region.types
        return answered(model, given, getattr(by, xform_name(model.name)))

    def _add_ours(self, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        """Add our stacks to moto's list of all stacks."""
        if "StackName" in context["given"]:
            return
        ours = [stack.described() for stack in self.region(context["client_region"]).stacks.living()]
        if "Stacks" in parsed:
            parsed["Stacks"] += ours
            return
        summary = ("StackName", "StackId", "StackStatus", "CreationTime")
        parsed["StackSummaries"] += [{name: stack[name] for name in summary} for stack in ours]


def _mend_lists(parsed: dict[str, Any], **_: Any) -> None:
    """moto shows a list as Python writes it; CloudFormation shows it as it was given."""
    for stack in parsed.get("Stacks", []):
        for parameter in stack.get("Parameters", []):
            if parameter["ParameterValue"].startswith("["):
                parameter["ParameterValue"] = ",".join(ast.literal_eval(parameter["ParameterValue"]))
