"""Taking the type away: this installation's versions only, the default one last, nothing that stacks use."""

from .conftest import EAST, TYPE, Desk
from .stacks_double import OtherStack, among_others
from .test_install_registry import ARTEFACTS, STACK


def test_versions_stack_artefacts_and_bucket_go(desk: Desk) -> None:
    desk.install()
    desk.install(code="two")
    desk.writes()
    run = desk.uninstall()
    assert (run.exit_code, run.region()["outcome"]) == (0, "done")
    assert run.did() == [
        f"deregister version 00000001 of {TYPE}",
        f"delete stack {STACK}",
        "delete 2 artefacts",
        f"delete stack {ARTEFACTS}",
    ]
    assert desk.cloud.live(TYPE) == []
    assert desk.client("s3").list_buckets()["Buckets"] == []
    assert desk.uninstall().region()["outcome"] == "unchanged"


def test_it_can_be_installed_again(desk: Desk) -> None:
    desk.install("--log-group", "/acme/connect")
    desk.uninstall()
    assert desk.install("--log-group", "/acme/connect").exit_code == 0
    assert desk.cloud.live(TYPE) == ["00000002*"]


def test_versions_of_others_stay(desk: Desk) -> None:
    desk.install()
    theirs = desk.cloud.register(TYPE)
    refused = desk.uninstall()
    assert (refused.exit_code, refused.problem["code"]) == (4, "others-live")
    assert "00000002" in refused.problem["message"]
    assert desk.cloud.live(TYPE) == ["00000001*", "00000002"]
    desk.cloud.region().types.defaults[TYPE] = theirs
    assert desk.uninstall().exit_code == 0
    assert desk.cloud.live(TYPE) == ["00000002*"]


def test_an_earlier_version_that_was_made_the_default_goes_too(desk: Desk) -> None:
    first = desk.install().result["typeVersionArn"]
    desk.install(code="two")
    desk.cloud.region().types.defaults[TYPE] = first
    run = desk.uninstall()
    assert run.did()[:2] == [
        f"make version 00000002 of {TYPE} the default",
        f"deregister version 00000001 of {TYPE}",
    ]
    assert desk.cloud.live(TYPE) == []


def test_a_stack_with_a_resource_of_the_type_keeps_it(desk: Desk) -> None:
    desk.install()
    desk.writes()
    used = OtherStack("sales", {"Resources": {"A": {"Type": TYPE}}}, [(TYPE, "a|b", "CREATE_COMPLETE")])
    with among_others(desk.cloud, used):
        run = desk.uninstall()
    assert (run.exit_code, run.problem["code"]) == (4, "in-use")
    assert "sales" in run.problem["message"]
    assert desk.writes() == []
    with among_others(desk.cloud, used):
        assert desk.uninstall("--force").exit_code == 0


def test_a_stack_that_is_about_to_use_it_leaves_it_open(desk: Desk) -> None:
    desk.install()
    desk.writes()
    coming = OtherStack("coming", {"Resources": {"A": {"Type": TYPE}}}, [], "CREATE_IN_PROGRESS")
    with among_others(desk.cloud, coming):
        run = desk.uninstall()
    assert (run.exit_code, run.problem["code"]) == (4, "use-unknown")
    assert "coming" in run.problem["message"]
    assert desk.writes() == []


def test_the_bucket_stays_while_another_installation_is_there(desk: Desk) -> None:
    desk.install()
    desk.install_function()
    assert f"delete stack {ARTEFACTS}" not in desk.uninstall().did()
    assert f"delete stack {ARTEFACTS}" in desk.uninstall_function(region=EAST).did()
