"""Stacks, as CloudFormation shows them."""

import json
from collections.abc import Iterator
from typing import Any, Final

from ..core.problems import Failed
from ..core.stacks import StackSeen
from .aws import Aws

_SERVICE: Final = "cloudformation"
_GONE: Final = {"DELETE_COMPLETE"}
_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")


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
        parameters={each["ParameterKey"]: each.get("ParameterValue", "") for each in described.get("Parameters", [])},
        outputs={each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])},
        template=_template(aws, name),
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


def stacks(aws: Aws) -> Iterator[tuple[str, str]]:
    """Return the name and the id of each stack of the account and region."""
    for page in aws.pages(_SERVICE, "ListStacks"):
        for stack in page["StackSummaries"]:
            if stack["StackStatus"] not in _GONE:
                yield stack["StackName"], stack.get("StackId") or stack["StackName"]


def has_resource_of(aws: Aws, stack: str, type_name: str) -> bool:
    """Tell whether the stack has a resource of the type."""
    return type_name in _types(aws, stack)


def spells_out(aws: Aws, stack: str, token: str) -> bool:
    """Tell whether a custom resource of the stack may have this ServiceToken from the template's text or from a parameter."""
    if not any(type_name.startswith(_CUSTOM) for type_name in _types(aws, stack)):
        return False
    described = _describe(aws, stack) or {}
    values = [each.get("ParameterValue", "") for each in described.get("Parameters", [])]
    return token in values or token in _template(aws, stack)


def importers(aws: Aws, export: str) -> list[str]:
    """Return the stacks that import the export."""
    try:
        return [name for page in aws.pages(_SERVICE, "ListImports", ExportName=export) for name in page.get("Imports", [])]
    except Failed as problem:
        # That is how it answers when there is nothing to list.
        if "not imported by any stack" in problem.message or "does not exist" in problem.message:
            return []
        raise


def _types(aws: Aws, stack: str) -> set[str]:
    try:
        pages = list(aws.pages(_SERVICE, "ListStackResources", StackName=stack))
    except Failed as problem:
        if _is_missing(problem):
            # Deleted since it was listed.
            return set()
        raise
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {each["ResourceType"] for each in resources if each["ResourceStatus"] != "DELETE_COMPLETE"}


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


def _template(aws: Aws, name: str) -> str:
    try:
        body = aws.read(_SERVICE, "GetTemplate", StackName=name, TemplateStage="Original")["TemplateBody"]
    except Failed:
        # While a stack is being deleted its template may be out of reach, and then nothing is compared with it.
        return ""
    # boto3 reads templates in JSON.
    return body if isinstance(body, str) else json.dumps(body)


def _events_of_latest_operation(aws: Aws, name: str) -> Iterator[dict[str, Any]]:
    for page in aws.pages(_SERVICE, "DescribeStackEvents", StackName=name):
        for event in page["StackEvents"]:
            yield event
            is_of_stack = event.get("PhysicalResourceId") == event["StackId"]
            if is_of_stack and event["ResourceStatus"] in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}:
                return
