"""Registering the type and taking it away, in one region: CloudFormation registers, this module looks after
earlier versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..aws.region import Region
from ..names import hyphenated, stack_of_type
from ..problems import Failed, Refused
from . import stacks, usage
from .artefacts import Artefact, BucketChoice, remove_unused_bucket
from .instances import check_account
from .side_by_side import Result

KEPT_VERSIONS = 5
"""Versions of an installation that stay live, the default one among them: a region holds 50, of all types
together.
"""
_SERVICE = "cloudformation"


@dataclass(frozen=True)
class Version:
    """A live version of a type."""

    arn: str
    is_default: bool
    role_arn: str
    """Its execution role: each installation has a role of its own, which tells its versions from others'."""

    @property
    def version_id(self) -> str:
        """The number of the version."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class TypeRequest:
    """The type to register; without `instances` or a `log_group`, those of an earlier installation stay."""

    type_name: str
    artefact: Artefact
    bucket: BucketChoice
    instances: Mapping[str, tuple[str, ...]]
    log_group: str | None = None

    def install(self, region: Region) -> Result:
        """Upload the artefact, deploy the stack, and deregister versions beyond the last five of this
        installation.
        """
        instances = self.instances.get(region.name, ())
        check_account(instances, region.account)
        name = stack_of_type(self.type_name)
        stack = stacks.find(region, name, stacks.REGISTRY)
        if stack is None:
            _refuse_taken(region, self.type_name)
        bucket = self.bucket.upload(region, self.artefact)
        parameters = {
            "TypeName": self.type_name,
            "ArtefactBucket": bucket,
            "ArtefactKey": self.artefact.key,
        }
        if instances:
            parameters["InstanceArns"] = ",".join(instances)
        if self.log_group is not None:
            parameters["LogGroupName"] = self.log_group
        stack = stacks.deploy(region, name, stacks.REGISTRY, parameters)
        if current := stack.outputs.get("TypeVersionArn"):
            self._tidy(region, stack, current)
        return {
            "typeName": self.type_name,
            "typeVersionArn": stack.outputs.get("TypeVersionArn"),
            "stack": name,
            "artefact": f"s3://{bucket}/{self.artefact.key}" if bucket else None,
            "executionRoleArn": stack.outputs.get("ExecutionRoleArn"),
            "logGroup": stack.parameters.get("LogGroupName") or None,
        }

    def _tidy(self, region: Region, stack: stacks.Stack, current: str) -> None:
        """Make the stack's version the default again if somebody has changed that; keep the last five
        versions.
        """
        ours, _ = _ours(region, self.type_name, stack)
        # A dry run returns the stack as it is, still with the artefact before: its plan has one version more.
        is_planned = stack.parameters.get("ArtefactKey") != self.artefact.key
        if not is_planned and not any(version.is_default and version.arn == current for version in ours):
            _set_default(region, self.type_name, current)
        for version in ours[: is_planned - KEPT_VERSIONS]:
            if version.arn != current:
                _deregister(region, self.type_name, version)


def uninstall(region: Region, type_name: str, *, is_forced: bool) -> Result:
    """Deregister the versions of this installation, then delete its stack; refused while stacks use the type.

    Versions of others stay. The registry deregisters a default version last, so Refused if others live beside
    ours.
    """
    name = stack_of_type(type_name)
    stack = stacks.find(region, name, stacks.REGISTRY)
    if stack:
        if not is_forced:
            what = f"resources of the type {type_name}"
            users = usage.users(region, what, usage.of_type(region, type_name))
            users.refuse(what, "without the type, those can be neither changed nor deleted")
        _deregister_earlier(region, type_name, stack)
        stacks.delete(region, name, stacks.REGISTRY)
    remove_unused_bucket(region, name)
    return {"typeName": type_name, "stack": name}


def versions(region: Region, type_name: str) -> list[Version]:
    """Return the live versions, the earliest first; none if there is no such type."""
    try:
        summaries = [
            summary
            for page in region.pages(_SERVICE, "ListTypeVersions", Type="RESOURCE", TypeName=type_name)
            for summary in page.get("TypeVersionSummaries", [])
        ]
    except Failed as problem:
        if problem.code == "TypeNotFoundException" or "cannot be found" in problem.message:
            return []
        raise
    found = [
        Version(each["Arn"], bool(each.get("IsDefaultVersion")), _role(region, each["Arn"]))
        for each in summaries
    ]
    return sorted(found, key=lambda version: version.version_id)


def _role(region: Region, version_arn: str) -> str:
    arn, _, version_id = version_arn.rpartition("/")
    told = region.read(_SERVICE, "DescribeType", Arn=arn, VersionId=version_id)
    return str(told.get("ExecutionRoleArn", ""))


def _ours(region: Region, type_name: str, stack: stacks.Stack) -> tuple[list[Version], list[Version]]:
    """Return this installation's live versions, and others'."""
    role = stack.outputs.get("ExecutionRoleArn")
    ours: list[Version] = []
    others: list[Version] = []
    for version in versions(region, type_name):
        (ours if version.role_arn == role else others).append(version)
    return ours, others


def _deregister_earlier(region: Region, type_name: str, stack: stacks.Stack) -> None:
    """Leave nothing of this installation but the version that the stack itself deregisters."""
    current = stack.outputs.get("TypeVersionArn")
    ours, others = _ours(region, type_name, stack)
    if others and any(version.is_default for version in ours):
        listed = ", ".join(version.version_id for version in others)
        raise Refused(
            "others-live",
            f"{type_name} has live versions that this installation did not make: {listed}; the registry keeps"
            " the default version, which is ours, as long as others are live",
            "make one the default (`aws cloudformation set-type-default-version`), or deregister them",
        )
    if current and any(version.is_default and version.arn != current for version in ours):
        _set_default(region, type_name, current)
    for version in ours:
        if version.arn != current:
            _deregister(region, type_name, version)


def _set_default(region: Region, type_name: str, arn: str) -> None:
    version = arn.rpartition("/")[2]
    region.change(
        f"make version {version} of {type_name} the default", _SERVICE, "SetTypeDefaultVersion", Arn=arn
    )


def _deregister(region: Region, type_name: str, version: Version) -> None:
    region.change(
        f"deregister version {version.version_id} of {type_name}",
        _SERVICE,
        "DeregisterType",
        Arn=version.arn,
    )


def _refuse_taken(region: Region, type_name: str) -> None:
    """Raise Failed if the type is registered by other means: each would make its own version the default."""
    if not versions(region, type_name):
        return
    by = [
        f"stack {stack.name}"
        for stack in stacks.installed(region)[stacks.REGISTRY]
        if stack.parameters.get("TypeName") == type_name
    ]
    raise Failed(
        "name-taken",
        f"{type_name} is registered already, by {' and '.join(by) or 'other means'}",
        f"update that installation, or deregister the type ({hyphenated(type_name)}) first",
    )
