"""The policies for people: enough for each command, every action needed, and other instances out of reach.

moto deploys them here. The local Connect authorizes its calls by them; those of CloudFormation are compared.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from agents.contact_centre import WORK_VOICE, ContactCentre, work
from privileges.front_ends import PRINCIPAL, Document, without
from privileges.roles import ROOT, listed

from connect_local import Permissions

CALLER: Final = "ASIAPERSONEXAMPLE001"
READING: Final[Mapping[str, tuple[str, ...]]] = {
    "agents": ("agents",),
    "agents by names": (
        "agents",
        *("--routing-profile", "Sales"),
        *("--security-profile", "Clerk"),
        *("--hierarchy-group", "EMEA/**"),
    ),
    "drift": ("drift",),
    "adopt": ("adopt", "--to", "{folder}/templates"),
    "diff": ("diff", "{folder}/template.yaml", "--stack", "sales"),
}
CHANGING: Final[Mapping[str, tuple[str, ...]]] = {
    "drift --fix": ("drift", "--fix", "--yes"),
    "release": ("release", "ada", "--yes", "--force"),
    "release --keep": ("release", "ada", "--yes", "--keep", "--force"),
    "release --hand-over": ("release", "ada", "--yes", "--hand-over"),
}


@pytest.fixture
def policies(centre: ContactCentre) -> dict[str, Document]:
    """The documents of both policies for the instance, by logical id."""
    cloudformation, iam = (
        centre.session.client(each, region_name=centre.connect.region) for each in ("cloudformation", "iam")
    )
    text = (ROOT / "deploy" / "agents.yml").read_text("utf-8")
    parameters = [{"ParameterKey": "InstanceArns", "ParameterValue": centre.arn}]
    cloudformation.create_stack(StackName="policies", TemplateBody=text, Parameters=parameters)
    made = cloudformation.describe_stack_resources(StackName="policies")["StackResources"]
    return {each["LogicalResourceId"]: _document(iam, each["PhysicalResourceId"]) for each in made}


def _document(iam: Any, arn: str) -> Document:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: Document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return document


@contextmanager
def held_to(centre: ContactCentre, *documents: Document) -> Iterator[None]:
    """Let the commands' calls be made by a person who has these policies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", CALLER)
        centre.connect.permissions = Permissions.of(PRINCIPAL, documents)
        try:
            yield
        finally:
            centre.connect.permissions = None


@pytest.fixture
def drifted(centre: ContactCentre) -> ContactCentre:
    """An agent whose owned setting somebody has changed, with profiles and a group of known names."""
    centre.agent("ada")
    drift(centre)
    return centre


def drift(centre: ContactCentre) -> None:
    """Let a stack own a setting of a new agent, and somebody change it."""
    centre.dismiss("id-ada")
    centre.agent("ada")
    centre.own("id-ada", {WORK_VOICE: 30})
    centre.edit("id-ada", AfterContactWorkConfigs=work(45))


def names(centre: ContactCentre) -> None:
    """Give the instance a profile of each kind, and a group."""
    centre.connect.create_routing_profile(centre.instance_id, "Sales", "sales")
    centre.connect.create_security_profile(centre.instance_id, "Clerk", "clerk")
    centre.connect.create_hierarchy_group(centre.instance_id, "EMEA", "emea")


@pytest.mark.parametrize("arguments", READING.values(), ids=READING)
def test_the_reading_policy_is_enough_to_read(
    drifted: ContactCentre, policies: dict[str, Document], arguments: tuple[str, ...], tmp_path: Path
) -> None:
    names(drifted)
    template(drifted, tmp_path)
    with held_to(drifted, policies["ReadPolicy"]):
        ended = drifted.run(*_in(tmp_path, arguments))
        assert ended.exit_code in {0, 6}, ended.stderr


@pytest.mark.parametrize("arguments", CHANGING.values(), ids=CHANGING)
def test_both_policies_are_enough_to_change(
    drifted: ContactCentre, policies: dict[str, Document], arguments: tuple[str, ...]
) -> None:
    with held_to(drifted, policies["ReadPolicy"], policies["ChangePolicy"]):
        ended = drifted.run(*arguments)
        assert ended.exit_code == 0, ended.stderr


@pytest.mark.parametrize("arguments", CHANGING.values(), ids=CHANGING)
def test_who_may_only_read_changes_nothing(
    drifted: ContactCentre, policies: dict[str, Document], arguments: tuple[str, ...]
) -> None:
    before = drifted.tags("id-ada"), drifted.value("id-ada", WORK_VOICE)
    with held_to(drifted, policies["ReadPolicy"]):
        assert drifted.run(*arguments).exit_code in {1, 5}
    assert (drifted.tags("id-ada"), drifted.value("id-ada", WORK_VOICE)) == before


@pytest.mark.parametrize(
    ("policy", "commands"), [("ReadPolicy", READING), ("ChangePolicy", CHANGING)], ids=["read", "change"]
)
def test_every_action_of_connect_is_needed(
    drifted: ContactCentre,
    policies: dict[str, Document],
    policy: str,
    commands: dict[str, tuple[str, ...]],
    tmp_path: Path,
) -> None:
    names(drifted)
    template(drifted, tmp_path)
    for action in sorted(_actions(policies[policy], "connect:")):
        given = {**policies, policy: without(action, [policies[policy]])[0]}
        codes = set()
        for arguments in commands.values():
            drift(drifted)
            with held_to(drifted, *given.values()):
                codes.add(drifted.run(*_in(tmp_path, arguments)).exit_code)
        assert codes & {1, 5}, f"{action} is granted, and no command fails without it"


def test_other_instances_stay_out_of_reach(drifted: ContactCentre, policies: dict[str, Document]) -> None:
    instance_id, arn = drifted.connect.create_instance()
    other = replace(drifted, instance_id=instance_id, arn=arn)
    with held_to(other, *policies.values()):
        assert other.run("agents").exit_code == 5


def test_of_cloudformation_the_policy_grants_what_the_sources_call(policies: dict[str, Document]) -> None:
    sources = (ROOT / "src" / "connect_user_config" / "agents").rglob("*.py")
    called = re.findall(
        r'(?:"cloudformation"|_SERVICE),\s*"(\w+)"', "\n".join(each.read_text("utf-8") for each in sources)
    )
    granted = _actions(policies["ReadPolicy"], "cloudformation:")
    assert granted == {f"cloudformation:{operation}" for operation in called}
    assert not _actions(policies["ChangePolicy"], "cloudformation:")


def template(centre: ContactCentre, folder: Path) -> None:
    """Write the template that `diff` looks at."""
    properties = {
        "ServiceToken": "token",
        "InstanceId": centre.instance_id,
        "UserId": "id-ada",
        "AfterContactWorkConfigs": work(60),
    }
    resource = {"Type": "Custom::ConnectUserConfig", "Properties": properties}
    (folder / "template.yaml").write_text(json.dumps({"Resources": {"Ada": resource}}), "utf-8")


def _in(folder: Path, arguments: tuple[str, ...]) -> list[str]:
    return [each.format(folder=folder) for each in arguments]


def _actions(document: Document, prefix: str) -> set[str]:
    found = {action for statement in document["Statement"] for action in listed(statement["Action"])}
    return {action for action in found if action.startswith(prefix)}
