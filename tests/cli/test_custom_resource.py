"""The custom resource on moto, for what ministack cannot show; the whole of it, used by stacks, is in test_on_ministack."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import EAST, INSTANCE, WEST, Desk
from .registry_double import ACCOUNT

INSTALL = ("install", "custom-resource", "--json")
WESTERN = f"arn:aws:connect:{WEST}:{ACCOUNT}:instance/20000000-0000-4000-8000-000000000002"
SECOND = f"arn:aws:connect:{EAST}:{ACCOUNT}:instance/30000000-0000-4000-8000-000000000003"


def parameters(desk: Desk, region: str = EAST) -> dict[str, str]:
    stack = desk.client("cloudformation", region).describe_stacks(StackName="connect-user-config")["Stacks"][
        0
    ]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}


def test_instances_go_to_the_region_that_they_are_in(desk: Desk) -> None:
    desk.function()
    run = desk.run(*INSTALL, "--instance", SECOND, "--instance", WESTERN, "--instance", INSTANCE)
    assert run.exit_code == 0, run.stdout
    assert run.region(EAST)["result"]["instances"] == [INSTANCE, SECOND]
    assert run.region(WEST)["result"]["instances"] == [WESTERN]
    assert f":{WEST}:" in run.region(WEST)["result"]["serviceToken"]


def test_parameters_stay_as_they_were_when_they_are_not_named_again(desk: Desk) -> None:
    desk.function()
    desk.run(
        *INSTALL, "--instance", INSTANCE, "--parameter", "MemorySize=512", "--parameter", "ExportName=TeamB"
    )
    desk.function(code="two")
    again = desk.run(*INSTALL, "--instance", INSTANCE)
    assert [step.partition(" ")[0] for step in again.did()] == ["upload", "update"]
    assert parameters(desk)["MemorySize"] == "512"
    assert again.region()["result"]["exportName"] == "TeamB"
    assert again.region()["result"]["artefactSha256"] in parameters(desk)["CodeKey"]


def test_an_instance_of_another_account_is_refused(desk: Desk) -> None:
    desk.function()
    other = INSTANCE.replace(ACCOUNT, "999999999999")
    run = desk.run(*INSTALL, "--instance", other)
    assert (run.exit_code, run.region()["problem"]["code"]) == (2, "wrong-account")
    assert desk.writes() == []


def test_who_cannot_list_imports_is_refused_and_force_goes_on(desk: Desk) -> None:
    desk.function()
    desk.run(*INSTALL, "--instance", INSTANCE)

    def deny(region: str, operation: str, given: dict[str, Any]) -> None:
        if operation == "cloudformation:ListImports":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListImports")

    desk.registry.before = deny
    refused = desk.run("uninstall", "custom-resource", "--region", EAST, "--json")
    assert (refused.exit_code, refused.region()["problem"]["code"]) == (4, "use-unknown")
    assert "cloudformation:ListImports" in refused.region()["problem"]["message"]
    assert desk.run("uninstall", "custom-resource", "--region", EAST, "--force").exit_code == 0
    assert desk.client("lambda").list_functions()["Functions"] == []


@pytest.mark.parametrize("name", ["connect-user-config", "team-b"])
def test_two_installations_share_a_bucket_and_go_one_by_one(desk: Desk, name: str) -> None:
    desk.function()
    desk.run(*INSTALL, "--instance", INSTANCE)
    desk.run(*INSTALL, "--instance", SECOND, "--stack-name", "team-b", "--parameter", "ExportName=TeamB")
    other = {"connect-user-config": "team-b", "team-b": "connect-user-config"}[name]
    assert desk.run("uninstall", "custom-resource", "--region", EAST, "--stack-name", name).exit_code == 0
    status = desk.run("status", "--region", EAST, "--json").region()["result"]
    assert [each["stack"] for each in status["customResources"]] == [other]
    bucket = desk.client("s3").list_buckets()["Buckets"][0]["Name"]
    keys = [each["Key"] for each in desk.client("s3").list_object_versions(Bucket=bucket)["Versions"]]
    assert [key.split("/")[2] for key in keys] == [other]


def test_stacks_that_import_the_token_keep_it(desk: Desk) -> None:
    desk.function()
    desk.run(*INSTALL, "--instance", INSTANCE)
    # More than a page of the list holds.
    desk.registry.imports["ConnectUserConfigServiceToken"] = ["c", "b", "a"]
    desk.writes()
    refused = desk.run("uninstall", "custom-resource", "--region", EAST, "--json")
    assert (refused.exit_code, refused.region()["problem"]["code"]) == (4, "in-use")
    assert "a, b, c" in refused.region()["problem"]["message"]
    assert desk.writes() == []
