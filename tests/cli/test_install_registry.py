"""Registering the type, on moto and the tests' own registry: what AWS holds in the end, and which calls led there."""

import ast
import itertools
from typing import Any

import pytest
from moto.backends import get_backend
from moto.cloudformation.models import Event, Stack

from .conftest import EAST, INSTANCE, TYPE, WEST, Desk
from .registry_double import ACCOUNT, Version

ROLE_STACK = "acme-connect-userconfig-registry-role"
ARTEFACTS = "connect-user-config-artefacts"


def live(desk: Desk, region: str = EAST) -> list[Version]:
    return [version for version in desk.registry.regions[region].versions[TYPE] if version.live]


def default(desk: Desk, region: str = EAST) -> str:
    return desk.registry.regions[region].defaults[TYPE].rpartition("/")[2]


def policy_of(desk: Desk, role: str) -> list[dict[str, Any]]:
    document = desk.client("iam").get_role_policy(RoleName=role, PolicyName="agent-settings")[
        "PolicyDocument"
    ]
    # moto keeps what a stack has made as Python writes it.
    statements: list[dict[str, Any]] = ast.literal_eval(document)["Statement"]
    return statements


def test_makes_a_bucket_and_a_role_uploads_registers_and_tells(desk: Desk) -> None:
    package = desk.package()
    run = desk.install()
    assert run.exit_code == 0
    region = run.region()
    assert region["outcome"] == "done"
    assert desk.writes() == [
        "cloudformation:CreateStack",
        "cloudformation:CreateStack",
        "s3:PutObject",
        "s3:PutObject",
        "cloudformation:RegisterType",
        "s3:PutObject",
        "s3:PutObject",
    ]
    result = region["result"]
    assert result["typeVersionArn"] == live(desk)[0].arn
    bucket, _, key = result["artefact"].removeprefix("s3://").partition("/")
    assert desk.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == package.read_bytes()
    assert result["artefactSha256"] in key
    outputs = desk.client("cloudformation").describe_stacks(StackName=ROLE_STACK)["Stacks"][0]["Outputs"]
    assert [each["OutputValue"] for each in outputs] == [result["executionRoleArn"]]
    assert live(desk)[0].request["ExecutionRoleArn"] == result["executionRoleArn"]


def test_the_role_serves_this_type_alone_and_agents_alone(desk: Desk) -> None:
    desk.package()
    role = desk.install().region()["result"]["executionRoleArn"].rpartition("/")[2]
    iam = desk.client("iam")
    trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "StringLike": {
            "aws:SourceArn": f"arn:aws:cloudformation:{EAST}:{ACCOUNT}:type/resource/Acme-Connect-UserConfig/*"
        },
    }
    agents, listing = policy_of(desk, role)
    assert agents["Resource"] == f"arn:aws:connect:{EAST}:{ACCOUNT}:instance/*/agent/*"
    assert listing["Resource"] == f"arn:aws:connect:{EAST}:{ACCOUNT}:instance/*"
    assert listing["Action"] == "connect:SearchUsers"


def test_instances_limit_the_role_and_stay_when_they_are_not_named_again(desk: Desk) -> None:
    desk.package()
    role = desk.install("--instance", INSTANCE).region()["result"]["executionRoleArn"].rpartition("/")[2]
    assert desk.install().region()["outcome"] == "unchanged"
    agents, listing = policy_of(desk, role)
    assert agents["Resource"] == [f"{INSTANCE}/agent/*"]
    assert listing["Resource"] == [INSTANCE]


def test_again_changes_nothing(desk: Desk) -> None:
    desk.package()
    desk.install()
    desk.writes()
    again = desk.install()
    assert (again.exit_code, again.region()["outcome"], again.did()) == (0, "unchanged", [])
    assert again.region()["result"]["typeVersionArn"] == live(desk)[0].arn
    assert desk.writes() == []


def test_another_artefact_becomes_the_default_and_the_earlier_one_comes_back(desk: Desk) -> None:
    first = desk.package(code="one").read_bytes()
    desk.install()
    desk.package(code="two")
    assert desk.install().region()["result"]["versionId"] == "00000002"
    assert default(desk) == "00000002"
    # More versions than a page of the list holds.
    desk.package(code="three")
    assert desk.install().region()["result"]["versionId"] == "00000003"
    desk.package().write_bytes(first)
    desk.writes()
    assert desk.install().region()["result"]["versionId"] == "00000001"
    assert desk.writes() == ["cloudformation:SetTypeDefaultVersion"]
    assert default(desk) == "00000001"


