"""Stacks, as CloudFormation shows them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ..core.problems import Failed, NoAccess
from ..core.stacks import StackSeen
from ..core.usage import Declared, ResourceListed, StackListed, Use, use_of
from .aws import Aws

_SERVICE: Final = "cloudformation"
_GONE: Final = {"DELETE_COMPLETE"}
_NO_LONGER: Final = {"DELETE_COMPLETE", "DELETE_SKIPPED"}
"""A resource in such a state is no longer the stack's; CloudFormation has skipped what a DeletionPolicy retains."""


def see_stack(aws: Aws, name: str) -> StackSeen | None:
    """Return the stack; None when there is none."""
    described = _describe(aws, name)
    if described is None:
        return None
    return StackSeen(
        name=name,
        status=described["StackStatus"],
        reason=described.get("StackStatusReason", ""),
        description=described.get("Description", ""),
        parameters={
            each["ParameterKey"]: each.get("ParameterValue", "") for each in described.get("Parameters", [])
        },
        outputs={each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])},
        template=_template(aws, name, "Original"),
    )


def status_of(aws: Aws, name: str) -> str:
    """Return the status of the stack; nothing when there is none."""
    described = _describe(aws, name)
    return str(described["StackStatus"]) if described else ""


def first_failure(aws: Aws, name: str) -> str:
    """Return which resource failed first in the latest operation on the stack, and why."""
    failures = []
    for event in _events_of_latest_operation(aws, name):
        reason = event.get("ResourceStatusReason", "")
        # What fails because something else did only says that it was cancelled.
        if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason.lower():
            failures.append(f"{event['LogicalResourceId']}: {reason or event['ResourceStatus']}")
    return failures[-1] if failures else "its events name no reason"


def stacks(aws: Aws) -> Iterator[StackListed]:
    """Return each stack of the account and region, nested ones included."""
    for page in aws.pages(_SERVICE, "ListStacks"):
        for stack in page["StackSummaries"]:
            if stack["StackStatus"] not in _GONE:
                yield StackListed(
                    stack["StackName"], stack.get("StackId") or stack["StackName"], stack["StackStatus"]
                )


def use_of_type(aws: Aws, stack: StackListed, type_name: str) -> Use:
    """Tell whether the stack has a resource of the type, or is about to make one."""
    if any(each.type_name == type_name for each in _resources(aws, stack.id)):
        return Use.YES
    if not stack.may_get_resources:
        return Use.NO
    template = _template(aws, stack.id, "Processed")
    return Use.UNKNOWN if type_name in template or not template else Use.NO


def use_of_function(
    aws: Aws, stack: StackListed, token: str, exports: Callable[[], Mapping[str, str]]
) -> Use:
    """Tell whether the stack has a resource that the function with this ServiceToken provides, or is about to make one."""
    customs = [each for each in _resources(aws, stack.id) if each.is_custom]
    if not customs and not stack.may_get_resources:
        return Use.NO
    described = _describe(aws, stack.id)
    if described is None:
        return Use.NO
    values = {
        each["ParameterKey"]: each.get("ResolvedValue", each.get("ParameterValue", ""))
        for each in described.get("Parameters", [])
    }
    declared = Declared(_template(aws, stack.id, "Processed"), values)
    return use_of(stack, customs, declared, token, exports)


def token_of(aws: Aws, seen: StackSeen) -> str:
    """Return the ServiceToken of the function's stack, or its end if the stack has lost its outputs; empty without a function."""
    if token := seen.outputs.get("ServiceToken"):
        return token
    functions = [
        each.physical_id for each in _resources(aws, seen.name) if each.type_name == "AWS::Lambda::Function"
    ]
    return f":function:{functions[0]}" if functions else ""


def exported(aws: Aws) -> Mapping[str, str]:
    """Return the value of each export; none where they may not be listed."""
    try:
        return {
            each["Name"]: each["Value"]
            for page in aws.pages(_SERVICE, "ListExports")
            for each in page.get("Exports", [])
        }
    except NoAccess:
        return {}


def importers(aws: Aws, export: str) -> list[str]:
    """Return the stacks that import the export."""
    try:
        return [
            name
            for page in aws.pages(_SERVICE, "ListImports", ExportName=export)
            for name in page.get("Imports", [])
        ]
    except Failed as problem:
        # That is how it answers when there is nothing to list.
        if "not imported by any stack" in problem.message or "does not exist" in problem.message:
            return []
        raise


def _resources(aws: Aws, stack: str) -> list[ResourceListed]:
    try:
        pages = list(aws.pages(_SERVICE, "ListStackResources", StackName=stack))
    except Failed as problem:
        if _is_missing(problem):
            # Deleted since it was listed.
            return []
        raise
    listed = [
        ResourceListed(each["ResourceType"], each.get("PhysicalResourceId", ""), each["ResourceStatus"])
        for page in pages
        for each in page.get("StackResourceSummaries", [])
    ]
    return [each for each in listed if each.status not in _NO_LONGER]


def _describe(aws: Aws, name: str) -> dict[str, Any] | None:
    try:
        stacks: list[dict[str, Any]] = aws.read(_SERVICE, "DescribeStacks", StackName=name)["Stacks"]
    except Failed as problem:
        if _is_missing(problem):
            return None
        raise
    return next((stack for stack in stacks if stack["StackStatus"] not in _GONE), None)


def _is_missing(problem: Failed) -> bool:
    # The code is ValidationError, which stands for many other things.
    return problem.code == "ValidationError" and "does not exist" in problem.message


def _template(aws: Aws, name: str, stage: str) -> str:
    try:
        body = aws.read(_SERVICE, "GetTemplate", StackName=name, TemplateStage=stage)["TemplateBody"]
    except Failed as problem:
        if problem.code != "ValidationError":
            raise
        # While a stack is being deleted its template may be out of reach, and then nothing is compared with it.
        return ""
    # boto3 reads templates in JSON.
    return body if isinstance(body, str) else json.dumps(body)


def _events_of_latest_operation(aws: Aws, name: str) -> Iterator[dict[str, Any]]:
    for page in aws.pages(_SERVICE, "DescribeStackEvents", StackName=name):
        for event in page["StackEvents"]:
            yield event
            is_of_stack = event.get("PhysicalResourceId") == event["StackId"]
            if is_of_stack and event["ResourceStatus"] in {
                "CREATE_IN_PROGRESS",
                "UPDATE_IN_PROGRESS",
                "DELETE_IN_PROGRESS",
            }:
                return
