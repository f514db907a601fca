"""The function that a construct deploys: the installed artefact, least privilege, and how it is found."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Stack
from aws_cdk.aws_connect import CfnInstance
from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.aws_lambda import Architecture
from aws_cdk.aws_logs import FilterPattern, RetentionDays

from connect_user_config.cdk import AutoAccept, UserConfig, UserConfigProvider
from connect_user_config.install import artefacts
from connect_user_config.problems import UsageError
from custom_connect_userconfig.core.errors import InvalidRequest
from support.synthesis import (
    ADA,
    INSTANCE,
    INSTANCE_ARN,
    TOKEN,
    app_of,
    installed_template,
    new_stack,
    only,
    resources,
    templates,
)


def deployed(**options: Any) -> Stack:
    stack = new_stack()
    UserConfigProvider(stack, "Provider", **{"instances": [INSTANCE_ARN], **options})
    return stack


def function(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = only(resources(stack, "AWS::Lambda::Function"))["Properties"]
    return found


def policy(stack: Stack) -> list[dict[str, Any]]:
    role = only(resources(stack, "AWS::IAM::Role"))
    statements: list[dict[str, Any]] = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return statements


def test_the_code_is_the_artefact_of_the_installed_package() -> None:
    stack = deployed()
    key = function(stack)["Code"]["S3Key"]

    assembly = Path(app_of(stack).outdir)
    listed = json.loads((assembly / "Settings.assets.json").read_text("utf-8"))["files"]
    (path,) = (each["source"]["path"] for asset, each in listed.items() if key == f"{asset}.zip")
    assert hashlib.sha256((assembly / path).read_bytes()).hexdigest() == artefacts.function().sha256


def test_the_path_of_an_asset_that_is_not_staged_is_there_as_long_as_the_assembly() -> None:
    stack = new_stack(context={"aws:cdk:disable-asset-staging": True})
    UserConfigProvider(stack, "Provider", instances=[INSTANCE_ARN])
    assembly = app_of(stack).synth().directory

    listed = json.loads(Path(assembly, "Settings.assets.json").read_text("utf-8"))["files"]
    paths = {Path(assembly, each["source"]["path"]) for each in listed.values()}
    assert all(path.exists() for path in paths)
    assert artefacts.function().sha256 in {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.mark.parametrize(
    ("instance", "arn"),
    [
        (INSTANCE_ARN, INSTANCE_ARN),
        (INSTANCE, f"instance/{INSTANCE}"),
        (UserConfigProvider.EVERY_INSTANCE, "instance/*"),
    ],
)
def test_the_role_reaches_the_agents_of_the_named_instances_only(instance: str, arn: str) -> None:
    agents, searching, log, again = policy(deployed(instances=[instance]))

    assert agents["Sid"] == "AgentsOfTheInstances"
    assert joined(agents["Resource"]).endswith(f"{arn}/agent/*")
    assert joined(searching["Resource"]).endswith(arn)
    assert log["Resource"] == {"Fn::GetAtt": ["ProviderLogGroupFD264F08", "Arn"]}
    assert joined(again["Resource"]).endswith(f":function:{function(deployed())['FunctionName']}")


def joined(resource: object) -> str:
    """Return an ARN with the names of what it is joined from."""
    if isinstance(resource, dict) and "Fn::Join" in resource:
        return "".join(joined(part) for part in resource["Fn::Join"][1])
    return resource if isinstance(resource, str) else json.dumps(resource)


def test_the_role_reaches_several_instances_constructs_and_tokens_among_them() -> None:
    stack = new_stack()
    instance = CfnInstance(
        stack,
        "Instance",
        attributes=CfnInstance.AttributesProperty(inbound_calls=True, outbound_calls=True),
        identity_management_type="CONNECT_MANAGED",
    )
    named = CfnParameter(stack, "Named").value_as_string
    UserConfigProvider(stack, "Provider", instances=[instance, named])

    agents, searching, *_ = policy(stack)
    assert [joined(each) for each in agents["Resource"]] == [
        '{"Fn::GetAtt": ["Instance", "Arn"]}/agent/*',
        '{"Ref": "Named"}/agent/*',
    ]
    assert searching["Resource"] == [{"Fn::GetAtt": ["Instance", "Arn"]}, {"Ref": "Named"}]


def test_function_and_role_wait_for_nothing_that_refers_to_them() -> None:
    """Agents refer to the function, and so come after all that it needs, and go before."""
    stack = deployed()
    found = templates(app_of(stack))["Settings"]["Resources"]

    (role_id,) = resources(stack, "AWS::IAM::Role")
    assert only(resources(stack, "AWS::Lambda::Function"))["DependsOn"] == [role_id]
    assert {each["Type"] for each in found.values()} == {
        "AWS::IAM::Role",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
    }


def test_memory_log_and_processor_can_be_chosen() -> None:
    stack = deployed(memory_size=512, log_retention=RetentionDays.ONE_YEAR, architecture=Architecture.X86_64)

    assert (function(stack)["MemorySize"], function(stack)["Architectures"]) == (512, ["x86_64"])
    assert only(resources(stack, "AWS::Logs::LogGroup"))["Properties"]["RetentionInDays"] == 365


def test_a_name_is_that_of_the_function_its_log_and_its_export_as_the_command_line_has_them() -> None:
    stack = deployed(name="TeamB")

    assert function(stack)["FunctionName"] == "TeamB"
    log = only(resources(stack, "AWS::Logs::LogGroup"))["Properties"]["LogGroupName"]
    assert log == "/connect-user-config/TeamB"
    (output,) = templates(app_of(stack))["Settings"]["Outputs"].values()
    assert output["Export"] == {"Name": "TeamBServiceToken"}


def test_two_without_names_do_not_meet() -> None:
    app = App()
    names = set()
    for name in ("One", "Two"):
        stack = Stack(app, name)
        UserConfigProvider(stack, "Provider", instances=[INSTANCE_ARN])
        names.add(function(stack)["FunctionName"])

    assert len(names) == 2


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"instances": []}, ValueError, "Settings/Provider: instances: name at least one"),
        (
            {"instances": ["arn:aws:connect:nowhere"]},
            InvalidRequest,
            "Provider: instances: .* is not the ARN of an Amazon Connect",
        ),
        ({"instances": "all"}, TypeError, "Settings/Provider: instances: 'all' is no list"),
        ({"instances": [7]}, TypeError, r"Settings/Provider: instances: 7 is no id or ARN, as text"),
        (
            {"instances": ["INSTANCE_ID"]},
            UsageError,
            "'INSTANCE_ID' is not the id .* aws connect list-instances",
        ),
        (
            {"name": "9 lives"},
            UsageError,
            "Settings/Provider: .* is not a name for the function: write a letter",
        ),
    ],
)
def test_what_no_deployment_could_use_is_refused(
    options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        deployed(**options)


def test_a_function_that_is_there_is_named_by_its_arn_or_by_its_installation() -> None:
    stack = new_stack()
    for number, provider in enumerate(
        (
            UserConfigProvider.from_service_token(TOKEN),
            UserConfigProvider.from_installation(),
            UserConfigProvider.from_installation("TeamB"),
        )
    ):
        UserConfig(
            stack,
            f"Agent{number}",
            provider=provider,
            instance=INSTANCE,
            user=f"{ADA}{number}",
            auto_accept=[AutoAccept.voice()],
        )

    tokens = [each["Properties"]["ServiceToken"] for each in resources(stack).values()]
    assert tokens == [
        TOKEN,
        {"Fn::ImportValue": "ConnectUserConfigServiceToken"},
        {"Fn::ImportValue": "TeamBServiceToken"},
    ]


def test_the_parts_are_there_for_settings_of_ones_own() -> None:
    stack = new_stack()
    provider = UserConfigProvider(stack, "Provider", instances=[INSTANCE_ARN])
    provider.function.add_environment("LOG_LEVEL", "DEBUG")
    everything = FilterPattern.all_events()
    provider.log_group.add_metric_filter(
        "Errors", filter_pattern=everything, metric_name="e", metric_namespace="n"
    )
    provider.role.add_to_principal_policy(PolicyStatement(actions=["sns:Publish"], resources=[TOKEN]))

    assert function(stack)["Environment"] == {"Variables": {"LOG_LEVEL": "DEBUG"}}
    assert only(resources(stack, "AWS::IAM::Policy"))


def test_function_and_role_are_those_of_the_template_that_the_command_line_installs() -> None:
    template = installed_template("custom-resource.yml")
    wanted = template["Resources"]
    stack = deployed()

    assert function(stack).keys() == wanted["Function"]["Properties"].keys()
    for name in ("Description", "Handler", "Runtime", "Timeout"):
        assert function(stack)[name] == wanted["Function"]["Properties"][name]
    defaults = {name: each.get("Default") for name, each in template["Parameters"].items()}
    assert function(stack)["MemorySize"] == defaults["MemorySize"]
    assert function(stack)["Architectures"] == [defaults["Architecture"]]
    log = only(resources(stack, "AWS::Logs::LogGroup"))
    assert log["Properties"]["RetentionInDays"] == defaults["LogRetentionInDays"]
    assert log["DeletionPolicy"] == wanted["LogGroup"]["DeletionPolicy"]
    again = only(resources(stack, "AWS::Lambda::EventInvokeConfig"))["Properties"]
    listed = wanted["AsynchronousInvocation"]["Properties"]
    assert again | {"FunctionName": None} == listed | {"FunctionName": None}

    assert granted(policy(stack)) == granted(
        wanted["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    )


def granted(statements: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the actions of each statement."""
    return {
        each["Sid"]: [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
        for each in statements
    }
