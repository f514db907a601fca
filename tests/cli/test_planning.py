"""The core by itself: states in, steps out. No clients, no doubles."""

import itertools

import pytest

from connect_user_config.core.calls import Call, Content, Later, is_settled
from connect_user_config.core.instances import by_region
from connect_user_config.core.names import role_stack
from connect_user_config.core.problems import (
    DONE,
    FAILED,
    INTERRUPTED,
    NO_ACCESS,
    PARTLY,
    REFUSED,
    Failed,
    NoAccess,
    Refused,
)
from connect_user_config.core.records import Record
from connect_user_config.core.reports import INTERRUPTION, RegionReport, exit_code
from connect_user_config.core.stacks import (
    StackSeen,
    StackWanted,
    mark_of,
    parameters_of,
    plan_stack,
    plan_stack_removal,
)
from connect_user_config.core.steps import Write
from connect_user_config.templates import ARTEFACT_BUCKET, CUSTOM_RESOURCE, REGISTRY_ROLE, template

TEXT = """A: 1
Description: >-
  Ours, and
  nobody else's: as it is.

Parameters:
  Size:
    Type: Number
  Name:
    Type: String

Outputs:
  X:
"""
WANTED = StackWanted("s", "Ours, and nobody else's", Content("t.yml", TEXT.encode()), {"Size": "2"})


def seen(status: str = "CREATE_COMPLETE", **changes: object) -> StackSeen:
    values = {
        "name": "s",
        "status": status,
        "description": "Ours, and nobody else's: as it was.",
        "parameters": {"Size": "2", "Name": "n"},
        "template": TEXT,
        **changes,
    }
    return StackSeen(**values)  # type: ignore[arg-type]  # each test names members of the class


def does(steps: object) -> list[str]:
    return [step.does for step in steps]  # type: ignore[attr-defined]  # whatever has steps


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        (None, ["create stack s", "wait for stack s"]),
        (seen(), []),
        (seen("UPDATE_COMPLETE"), []),
        (seen("UPDATE_ROLLBACK_COMPLETE"), []),
        (seen("UPDATE_ROLLBACK_COMPLETE", template="old"), ["update stack s", "wait for stack s"]),
        (seen(template=f"{TEXT}\n"), []),
        (seen(parameters={"Size": "1"}), ["update stack s", "wait for stack s"]),
        (seen("CREATE_IN_PROGRESS"), ["wait for stack s, which is in CREATE_IN_PROGRESS"]),
        (
            seen("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
            ["wait for stack s, which is in UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"],
        ),
        (seen("DELETE_IN_PROGRESS"), ["wait until stack s is gone", "create stack s", "wait for stack s"]),
        (
            seen("ROLLBACK_COMPLETE"),
            [
                "delete what a failed creation has left of stack s",
                "wait until stack s is gone",
                "create stack s",
                "wait for stack s",
            ],
        ),
    ],
)
def test_what_a_stack_needs(state: StackSeen | None, steps: list[str]) -> None:
    assert does(plan_stack(WANTED, state)) == steps


@pytest.mark.parametrize(
    "status",
    ["ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "REVIEW_IN_PROGRESS"],
)
def test_what_only_a_person_can_end(status: str) -> None:
    with pytest.raises(Failed, match=f"stack s is in {status} .why.") as caught:
        plan_stack(WANTED, seen(status, reason="why"))
    assert caught.value.code == "stack-stuck"
    assert caught.value.advice


@pytest.mark.parametrize("description", ["", "Somebody's: stack", "Ours, and nobody else's but not quite"])
def test_a_strangers_stack_is_neither_changed_nor_deleted(description: str) -> None:
    for plan in (
        lambda: plan_stack(WANTED, seen(description=description)),
        lambda: plan_stack_removal("s", WANTED.mark, seen(description=description)),
    ):
        with pytest.raises(Failed) as caught:
            plan()
        assert caught.value.code == "name-taken"


def test_an_update_names_the_parameters_that_stay() -> None:
    update = plan_stack(WANTED, seen(parameters={"Size": "1", "Name": "n", "Gone": "g"}))[0]
    assert isinstance(update, Write)
    assert update.call.parameters["Parameters"] == [
        {"ParameterKey": "Name", "ParameterValue": "n"},
        {"ParameterKey": "Size", "ParameterValue": "2"},
    ]


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        (None, []),
        (seen("DELETE_IN_PROGRESS"), ["wait until stack s is gone"]),
        (seen("DELETE_FAILED"), ["delete stack s", "wait until stack s is gone"]),
        (
            seen("UPDATE_IN_PROGRESS"),
            [
                "wait for stack s, which is in UPDATE_IN_PROGRESS",
                "delete stack s",
                "wait until stack s is gone",
            ],
        ),
    ],
)
def test_what_is_left_until_a_stack_is_gone(state: StackSeen | None, steps: list[str]) -> None:
    assert does(plan_stack_removal("s", WANTED.mark, state)) == steps


