"""The calls of both front ends in all their operations, which are all that the roles grant."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.credentials import ReadOnlyCredentials
from functional.front_end import Outcome
from functional.world import World

from custom_connect_userconfig.aws.clients import ONE_TRY, acting_as, kept_client
from support.registry import REGION

from .front_ends import CALLER, FUNCTION, PROVIDER, LoggedStack, operate
from .recording import USER_AGENT, Call, kind_of, recorder
from .roles import ROLES, Role, disagreements

CONNECT = {
    (f"connect:{name}", "agent")
    for name in ("DescribeUser", "TagResource", "UntagResource", "UpdateUserConfig")
} | {("connect:SearchUsers", "instance")}
STREAMS = {("logs:CreateLogStream", "log-stream"), ("logs:PutLogEvents", "log-stream")}
SEEN = {
    ("registry", CALLER): CONNECT,
    ("registry", PROVIDER): STREAMS
    | {("logs:CreateLogGroup", "log-group"), ("cloudwatch:PutMetricData", "metrics")},
    ("custom resource", FUNCTION): CONNECT | {("lambda:Invoke", "function")},
}
"""The operations of each front end and signer, each with the kind of resource that it names."""
USED = {(front_end, operation) for (front_end, _), calls in SEEN.items() for operation, _ in calls}


@pytest.fixture
def calls() -> Iterator[list[Call]]:
    """The calls that are recorded during the test."""
    calls: list[Call] = []
    with recorder.telling(calls.append):
        yield calls


@pytest.fixture
def outcomes(calls: list[Call], registry: World, custom: World) -> list[Outcome]:
    """The outcomes of every operation of both front ends."""
    return [*operate(registry), *operate(custom)]


def test_every_operation_makes_the_known_calls_with_the_right_signer(
    outcomes: list[Outcome], calls: list[Call]
) -> None:
    assert all(outcome.succeeded for outcome in outcomes), outcomes
    seen: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for call in calls:
        seen.setdefault((call.front_end, call.access_key), set()).add((call.operation, kind_of(call)))
    assert seen == SEEN


def test_every_role_grants_exactly_what_was_called(outcomes: list[Outcome], calls: list[Call]) -> None:
    assert disagreements((call.front_end, call.operation) for call in calls) == []


@pytest.mark.parametrize("unused", sorted(USED))
def test_a_granted_action_without_a_call_is_named(unused: tuple[str, str]) -> None:
    named = disagreements(USED - {unused})
    assert len(named) == sum(len(role.used({unused})) for role in ROLES) >= 1
    assert all("which no handler has used" in text for text in named), named


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            ("registry", "connect:ListUsers"),
            "deploy/registry.yml lacks connect:ListUsers, which a handler has used",
        ),
        (("custom resource", "connect:ListUsers"), "deploy/custom-resource.yml lacks connect:ListUsers"),
        (("registry", "s3:GetObject"), "no role is for calls of s3:GetObject"),
        (("registry", "logs:DescribeLogGroups"), "names a reason for logs:DescribeLogGroups, which is used"),
    ],
)
def test_a_call_without_a_granted_action_is_named(more: tuple[str, str], words: str) -> None:
    assert any(words in text for text in disagreements({*USED, more}))


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_an_uncalled_action_has_its_reason(role: Role) -> None:
    assert set(role.uncalled) <= role.granted
    assert all(role.uncalled.values())


def test_a_tests_own_calls_are_not_the_handlers(registry: World, calls: list[Call]) -> None:
    """Neither with its own client, nor with a client of the handlers, nor while a handler runs."""
    assert ONE_TRY.user_agent_extra == USER_AGENT  # type: ignore[attr-defined]  # options of a Config are set by name
    agent = registry.agent("dense")
    named = {"InstanceId": registry.instance_id, "UserId": agent.user_id}
    boto3.client("connect", region_name=REGION).describe_user(**named)
    with acting_as(ReadOnlyCredentials(CALLER, "made-up", "made-up")):
        kept_client("connect", REGION).describe_user(**named)  # type: ignore[attr-defined]  # clients are made from data
    assert calls == []

    def meddle(call: Call) -> None:
        boto3.client("connect", region_name=REGION).list_users(InstanceId=registry.instance_id)

    with recorder.telling(meddle):
        answer = LoggedStack(registry.clock).once("READ", agent.identifier)
    assert answer["errorCode"] == "NotFound"
    assert "connect:DescribeUser" in {call.operation for call in calls}
    assert "connect:ListUsers" not in {call.operation for call in calls}
