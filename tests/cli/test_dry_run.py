"""A dry run shows the calls of the real run, and makes none that changes anything."""

import botocore.session
import pytest
from botocore.validate import ParamValidator

from .conftest import TYPE, Desk, Run


def install(desk: Desk, flavour: str, *more: str) -> Run:
    return desk.install(*more) if flavour == "registry" else desk.install_function(*more)


def calls(run: Run) -> list[str]:
    """The writes that a run in JSON tells of."""
    assert run.exit_code == 0, run.stdout
    return [f"{step['service']}:{step['operation']}" for step in run.region()["steps"]]


@pytest.mark.parametrize("flavour", ["registry", "custom-resource"])
def test_it_changes_nothing_and_shows_the_calls_that_are_then_made(desk: Desk, flavour: str) -> None:
    dry = install(desk, flavour, "--dry-run")
    assert dry.region()["outcome"] == "planned"
    assert desk.writes() == []
    install(desk, flavour)
    assert calls(dry) == desk.writes()
    again = install(desk, flavour, "--dry-run")
    assert (again.region()["outcome"], again.region()["steps"]) == ("unchanged", [])


def test_the_version_that_a_new_one_pushes_out_is_planned_too(desk: Desk) -> None:
    for code in ("one", "two", "three", "four", "five"):
        assert desk.install(code=code).exit_code == 0
    planned = desk.install("--dry-run", code="six")
    assert planned.did() == desk.install(code="six").did()
    assert planned.did()[-1] == f"deregister version 00000001 of {TYPE}"
    assert desk.install("--dry-run", code="six").did() == []


def test_uninstalling_is_planned_too(desk: Desk) -> None:
    desk.install()
    desk.install(code="two")
    desk.writes()
    planned = calls(desk.uninstall("--dry-run"))
    assert desk.writes() == []
    desk.uninstall()
    assert planned == desk.writes()


@pytest.mark.parametrize("flavour", ["registry", "custom-resource"])
def test_every_call_that_it_shows_is_one_that_the_api_has(desk: Desk, flavour: str) -> None:
    session = botocore.session.get_session()
    steps = install(desk, flavour, "--dry-run").region()["steps"]
    assert len(steps) == 3
    for step in steps:
        operation = session.get_service_model(step["service"]).operation_model(step["operation"])
        assert operation.input_shape
        report = ParamValidator().validate(step["parameters"], operation.input_shape)
        assert not report.has_errors(), report.generate_report()