def test_the_templates_have_marks_of_their_own_and_fit_into_a_request() -> None:
    contents = [template(name) for name in (ARTEFACT_BUCKET, REGISTRY_ROLE, CUSTOM_RESOURCE)]
    marks = [mark_of(content.text) for content in contents]
    assert marks == [
        "Artefacts of connect-user-config",
        "Roles of a registered connect-user-config type",
        "The Lambda-backed front end of Custom::Connect::UserConfig",
    ]
    assert max(len(content.data) for content in contents) <= 51_200


def test_parameters_are_read_from_the_template() -> None:
    assert parameters_of(TEXT) == ["Size", "Name"]
    assert parameters_of(template(REGISTRY_ROLE).text) == ["TypeName", "InstanceArns", "LogGroupName"]


@pytest.mark.parametrize(
    ("problems", "code"),
    [
        ([None, None], DONE),
        ([None, Failed("x", "x")], PARTLY),
        ([None, Refused("x", "x")], PARTLY),
        ([Refused("x", "x"), Refused("x", "x")], REFUSED),
        ([NoAccess("x", "x")], NO_ACCESS),
        ([NoAccess("x", "x"), Failed("x", "x")], FAILED),
        ([None, INTERRUPTION], INTERRUPTED),
        ([], DONE),
    ],
)
def test_exit_codes(problems: list[Failed | None], code: int) -> None:
    for order in itertools.permutations(problems):
        assert exit_code([RegionReport("r", "x", problem=problem) for problem in order]) == code


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"request": 1, "clientRequestToken": "a", "registrationToken": "", "typeVersionArn": ""}',
    ],
)
def test_a_damaged_record_counts_as_none(damage: bytes) -> None:
    assert Record.read(damage) is None


def test_a_record_is_read_as_it_was_written() -> None:
    record = Record(
        {"Type": "RESOURCE", "LoggingConfig": {"LogGroupName": "g"}}, "client", "registration", "arn"
    )
    assert Record.read(record.written().data) == record


def test_a_promise_is_shown_in_braces_wherever_it_stands_and_is_not_settled() -> None:
    call = Call(
        "s3",
        "PutObject",
        {"Bucket": Later("the bucket"), "Tags": [{"Key": Later("x")}], "Body": Content("f.zip", b"12345")},
    )
    assert call.shown()["parameters"] == {
        "Bucket": "{the bucket}",
        "Tags": [{"Key": "{x}"}],
        "Body": "<f.zip, 5 bytes>",
    }
    assert not is_settled(call.parameters)
    assert not is_settled([{"a": ("b", Later("c"))}])
    assert is_settled({"a": [1, "{b}"]})


def test_names_of_stacks_fit_and_differ() -> None:
    assert role_stack("Acme::Connect::UserConfig") == "acme-connect-userconfig-registry-role"
    long = [f"{'a' * 64}::{'b' * 64}::{'c' * 63}{end}" for end in "xy"]
    assert len({role_stack(name) for name in long}) == 2
    assert all(len(role_stack(name)) <= 128 for name in long)


def test_each_region_gets_its_instances() -> None:
    east, west = (
        f"arn:aws:connect:{region}:123456789012:instance/i" for region in ("us-east-1", "eu-west-1")
    )
    assert by_region([west, east, west], []) == {"eu-west-1": (west,), "us-east-1": (east,)}
    assert by_region([east], ["us-east-1"]) == {"us-east-1": (east,)}
