"""The templates in deploy/: who may assume each role, no permission too wide, every parameter explained."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from privileges.roles import ROLES, ROOT, Role, listed, load

from connect_user_config import names
from connect_user_config.install import instances
from connect_user_config.install.custom_resource import DEFAULT_NAME, export_of
from connect_user_config.type_names import NAME

from .conftest import FLAVOURS, TEMPLATES, Template
from .reference import can_be_limited

SHIPPED = [role for role in ROLES if role.template != "resource-role.yaml"]
TYPE_ARN = (
    "arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:type/resource/${Hyphenated}/*"
)
INSTANCES = f"({instances.ALL}|{instances._ARN.pattern})"
BY_NAMESPACE = "cloudwatch:PutMetricData"
"""The reference lists data sets for it, which are not what the library writes; metrics are limited by their
namespace.
"""


def resources(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from template["Resources"].items()


@pytest.mark.parametrize("template", TEMPLATES, indirect=True)
def test_every_parameter_is_described_and_used(template: Template) -> None:
    text = json.dumps({name: template.get(name) for name in ("Conditions", "Resources", "Outputs")})
    for name, parameter in template.get("Parameters", {}).items():
        assert len(parameter["Description"]) > 20, name
        assert f'{{"Ref": "{name}"}}' in text or f"${{{name}}}" in text, f"{name} is not used"


@pytest.mark.parametrize("template", FLAVOURS, indirect=True)
def test_no_parameter_of_a_stack_set_takes_anything(template: Template) -> None:
    """What is wrong must be refused before it is rolled out."""
    for name, parameter in template["Parameters"].items():
        assert parameter.keys() & {"AllowedPattern", "AllowedValues", "MinValue"}, name
        assert ("AllowedPattern" in parameter) == ("ConstraintDescription" in parameter), name


@pytest.mark.parametrize(
    ("template", "parameter", "taken"),
    [
        ("custom-resource.yml", "Name", names._NAME.pattern),
        ("custom-resource.yml", "InstanceArns", INSTANCES),
        ("registry.yml", "InstanceArns", INSTANCES),
        ("registry.yml", "TypeName", NAME.pattern),
    ],
    indirect=["template"],
)
def test_the_command_takes_the_values_that_the_template_takes(
    template: Template, parameter: str, taken: str
) -> None:
    assert template["Parameters"][parameter]["AllowedPattern"] == f"^{taken}$"


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


@pytest.mark.parametrize("template", ["registry.yml"], indirect=True)
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


@pytest.mark.parametrize("template", FLAVOURS, indirect=True)
def test_a_stack_set_needs_no_more_than_service_managed_permissions_give(template: Template) -> None:
    """The default role of a stack set runs no transforms and no nested stacks; named roles would want another
    capability.
    """
    assert "Transform" not in template
    assert "Fn::Transform" not in json.dumps(template)
    assert "AWS::CloudFormation::Stack" not in {resource["Type"] for _, resource in resources(template)}
    assert not any("RoleName" in resource.get("Properties", {}) for _, resource in resources(template))


@pytest.mark.parametrize("template", FLAVOURS, indirect=True)
def test_a_key_has_a_digest_and_a_bucket_may_have_the_region_in_its_name(template: Template) -> None:
    pattern = re.compile(template["Parameters"]["ArtefactKey"]["AllowedPattern"])
    assert pattern.match(f"connect-user-config/{'0f' * 32}.zip")
    assert not pattern.match("connect-user-config/latest.zip")
    bucket = re.compile(template["Parameters"]["ArtefactBucket"]["AllowedPattern"])
    assert all(map(bucket.match, ("acme", "acme-{region}", "acme.{region}-x")))
    assert not any(map(bucket.match, ("Acme", "{region}", "acme-{account}", "acme-{region}-{region}")))


@pytest.mark.parametrize("template", ["registry.yml"], indirect=True)
def test_a_new_version_becomes_the_default_and_leaves_the_earlier_one_live(template: Template) -> None:
    version, default = template["Resources"]["Version"], template["Resources"]["DefaultVersion"]
    assert default["Properties"] == {"TypeVersionArn": {"Ref": "Version"}}
    assert (version["UpdateReplacePolicy"], version["DeletionPolicy"]) == ("Retain", "Delete")
    assert version["Properties"]["ExecutionRoleArn"] == {"Fn::GetAtt": ["ExecutionRole", "Arn"]}
    logging = {"LogGroupName": {"Ref": "LogGroup"}, "LogRoleArn": {"Fn::GetAtt": ["LogRole", "Arn"]}}
    assert version["Properties"]["LoggingConfig"] == {"Fn::If": ["HasLog", logging, {"Ref": "AWS::NoValue"}]}


@pytest.mark.parametrize("template", ["custom-resource.yml"], indirect=True)
def test_the_service_token_is_exported(template: Template) -> None:
    token = template["Outputs"]["ServiceToken"]
    assert token["Value"] == {"Fn::GetAtt": ["Function", "Arn"]}
    assert token["Export"] == {"Name": {"Fn::Sub": export_of("${Name}")}}


@pytest.mark.parametrize("template", ["custom-resource.yml"], indirect=True)
def test_the_name_alone_decides_the_service_token(template: Template) -> None:
    """Living resources hold the token: an uninstall that is followed by an install must give the same."""
    name = template["Parameters"]["Name"]
    assert name["Default"] == DEFAULT_NAME == "ConnectUserConfig"
    pattern = re.compile(name["AllowedPattern"])
    assert pattern.match("a" * 40)
    assert not pattern.match("a" * 41)
    assert template["Resources"]["Function"]["Properties"]["FunctionName"] == {"Ref": "Name"}
    log = template["Resources"]["LogGroup"]
    assert log["Properties"]["LogGroupName"] == {"Fn::Sub": "/connect-user-config/${Name}"}
    assert log["DeletionPolicy"] == "Delete", "a group that stayed would be in the next installation's way"
