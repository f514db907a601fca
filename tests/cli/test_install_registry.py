"""Registering the type, on the double that runs CloudFormation's two resource types: what AWS holds in the
end.
"""

import pytest

from support.answers import ACCOUNT

from .conftest import EAST, INSTANCE, TYPE, WEST, Desk

STACK = "acme-connect-userconfig"
ARTEFACTS = "connect-user-config-artefacts"


def statements(desk: Desk) -> list[dict[str, object]]:
    role = desk.cloud.region().stacks.by_name[STACK].resources["ExecutionRole"]
    found: list[dict[str, object]] = role.properties["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def test_it_makes_a_bucket_uploads_and_lets_cloudformation_register(desk: Desk) -> None:
    run = desk.install()
    assert (run.exit_code, run.region()["outcome"]) == (0, "done")
    assert desk.writes() == ["cloudformation:CreateStack", "s3:PutObject", "cloudformation:CreateStack"]
    assert desk.cloud.live(TYPE) == ["00000001*"]
    assert run.result["typeVersionArn"].endswith("/Acme-Connect-UserConfig/00000001")
    version = desk.cloud.region().types.versions[TYPE][0]
    assert version.properties["ExecutionRoleArn"] == run.result["executionRoleArn"]
    assert f'"typeName": "{TYPE}"' in version.schema


def test_again_changes_nothing(desk: Desk) -> None:
    desk.install()
    desk.writes()
    again = desk.install()
    assert (again.exit_code, again.region()["outcome"], again.did()) == (0, "unchanged", [])
    assert desk.writes() == []


def test_another_artefact_becomes_the_default_and_the_earlier_version_stays_live(desk: Desk) -> None:
    desk.install()
    assert desk.install(code="two").result["typeVersionArn"].endswith("00000002")
    assert desk.cloud.live(TYPE) == ["00000001", "00000002*"]


def test_a_default_that_somebody_has_changed_is_changed_back(desk: Desk) -> None:
    first = desk.install().result["typeVersionArn"]
    desk.install(code="two")
    desk.cloud.region().types.defaults[TYPE] = first
    assert desk.install(code="two").did() == [f"make version 00000002 of {TYPE} the default"]
    assert desk.cloud.live(TYPE) == ["00000001", "00000002*"]


def test_an_earlier_artefact_is_registered_again(desk: Desk) -> None:
    *_, run = [desk.install(code=code) for code in ("one", "two", "one")]
    assert run.result["typeVersionArn"].endswith("00000003")
    assert desk.cloud.live(TYPE) == ["00000001", "00000002", "00000003*"]


def test_another_instance_changes_the_role_only(desk: Desk) -> None:
    desk.install()
    assert "instance/*/agent/*" in str(statements(desk)[0]["Resource"])
    desk.writes()
    assert desk.install("--instance", INSTANCE).did() == [f"update stack {STACK}"]
    assert statements(desk)[0]["Resource"] == [f"{INSTANCE}/agent/*"]
    assert desk.cloud.live(TYPE) == ["00000001*"]
    # Left out, they stay.
    assert desk.install().region()["outcome"] == "unchanged"
    assert desk.install("--instance", "all").did() == [f"update stack {STACK}"]
    assert "instance/*/agent/*" in str(statements(desk)[0]["Resource"])


def test_a_log_brings_another_version_and_none_takes_it_away(desk: Desk) -> None:
    desk.install()
    assert desk.install("--log-group", "/acme/connect").result["logGroup"] == "/acme/connect"
    assert desk.install().region()["outcome"] == "unchanged"
    logging = desk.cloud.region().types.versions[TYPE][1].properties["LoggingConfig"]
    assert logging["LogGroupName"] == "/acme/connect"
    assert desk.install("--log-group", "").result["logGroup"] is None
    assert desk.cloud.live(TYPE) == ["00000001", "00000002", "00000003*"]
    assert "LoggingConfig" not in desk.cloud.region().types.versions[TYPE][2].properties


def test_a_refused_upgrade_leaves_the_earlier_version_the_default_and_says_the_reason(desk: Desk) -> None:
    desk.install()
    desk.cloud.refusal = "The schema is not valid"
    run = desk.install(code="two")
    assert (run.exit_code, run.problem["code"]) == (1, "stack-failed")
    assert "UPDATE_ROLLBACK_COMPLETE: Version: The schema is not valid" in run.problem["message"]
    assert desk.cloud.live(TYPE) == ["00000001*"]
    desk.cloud.refusal = ""
    assert desk.install(code="two").exit_code == 0


def test_the_rest_of_a_refused_first_registration_makes_way(desk: Desk) -> None:
    desk.cloud.refusal = "The schema is not valid"
    assert "ROLLBACK_COMPLETE" in desk.install().problem["message"]
    assert desk.cloud.live(TYPE) == []
    desk.cloud.refusal = ""
    run = desk.install()
    assert run.did()[0] == f"delete the rest of the failed creation of stack {STACK}"
    assert desk.cloud.live(TYPE) == ["00000001*"]


def test_a_type_that_is_registered_already_is_refused_before_anything_is_made(desk: Desk) -> None:
    desk.cloud.register(TYPE)
    run = desk.install()
    assert (run.exit_code, run.problem["code"]) == (1, "name-taken")
    assert "by other means" in run.problem["message"]
    assert desk.writes() == []


def test_the_last_five_versions_of_this_installation_stay_live(desk: Desk) -> None:
    desk.install()
    theirs = desk.cloud.register(TYPE)
    *_, run = [desk.install(code=code) for code in ("two", "three", "four", "five", "six")]
    assert run.did()[-1] == f"deregister version 00000001 of {TYPE}"
    assert theirs.endswith("00000002")
    assert desk.cloud.live(TYPE) == ["00000002", "00000003", "00000004", "00000005", "00000006", "00000007*"]


def test_regions_are_worked_on_side_by_side_and_each_fails_by_itself(desk: Desk) -> None:
    def refuse_west(region: str, operation: str, _: object) -> None:
        if region == WEST and operation == "cloudformation:CreateStack":
            raise ValueError("nobody expects this")

    desk.cloud.before = refuse_west
    run = desk.install("--region", WEST)
    assert run.exit_code == 3
    assert run.region()["outcome"] == "done"
    failed = run.region(WEST)
    assert (failed["outcome"], failed["problem"]["code"]) == ("failed", "unexpected")
    assert "nobody expects this" in failed["problem"]["message"]
    desk.cloud.before = lambda *_: None
    assert [each["outcome"] for each in desk.install("--region", WEST).answer["regions"]] == [
        "unchanged",
        "done",
    ]


def test_the_configured_region_is_the_default(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    artefact = ("--artefact", str(desk.package()))
    none = desk.run("install", "registry", "--type-name", TYPE, "--json", *artefact)
    assert (none.exit_code, none.problem["code"]) == (2, "no-region")
    monkeypatch.setenv("AWS_DEFAULT_REGION", WEST)
    run = desk.run("install", "registry", "--type-name", TYPE, "--json", *artefact)
    assert run.region(WEST)["outcome"] == "done"


def test_the_role_serves_this_type_of_this_account_alone(desk: Desk) -> None:
    desk.install()
    role = desk.cloud.region().stacks.by_name[STACK].resources["ExecutionRole"].properties
    types = f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:type/resource"
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "StringLike": {"aws:SourceArn": f"{types}/Acme-Connect-UserConfig/*"},
    }
