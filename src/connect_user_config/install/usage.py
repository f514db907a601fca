"""Which stacks use a function, however their templates spell the ServiceToken, or a type of the registry.

A template may compute the token, so its text can prove that the stack uses the function, but not that it does
not. Physical ids can: the function calls each of its resources `InstanceId|UserId`, and CloudFormation shows
these ids. A stack with such resources counts as a user unless each of its tokens is spelled out and is
another one. A resource that may not have its id yet leaves the question open.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Final

from ..aws.region import Region
from ..problems import Failed, NoAccess, Refused
from . import stacks
from .service_tokens import names, service_tokens

_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_INSTANCE: Final = rf"(?:arn:[a-z-]+:connect:[a-z0-9-]+:[0-9]{{12}}:instance/{_ID})"
_PHYSICAL_ID: Final = re.compile(rf"(?:{_INSTANCE}|{_ID})\|(?:{_INSTANCE}/agent/)?{_ID}")
_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")
_SERVICE: Final = "cloudformation"
_NO_LONGER: Final = {"DELETE_COMPLETE", "DELETE_SKIPPED"}
"""A resource in such a state is no longer the stack's; CloudFormation has skipped what a DeletionPolicy
retains.
"""


class Use(Enum):
    """Whether a stack uses the function or the type."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


@dataclass(frozen=True)
class StackListed:
    """A stack in the list of all stacks."""

    name: str
    id: str
    status: str

    @property
    def may_get_resources(self) -> bool:
        """Whether an operation is under way that makes resources, of which some may not be listed yet."""
        return self.status.endswith("_IN_PROGRESS") and not re.search("DELETE|REVIEW|CLEANUP", self.status)

    @property
    def has_two_templates(self) -> bool:
        """Whether resources may be of another template than the one that is shown."""
        return self.status.startswith("UPDATE_") and self.status not in {
            "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_COMPLETE",
        }


@dataclass(frozen=True)
class ResourceListed:
    """A resource in the list of a stack's resources."""

    type_name: str
    physical_id: str
    status: str

    @property
    def is_custom(self) -> bool:
        """Whether a function or a topic provides it."""
        return self.type_name.startswith(_CUSTOM)

    @property
    def is_ours(self) -> bool:
        """Whether its id is one that this function gives."""
        return bool(_PHYSICAL_ID.fullmatch(self.physical_id))

    @property
    def has_no_id_of_its_own(self) -> bool:
        """Whether its id may be missing, or one that CloudFormation invented because its creation failed."""
        return self.status.startswith(("CREATE_", "DELETE_")) and self.status != "CREATE_COMPLETE"


@dataclass
class Users:
    """Names of stacks that use it, and why it cannot be told of others."""

    certain: set[str] = field(default_factory=set)
    unknown: dict[str, str] = field(default_factory=dict)

    def refuse(self, what: str, why: str) -> None:
        """Raise Refused if anybody uses it, or may use it."""
        doubts = "; ".join(f"{name} ({reason})" for name, reason in sorted(self.unknown.items()))
        if self.certain:
            more = f"; it cannot be told of {doubts}" if doubts else ""
            listed = ", ".join(sorted(self.certain))
            raise Refused(
                "in-use",
                f"these stacks still use {what}: {listed}; {why}{more}",
                "remove it from those stacks first, or go on with --force",
            )
        if doubts:
            raise Refused(
                "use-unknown",
                f"it cannot be told whether these stacks still use {what}: {doubts}; {why}",
                "ask for the missing action, or wait until the operation has ended; or go on with --force",
            )


def users(region: Region, what: str, use: Callable[[StackListed], Use]) -> Users:
    """Look through all stacks of the region, which takes a call or a few for each."""
    found = Users()
    region.show(f"look for {what} in stacks")
    with _insisting():
        listed = _listed(region)
    for count, stack in enumerate(listed, 1):
        region.show(f"look for {what} in stacks: {count} of {len(listed)}")
        try:
            verdict = use(stack)
        except NoAccess as problem:
            if problem.code != "access-denied":
                raise
            found.unknown[stack.name] = problem.message
            continue
        if verdict is Use.YES:
            found.certain.add(stack.name)
        elif verdict is Use.UNKNOWN:
            found.unknown[stack.name] = f"in {stack.status}, and may be making a resource that uses it"
    return found


