"""The deployed roles: every action is needed, all of them are enough, and other instances stay out of reach.

moto deploys the templates' roles here; `tests/stacks` deploys them on a local CloudFormation.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import boto3
import pytest
from functional.world import World

from support.function_double import FUNCTION_ARN
from support.registry import ACCOUNT, REGION

from .front_ends import (
    FUNCTION,
    LOG_GROUP,
    PROVIDER,
    Document,
    Gate,
    deployed,
    hold_connect_to,
    operate,
    without,
)
from .recording import recorder
from .roles import ROLES

pytestmark = [
    # moto does not support it; ministack does.
    pytest.mark.filterwarnings("ignore:Tried to parse AWS..Lambda..EventInvokeConfig but:UserWarning"),
]

INSTANCE = "10000000-0000-4000-8000-000000000001"
OTHER = "10000000-0000-4000-8000-000000000002"
INSTANCE_ARN = f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/{INSTANCE}"
OF_CONNECT = (
    "DescribeUser",
    "SearchUsers",
    "TagResource",
    "UntagResource",
    "UpdateUserConfig",
    "UpdateUserPhoneConfig",
)
ARTEFACT = {"ArtefactBucket": "code", "ArtefactKey": f"{'0f' * 32}.zip"}
DELIVERY = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "cloudwatch:PutMetricData")


def roles_of_the_type(template: str = "deploy/registry.yml") -> dict[str, list[Document]]:
    return deployed(
        template,
        {
            **ARTEFACT,
            "TypeName": "Custom::Connect::UserConfig",
            "InstanceArns": INSTANCE_ARN,
            "LogGroupName": LOG_GROUP,
        },
    )


@cache
def execution_roles() -> dict[str, list[Document]]:
    """For tests that look at no log: only the first of them deploys the stack, which makes the log group."""
    return roles_of_the_type()


@cache
def role_of_the_function() -> list[Document]:
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="code")
    s3.put_object(
        Bucket="code", Key=ARTEFACT["ArtefactKey"], Body=b"PK\x05\x06" + bytes(18)
    )  # the shortest zip: an empty one
    parameters = {**ARTEFACT, "InstanceArns": INSTANCE_ARN}
    policies = deployed("deploy/custom-resource.yml", parameters)["Role"]
    named = boto3.client("lambda", region_name=REGION).list_functions()["Functions"][0]["FunctionArn"]
    return [_renamed(policy, named) for policy in policies]


def _renamed(policy: Document, function_arn: str) -> Document:
    """Return the policy for the function of these tests, which has another name."""
    statements = [
        {**each, "Resource": FUNCTION_ARN if each["Resource"] == function_arn else each["Resource"]}
        for each in policy["Statement"]
    ]
    return {**policy, "Statement": statements}


@contextmanager
def held_to(world: World, policies: list[Document], by_key: Mapping[str, list[Document]]) -> Iterator[Gate]:
    """Authorize Connect's calls by `policies`, and those of other services by the signer's policies."""
    gate = Gate(by_key)
    hold_connect_to(world.connect, policies)
    with recorder.telling(gate):
        yield gate


@pytest.fixture
def registry(registry: World) -> World:
    registry.instance_id, registry.instance_arn = registry.connect.create_instance(instance_id=INSTANCE)
    return registry


@pytest.fixture
def custom(custom: World) -> World:
    custom.instance_id, custom.instance_arn = custom.connect.create_instance(instance_id=INSTANCE)
    return custom


def delivered() -> list[str]:
    """Return the lines in the type's log group; none if there is no such group."""
    logs = boto3.client("logs", region_name=REGION)
    if not logs.describe_log_groups()["logGroups"]:
        return []
    return [event["message"] for event in logs.filter_log_events(logGroupName=LOG_GROUP)["events"]]


def measured() -> set[str]:
    metrics = boto3.client("cloudwatch", region_name=REGION).list_metrics()["Metrics"]
    return {each["Namespace"] for each in metrics}


def test_the_roles_of_the_type_are_enough_for_all_that_it_does(registry: World) -> None:
    roles = roles_of_the_type()
    with held_to(registry, roles["ExecutionRole"], {PROVIDER: roles["LogRole"]}) as gate:
        outcomes = operate(registry)
    assert all(outcome.succeeded for outcome in outcomes), outcomes
    assert gate.refused == []
    assert any('"event": "answer"' in line for line in delivered())
    assert measured() == {"AWS/CloudFormation/Custom/Connect/UserConfig"}


