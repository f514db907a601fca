"""Installs the function in a local cloud as the README does: zip to S3, then `deploy/custom-resource.yml`."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .local_cloud import ACCOUNT, REGION, ROOT, LocalCloud
from .stacks import Stacks, Watcher

TEMPLATE: Final = ROOT / "deploy" / "custom-resource.yml"
_BUCKET: Final = "code"


class NotInstalled(Exception):
    """The install template failed; the text says why."""


@dataclass(frozen=True)
class Installation:
    """The outputs of the install template's stack."""

    service_token: str
    role_arn: str
    log_group: str
    export: str


def instance_arn(instance_id: str) -> str:
    """Return the ARN of an instance of the local Connect."""
    return f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/{instance_id}"


def install(
    cloud: LocalCloud,
    archive: Path,
    instances: Iterable[str],
    name: str = "ConnectUserConfig",
    watch: Watcher | None = None,
) -> Installation:
    """Upload `archive` and deploy the install template for the `instances`; raises NotInstalled."""
    key = f"connect-user-config/{hashlib.sha256(archive.read_bytes()).hexdigest()}.zip"
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=_BUCKET)
    s3.upload_file(str(archive), _BUCKET, key)
    parameters = {
        "ArtefactBucket": _BUCKET,
        "ArtefactKey": key,
        "InstanceArns": ",".join(instance_arn(instance) for instance in instances),
        "Name": name,
    }
    stacks = Stacks(cloud, watch)
    outcome = stacks.create(name, TEMPLATE.read_text("utf-8"), parameters, Capabilities=["CAPABILITY_IAM"])
    if outcome.status != "CREATE_COMPLETE":
        raise NotInstalled(f"{TEMPLATE.name} ended in {outcome.status}: {outcome.failures}")
    outputs = stacks.outputs(name)
    return Installation(
        outputs["ServiceToken"], outputs["RoleArn"], outputs["LogGroup"], f"{name}ServiceToken"
    )
