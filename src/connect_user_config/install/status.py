"""What is installed in one region: every stack that was made from the installer's templates, whoever deployed
it.
"""

from ..aws.region import Region
from . import registry, stacks, usage
from .custom_resource import export_of
from .side_by_side import Result


def status(region: Region) -> Result:
    """Return the installations of both flavours, and the installer's bucket."""
    region.show("look at the stacks")
    installed = stacks.installed(region)
    buckets = [stack.outputs.get("BucketName") for stack in installed[stacks.ARTEFACT_BUCKET]]
    return {
        "buckets": [bucket for bucket in buckets if bucket],
        "customResources": [_function(region, stack) for stack in installed[stacks.CUSTOM_RESOURCE]],
        "types": [_type(region, stack) for stack in installed[stacks.REGISTRY]],
    }


def _function(region: Region, stack: stacks.Stack) -> Result:
    name = stack.parameters.get("Name", "")
    export = export_of(name)
    return {
        "name": name,
        "serviceToken": stack.outputs.get("ServiceToken"),
        "exportName": export,
        "importedBy": sorted(usage.importers(region, export)),
        **_common(stack),
    }


def _type(region: Region, stack: stacks.Stack) -> Result:
    name = stack.parameters.get("TypeName", "")
    role = stack.outputs.get("ExecutionRoleArn")
    versions = [
        {
            "versionId": version.version_id,
            "arn": version.arn,
            "isDefault": version.is_default,
            "isOfThisInstallation": version.role_arn == role,
        }
        for version in registry.versions(region, name)
    ]
    return {"typeName": name, "versions": versions, **_common(stack)}


def _common(stack: stacks.Stack) -> Result:
    parameters = stack.parameters
    return {
        "stack": stack.name,
        "status": stack.status,
        "instances": parameters.get("InstanceArns", "").split(","),
        "artefact": f"s3://{parameters.get('ArtefactBucket')}/{parameters.get('ArtefactKey')}",
    }
