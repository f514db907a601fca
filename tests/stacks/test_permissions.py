"""The deployed role's policy authorizes the function's calls: those of all other tests here, and no more."""

import copy
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.stacks import Stacks

from .world import INSTANCE, World, accepts, ended, template

FOREIGN = "10000000-0000-4000-8000-000000000002"
AGENTS = "agent-settings"

CALLER = """
import botocore.session
from botocore.exceptions import ClientError

def handler(function, context):
    client = botocore.session.get_session().create_client("lambda")
    try:
        client.invoke(FunctionName=function, Payload=b'{"RequestType": "Read"}')
        return "allowed"
    except ClientError as error:
        return error.response["Error"]["Code"]
"""

Revoke = Callable[[str], None]


@pytest.fixture
def revoke(world: World) -> Iterator[Revoke]:
    """Remove an action from the role's policy until the end of the test."""
    iam, role = world.cloud.client("iam"), world.installation.role_arn.rpartition("/")[2]
    deployed: dict[str, Any] = iam.get_role_policy(RoleName=role, PolicyName=AGENTS)["PolicyDocument"]

    def put(document: dict[str, Any]) -> None:
        iam.put_role_policy(RoleName=role, PolicyName=AGENTS, PolicyDocument=json.dumps(document))
        world.cloud.hold_to_policies_of(role)

    def without(action: str) -> None:
        document = copy.deepcopy(deployed)
        document["Statement"][0]["Action"].remove(action)
        put(document)

    yield without
    put(deployed)


def test_the_role_is_scoped_to_the_instance_and_to_its_own_function_and_log(world: World) -> None:
    (policy,) = world.cloud.hold_to_policies_of(world.installation.role_arn)
    of_agents, of_search, of_log, of_handover = policy["Statement"]
    assert of_agents["Resource"] == [f"arn:aws:connect:us-east-1:000000000000:instance/{INSTANCE}/agent/*"]
    assert of_search["Resource"] == [f"arn:aws:connect:us-east-1:000000000000:instance/{INSTANCE}"]
    assert world.installation.log_group in of_log["Resource"]
    assert of_handover["Resource"] == world.installation.service_token


def test_the_policy_allows_every_call_of_the_function(world: World, stacks: Stacks) -> None:
    """Without any policy the same calls are refused."""
    (ann,) = world.create_agents(1)
    world.cloud.control("POST", "permissions", {"principal": world.installation.role_arn, "policies": []})
    try:
        assert world.read(ann)["Error"] == "AccessDenied"
    finally:
        world.cloud.hold_to_policies_of(world.installation.role_arn)
    assert world.read(ann)["Owner"] is None
    world.cloud.control("DELETE", "calls")
    name = world.name("team")
    ended(stacks.create(name, template({"Ann": world.resource(ann, accepts("VOICE"))})), "CREATE_COMPLETE")
    ended(stacks.delete(name), "DELETE_COMPLETE")
    calls = [call for call in world.cloud.control("GET", "calls")["calls"] if call["user_id"] == ann]
    expected = {"DescribeUser", "TagResource", "UntagResource", "UpdateUserConfig"}
    assert {call["operation"] for call in calls} == expected
    assert {call["outcome"] for call in calls} == {"ok"}


def test_an_agent_of_another_instance_is_out_of_reach(world: World, stacks: Stacks) -> None:
    if not any(user["instance_id"] == FOREIGN for user in world.cloud.control("GET", "users")["users"]):
        world.cloud.control("POST", "seed", {"instances": [{"id": FOREIGN}]})
    (ann,) = world.create_agents(1)
    (stranger,) = world.create_agents(1, FOREIGN)
    before = world.state()
    resources = {
        "Ann": world.resource(ann, accepts("VOICE")),
        "Stranger": world.resource(stranger, accepts("VOICE")),
    }
    resources["Stranger"]["Properties"]["InstanceId"] = FOREIGN
    outcome = stacks.create(world.name("team"), template(resources))
    ended(outcome, "ROLLBACK_COMPLETE", Stranger="connect:DescribeUser")
    assert f"instance/{FOREIGN}/agent/{stranger}" in outcome.failures["Stranger"]
    assert world.state() == before


@pytest.mark.parametrize(
    "action", ["DescribeUser", "TagResource", "UpdateUserConfig", "UpdateUserPhoneConfig"]
)
def test_a_missing_action_fails_the_stack_and_is_named(
    world: World, stacks: Stacks, revoke: Revoke, action: str
) -> None:
    (ann,) = world.create_agents(1)
    before = world.state()
    revoke(f"connect:{action}")
    outcome = stacks.create(world.name("team"), template({"Ann": world.resource(ann, accepts("VOICE"))}))
    ended(outcome, "ROLLBACK_COMPLETE", Ann=f"connect:{action}")
    assert world.state() == before


def test_an_action_that_is_missing_for_a_delete_keeps_the_record(
    world: World, stacks: Stacks, revoke: Revoke
) -> None:
    (ann,) = world.create_agents(1)
    name = world.name("team")
    ended(stacks.create(name, template({"Ann": world.resource(ann, accepts("VOICE"))})), "CREATE_COMPLETE")
    revoke("connect:UntagResource")
    ended(stacks.delete(name), "DELETE_FAILED", Ann="connect:UntagResource")
    assert world.owner(ann) == f"{name}/Ann"


def test_ministack_authorizes_functions_by_their_role(world: World) -> None:
    """Otherwise the handovers here would not show that the role allows them."""
    client = world.cloud.client("lambda")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as packed:
        packed.writestr("caller.py", CALLER)
    options = {
        "Runtime": "python3.12",
        "Role": world.installation.role_arn,
        "Handler": "caller.handler",
        "Timeout": 30,
    }
    client.create_function(FunctionName="caller", Code={"ZipFile": code.getvalue()}, **options)
    for function, expected in (
        (world.installation.service_token, "allowed"),
        ("caller", "AccessDeniedException"),
    ):
        invoked = client.invoke(FunctionName="caller", Payload=json.dumps(function))
        assert json.loads(invoked["Payload"].read()) == expected
