"""The work of telling what is installed in one region, and which artefact is behind it."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Any

from .core.bucket import Bucket
from .core.calls import is_settled
from .core.names import FUNCTION_STACK, role_stack
from .core.stacks import StackSeen
from .core.steps import Step
from .gateways.aws import Aws
from .gateways.carrying_out import Wait
from .gateways.registry import running_registrations, see_versions
from .gateways.stacks import importers, see_stack
from .gateways.store import keys, read_record
from .places import Place
from .regions import Result, Work

_ROOT = "connect-user-config/"
_REGISTRY = f"{_ROOT}registry/"
_FUNCTION = f"{_ROOT}custom-resource/"


@dataclass
class _Found:
    """What the bucket tells: names of types, stacks of functions, and which version an artefact has become."""

    types: set[str] = field(default_factory=set)
    stacks: set[str] = field(default_factory=set)
    digests: dict[str, str] = field(default_factory=dict)


def look_around(type_names: Iterable[str], stacks: Iterable[str], place: Place, region: str) -> Work:
    """Return the work that looks for these types and stacks, and for all that the bucket knows of."""

    def work(_: list[Step]) -> Generator[Wait, None, Result]:
        aws = Aws(place.make, region)
        store = place.store(aws, aws.account)
        yield Wait(0, "look into the bucket")
        seen = None if store.named else see_stack(aws, store.stack.name)
        bucket = store.bucket(seen)
        found = _look_into(aws, bucket)
        found.types |= set(type_names)
        found.stacks |= set(stacks) or {FUNCTION_STACK}
        yield Wait(0, "look into the registry and at the stacks")
        types = [_type(aws, name, found.digests) for name in sorted(found.types)]
        functions = [
            _function(aws, stack) for name in sorted(found.stacks) if (stack := see_stack(aws, name))
        ]
        return {
            "bucket": bucket.name if is_settled(bucket.name) else None,
            "types": types,
            "customResources": functions,
        }

    return work


def _look_into(aws: Aws, bucket: Bucket) -> _Found:
    found = _Found()
    for key in keys(aws, bucket, _ROOT):
        if key.startswith(_FUNCTION):
            found.stacks.add(key.removeprefix(_FUNCTION).partition("/")[0])
        elif (
            key.startswith(_REGISTRY) and key.endswith(".json") and (record := read_record(aws, bucket, key))
        ):
            found.types.add(str(record.request.get("TypeName")))
            if record.version_arn:
                found.digests[record.version_arn] = key.rpartition("/")[2].removesuffix(".json")
    return found


def _type(aws: Aws, name: str, digests: dict[str, str]) -> dict[str, Any]:
    roles = see_stack(aws, role_stack(name))
    versions = [
        {
            "versionId": version.version_id,
            "arn": version.arn,
            "isDefault": version.is_default,
            # A version that somebody else has registered is in no record.
            "artefactSha256": digests.get(version.arn),
        }
        for version in see_versions(aws, name)
    ]
    running = running_registrations(aws, name)
    return {
        "typeName": name,
        "roleStack": {"name": roles.name, "status": roles.status} if roles else None,
        "runningRegistrations": list(running),
        "versions": versions,
    }


def _function(aws: Aws, stack: StackSeen) -> dict[str, Any]:
    export = stack.parameters.get("ExportName")
    return {
        "stack": stack.name,
        "status": stack.status,
        "serviceToken": stack.outputs.get("ServiceToken"),
        "exportName": export,
        "importedBy": importers(aws, export) if export else [],
        "instances": stack.parameters.get("InstanceArns", "").split(","),
        "artefact": f"s3://{stack.parameters.get('CodeBucket')}/{stack.parameters.get('CodeKey')}",
    }
