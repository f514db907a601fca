"""The registered type: named where it is there, and registered from the installed artefact."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack

from connect_user_config.cdk import (
    AutoAccept,
    IUserConfigSource,
    RegistryType,
    RegistryTypeVersion,
    UserConfig,
)
from connect_user_config.install import artefacts
from connect_user_config.problems import UsageError
from support.synthesis import (
    ADA,
    INSTANCE,
    INSTANCE_ARN,
    app_of,
    installed_template,
    new_stack,
    only,
    resources,
)

TYPE = "Acme::Connect::UserConfig"


def registered(stack: Stack, **options: Any) -> RegistryTypeVersion:
    given = {"type_name": TYPE, "instances": [INSTANCE_ARN], **options}
    return RegistryTypeVersion(stack, "Type", **given)


def declare(stack: Stack, provider: IUserConfigSource) -> None:
    UserConfig(stack, "Ada", provider=provider, instance=INSTANCE, user=ADA, auto_accept=[AutoAccept.voice()])


def test_an_agent_of_a_registered_type_has_no_service_token() -> None:
    stack = new_stack()
    declare(stack, RegistryType(TYPE))

    assert only(resources(stack, TYPE)) == {
        "Type": TYPE,
        "Properties": {
            "InstanceId": INSTANCE,
            "UserId": ADA,
            "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}],
        },
    }


@pytest.mark.parametrize(
    "name", ["Custom::Connect::UserConfig", "Acme::UserConfig", "Acme::Connect::User Config"]
)
def test_a_name_that_no_type_can_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        RegistryType(name)
    with pytest.raises(UsageError):
        registered(new_stack(), type_name=name)


def test_an_agent_waits_until_the_type_is_the_default() -> None:
    stack = new_stack()
    declare(stack, registered(stack))

    (default,) = resources(stack, "AWS::CloudFormation::ResourceDefaultVersion")
    assert only(resources(stack, TYPE))["DependsOn"] == [default]


def test_the_package_is_the_installed_artefact_under_the_name_of_the_type() -> None:
    stack = new_stack()
    registered(stack)
    version = only(resources(stack, "AWS::CloudFormation::ResourceVersion"))

    assembly = Path(app_of(stack).outdir)
    listed = json.loads((assembly / "Settings.assets.json").read_text("utf-8"))["files"]
    digests = {
        asset: hashlib.sha256((assembly / each["source"]["path"]).read_bytes()).hexdigest()
        for asset, each in listed.items()
        if each["source"]["path"].endswith(".zip")
    }
    (asset,) = digests
    assert digests[asset] == artefacts.registry(TYPE).sha256
    assert version["Properties"]["SchemaHandlerPackage"]["Fn::Sub"].endswith(f"/{asset}.zip")


@pytest.mark.parametrize("with_log", [True, False])
def test_version_roles_and_log_are_those_of_the_template_that_the_command_line_installs(
    with_log: bool,
) -> None:
    template = installed_template("registry.yml")["Resources"]
    stack = new_stack()
    registered(stack, log_group_name="/acme/handlers" if with_log else None)

    version = only(resources(stack, "AWS::CloudFormation::ResourceVersion"))
    wanted = template["Version"]
    optional = set() if with_log else {"LoggingConfig"}
    assert version["Properties"].keys() == wanted["Properties"].keys() - optional
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        assert version[policy] == wanted[policy]
    roles = [each["Properties"] for each in resources(stack, "AWS::IAM::Role").values()]
    names = ("ExecutionRole", "LogRole") if with_log else ("ExecutionRole",)
    assert [policies(role) for role in roles] == [policies(template[name]["Properties"]) for name in names]
    assert len(resources(stack, "AWS::Logs::LogGroup")) == with_log


def policies(role: dict[str, Any]) -> dict[str, object]:
    """Return what a role grants, to whom and for how long, as far as both spellings can be compared."""
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    return {
        "seconds": role["MaxSessionDuration"],
        "principal": trust["Principal"],
        "conditions": sorted(key for each in trust.get("Condition", {}).values() for key in each),
        "actions": {
            each["Sid"]: [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
            for each in statements
        },
        "limits": {each["Sid"]: [*each.get("Condition", {})] for each in statements},
    }


def test_only_the_types_own_handlers_get_the_role() -> None:
    stack = new_stack()
    registered(stack)
    role = only(resources(stack, "AWS::IAM::Role"))["Properties"]

    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    source = json.dumps(trust["Condition"]["StringLike"]["aws:SourceArn"])
    assert "type/resource/Acme-Connect-UserConfig/*" in source
