"""cdk-nag's AwsSolutions finds nothing in what is ours, and everything in what others add to it."""

import json
from pathlib import Path

import aws_cdk
import pytest
from aws_cdk import App, CfnParameter
from aws_cdk.aws_connect import CfnInstance
from aws_cdk.aws_iam import PolicyStatement
from cdk_nag import AwsSolutionsChecks

from connect_user_config.cdk import RegistryTypeVersion, UserConfigProvider
from support.synthesis import INSTANCE, INSTANCE_ARN, app_of, new_stack


def findings(app: App) -> list[str]:
    """Synthesize under cdk-nag, and CDK's own validation if it has one; return what they find."""
    if not hasattr(aws_cdk, "Validations"):
        return annotations(app)
    aws_cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as failed:
        assert "validation-report.json" in str(failed)  # noqa: PT017 - whether it fails is the caller's question
    report = Path(app.outdir, "validation-report.json")
    if not report.exists():
        return []
    told = json.loads(report.read_text("utf-8"))
    return [
        f"{violation['ruleName']} {construct['constructPath']}"
        for plugin in told["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def annotations(app: App) -> list[str]:
    """Do the same with cdk-nag 2, which looks at constructs one by one."""
    aws_cdk.Aspects.of(app).add(AwsSolutionsChecks(verbose=True))
    app.synth()
    return [
        f"{str(entry.data).partition(':')[0]} {construct.node.path}"
        for construct in app.node.find_all()
        for entry in construct.node.metadata
        if entry.type in ("aws:cdk:error", "aws:cdk:warning")
    ]


@pytest.mark.parametrize("instance", [INSTANCE, INSTANCE_ARN, UserConfigProvider.EVERY_INSTANCE])
def test_nothing_is_found_in_the_provider(instance: str) -> None:
    stack = new_stack()
    UserConfigProvider(stack, "Provider", instances=[instance])

    assert findings(app_of(stack)) == []


def test_nothing_is_found_in_a_provider_of_an_instance_of_the_same_app() -> None:
    stack = new_stack()
    instance = CfnInstance(
        stack,
        "Instance",
        attributes=CfnInstance.AttributesProperty(inbound_calls=True, outbound_calls=True),
        identity_management_type="CONNECT_MANAGED",
    )
    named = CfnParameter(stack, "Named").value_as_string
    UserConfigProvider(stack, "Provider", instances=[instance, named])

    assert findings(app_of(stack)) == []


@pytest.mark.parametrize("log_group_name", [None, "/acme/handlers"])
def test_nothing_is_found_in_a_registration(log_group_name: str | None) -> None:
    stack = new_stack()
    RegistryTypeVersion(
        stack,
        "Type",
        type_name="Acme::Connect::UserConfig",
        instances=[INSTANCE_ARN, RegistryTypeVersion.EVERY_INSTANCE],
        log_group_name=log_group_name,
    )

    assert findings(app_of(stack)) == []


def test_what_others_add_is_found() -> None:
    stack = new_stack()
    provider = UserConfigProvider(stack, "Provider", instances=[INSTANCE_ARN])
    provider.role.add_to_principal_policy(PolicyStatement(actions=["s3:*"], resources=["*"]))

    found = findings(app_of(stack))
    assert {each.partition(" ")[2] for each in found} == {"Settings/Provider/Role/DefaultPolicy/Resource"}
    assert any("IAM5" in each for each in found)
