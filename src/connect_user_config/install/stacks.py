"""Stacks: found, deployed and deleted, with CloudFormation's own reason if one fails.

A stack of this installer is known by its mark, the first words of its template's description: a stack that a
stack set or `aws cloudformation deploy` made from the same template counts, another one of the same name does
not.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

from ..aws.region import Region
from ..problems import Failed

_SERVICE: Final = "cloudformation"
_GONE: Final = "DELETE_COMPLETE"
_BARREN: Final = {"ROLLBACK_COMPLETE", "CREATE_FAILED"}
"""A first creation failed: such a stack holds nothing and cannot be updated."""
_STUCK: Final = {
    "ROLLBACK_FAILED": "look at its events, delete it (`aws cloudformation delete-stack`), and run again",
    "DELETE_FAILED": "look at its events, delete it (`aws cloudformation delete-stack`), run again",
    "UPDATE_FAILED": "roll it back (`aws cloudformation rollback-stack`), and run again",
    "UPDATE_ROLLBACK_FAILED": "end its rollback (`aws cloudformation continue-update-rollback`), run again",
    "REVIEW_IN_PROGRESS": "it is a change set that is not executed yet: execute or delete it, and run again",
}
_ENDED_WELL: Final = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}


@dataclass(frozen=True)
class Template:
    """One of the templates of `deploy/`."""

    file: str
    mark: str
    """The first words of its description."""

    @property
    def text(self) -> str:
        """The template."""
        return files(__package__).joinpath("templates", self.file).read_text("utf-8")

    @property
    def parameters(self) -> list[str]:
        """The names of its parameters."""
        section = self.text.partition("\nParameters:\n")[2]
        # The section ends where the next line begins at the margin.
        return re.findall(
            r"^  (\w+):$", re.split(r"^\S", section, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE
        )

    def made(self, description: str) -> bool:
        """Return whether a stack with this description was made from it."""
        return " ".join(description.split()).startswith(f"{self.mark}:")


ARTEFACT_BUCKET: Final = Template("artefact-bucket.yml", "connect-user-config artefacts")
CUSTOM_RESOURCE: Final = Template("custom-resource.yml", "connect-user-config custom resource")
REGISTRY: Final = Template("registry.yml", "connect-user-config registry type")
_ALL: Final = (ARTEFACT_BUCKET, CUSTOM_RESOURCE, REGISTRY)


@dataclass(frozen=True)
class Stack:
    """A stack as CloudFormation describes it."""

    name: str
    status: str
    reason: str = ""
    description: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_moving(self) -> bool:
        """Whether an operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and self.status not in _STUCK

    @property
    def is_barren(self) -> bool:
        """Whether its first creation failed, so that it holds nothing."""
        return self.status in _BARREN


def find(region: Region, name: str, template: Template) -> Stack | None:
    """Return the stack, None if there is none; Failed if it was not made from the template."""
    described = describe(region, name)
    if described is None:
        return None
    stack = _stack(described)
    if not template.made(stack.description):
        raise Failed(
            "name-taken",
            f"there is a stack {name} already, and it was not made from {template.file}: its description does"
            f" not begin with {template.mark!r}",
            "choose another name, or remove that stack",
        )
    return stack


def installed(region: Region) -> Mapping[Template, list[Stack]]:
    """Return every stack that was made from each template, those of stack sets included."""
    pages = region.pages(_SERVICE, "DescribeStacks")
    found = [_stack(each) for page in pages for each in page["Stacks"] if each["StackStatus"] != _GONE]
    return {template: [stack for stack in found if template.made(stack.description)] for template in _ALL}


def deploy(region: Region, name: str, template: Template, parameters: Mapping[str, str]) -> Stack:
    """Create or update the stack, and return it; a parameter that is not named keeps its value.

    Raises Failed with the first failure's reason, or if only a person can go on.
    """
    stack = _settled(region, name, template)
    if stack and stack.is_barren:
        _delete(region, name, f"delete the rest of the failed creation of stack {name}")
        stack = None
    if stack and (advice := _STUCK.get(stack.status)):
        because = f" ({stack.reason})" if stack.reason else ""
        raise Failed("stack-stuck", f"stack {name} is in {stack.status}{because}", advice)
    if stack is None:
        _send(region, "CreateStack", f"create stack {name}", name, template, parameters)
    elif not _is_as_wanted(region, stack, template, parameters):
        # A parameter that the new template no longer has must not be named.
        kept = {each: stack.parameters[each] for each in template.parameters if each in stack.parameters}
        _send(region, "UpdateStack", f"update stack {name}", name, template, {**kept, **parameters})
    else:
        return stack
    return find(region, name, template) or Stack(name, "planned", parameters=parameters)


