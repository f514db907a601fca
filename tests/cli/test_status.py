"""What is told of what is there."""

from .conftest import EAST, INSTANCE, TYPE, WEST, Desk

STATUS = ("status", "--region", EAST, "--json")


def test_an_empty_account_has_nothing(desk: Desk) -> None:
    region = desk.run(*STATUS).region()
    assert (region["outcome"], region["result"]) == (
        "unchanged",
        {"bucket": None, "types": [], "customResources": []},
    )
    assert desk.writes() == []


def test_versions_are_told_with_their_artefacts_and_the_default(desk: Desk) -> None:
    desk.package(code="one")
    first = desk.install().region()["result"]
    desk.package(code="two")
    second = desk.install().region()["result"]
    desk.function()
    function = desk.run("install", "custom-resource", "--instance", INSTANCE, "--json").region()["result"]
    result = desk.run(*STATUS).region()["result"]
    told = result["types"][0]
    assert (told["typeName"], told["roleStack"]["status"], told["runningRegistrations"]) == (
        TYPE,
        "CREATE_COMPLETE",
        [],
    )
    assert [(each["versionId"], each["isDefault"], each["artefactSha256"]) for each in told["versions"]] == [
        ("00000001", False, first["artefactSha256"]),
        ("00000002", True, second["artefactSha256"]),
    ]
    assert result["customResources"] == [
        {
            "stack": "connect-user-config",
            "status": "CREATE_COMPLETE",
            "serviceToken": function["serviceToken"],
            "exportName": "ConnectUserConfigServiceToken",
            "importedBy": [],
            "instances": [INSTANCE],
            "artefact": function["artefact"],
        }
    ]


def test_a_version_of_other_means_has_no_artefact_and_a_type_can_be_named(desk: Desk) -> None:
    desk.package()
    desk.install()
    bucket = desk.client("s3").list_buckets()["Buckets"][0]["Name"]
    for each in desk.client("s3").list_objects_v2(Bucket=bucket)["Contents"]:
        desk.client("s3").delete_object(Bucket=bucket, Key=each["Key"])
    assert desk.run(*STATUS).region()["result"]["types"] == []
    told = desk.run(*STATUS, "--type-name", TYPE).region()["result"]["types"][0]
    assert [(each["versionId"], each["artefactSha256"]) for each in told["versions"]] == [("00000001", None)]


def test_people_can_read_it(desk: Desk) -> None:
    desk.package()
    desk.install()
    run = desk.run("status", "--region", EAST, "--region", WEST)
    assert run.exit_code == 0
    assert f"    typeName: {TYPE}\n" in run.stdout
    assert "      isDefault: yes\n" in run.stdout
    assert f"{WEST}: unchanged\n" in run.stdout