def of_type(region: Region, type_name: str) -> Callable[[StackListed], Use]:
    """Return what tells whether a stack has a resource of the type, or is about to make one."""

    def use(stack: StackListed) -> Use:
        if any(each.type_name == type_name for each in _resources(region, stack.id)):
            return Use.YES
        if not stack.may_get_resources:
            return Use.NO
        template = stacks.template_of(region, stack.id, "Processed")
        return Use.UNKNOWN if type_name in template or not template else Use.NO

    return use


def of_function(region: Region, token: str) -> Callable[[StackListed], Use]:
    """Return what tells whether a stack has a resource of the function, or is about to make one."""
    known = cache(lambda: exports(region))

    def use(stack: StackListed) -> Use:
        customs = [each for each in _resources(region, stack.id) if each.is_custom]
        if not customs and not stack.may_get_resources:
            return Use.NO
        described = stacks.describe(region, stack.id)
        if described is None:
            return Use.NO
        parameters = {
            each["ParameterKey"]: each.get("ResolvedValue", each.get("ParameterValue", ""))
            for each in described.get("Parameters", [])
        }
        template = stacks.template_of(region, stack.id, "Processed")
        if any(names(text, token) for text in (template, *parameters.values())):
            return Use.YES
        tokens = list(service_tokens(template, parameters, known))
        return _judged(stack, customs, tokens, token, is_shown=bool(template))

    return use


def _judged(
    stack: StackListed,
    customs: Sequence[ResourceListed],
    tokens: Sequence[str],
    token: str,
    *,
    is_shown: bool,
) -> Use:
    """Tell by its custom resources and the ServiceTokens of its template whether it uses the function."""
    if is_shown and not customs and not tokens:
        return Use.NO
    is_ours = any(each.is_ours for each in customs)
    is_open = stack.may_get_resources or any(each.has_no_id_of_its_own for each in customs)
    # All are spelled out, and none is this one.
    are_elsewhere = len(tokens) >= max(1, len(customs)) and all(
        each.startswith("arn:") and not names(each, token) for each in tokens
    )
    if not (is_ours or is_open) or (are_elsewhere and not stack.has_two_templates):
        return Use.NO
    return Use.YES if is_ours else Use.UNKNOWN


def exports(region: Region) -> Mapping[str, str]:
    """Return the value of each export; none if they may not be listed."""
    try:
        return {
            each["Name"]: each["Value"]
            for page in region.pages(_SERVICE, "ListExports")
            for each in page.get("Exports", [])
        }
    except NoAccess:
        return {}


def importers(region: Region, export: str) -> set[str]:
    """Return the stacks that import the export; Refused if they may not be listed."""
    try:
        with _insisting():
            pages = list(region.pages(_SERVICE, "ListImports", ExportName=export))
    except Failed as problem:
        # That is how it answers if there is nothing to list.
        if "not imported by any stack" in problem.message or "does not exist" in problem.message:
            return set()
        raise
    return {name for page in pages for name in page.get("Imports", [])}


def _listed(region: Region) -> list[StackListed]:
    return [
        StackListed(stack["StackName"], stack.get("StackId") or stack["StackName"], stack["StackStatus"])
        for page in region.pages(_SERVICE, "ListStacks")
        for stack in page["StackSummaries"]
        if stack["StackStatus"] != "DELETE_COMPLETE"
    ]


def _resources(region: Region, stack: str) -> list[ResourceListed]:
    try:
        pages = list(region.pages(_SERVICE, "ListStackResources", StackName=stack))
    except Failed as problem:
        if stacks.is_missing(problem):
            # Deleted since it was listed.
            return []
        raise
    return [
        ResourceListed(each["ResourceType"], each.get("PhysicalResourceId", ""), each["ResourceStatus"])
        for page in pages
        for each in page.get("StackResourceSummaries", [])
        if each["ResourceStatus"] not in _NO_LONGER
    ]


@contextmanager
def _insisting() -> Iterator[None]:
    """Refuse where the calls are not allowed: without their answers, nobody knows who uses it."""
    try:
        yield
    except NoAccess as problem:
        raise Refused(
            "use-unknown",
            f"it cannot be found out whether stacks still use it: {problem.message}",
            "ask for that action, or go on with --force",
        ) from problem
