"""The stack set of the custom resource, deployed and used as a stack on a local CloudFormation.

ministack has no stack sets. It creates all resources of this template, but no
AWS::CloudFormation::ResourceVersion.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from demo.installation import instance_arn
from demo.local_cloud import REGION, ROOT, LocalCloud
from demo.servers import NotStarted
from demo.stacks import Stacks
from tools.artefact import build

# By day the same template is deployed by the command, in `tests/cli`.
pytestmark = [pytest.mark.stacks, pytest.mark.slow, pytest.mark.exhaustive]

INSTANCE = "10000000-0000-4000-8000-000000000001"
PREFIX = "acme-artefacts"


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    try:
        cloud = LocalCloud().__enter__()
    except NotStarted as problem:
        pytest.fail(str(problem), pytrace=False)
    try:
        cloud.control("POST", "seed", {"instances": [{"id": INSTANCE}]})
        cloud.client("s3").create_bucket(Bucket=f"{PREFIX}-{REGION}")
        yield cloud
    finally:
        cloud.__exit__(None, None, None)


def deploy(cloud: LocalCloud, name: str, template: str, **parameters: str) -> dict[str, str]:
    """Deploy a template of a stack set; return its outputs."""
    stacks = Stacks(cloud)
    text = (ROOT / "deploy" / template).read_text("utf-8")
    outcome = stacks.create(
        name,
        text,
        {"ArtefactBucket": f"{PREFIX}-{{region}}", "InstanceArns": "all", **parameters},
        Capabilities=["CAPABILITY_IAM"],
    )
    assert outcome.status == "CREATE_COMPLETE", outcome.failures
    return dict(stacks.outputs(name))


def test_the_custom_resource_is_installed_and_serves_stacks_of_any_instance_of_the_account(
    cloud: LocalCloud,
    release: Path,
) -> None:
    archive = release / build.FUNCTION
    key = f"connect-user-config/{hashlib.sha256(archive.read_bytes()).hexdigest()}.zip"
    cloud.client("s3").upload_file(str(archive), f"{PREFIX}-{REGION}", key)
    outputs = deploy(cloud, "rolled-out", "custom-resource.yml", ArtefactKey=key)
    held = [each for policy in cloud.hold_to_policies_of(outputs["RoleArn"]) for each in policy["Statement"]]
    resources = {each["Sid"]: each["Resource"] for each in held}
    assert resources["AgentsOfTheInstances"] == instance_arn("*") + "/agent/*"
    assert resources["SearchingTheInstances"] == instance_arn("*")

    user = cloud.client("connect").create_user(
        InstanceId=INSTANCE, Username="ann", SecurityProfileIds=["profile"], RoutingProfileId="profile"
    )["UserId"]
    properties = {
        "ServiceToken": {"Fn::ImportValue": "ConnectUserConfigServiceToken"},
        "InstanceId": INSTANCE,
        "UserId": user,
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}],
    }
    resource = {"Type": "Custom::ConnectUserConfig", "Properties": properties}
    outcome = Stacks(cloud).create("team", json.dumps({"Resources": {"Ann": resource}}))
    assert outcome.status == "CREATE_COMPLETE", outcome.failures
    calls = cloud.control("GET", "calls")["calls"]
    assert [call["outcome"] for call in calls if call["operation"] == "UpdateUserConfig"] == ["ok"]


def test_ministack_does_not_know_versions_of_types(cloud: LocalCloud) -> None:
    """Once it does, a test can register the type, and not only deploy its roles."""
    name = "Acme::Connect::UserConfig"
    with pytest.raises(
        ClientError, match=r"Unrecognized resource types: .*AWS::CloudFormation::ResourceVersion"
    ):
        deploy(cloud, "type", "registry.yml", TypeName=name, ArtefactKey=f"{'0f' * 32}.zip")
