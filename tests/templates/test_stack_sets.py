"""The stack sets, rolled out on moto to an organisation of two accounts and two regions.

moto creates the roles with their policies, the log groups and the functions. It ignores
AWS::CloudFormation::ResourceVersion and AWS::CloudFormation::ResourceDefaultVersion, which no local engine
supports, and AWS::Lambda::EventInvokeConfig, which ministack does (`test_on_ministack`).
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from privileges.roles import ROOT

Document = dict[str, Any]

IGNORED = r"(CloudFormation..Resource(Default)?Version|Lambda..EventInvokeConfig)"
pytestmark = pytest.mark.filterwarnings(f"ignore:Tried to parse AWS..{IGNORED} but:UserWarning")

REGIONS = ("us-east-1", "eu-west-1")
KEY = f"connect-user-config/{'0f' * 32}.zip"
# The default is said outright: moto takes the default of a list for a string, and its first letter for its
# first element.
ARTEFACT = {"ArtefactBucket": "acme-artefacts-{region}", "ArtefactKey": KEY, "InstanceArns": "all"}
TYPE = {**ARTEFACT, "TypeName": "Acme::Connect::UserConfig"}
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@dataclass
class Organisation:
    """A management account, a unit with two accounts, and a bucket in each region."""

    unit: str
    accounts: list[str]

    def roll_out(
        self, template: str, parameters: Mapping[str, str], **overrides: str
    ) -> list[dict[str, Any]]:
        """Create a stack set with service-managed permissions; return summaries of all its instances."""
        cloudformation = boto3.client("cloudformation", region_name=REGIONS[0])
        cloudformation.create_stack_set(
            StackSetName="rolled-out",
            TemplateBody=(ROOT / "deploy" / template).read_text("utf-8"),
            PermissionModel="SERVICE_MANAGED",
            AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
            Capabilities=["CAPABILITY_IAM"],
            Parameters=_parameters(parameters),
        )
        cloudformation.create_stack_instances(
            StackSetName="rolled-out",
            DeploymentTargets={"OrganizationalUnitIds": [self.unit]},
            Regions=list(REGIONS),
            # AWS keeps the other parameters; moto takes the overrides for all parameters.
            ParameterOverrides=_parameters({**parameters, **overrides} if overrides else {}),
        )
        return list(cloudformation.list_stack_instances(StackSetName="rolled-out")["Summaries"])

    def roles(self, account: str, policy: str) -> list[tuple[Document, Document]]:
        """Return trust and policy of each role of the account that has an inline policy of this name."""
        roles = [role for role in iam_backends[account]["aws"].roles.values() if policy in role.policies]
        documents = [(role.assume_role_policy_document, role.policies[policy]) for role in roles]
        return [(_parsed(trust), _parsed(permissions)) for trust, permissions in documents]


def _parsed(document: Any) -> Document:
    """Parse a policy: moto keeps some as JSON, some as Python literals, and some as objects."""
    if not isinstance(document, str):
        return dict(document)
    return dict(json.loads(document) if document.startswith('{"') else ast.literal_eval(document))


def _parameters(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]


@pytest.fixture
def organisation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Organisation]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        for region in REGIONS:
            elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}}
            options = {} if region == "us-east-1" else elsewhere
            s3 = boto3.client("s3", region_name=region)
            s3.create_bucket(Bucket=f"acme-artefacts-{region}", **options)
            s3.put_object(Bucket=f"acme-artefacts-{region}", Key=KEY, Body=EMPTY_ZIP)
        organizations = boto3.client("organizations", region_name="us-east-1")
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        created = organizations.create_organizational_unit(ParentId=root, Name="contact-centres")
        unit = created["OrganizationalUnit"]["Id"]
        yield Organisation(unit, [_account(organizations, name, root, unit) for name in ("north", "south")])


def _account(organizations: Any, name: str, root: str, unit: str) -> str:
    created = organizations.create_account(AccountName=name, Email=f"{name}@example.com")
    account = str(created["CreateAccountStatus"]["AccountId"])
    organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    return account


def everywhere(organisation: Organisation) -> set[tuple[str, str]]:
    return {(account, region) for account in organisation.accounts for region in REGIONS}


def test_the_function_is_in_every_account_and_region_with_code_of_its_region(
    organisation: Organisation,
) -> None:
    instances = organisation.roll_out("custom-resource.yml", ARTEFACT)
    assert {(each["Account"], each["Region"], each["Status"]) for each in instances} == {
        (account, region, "CURRENT") for account, region in everywhere(organisation)
    }
    for account, region in everywhere(organisation):
        (function,) = lambda_backends[account][region].list_functions()
        assert (function.code["S3Bucket"], function.code["S3Key"]) == (f"acme-artefacts-{region}", KEY)
        assert function.handler == "custom_connect_userconfig.custom_resource.handler"
        assert f":{account}:role/" in function.role


def test_each_account_s_function_reaches_its_own_instances_only(organisation: Organisation) -> None:
    organisation.roll_out("custom-resource.yml", ARTEFACT)
    for account in organisation.accounts:
        policies = [policy for _, policy in organisation.roles(account, "agent-settings")]
        reached = {policy["Statement"][0]["Resource"] for policy in policies}
        assert reached == {f"arn:aws:connect:{region}:{account}:instance/*/agent/*" for region in REGIONS}


def test_an_override_names_the_instances(organisation: Organisation) -> None:
    instances = [f"arn:aws:connect:us-east-1:111122223333:instance/{name}" for name in ("one", "two")]
    organisation.roll_out("registry.yml", TYPE, InstanceArns=",".join(instances))
    roles = organisation.roles(organisation.accounts[0], "agent-settings")
    assert len(roles) == len(REGIONS)
    for _, policy in roles:
        agents, searches = policy["Statement"]
        assert agents["Resource"] == [f"{instance}/agent/*" for instance in instances]
        assert searches["Resource"] == instances


def test_each_account_and_region_trusts_its_own_registry(organisation: Organisation) -> None:
    instances = organisation.roll_out("registry.yml", TYPE)
    assert {(each["Account"], each["Region"]) for each in instances} == everywhere(organisation)
    for account in organisation.accounts:
        roles = organisation.roles(account, "agent-settings")
        trusts = [trust["Statement"][0]["Condition"] for trust, _ in roles]
        assert len(trusts) == len(REGIONS)
        assert {trust["StringEquals"]["aws:SourceAccount"] for trust in trusts} == {account}
        assert {trust["StringLike"]["aws:SourceArn"] for trust in trusts} == {
            f"arn:aws:cloudformation:{region}:{account}:type/resource/Acme-Connect-UserConfig/*"
            for region in REGIONS
        }
        assert not organisation.roles(account, "log-and-metrics")
        assert not any(logs_backends[account][region].groups for region in REGIONS)


def test_a_log_brings_its_group_and_its_role(organisation: Organisation) -> None:
    organisation.roll_out("registry.yml", {**TYPE, "LogGroupName": "acme-connect-userconfig-logs"})
    for account in organisation.accounts:
        policies = [policy for _, policy in organisation.roles(account, "log-and-metrics")]
        statements = [each for policy in policies for each in policy["Statement"]]
        conditions = [each["Condition"] for each in statements if "Condition" in each]
        namespace = {"cloudwatch:namespace": "AWS/CloudFormation/Acme/Connect/UserConfig"}
        assert conditions == [{"StringEquals": namespace}] * len(REGIONS)
        for region in REGIONS:
            assert list(logs_backends[account][region].groups) == ["acme-connect-userconfig-logs"]