def test_a_version_that_was_deregistered_is_registered_anew(desk: Desk) -> None:
    desk.package()
    desk.install()
    live(desk)[0].live = False
    assert desk.install().region()["result"]["versionId"] == "00000002"


def test_an_object_that_is_not_what_its_key_says_is_uploaded_anew(desk: Desk) -> None:
    package = desk.package()
    bucket, _, key = desk.install().region()["result"]["artefact"].removeprefix("s3://").partition("/")
    desk.client("s3").put_object(Bucket=bucket, Key=key, Body=b"cut off", ChecksumAlgorithm="SHA256")
    assert [step.partition(" ")[0] for step in desk.install().did()] == ["upload"]
    assert desk.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == package.read_bytes()


@pytest.mark.parametrize("lie", ["schema", "role"])
def test_a_record_that_the_registry_does_not_bear_out_is_not_believed(desk: Desk, lie: str) -> None:
    desk.package()
    desk.install()
    version = live(desk)[0]
    if lie == "schema":
        version.schema = '{"typeName": "Acme::Connect::UserConfig"}'
    else:
        version.request = {**version.request, "ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/other"}
    assert desk.install().region()["result"]["versionId"] == "00000002"


def test_a_log_group_brings_a_log_role_and_a_version_that_uses_it_and_stays(desk: Desk) -> None:
    desk.package()
    desk.install()
    logged = desk.install("--log-group", "/acme/log").region()
    assert logged["result"]["versionId"] == "00000002"
    assert live(desk)[1].request["LoggingConfig"]["LogGroupName"] == "/acme/log"
    assert desk.install().region()["outcome"] == "unchanged"
    assert desk.install("--log-group", "").region()["result"]["logGroup"] is None
    assert "LoggingConfig" not in live(desk)[2].request


def test_a_failed_registration_shows_the_registrys_reason_and_running_again_tries_anew(desk: Desk) -> None:
    desk.package()
    desk.registry.refusal = "Schema is invalid: #/properties/UserId is not allowed"
    failed = desk.install()
    assert failed.exit_code == 1
    problem = failed.region()["problem"]
    assert problem["code"] == "registration-failed"
    assert desk.registry.refusal in problem["message"]
    desk.registry.refusal = ""
    assert desk.install().region()["result"]["versionId"] == "00000001"


def test_what_cloudformation_shows_in_another_spelling_is_updated_once_and_no_longer(desk: Desk) -> None:
    desk.package()
    desk.registry.mends_lists = False
    desk.install("--instance", INSTANCE)
    again = desk.install("--instance", INSTANCE)
    assert (again.exit_code, again.did()[0]) == (0, f"update stack {ROLE_STACK}")


def test_your_own_bucket_is_used_and_none_is_made(desk: Desk) -> None:
    desk.package()
    desk.client("s3").create_bucket(Bucket=f"acme-{EAST}")
    region = desk.install("--bucket", "acme-{region}").region()
    assert region["result"]["artefact"].startswith(
        f"s3://acme-{EAST}/connect-user-config/registry/Acme-Connect-UserConfig/"
    )
    stacks = desk.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks] == [ROLE_STACK]


@pytest.mark.parametrize(
    ("bucket", "code"), [("acme-nowhere", "no-such-bucket"), (f"acme-{WEST}", "bucket-elsewhere")]
)
def test_a_bucket_that_cannot_serve_is_refused_with_the_reason(desk: Desk, bucket: str, code: str) -> None:
    desk.package()
    desk.client("s3", WEST).create_bucket(
        Bucket=f"acme-{WEST}", CreateBucketConfiguration={"LocationConstraint": WEST}
    )
    run = desk.install("--bucket", bucket)
    assert (run.exit_code, run.region()["problem"]["code"]) == (2, code)
    assert desk.writes() == []


