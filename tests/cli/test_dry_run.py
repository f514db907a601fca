"""A dry run prints the calls of the real run, and makes none that changes anything."""

import botocore.session
import pytest
from botocore.validate import ParamValidator

from .conftest import EAST, INSTANCE, READS, TYPE, Desk

REGISTRY = ("install", "registry", "--type-name", TYPE, "--region", EAST)
FUNCTION = ("install", "custom-resource", "--instance", INSTANCE)


def calls(desk: Desk, *arguments: str) -> list[tuple[str, str]]:
    """The writes among the calls that a run in JSON tells of."""
    run = desk.run(*arguments, "--json")
    assert run.exit_code == 0
    told = [(call["service"], call["operation"]) for step in run.region()["steps"] for call in step["calls"]]
    return [(service, operation) for service, operation in told if not operation.startswith(READS)]


@pytest.mark.parametrize("arguments", [REGISTRY, FUNCTION], ids=["registry", "custom-resource"])
def test_it_changes_nothing_and_tells_the_calls_that_are_then_made(
    desk: Desk, arguments: tuple[str, ...]
) -> None:
    desk.package()
    desk.function()
    dry = calls(desk, *arguments, "--dry-run")
    assert desk.writes() == []
    calls(desk, *arguments)
    made = [tuple(each.split(":")) for each in desk.writes()]
    # The first version of a type becomes the default without being asked to: the plan cannot know that it will be the first.
    assert [call for call in dry if call[1] != "SetTypeDefaultVersion"] == made


def test_what_is_already_done_is_not_planned(desk: Desk) -> None:
    desk.package()
    desk.run(*REGISTRY)
    run = desk.run(*REGISTRY, "--dry-run", "--json")
    assert (run.region()["outcome"], run.region()["steps"]) == ("unchanged", [])


def test_uninstalling_is_planned_too(desk: Desk) -> None:
    desk.package()
    desk.run(*REGISTRY)
    desk.writes()
    dry = calls(desk, "uninstall", "registry", "--type-name", TYPE, "--region", EAST, "--dry-run")
    assert dry == [
        ("cloudformation", "DeregisterType"),
        ("cloudformation", "DeleteStack"),
        ("s3", "DeleteObjects"),
        ("cloudformation", "DeleteStack"),
    ]
    assert desk.writes() == []


@pytest.mark.parametrize("arguments", [REGISTRY, FUNCTION], ids=["registry", "custom-resource"])
def test_every_call_that_it_tells_is_one_that_the_api_has(desk: Desk, arguments: tuple[str, ...]) -> None:
    desk.package()
    desk.function()
    run = desk.run(*arguments, "--dry-run", "--json")
    session = botocore.session.get_session()
    told = [call for step in run.region()["steps"] for call in step["calls"]]
    assert len(told) > 4
    for call in told:
        operation = session.get_service_model(call["service"]).operation_model(call["operation"])
        report = ParamValidator().validate(call["parameters"], operation.input_shape)
        assert not report.has_errors(), report.generate_report()


def test_people_get_each_call_with_its_parameters(desk: Desk) -> None:
    desk.package()
    run = desk.run(*REGISTRY, "--dry-run")
    assert run.stdout.startswith(f"{EAST}: planned\n")
    assert (
        '     cloudformation RegisterType {"Type": "RESOURCE", "TypeName": "Acme::Connect::UserConfig", '
        in run.stdout
    )
    role = '"ExecutionRoleArn": "{output ExecutionRoleArn of stack acme-connect-userconfig-registry-role}"'
    assert role in run.stdout
    assert '"Body": "<acme-connect-userconfig.zip, ' in run.stdout
