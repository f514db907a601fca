"""Every installation is shown, whoever deployed it."""

from .conftest import EAST, INSTANCE, ROOT, TYPE, Desk

STATUS = ("status", "--region", EAST, "--json")


def test_an_empty_account_has_nothing(desk: Desk) -> None:
    region = desk.run(*STATUS).region()
    nothing: dict[str, list[str]] = {"buckets": [], "types": [], "customResources": []}
    assert (region["outcome"], region["result"]) == ("unchanged", nothing)
    assert desk.writes() == []


def test_both_flavours_are_shown_with_their_versions(desk: Desk) -> None:
    desk.install()
    desk.install(code="two")
    desk.cloud.register(TYPE)
    function = desk.install_function().result
    result = desk.run(*STATUS).result
    (told,) = result["types"]
    assert (told["typeName"], told["stack"], told["status"]) == (
        TYPE,
        "acme-connect-userconfig",
        "UPDATE_COMPLETE",
    )
    versions = [
        (each["versionId"], each["isDefault"], each["isOfThisInstallation"]) for each in told["versions"]
    ]
    assert versions == [("00000001", False, True), ("00000002", True, True), ("00000003", False, False)]
    assert result["customResources"] == [
        {
            "name": "ConnectUserConfig",
            "serviceToken": function["serviceToken"],
            "exportName": "ConnectUserConfigServiceToken",
            "importedBy": [],
            "stack": "ConnectUserConfig",
            "status": "CREATE_COMPLETE",
            "instances": [INSTANCE],
            "artefact": function["artefact"],
        }
    ]


def test_the_stacks_are_listed_once_whatever_is_installed(desk: Desk) -> None:
    desk.install_function()
    desk.cloud.calls.clear()
    desk.run(*STATUS)
    assert desk.cloud.called("DescribeStacks") == [{}]


def test_an_installation_of_a_stack_set_is_found_by_its_template(desk: Desk) -> None:
    """A stack set gives its stacks names of its own."""
    parameters = {
        "InstanceArns": INSTANCE,
        "ArtefactBucket": "acme",
        "ArtefactKey": f"{'0f' * 32}.zip",
        "Name": "TeamB",
    }
    desk.client("s3").create_bucket(Bucket="acme")
    data = desk.function().read_bytes()
    desk.client("s3").put_object(Bucket="acme", Key=parameters["ArtefactKey"], Body=data)
    desk.client("cloudformation").create_stack(
        StackName="StackSet-acme-0a1b",
        TemplateBody=(ROOT / "deploy/custom-resource.yml").read_text("utf-8"),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    (told,) = desk.run(*STATUS).result["customResources"]
    assert (told["name"], told["stack"]) == ("TeamB", "StackSet-acme-0a1b")
    refused = desk.install_function("--name", "TeamB")
    assert (refused.exit_code, refused.problem["code"]) == (1, "name-taken")
    assert "StackSet-acme-0a1b" in refused.problem["message"]
