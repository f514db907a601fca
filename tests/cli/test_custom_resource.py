"""The custom resource on moto, for what ministack cannot show; the whole of it, used by stacks, is in
test_on_ministack.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.answers import ACCOUNT

from .conftest import EAST, INSTANCE, WEST, Desk

WESTERN = f"arn:aws:connect:{WEST}:{ACCOUNT}:instance/20000000-0000-4000-8000-000000000002"
SECOND = f"arn:aws:connect:{EAST}:{ACCOUNT}:instance/30000000-0000-4000-8000-000000000003"
NAME = "ConnectUserConfig"


def parameters(desk: Desk, name: str = NAME) -> dict[str, str]:
    stack = desk.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}


def test_instances_go_to_the_region_that_they_are_in(desk: Desk) -> None:
    run = desk.install_function("--instance", SECOND, "--instance", WESTERN)
    assert run.exit_code == 0, run.stdout
    assert run.region(EAST)["result"]["instances"] == [INSTANCE, SECOND]
    assert run.region(WEST)["result"]["instances"] == [WESTERN]
    assert run.region(WEST)["result"]["serviceToken"].endswith(f":function:{NAME}")


def test_parameters_stay_as_they_were_if_they_are_not_named_again(desk: Desk) -> None:
    desk.install_function("--parameter", "MemorySize=512")
    again = desk.install_function(code="two")
    assert [step.partition(" ")[0] for step in again.did()] == ["upload", "update"]
    assert parameters(desk)["MemorySize"] == "512"
    assert parameters(desk)["ArtefactKey"] in again.result["artefact"]


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    desk.install_function()
    desk.writes()
    assert desk.install_function().region()["outcome"] == "unchanged"
    assert desk.writes() == []


def test_an_artefact_that_somebody_replaced_is_uploaded_again(desk: Desk) -> None:
    """The key holds the digest, and S3 vouches for the checksum."""
    bucket, _, key = desk.install_function().result["artefact"].removeprefix("s3://").partition("/")
    s3 = desk.client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=b"other", ChecksumAlgorithm="SHA256")
    assert desk.install_function().did() == [f"upload {key}"]
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == desk.function().read_bytes()


def test_another_instance_changes_the_stack_alone(desk: Desk) -> None:
    desk.install_function()
    assert desk.install_function("--instance", SECOND).did() == [f"update stack {NAME}"]


def test_uninstalled_and_installed_it_has_the_same_service_token(desk: Desk) -> None:
    token = desk.install_function().result["serviceToken"]
    assert desk.uninstall_function().exit_code == 0
    assert desk.install_function().result["serviceToken"] == token


def test_an_instance_of_another_account_is_refused(desk: Desk) -> None:
    run = desk.install_function(instance=INSTANCE.replace(ACCOUNT, "999999999999"))
    assert (run.exit_code, run.problem["code"]) == (2, "wrong-account")
    assert desk.writes() == []


def test_a_function_of_that_name_is_refused_before_anything_is_made(desk: Desk) -> None:
    iam, functions = desk.client("iam"), desk.client("lambda")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions.create_function(FunctionName=NAME, Role=role, Code={"ZipFile": desk.function().read_bytes()})
    run = desk.install_function()
    assert (run.exit_code, run.problem["code"]) == (1, "name-taken")
    assert "--name" in run.problem["advice"]
    assert desk.writes() == []


def test_an_export_of_that_name_is_refused_before_anything_is_made(desk: Desk) -> None:
    output = {"O": {"Value": "x", "Export": {"Name": f"{NAME}ServiceToken"}}}
    theirs = {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputs": output}
    desk.client("cloudformation").create_stack(StackName="theirs", TemplateBody=str(theirs).replace("'", '"'))
    run = desk.install_function()
    assert (run.exit_code, run.problem["code"]) == (1, "name-taken")
    assert desk.writes() == []


def test_who_cannot_list_imports_is_refused_and_force_goes_on(desk: Desk) -> None:
    desk.install_function()

    def deny(_: str, operation: str, given: dict[str, Any]) -> None:
        if operation == "cloudformation:ListImports":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListImports")

    desk.cloud.before = deny
    refused = desk.uninstall_function()
    assert (refused.exit_code, refused.problem["code"]) == (4, "use-unknown")
    assert "cloudformation:ListImports" in refused.problem["message"]
    assert desk.uninstall_function("--force").exit_code == 0
    assert desk.client("lambda").list_functions()["Functions"] == []


@pytest.mark.parametrize("name", [NAME, "TeamB"])
def test_two_installations_share_a_bucket_which_goes_with_the_last(desk: Desk, name: str) -> None:
    desk.install_function()
    desk.install_function("--name", "TeamB")
    other = {NAME: "TeamB", "TeamB": NAME}[name]
    assert desk.uninstall_function("--name", name).exit_code == 0
    status = desk.run("status", "--region", EAST, "--json").result
    assert [each["name"] for each in status["customResources"]] == [other]
    assert len(desk.client("s3").list_buckets()["Buckets"]) == 1
    assert desk.uninstall_function("--name", other).exit_code == 0
    assert desk.client("s3").list_buckets()["Buckets"] == []


def test_stacks_that_import_the_token_keep_it(desk: Desk) -> None:
    desk.install_function()
    # More than a page of the list holds.
    desk.cloud.imports[f"{NAME}ServiceToken"] = ["c", "b", "a"]
    desk.writes()
    refused = desk.uninstall_function()
    assert (refused.exit_code, refused.problem["code"]) == (4, "in-use")
    assert "a, b, c" in refused.problem["message"]
    assert desk.writes() == []


def test_a_bucket_of_ones_own_has_the_region_in_its_name(desk: Desk) -> None:
    desk.client("s3").create_bucket(Bucket=f"acme-{EAST}")
    run = desk.install_function("--bucket", "acme-{region}")
    assert run.exit_code == 0, run.stdout
    assert run.result["artefact"].startswith(f"s3://acme-{EAST}/connect-user-config/")
    assert run.did()[0].startswith("upload ")
    desk.uninstall_function()
    assert [each["Name"] for each in desk.client("s3").list_buckets()["Buckets"]] == [f"acme-{EAST}"]


@pytest.mark.parametrize(
    ("bucket", "code"), [("acme-none", "no-such-bucket"), ("acme-west", "bucket-elsewhere")]
)
def test_a_bucket_that_is_not_there_is_refused(desk: Desk, bucket: str, code: str) -> None:
    west = {"LocationConstraint": WEST}
    desk.client("s3", WEST).create_bucket(Bucket="acme-west", CreateBucketConfiguration=west)
    run = desk.install_function("--bucket", bucket)
    assert (run.exit_code, run.problem["code"]) == (2, code)
    assert desk.writes() == []