def delete(region: Region, name: str, template: Template) -> None:
    """Delete the stack, and wait until it is gone."""
    if _settled(region, name, template):
        _delete(region, name, f"delete stack {name}")


def describe(region: Region, name: str) -> dict[str, Any] | None:
    """Return what CloudFormation says of the stack; None if there is none."""
    try:
        stacks: list[dict[str, Any]] = region.read(_SERVICE, "DescribeStacks", StackName=name)["Stacks"]
    except Failed as problem:
        if is_missing(problem):
            return None
        raise
    return next((stack for stack in stacks if stack["StackStatus"] != _GONE), None)


def is_missing(problem: Failed) -> bool:
    """Return whether the answer says that there is no such stack; its code stands for many other things."""
    return problem.code == "ValidationError" and "does not exist" in problem.message


def template_of(region: Region, name: str, stage: str) -> str:
    """Return the stack's template; empty if CloudFormation does not show it, as while it is being deleted."""
    try:
        body = region.read(_SERVICE, "GetTemplate", StackName=name, TemplateStage=stage)["TemplateBody"]
    except Failed as problem:
        if problem.code != "ValidationError":
            raise
        return ""
    # boto3 reads templates in JSON.
    return body if isinstance(body, str) else json.dumps(body)


def _stack(described: Mapping[str, Any]) -> Stack:
    return Stack(
        name=described["StackName"],
        status=described["StackStatus"],
        reason=described.get("StackStatusReason", ""),
        description=described.get("Description", ""),
        parameters={
            each["ParameterKey"]: each.get("ParameterValue", "") for each in described.get("Parameters", [])
        },
        outputs={each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])},
    )


def _settled(region: Region, name: str, template: Template) -> Stack | None:
    """Return the stack when the operation that somebody else has begun is over."""
    stack = find(region, name, template)
    if stack and stack.is_moving and not region.is_dry:
        _wait(region, name, f"wait for stack {name}, which is in {stack.status}")
        return find(region, name, template)
    return stack


def _is_as_wanted(region: Region, stack: Stack, template: Template, parameters: Mapping[str, str]) -> bool:
    same = all(stack.parameters.get(name) == value for name, value in parameters.items())
    return same and template_of(region, stack.name, "Original").strip() == template.text.strip()


def _send(
    region: Region, operation: str, does: str, name: str, template: Template, parameters: Mapping[str, str]
) -> None:
    listed = [{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(parameters.items())]
    try:
        region.change(
            does,
            _SERVICE,
            operation,
            StackName=name,
            TemplateBody=template.text,
            Parameters=listed,
            Capabilities=["CAPABILITY_IAM"],
        )
    except Failed as problem:
        # CloudFormation compares in its own way: blank lines, or a value in another spelling, do not count.
        if "No updates are to be performed" in problem.message:
            region.steps.pop()
            return
        raise
    if region.is_dry:
        return
    status = _wait(region, name, does)
    if status not in _ENDED_WELL:
        reason = _first_failure(region, name) if status else "it was deleted meanwhile"
        advice = "see to the reason, and run the same command again"
        raise Failed("stack-failed", f"stack {name} ended in {status or 'nothing'}: {reason}", advice)


def _delete(region: Region, name: str, does: str) -> None:
    region.change(does, _SERVICE, "DeleteStack", StackName=name)
    if not region.is_dry and (status := _wait(region, name, does)):
        reason = _first_failure(region, name)
        raise Failed("stack-not-deleted", f"stack {name} ended in {status}: {reason}", "run again")


def _wait(region: Region, name: str, does: str) -> str:
    """Return the status in which the operation under way ends; empty if the stack is gone."""
    status = ""
    for _ in region.waiting(does):
        status = (describe(region, name) or {}).get("StackStatus", "")
        if not status.endswith("_IN_PROGRESS"):
            break
    return status


def _first_failure(region: Region, name: str) -> str:
    """Return which resource failed first in the latest operation, and why."""
    failures = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason') or event['ResourceStatus']}"
        for event in _events_of_latest_operation(region, name)
        # The others of the same moment only say that they were cancelled.
        if event["ResourceStatus"].endswith("_FAILED")
        and "cancelled" not in event.get("ResourceStatusReason", "").lower()
    ]
    return failures[-1] if failures else "its events name no reason"


def _events_of_latest_operation(region: Region, name: str) -> Iterator[dict[str, Any]]:
    begun = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}
    for page in region.pages(_SERVICE, "DescribeStackEvents", StackName=name):
        for event in page["StackEvents"]:
            yield event
            if event.get("PhysicalResourceId") == event["StackId"] and event["ResourceStatus"] in begun:
                return
