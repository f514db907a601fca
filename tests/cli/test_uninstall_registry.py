"""Taking the type away: in which order, and what keeps it from going."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend

from .conftest import EAST, TYPE, Desk
from .registry_double import ACCOUNT, Registration

UNINSTALL = ("uninstall", "registry", "--type-name", TYPE, "--region", EAST, "--json")


@pytest.fixture
def installed(desk: Desk) -> Desk:
    """Three versions, the second one being the default."""
    for code in ("one", "three", "two"):
        desk.package(code=code)
        assert desk.install().exit_code == 0
    desk.package(code="three")
    assert desk.install().exit_code == 0
    desk.writes()
    return desk


def use(desk: Desk, name: str) -> None:
    """Make a stack with a resource of the type."""
    template = '{"Resources": {"Agent": {"Type": "AWS::SNS::Topic"}}}'
    boto3.client("cloudformation", region_name=EAST).create_stack(StackName=name, TemplateBody=template)
    stacks = get_backend("cloudformation")[ACCOUNT][EAST].stacks
    stack = next(stack for stack in stacks.values() if stack.name == name)
    # moto knows no types of other organisations.
    stack.resource_map["Agent"].cf_resource_type = TYPE


def test_versions_go_first_the_default_last_then_roles_then_artefacts(installed: Desk) -> None:
    gone = installed.run(*UNINSTALL)
    assert gone.exit_code == 0
    assert installed.writes() == [
        "cloudformation:DeregisterType",
        "cloudformation:DeregisterType",
        "cloudformation:DeregisterType",
        "cloudformation:DeleteStack",
        "s3:DeleteObjects",
        "cloudformation:DeleteStack",
    ]
    assert not any(version.live for version in installed.registry.regions[EAST].versions[TYPE])
    assert installed.client("cloudformation").describe_stacks()["Stacks"] == []
    assert installed.client("s3").list_buckets()["Buckets"] == []
    assert installed.client("iam").list_roles()["Roles"] == []


def test_again_there_is_nothing_left_to_do(installed: Desk) -> None:
    installed.run(*UNINSTALL)
    installed.writes()
    again = installed.run(*UNINSTALL)
    assert (again.exit_code, again.region()["outcome"]) == (0, "unchanged")
    assert installed.writes() == []


def test_installed_anew_it_is_a_new_version(installed: Desk) -> None:
    installed.run(*UNINSTALL)
    assert installed.install().region()["result"]["versionId"] == "00000004"


def test_stacks_that_use_the_type_keep_it(installed: Desk) -> None:
    use(installed, "sales")
    use(installed, "returns")
    refused = installed.run(*UNINSTALL)
    assert (refused.exit_code, refused.region()["outcome"]) == (4, "refused")
    assert refused.region()["problem"]["code"] == "in-use"
    assert "returns, sales" in refused.region()["problem"]["message"]
    assert installed.writes() == []


def test_force_goes_on_all_the_same(installed: Desk) -> None:
    use(installed, "sales")
    assert installed.run(*UNINSTALL, "--force").exit_code == 0
    assert not any(version.live for version in installed.registry.regions[EAST].versions[TYPE])


def test_who_cannot_look_is_refused_too(installed: Desk) -> None:
    def deny(region: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "cloudformation:ListStacks":
            message = (
                f"User: arn:aws:iam::{ACCOUNT}:user/x is not authorized to perform: cloudformation:ListStacks"
            )
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "ListStacks")

    installed.registry.before = deny
    refused = installed.run(*UNINSTALL)
    assert (refused.exit_code, refused.region()["problem"]["code"]) == (4, "use-unknown")
    assert "cloudformation:ListStacks" in refused.region()["problem"]["message"]
    assert installed.run(*UNINSTALL, "--force").exit_code == 0


def test_a_registration_under_way_is_waited_for_by_people(installed: Desk) -> None:
    installed.registry.regions[EAST].registrations["running"] = Registration(TYPE, "x", {}, polls_left=9)
    run = installed.run(*UNINSTALL)
    assert (run.exit_code, run.region()["problem"]["code"]) == (1, "registration-running")
    assert installed.writes() == []


def test_the_bucket_stays_while_something_else_is_in_it(installed: Desk) -> None:
    s3 = installed.client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    s3.put_object(Bucket=bucket, Key="connect-user-config/custom-resource/other/1.zip", Body=b"x")
    assert installed.run(*UNINSTALL).exit_code == 0
    left = installed.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in left] == ["connect-user-config-artefacts"]
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [
        "connect-user-config/custom-resource/other/1.zip"
    ]
    assert all(
        each["Key"].startswith("connect-user-config/custom-resource/")
        for each in s3.list_object_versions(Bucket=bucket)["Versions"]
    )


def test_a_bucket_of_yours_stays_and_loses_only_what_was_put_there(desk: Desk) -> None:
    desk.package()
    s3 = desk.client("s3")
    s3.create_bucket(Bucket="acme")
    s3.put_object(Bucket="acme", Key="notes.txt", Body=b"x")
    desk.install("--bucket", "acme")
    assert desk.run(*UNINSTALL, "--bucket", "acme").exit_code == 0
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="acme")["Contents"]] == ["notes.txt"]


def test_interrupted_the_next_run_completes(installed: Desk) -> None:
    def stop(region: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "cloudformation:DeleteStack":
            raise KeyboardInterrupt

    installed.registry.before = stop
    assert installed.run(*UNINSTALL).exit_code == 130
    installed.registry.before = lambda *_: None
    assert installed.run(*UNINSTALL).exit_code == 0
    assert installed.client("s3").list_buckets()["Buckets"] == []