def test_the_role_of_the_function_is_enough_for_all_that_it_does(custom: World) -> None:
    policies = role_of_the_function()
    with held_to(custom, policies, {FUNCTION: policies}) as gate:
        outcomes = operate(custom)
    assert all(outcome.succeeded for outcome in outcomes), outcomes
    assert gate.refused == []


@pytest.mark.parametrize("action", OF_CONNECT)
def test_without_an_action_of_the_execution_role_an_operation_fails_and_names_it(
    registry: World, action: str
) -> None:
    roles = execution_roles()
    reduced = without(f"connect:{action}", roles["ExecutionRole"])
    with held_to(registry, reduced, {PROVIDER: roles["LogRole"]}):
        outcomes = operate(registry)
    refused = [outcome for outcome in outcomes if outcome.code == "AccessDenied"]
    assert refused
    assert all(f"connect:{action}" in outcome.message for outcome in refused), refused


@pytest.mark.parametrize("action", [*(f"connect:{name}" for name in OF_CONNECT), "lambda:InvokeFunction"])
def test_without_an_action_of_the_functions_role_an_operation_fails_and_names_it(
    custom: World, action: str
) -> None:
    policies = without(action, role_of_the_function())
    with held_to(custom, policies, {FUNCTION: policies}):
        outcomes = operate(custom)
    refused = [outcome for outcome in outcomes if not outcome.succeeded]
    assert any(action in outcome.message for outcome in refused), outcomes


@pytest.mark.parametrize("action", DELIVERY)
def test_without_an_action_of_the_log_role_a_delivery_fails_and_no_operation(
    registry: World, action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    roles = roles_of_the_type()
    if action == "logs:CreateLogGroup":
        # Somebody has removed the group that the stack made.
        boto3.client("logs", region_name=REGION).delete_log_group(logGroupName=LOG_GROUP)
    with held_to(registry, roles["ExecutionRole"], {PROVIDER: without(action, roles["LogRole"])}) as gate:
        outcomes = operate(registry)
    assert all(outcome.succeeded for outcome in outcomes), outcomes
    assert set(gate.refused) == {action}
    assert (delivered() == [], measured() == set()) == (
        action.startswith("logs:"),
        action.startswith("cloudwatch:"),
    )


def test_metrics_of_another_type_are_refused(registry: World) -> None:
    """The action has no resources; a condition limits it to a namespace."""
    roles = deployed(
        "deploy/registry.yml",
        {
            **ARTEFACT,
            "TypeName": "Acme::Connect::UserConfig",
            "InstanceArns": "all",
            "LogGroupName": LOG_GROUP,
        },
    )
    with held_to(registry, roles["ExecutionRole"], {PROVIDER: roles["LogRole"]}) as gate:
        operate(registry)
    assert set(gate.refused) == {"cloudwatch:PutMetricData"}


def test_agents_of_another_instance_are_out_of_reach_of_the_registry(registry: World) -> None:
    roles = execution_roles()
    _refused_elsewhere(registry, roles["ExecutionRole"], {PROVIDER: roles["LogRole"]})


def test_agents_of_another_instance_are_out_of_reach_of_the_function(custom: World) -> None:
    policies = role_of_the_function()
    _refused_elsewhere(custom, policies, {FUNCTION: policies})


def _refused_elsewhere(world: World, policies: list[Document], by_key: Mapping[str, list[Document]]) -> None:
    world.instance_id, world.instance_arn = world.connect.create_instance(instance_id=OTHER)
    world.connect.forget_calls()
    with held_to(world, policies, by_key):
        outcomes = operate(world)
    # A delete that may not read fails too: it cannot know that it owns nothing.
    assert not any(outcome.succeeded for outcome in outcomes), outcomes
    denied = [
        outcome for outcome in outcomes if "not authorized" in outcome.message or "grant" in outcome.message
    ]
    assert denied == outcomes
    assert {(call.outcome, call.acted) for call in world.connect.calls} == {("AccessDeniedException", False)}


def test_every_action_is_tried() -> None:
    """A new action in a role needs an entry in one of the lists above."""
    tried = {f"connect:{name}" for name in OF_CONNECT} | set(DELIVERY) | {"lambda:InvokeFunction"}
    assert {action for role in ROLES for action in role.granted - set(role.uncalled)} == tried
