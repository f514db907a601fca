"""Installing and uninstalling the function behind the custom resource, in one region."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..aws.region import Region
from ..problems import Failed
from . import stacks, usage
from .artefacts import Artefact, BucketChoice, remove_unused_bucket
from .instances import check_account
from .side_by_side import Result

DEFAULT_NAME = "ConnectUserConfig"
OWN_PARAMETERS = ("ArtefactBucket", "ArtefactKey", "InstanceArns", "Name")
"""Parameters that the command sets itself."""
_WHAT = "the ServiceToken"
_WHY = "without the function, agents' settings can be neither changed nor given back"


@dataclass(frozen=True)
class FunctionRequest:
    """The function to install: `name` is the stack's too; `instances` are those of each region."""

    name: str
    artefact: Artefact
    bucket: BucketChoice
    instances: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, str] = field(default_factory=dict)

    def install(self, region: Region) -> Result:
        """Upload the artefact and deploy the stack; a name that is taken is refused before."""
        instances = self.instances[region.name]
        check_account(instances, region.account)
        stack = stacks.find(region, self.name, stacks.CUSTOM_RESOURCE)
        if stack is None:
            _refuse_taken(region, self.name)
        elif (earlier := stack.parameters.get("Name", self.name)) != self.name:
            # Another name is another ServiceToken, which living resources cannot change.
            _refuse_used(region, earlier)
        bucket = self.bucket.upload(region, self.artefact)
        parameters = {
            **self.parameters,
            "Name": self.name,
            "InstanceArns": ",".join(instances),
            "ArtefactBucket": bucket,
            "ArtefactKey": self.artefact.key,
        }
        stack = stacks.deploy(region, self.name, stacks.CUSTOM_RESOURCE, parameters)
        return {
            "serviceToken": stack.outputs.get("ServiceToken"),
            "exportName": export_of(self.name),
            "stack": self.name,
            "instances": list(instances),
            "artefact": f"s3://{bucket}/{self.artefact.key}" if bucket else None,
            "logGroup": stack.outputs.get("LogGroup"),
        }


def uninstall(region: Region, name: str, *, is_forced: bool) -> Result:
    """Delete the function's stack, unless a stack uses the function, and the artefacts with the last
    installation.
    """
    stack = stacks.find(region, name, stacks.CUSTOM_RESOURCE)
    if stack:
        if not is_forced:
            _refuse_used(region, stack.parameters.get("Name", name))
        stacks.delete(region, name, stacks.CUSTOM_RESOURCE)
    remove_unused_bucket(region, name)
    return {"stack": name}


def export_of(name: str) -> str:
    """Return the name under which the ServiceToken is exported."""
    return f"{name}ServiceToken"


def _refuse_taken(region: Region, name: str) -> None:
    """Raise Failed if a function or an export of that name is there: the creation of the stack would fail on
    it.
    """
    for stack in stacks.installed(region)[stacks.CUSTOM_RESOURCE]:
        if stack.parameters.get("Name") == name and stack.name != name:
            advice = "update that stack, or choose another --name"
            raise Failed("name-taken", f"stack {stack.name} has installed {name} already", advice)
    try:
        region.read("lambda", "GetFunction", FunctionName=name)
    except Failed as problem:
        if problem.code != "ResourceNotFoundException":
            raise
    else:
        raise Failed(
            "name-taken",
            f"there is a function {name} already, which no stack of this installer has made",
            "choose another --name, or remove that function",
        )
    if token := usage.exports(region).get(export_of(name)):
        raise Failed("name-taken", f"{export_of(name)} is exported already: {token}", "choose another --name")


def _refuse_used(region: Region, name: str) -> None:
    token = f":function:{name}"
    users = usage.users(region, _WHAT, usage.of_function(region, token))
    users.certain |= usage.importers(region, export_of(name))
    users.refuse(_WHAT, _WHY)
