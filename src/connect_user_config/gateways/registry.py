"""The type, as the registry shows it."""

import json
from typing import Any, Final

from ..core.problems import Failed
from ..core.registry import Registration, Version, VersionDetails
from .aws import Aws

_SERVICE: Final = "cloudformation"
_MISSING: Final = "TypeNotFoundException"
_NOT_FOUND: Final = "cannot be found"
"""The registry's words for it; the calls that list are not documented to have a code of their own for a type that is not there."""


def see_versions(aws: Aws, type_name: str) -> tuple[Version, ...]:
    """Return the live versions of the type; none when there is no such type."""
    try:
        pages = list(
            aws.pages(
                _SERVICE, "ListTypeVersions", Type="RESOURCE", TypeName=type_name, DeprecatedStatus="LIVE"
            )
        )
    except Failed as problem:
        if _is_missing(problem):
            return ()
        raise
    found = [each for page in pages for each in page.get("TypeVersionSummaries", [])]
    return tuple(
        Version(each["Arn"], each["VersionId"], bool(each.get("IsDefaultVersion"))) for each in found
    )


def see_details(aws: Aws, version_arn: str) -> VersionDetails | None:
    """Return what the registry tells of the version; None when there is no such version, or no longer."""
    type_arn, _, version = version_arn.rpartition("/")
    try:
        told = aws.read(_SERVICE, "DescribeType", Arn=type_arn, VersionId=version)
    except Failed as problem:
        if _is_missing(problem):
            return None
        raise
    if told.get("DeprecatedStatus", "LIVE") != "LIVE":
        return None
    return VersionDetails(_schema(told), told.get("ExecutionRoleArn", ""), told.get("LoggingConfig", {}))


def see_registration(aws: Aws, token: str) -> Registration | None:
    """Return how the registration stands; None when the registry does not know it, or no longer."""
    try:
        told = aws.read(_SERVICE, "DescribeTypeRegistration", RegistrationToken=token)
    except Failed as problem:
        if problem.code == "CFNRegistryException":
            return None
        raise
    return Registration(told["ProgressStatus"], told.get("Description", ""), told.get("TypeVersionArn", ""))


def running_registrations(aws: Aws, type_name: str) -> tuple[str, ...]:
    """Return the tokens of the type's registrations that are under way."""
    parameters = {"Type": "RESOURCE", "TypeName": type_name, "RegistrationStatusFilter": "IN_PROGRESS"}
    try:
        pages = list(aws.pages(_SERVICE, "ListTypeRegistrations", **parameters))
    except Failed as problem:
        if _is_missing(problem):
            return ()
        raise
    return tuple(token for page in pages for token in page.get("RegistrationTokenList", []))


def _is_missing(problem: Failed) -> bool:
    return problem.code == _MISSING or _NOT_FOUND in problem.message


def _schema(told: dict[str, Any]) -> dict[str, Any]:
    try:
        schema: dict[str, Any] = json.loads(told.get("Schema", "{}"))
    except ValueError:
        return {}
    return schema
