"""Both front ends in one account with the templates' roles, each with the keys that it has in AWS.

A registry handler signs Connect's calls with the execution role's keys and the delivery of its log with the
log role's; the function signs with its own. The local Connect authorizes its calls itself; the `Gate`
authorizes those of the other services.
"""

import ast
import json
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError
from functional.custom_front_end import CustomFrontEnd
from functional.front_end import FrontEnd, Outcome, RegistryDriver, RegistryFrontEnd
from functional.settings import acw, auto_accept
from functional.world import World
from moto.iam.access_control import IAMPolicy, PermissionResult

from connect_local import LocalConnect, Permissions
from support.registry import ACCOUNT, REGION, RegistryStack

from .recording import Call
from .roles import ROOT, actions_of, listed

Document = dict[str, Any]

CALLER: Final = "ASIACALLEREXAMPLE001"
PROVIDER: Final = "ASIAPROVIDEREXAMPLE1"
FUNCTION: Final = "ASIAFUNCTIONEXAMPLE1"
LOG_GROUP: Final = "acme-connect-userconfig-logs"
PRINCIPAL: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/the-role/session"


def keys(access_key: str) -> dict[str, str]:
    """Return temporary keys as an event carries them."""
    return {"accessKeyId": access_key, "secretAccessKey": "made-up", "sessionToken": "made-up"}


@dataclass
class LoggedStack(RegistryStack):
    """A resource of a type that was registered with a role and a log."""

    def event(self, *args: Any, **more: Any) -> dict[str, Any]:
        """Return an event with the keys of both roles."""
        event = super().event(*args, **more)
        event["requestData"] |= {
            "callerCredentials": keys(CALLER),
            "providerCredentials": keys(PROVIDER),
            "providerLogGroupName": LOG_GROUP,
        }
        return event


@dataclass
class LoggedFrontEnd(RegistryFrontEnd):
    """The registry, with a log."""

    def resource(self, stack: str | None, logical_id: str, token: str) -> RegistryDriver:
        return RegistryDriver(LoggedStack(self.clock, stack, logical_id, token), self.answers)


def operate(world: World, instance_id: str | None = None) -> list[Outcome]:
    """Do every operation of the front end, an update of a user who has left too; return how each ended."""
    agent = world.agent("dense")
    agent.instance_given = instance_id or agent.instance_given
    driver = world.front_end.resource("sales-stack", "Agent", "token-1")
    first = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", True)])
    second = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)])
    outcomes = [driver.create(first), driver.read(first), driver.update(second, first), driver.delete(second)]
    world.connect.backend().delete_user(world.instance_id, agent.user_id)
    world.agents.remove(agent)
    return [*outcomes, driver.update(second, first), _own_operation(world.front_end, world)]


def _own_operation(front_end: FrontEnd, world: World) -> Outcome:
    """A handover by the function, a LIST by the registry."""
    if isinstance(front_end, CustomFrontEnd):
        return _handed_over(front_end, world)
    answer = LoggedStack(world.clock).once("LIST", {"InstanceId": world.instance_id})
    return Outcome(answer["status"] == "SUCCESS", answer.get("message") or "", answer.get("errorCode"))


def _handed_over(front_end: CustomFrontEnd, world: World) -> Outcome:
    """Create with a longer wait than the function may run."""
    agent, usual = world.agent("dense"), front_end.function.seconds
    world.connect.behaviour = type(world.connect.behaviour)(stale_seconds=250.0)
    front_end.function.seconds = 150.0
    try:
        driver = front_end.resource("sales-stack", "Other", "token-2")
        return driver.create(agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)]))
    finally:
        front_end.function.seconds = usual
        world.connect.behaviour = type(world.connect.behaviour)()


def deployed(template: str, parameters: Mapping[str, str]) -> dict[str, list[Document]]:
    """Deploy a template on moto; return the policies of each of its roles, by logical id."""
    cloudformation, iam = (boto3.client(service, region_name=REGION) for service in ("cloudformation", "iam"))
    with warnings.catch_warnings():
        # moto leaves the type's version out of the stack.
        warnings.filterwarnings("ignore", "Tried to parse AWS::CloudFormation::Resource.* but")
        cloudformation.create_stack(
            StackName="roles",
            TemplateBody=(ROOT / template).read_text("utf-8"),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()
            ],
            Capabilities=["CAPABILITY_IAM"],
        )
        made = cloudformation.describe_stack_resources(StackName="roles")["StackResources"]
    roles = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in made
        if each.get("ResourceType") == "AWS::IAM::Role"
    }
    return {logical_id: _policies(iam, role) for logical_id, role in roles.items()}


def _policies(iam: Any, role: str) -> list[Document]:
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    kept = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    # moto returns inline policies of a stack as Python literals.
    return [ast.literal_eval(each) if isinstance(each, str) else each for each in kept]


def without(action: str, policies: Iterable[Document]) -> list[Document]:
    """Return the policies without one action."""
    changed = json.loads(json.dumps(list(policies)))
    for policy in changed:
        for statement in policy["Statement"]:
            statement["Action"] = [each for each in listed(statement["Action"]) if each != action]
    return list(changed)


@dataclass
class Gate:
    """Refuses calls of services other than Connect that the policies of the signer's role do not allow."""

    by_key: Mapping[str, list[Document]]
    refused: list[str] = field(default_factory=list)

    def __call__(self, call: Call) -> None:
        """Check one call; raises ClientError, as botocore does, if it is not allowed."""
        if call.operation.startswith("connect:"):
            return
        missing = [action for action in actions_of(call.operation) if not self._permits(call, action)]
        if missing:
            self.refused += missing
            message = f"not authorized to perform: {missing[0]}"
            error: Any = {"Error": {"Code": "AccessDeniedException", "Message": message}}
            raise ClientError(error, call.operation.partition(":")[2])

    def _permits(self, call: Call, action: str) -> bool:
        context = {"cloudwatch:namespace": str(call.parameters.get("Namespace"))}
        policies = [IAMPolicy(json.dumps(policy)) for policy in self.by_key.get(call.access_key, ())]
        decisions = [
            policy.is_action_permitted(action, resource_of(call), incoming_condition_values=context)
            for policy in policies
        ]
        return PermissionResult.PERMITTED in decisions


def resource_of(call: Call) -> str:
    """Return the ARN of a call's resource, as IAM sees it; a star for services without resources."""
    named = call.parameters
    if "logGroupName" in named:
        stream = f":log-stream:{named['logStreamName']}" if "logStreamName" in named else ""
        return f"arn:aws:logs:{call.region}:{ACCOUNT}:log-group:{named['logGroupName']}{stream}"
    return str(named.get("FunctionName", "*"))


def hold_connect_to(connect: LocalConnect, policies: Iterable[Document]) -> None:
    """Let the local Connect authorize temporary keys by the statements of these policies about Connect."""
    of_connect = [
        {**policy, "Statement": [each for each in policy["Statement"] if "connect:" in str(each["Action"])]}
        for policy in policies
    ]
    connect.permissions = Permissions.of(PRINCIPAL, of_connect)
