"""Several regions at once: each succeeds or fails by itself, and the exit code tells."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.answers import ACCOUNT

from .conftest import EAST, TYPE, WEST, Desk

BOTH = ("--region", WEST)


class Denying:
    """Denies one action, in one region or in all."""

    def __init__(self, operation: str, region: str = "") -> None:
        self.region = region
        self.operation = operation

    def __call__(self, region: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == self.operation and self.region in ("", region):
            user = f"arn:aws:iam::{ACCOUNT}:user/x"
            message = f"User: {user} is not authorized to perform: {operation} on resource: arn:aws:x"
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, operation)


def test_both_are_installed_and_each_has_its_own_of_everything(desk: Desk) -> None:
    run = desk.install(*BOTH)
    assert run.exit_code == 0
    assert [each["region"] for each in run.answer["regions"]] == [EAST, WEST]
    for region in (WEST, EAST):
        assert f":{region}:" in run.region(region)["result"]["typeVersionArn"]
        assert desk.cloud.live(TYPE, region) == ["00000001*"]
    assert run.region(WEST)["result"]["artefact"] != run.region(EAST)["result"]["artefact"]


@pytest.mark.parametrize("operation", ["sts:GetCallerIdentity", "cloudformation:CreateStack", "s3:PutObject"])
def test_a_failure_in_one_does_not_keep_the_other(desk: Desk, operation: str) -> None:
    desk.cloud.before = Denying(operation, WEST)
    run = desk.install(*BOTH)
    assert run.exit_code == 3
    assert run.region(EAST)["outcome"] == "done"
    failed = run.region(WEST)
    assert (failed["outcome"], failed["problem"]["code"]) == ("failed", "access-denied")
    assert f"may not {operation} on arn:aws:x in {WEST}" in failed["problem"]["message"]
    # Run again, only the rest is left.
    desk.cloud.before = lambda *_: None
    again = desk.install(*BOTH)
    assert again.exit_code == 0
    assert (again.region(EAST)["outcome"], again.region(WEST)["outcome"]) == ("unchanged", "done")


def test_each_asks_once_whose_credentials_are_in_use(desk: Desk) -> None:
    desk.install(*BOTH)
    asked = [region for region, operation, _ in desk.cloud.calls if operation == "sts:GetCallerIdentity"]
    assert sorted(asked) == [WEST, EAST]


def test_both_without_access_is_no_access(desk: Desk) -> None:
    desk.cloud.before = Denying("sts:GetCallerIdentity")
    assert desk.install(*BOTH).exit_code == 5


def test_both_failed_each_in_its_way_is_failed(desk: Desk) -> None:
    desk.cloud.refusal = "no"
    desk.cloud.before = Denying("sts:GetCallerIdentity", WEST)
    run = desk.install(*BOTH)
    codes = [each["problem"]["code"] for each in run.answer["regions"]]
    assert (run.exit_code, codes) == (1, ["stack-failed", "access-denied"])


def test_a_region_named_twice_counts_once(desk: Desk) -> None:
    assert [each["region"] for each in desk.install("--region", EAST).answer["regions"]] == [EAST]


def test_time_that_runs_out_names_what_was_waited_for(desk: Desk) -> None:
    desk.cloud.polls = 10_000
    run = desk.install("--timeout", "5")
    assert (run.exit_code, run.problem["code"]) == (1, "timeout")
    assert "create stack acme-connect-userconfig" in run.problem["message"]