class Stopped:
    """Presses Ctrl-C right before the nth call of a run."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self, region: str, operation: str, parameters: dict[str, Any]) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_interrupted_anywhere_the_next_run_completes_and_registers_once(desk: Desk) -> None:
    desk.package()
    # A region is a fresh account as far as stacks, types and records go.
    regions = iter(desk.client("ec2").describe_regions()["Regions"])
    stops = 0
    for nth in itertools.count(2, 4):
        region = next(regions)["RegionName"]
        desk.registry.before = Stopped(nth)
        run = desk.install(region=region)
        desk.registry.before = lambda *_: None
        if run.exit_code == 0:
            break
        stops += 1
        assert (run.exit_code, run.region(region)["outcome"]) == (130, "interrupted")
        assert desk.install(region=region).exit_code == 0, nth
        assert [version.version_id for version in live(desk, region)] == ["00000001"], nth
    assert stops > 8


@pytest.mark.parametrize(
    "cut", ["RegisterType", "PutObject after it", "DescribeTypeRegistration", "PutObject in the end"]
)
def test_cut_off_around_the_registration_there_is_still_one_version(desk: Desk, cut: str) -> None:
    desk.package()
    seen: list[str] = []

    def stop(region: str, operation: str, parameters: dict[str, Any]) -> None:
        name = operation.partition(":")[2]
        after = {
            "PutObject after it": "RegisterType",
            "PutObject in the end": "DescribeTypeRegistration",
        }.get(cut)
        if name == cut.partition(" ")[0] and (after is None or after in seen):
            raise KeyboardInterrupt
        seen.append(name)

    desk.registry.before = stop
    assert desk.install().exit_code == 130
    desk.registry.before = lambda *_: None
    assert desk.install().exit_code == 0
    assert [version.version_id for version in live(desk)] == ["00000001"]


def test_a_role_stack_whose_first_creation_failed_is_made_anew(desk: Desk) -> None:
    desk.package()
    desk.install()
    stacks = get_backend("cloudformation")[ACCOUNT][EAST].stacks
    next(stack for stack in stacks.values() if stack.name == ROLE_STACK).status = "ROLLBACK_COMPLETE"
    did = desk.install().did()
    assert did[0] == f"delete what a failed creation has left of stack {ROLE_STACK}"
    # The role is another one, so the version must be another one too.
    assert f"register a version of {TYPE}" in did


def test_a_stack_that_fails_tells_which_resource_failed_first_and_why(desk: Desk) -> None:
    desk.package()
    created: list[Stack] = []

    def fail(region: str, operation: str, parameters: dict[str, Any]) -> None:
        made = next(
            (
                stack
                for stack in get_backend("cloudformation")[ACCOUNT][EAST].stacks.values()
                if stack.name == ROLE_STACK
            ),
            None,
        )
        if made and not created:
            created.append(made)
            made.status = "CREATE_IN_PROGRESS"
        elif made and operation == "cloudformation:DescribeStacks" and desk.clock.slept[-1] > 0:
            made.status = "ROLLBACK_COMPLETE"
            told = {
                "ExecutionRole": "iam:CreateRole is not allowed",
                "LogRole": "Resource creation cancelled",
            }
            made.events += [
                Event(made.stack_id, ROLE_STACK, name, "", "AWS::IAM::Role", "CREATE_FAILED", reason, None)
                for name, reason in told.items()
            ]

    desk.registry.before = fail
    problem = desk.install().region()["problem"]
    assert problem["code"] == "stack-failed"
    assert "ROLLBACK_COMPLETE: ExecutionRole: iam:CreateRole is not allowed" in problem["message"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("DELETE_FAILED", "delete-stack"),
        ("REVIEW_IN_PROGRESS", "change set"),
    ],
)
def test_a_stack_that_only_a_person_can_mend_says_how(desk: Desk, status: str, words: str) -> None:
    desk.package()
    desk.install()
    stacks = get_backend("cloudformation")[ACCOUNT][EAST].stacks
    next(stack for stack in stacks.values() if stack.name == ROLE_STACK).status = status
    desk.writes()
    run = desk.install()
    assert (run.exit_code, run.region()["problem"]["code"]) == (1, "stack-stuck")
    assert status in run.region()["problem"]["message"]
    assert words in run.region()["problem"]["advice"]
    assert desk.writes() == []


def test_time_that_runs_out_says_so_and_running_again_goes_on(desk: Desk) -> None:
    desk.package()
    desk.registry.polls = 40
    run = desk.install("--timeout", "1")
    assert (run.exit_code, run.region()["problem"]["code"]) == (1, "timeout")
    assert "wait until the registry has checked" in run.region()["problem"]["message"]
    assert desk.install().region()["result"]["versionId"] == "00000001"
