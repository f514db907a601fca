"""Several regions at once: each succeeds or fails by itself, and the exit code tells."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import EAST, TYPE, WEST, Desk
from .registry_double import ACCOUNT

BOTH = ("install", "registry", "--type-name", TYPE, "--region", WEST, "--region", EAST, "--json")


class Denying:
    """Denies one action in one region."""

    def __init__(self, region: str, operation: str) -> None:
        self.region = region
        self.operation = operation

    def __call__(self, region: str, operation: str, parameters: dict[str, Any]) -> None:
        if (region, operation) == (self.region, self.operation):
            message = f"User: arn:aws:iam::{ACCOUNT}:user/x is not authorized to perform: {operation} on resource: arn:aws:x"
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, operation)


def test_both_are_installed_and_each_has_its_own_of_everything(desk: Desk) -> None:
    desk.package()
    run = desk.run(*BOTH)
    assert run.exit_code == 0
    assert [each["region"] for each in run.answer["regions"]] == [WEST, EAST]
    for region in (WEST, EAST):
        result = run.region(region)["result"]
        assert f":{region}:" in result["typeVersionArn"]
        assert desk.registry.regions[region].versions[TYPE][0].live
    assert run.region(WEST)["result"]["artefact"] != run.region(EAST)["result"]["artefact"]


@pytest.mark.parametrize(
    "operation", ["sts:GetCallerIdentity", "cloudformation:RegisterType", "s3:PutObject"]
)
def test_what_fails_in_one_is_done_in_the_other_and_said_to_be_partly(desk: Desk, operation: str) -> None:
    desk.package()
    desk.registry.before = Denying(WEST, operation)
    run = desk.run(*BOTH)
    assert run.exit_code == 3
    assert run.region(EAST)["outcome"] == "done"
    failed = run.region(WEST)
    assert (failed["outcome"], failed["problem"]["code"]) == ("failed", "access-denied")
    assert f"may not {operation} on arn:aws:x in {WEST}" in failed["problem"]["message"]
    assert WEST not in desk.registry.regions or not desk.registry.regions[WEST].versions
    # Taken up later, only the rest is left.
    desk.registry.before = lambda *_: None
    again = desk.run(*BOTH)
    assert again.exit_code == 0
    assert (again.region(EAST)["outcome"], again.region(WEST)["outcome"]) == ("unchanged", "done")


def test_both_without_access_is_no_access(desk: Desk) -> None:
    desk.package()
    desk.registry.before = lambda region, operation, parameters: Denying(region, "sts:GetCallerIdentity")(
        region, operation, parameters
    )
    assert desk.run(*BOTH).exit_code == 5


def test_both_failed_each_in_its_way_is_failed(desk: Desk) -> None:
    desk.package()
    desk.registry.refusal = "no"
    desk.registry.before = Denying(WEST, "sts:GetCallerIdentity")
    run = desk.run(*BOTH)
    assert (run.exit_code, run.region(EAST)["problem"]["code"], run.region(WEST)["problem"]["code"]) == (
        1,
        "registration-failed",
        "access-denied",
    )


def test_one_waits_while_the_other_goes_on(desk: Desk) -> None:
    desk.package()
    desk.registry.polls = 20
    begun = desk.clock.seconds
    assert desk.install().exit_code == 0
    alone = desk.clock.seconds - begun
    # Two fresh regions take as long as one, not twice as long.
    begun = desk.clock.seconds
    run = desk.run(*BOTH[:4], "--region", WEST, "--region", "eu-central-1", "--json")
    assert run.exit_code == 0
    assert desk.clock.seconds - begun < 1.2 * alone


def test_a_region_named_twice_counts_once(desk: Desk) -> None:
    desk.package()
    run = desk.run(*BOTH[:4], "--region", EAST, "--region", EAST, "--json")
    assert [each["region"] for each in run.answer["regions"]] == [EAST]


def test_interrupted_each_region_says_how_far_it_came(desk: Desk) -> None:
    desk.package()
    desk.install(region=WEST)

    def stop(region: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "cloudformation:RegisterType":
            raise KeyboardInterrupt

    desk.registry.before = stop
    run = desk.run(*BOTH)
    assert run.exit_code == 130
    assert run.region(WEST)["outcome"] == "unchanged"
    east = run.region(EAST)
    assert east["outcome"] == "interrupted"
    assert [step["does"].partition(" ")[0] for step in east["steps"]] == [
        "create",
        "create",
        "upload",
        "note",
    ]
    assert "it goes on from there" in json.dumps(east["problem"])
