"""The templates in deploy/: who may assume each role, no permission too wide, every parameter explained."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from privileges.roles import ROLES, ROOT, Role, listed, load

from .conftest import STACK_SETS, TEMPLATES, Template
from .reference import can_be_limited

SHIPPED = [role for role in ROLES if role.template != "resource-role.yaml"]
TYPE_ARN = (
    "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:type/resource/${Hyphenated}/*"
)
BY_NAMESPACE = "cloudwatch:PutMetricData"
"""The reference lists data sets for it, which the library does not write; a namespace limits its metrics."""
OWN_NAMES = {
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::S3::Bucket": "BucketName",
}
SAME = [
    ("deploy/registry-role.yml", "ExecutionRole", "deploy/stackset-registry.yml", "ExecutionRole"),
    ("deploy/registry-role.yml", "LogRole", "deploy/stackset-registry.yml", "LogRole"),
]


def resources(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from template["Resources"].items()


@pytest.mark.parametrize("template", TEMPLATES, indirect=True)
def test_every_parameter_is_described_and_used(template: Template) -> None:
    text = json.dumps({name: template.get(name) for name in ("Conditions", "Resources", "Outputs")})
    for name, parameter in template.get("Parameters", {}).items():
        assert len(parameter["Description"]) > 20, name
        assert f'{{"Ref": "{name}"}}' in text or f"${{{name}}}" in text, f"{name} is not used"


@pytest.mark.parametrize("template", STACK_SETS, indirect=True)
def test_every_parameter_of_a_stack_set_has_a_constraint(template: Template) -> None:
    """CloudFormation must refuse a bad value before it reaches any account."""
    for name, parameter in template["Parameters"].items():
        assert parameter.keys() & {"AllowedPattern", "AllowedValues", "MinValue"}, name
        assert ("AllowedPattern" in parameter) == ("ConstraintDescription" in parameter), name


@pytest.mark.parametrize("template", TEMPLATES, indirect=True)
def test_every_output_is_described_and_the_interface_names_every_parameter(template: Template) -> None:
    assert all(output["Description"] for output in template.get("Outputs", {}).values())
    interface = template.get("Metadata", {}).get("AWS::CloudFormation::Interface", {})
    if groups := interface.get("ParameterGroups"):
        named = [name for group in groups for name in group["Parameters"]]
        assert sorted(named) == sorted(template["Parameters"])


@pytest.mark.parametrize("role", SHIPPED, ids=str)
def test_every_action_that_can_be_limited_is_limited(role: Role) -> None:
    unlimited = [each for each in role.statements if "*" in listed(each["Resource"])]
    everywhere = {action for each in unlimited for action in listed(each["Action"])}
    assert everywhere == ({"logs:DescribeLogGroups", BY_NAMESPACE} if role.resource == "LogRole" else set())
    assert [action for action in everywhere - {BY_NAMESPACE} if can_be_limited(action)] == []


@pytest.mark.parametrize("role", SHIPPED, ids=str)
def test_no_statement_has_a_wildcard_in_an_action_or_a_negated_element(role: Role) -> None:
    for statement in role.statements:
        assert not any("*" in action for action in listed(statement["Action"])), statement
        assert statement["Effect"] == "Allow"
        assert statement.keys() <= {"Sid", "Effect", "Action", "Resource", "Condition"}, statement


@pytest.mark.parametrize("role", [role for role in SHIPPED if role.resource == "LogRole"], ids=str)
def test_metrics_go_to_the_namespace_of_the_type_only(role: Role) -> None:
    (metrics,) = [each for each in role.statements if each["Action"] == BY_NAMESPACE]
    slashed = {"Slashed": {"Fn::Join": ["/", {"Fn::Split": ["::", {"Ref": "TypeName"}]}]}}
    namespace = {"Fn::Sub": ["AWS/CloudFormation/${Slashed}", slashed]}
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": namespace}}


@pytest.mark.parametrize("template", ["registry-role.yml", "stackset-registry.yml"], indirect=True)
def test_only_cloudformation_assumes_the_execution_role_and_only_for_this_type_of_this_account(
    template: Template,
) -> None:
    role = template["Resources"]["ExecutionRole"]["Properties"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    hyphenated = {"Hyphenated": {"Fn::Join": ["-", {"Fn::Split": ["::", {"Ref": "TypeName"}]}]}}
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "resources.cloudformation.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
            "StringLike": {"aws:SourceArn": {"Fn::Sub": [TYPE_ARN, hyphenated]}},
        },
    }


@pytest.mark.parametrize("role", SHIPPED, ids=str)
def test_every_role_is_assumed_by_one_service(role: Role) -> None:
    properties = load(ROOT / role.template)["Resources"][role.resource]["Properties"]
    (statement,) = properties["AssumeRolePolicyDocument"]["Statement"]
    service = "lambda" if role.front_end == "custom resource" else "resources.cloudformation"
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert "ManagedPolicyArns" not in properties, "no test compares its actions with the calls"


@pytest.mark.parametrize(("template", "role", "stack_set", "same"), SAME)
def test_the_stack_set_grants_and_trusts_as_the_single_account_does(
    template: str, role: str, stack_set: str, same: str
) -> None:
    one = load(ROOT / template)["Resources"][role]["Properties"]
    assert one == load(ROOT / stack_set)["Resources"][same]["Properties"]


def test_the_stack_set_of_the_custom_resource_differs_in_code_and_instances_only() -> None:
    names = ("custom-resource.yml", "stackset-custom-resource.yml")
    one, other = (load(ROOT / "deploy" / name)["Resources"] for name in names)
    assert one.keys() == other.keys()
    assert {name for name in one if one[name] != other[name]} == {"Role", "Function"}
    for function in (one["Function"], other["Function"]):
        del function["Properties"]["Code"]
    assert one["Function"] == other["Function"]
    roles = (each["Role"]["Properties"]["Policies"][0] for each in (one, other))
    mine, theirs = (role["PolicyDocument"]["Statement"] for role in roles)
    every = "arn:${AWS::Partition}:connect:${AWS::Region}:${AWS::AccountId}:instance/*"
    for statement, path in ((0, "/agent/*"), (1, "")):
        limited = {"Fn::If": ["EveryInstance", {"Fn::Sub": every + path}, mine[statement].pop("Resource")]}
        assert theirs[statement].pop("Resource") == limited
    assert one["Role"] == other["Role"]


@pytest.mark.parametrize("template", STACK_SETS, indirect=True)
def test_a_stack_set_needs_service_managed_permissions_only(template: Template) -> None:
    """They allow neither transforms nor nested stacks, and roles with names would need another capability."""
    assert "Transform" not in template
    assert "Fn::Transform" not in json.dumps(template)
    assert "AWS::CloudFormation::Stack" not in {resource["Type"] for _, resource in resources(template)}
    for _, resource in resources(template):
        assert OWN_NAMES.get(resource["Type"]) not in resource.get("Properties", {})


@pytest.mark.parametrize("template", STACK_SETS, indirect=True)
def test_every_region_reads_its_own_bucket_and_a_key_with_a_digest(template: Template) -> None:
    named = re.findall(r"\$\{ArtefactBucketPrefix\}[^/\"]*", json.dumps(template["Resources"]))
    assert named == ["${ArtefactBucketPrefix}-${AWS::Region}"]
    pattern = re.compile(template["Parameters"]["ArtefactKey"]["AllowedPattern"])
    assert pattern.match(f"connect-user-config/registry/Acme-Connect-UserConfig/{'0f' * 32}.zip")
    assert not pattern.match("connect-user-config/latest.zip")
    prefix = re.compile(template["Parameters"]["ArtefactBucketPrefix"]["AllowedPattern"])
    longest = "a" * 43
    assert prefix.match(longest)
    assert not prefix.match(longest + "a")
    # A bucket's name has at most 63 characters; this is the longest region.
    assert len(f"{longest}-ap-southeast-99") <= 63


@pytest.mark.parametrize("template", ["stackset-registry.yml"], indirect=True)
def test_a_new_version_becomes_the_default_and_leaves_the_earlier_one_live(template: Template) -> None:
    version, default = template["Resources"]["Version"], template["Resources"]["DefaultVersion"]
    assert default["Properties"] == {"TypeVersionArn": {"Ref": "Version"}}
    assert (version["UpdateReplacePolicy"], version["DeletionPolicy"]) == ("Retain", "Delete")
    assert version["Properties"]["ExecutionRoleArn"] == {"Fn::GetAtt": ["ExecutionRole", "Arn"]}
    logging = {"LogGroupName": {"Ref": "LogGroup"}, "LogRoleArn": {"Fn::GetAtt": ["LogRole", "Arn"]}}
    assert version["Properties"]["LoggingConfig"] == {"Fn::If": ["HasLog", logging, {"Ref": "AWS::NoValue"}]}


@pytest.mark.parametrize("template", ["stackset-custom-resource.yml"], indirect=True)
def test_the_service_token_is_exported(template: Template) -> None:
    token = template["Outputs"]["ServiceToken"]
    assert token["Value"] == {"Fn::GetAtt": ["Function", "Arn"]}
    assert token["Export"] == {"Name": {"Ref": "ExportName"}}
    assert template["Parameters"]["ExportName"]["Default"] == "ConnectUserConfigServiceToken"
