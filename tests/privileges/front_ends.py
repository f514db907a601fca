"""Both front ends at work in one account whose roles stand as the templates deploy them, each signing as who
it is in AWS.

A registry handler signs Connect's calls with the execution role's keys and the delivery of its log with the
log role's; the function signs with its own. The local Connect judges its calls itself; the `Gate` judges
those of the other services.
"""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
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
    """A resource of a type that is registered with a role and a log."""

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
    """Create, read, update and delete one resource, update another whose user has left, then list and hand
    over where the front
    end does; return how each ended."""
    agent = world.agent("dense")
    agent.instance_given = instance_id or agent.instance_given
    driver = world.front_end.resource("sales-stack", "Agent", "token-1")
    first = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", True)])
    second = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 30)])
    outcomes = [driver.create(first), driver.read(first), driver.update(second, first), driver.delete(second)]
    world.connect.backend().delete_user(world.instance_id, agent.user_id)
    world.agents.remove(agent)
    return [*outcomes, driver.update(second, first), *_besides(world.front_end, world)]


def _besides(front_end: FrontEnd, world: World) -> Iterator[Outcome]:
    if isinstance(front_end, CustomFrontEnd):
        yield _handed_over(front_end, world)
    else:
        answer = LoggedStack(world.clock).once("LIST", {"InstanceId": world.instance_id})
        yield Outcome(answer["status"] == "SUCCESS", answer.get("message") or "", answer.get("errorCode"))


def _handed_over(front_end: CustomFrontEnd, world: World) -> Outcome:
    """A create that must wait for longer than the function may run."""
    agent, usual = world.agent("dense"), front_end.function.seconds
    world.connect.behaviour = type(world.connect.behaviour)(stale_seconds=250.0)
    front_end.function.seconds = 150.0
    try:
        return front_end.resource("sales-stack", "Other", "token-2").create(
            agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])
        )
    finally:
        front_end.function.seconds = usual
        world.connect.behaviour = type(world.connect.behaviour)()


def deployed(template: str, parameters: Mapping[str, str]) -> dict[str, list[Document]]:
    """Deploy a template on moto, and return the policies of every role that it makes, by logical id."""
    cloudformation, iam = (boto3.client(service, region_name=REGION) for service in ("cloudformation", "iam"))
    cloudformation.create_stack(
        StackName="roles",
        TemplateBody=(ROOT / template).read_text("utf-8"),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
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
    # Inline policies of a stack are given as moto has them: as Python spells them.
    return [ast.literal_eval(each) if isinstance(each, str) else each for each in kept]


def without(action: str, policies: Iterable[Document]) -> list[Document]:
    """Return the policies with one action taken out."""
    changed = json.loads(json.dumps(list(policies)))
    for policy in changed:
        for statement in policy["Statement"]:
            statement["Action"] = [each for each in listed(statement["Action"]) if each != action]
    return list(changed)


@dataclass
class Gate:
    """Refuses what the policies of the signer's role do not allow, of services that nobody else judges here."""

    by_key: Mapping[str, list[Document]]
    refused: list[str] = field(default_factory=list)

    def __call__(self, call: Call) -> None:
        """Check one call; raises what botocore raises for a refusal."""
        if call.operation.startswith("connect:"):
            return
        missing = [action for action in actions_of(call.operation) if not self._permits(call, action)]
        if missing:
            self.refused += missing
            answer = {
                "Error": {
                    "Code": "AccessDeniedException",
                    "Message": f"not authorized to perform: {missing[0]}",
                }
            }
            raise ClientError(answer, call.operation.partition(":")[2])  # type: ignore[arg-type] # as much of an answer as is read

    def _permits(self, call: Call, action: str) -> bool:
        context = {"cloudwatch:namespace": str(call.parameters.get("Namespace"))}
        policies = [IAMPolicy(json.dumps(policy)) for policy in self.by_key.get(call.access_key, ())]
        decisions = [
            policy.is_action_permitted(action, resource_of(call), incoming_condition_values=context)
            for policy in policies
        ]
        return PermissionResult.PERMITTED in decisions


def resource_of(call: Call) -> str:
    """Return the ARN that IAM judges a call by; a star for services without resources."""
    said = call.parameters
    if "logGroupName" in said:
        stream = f":log-stream:{said['logStreamName']}" if "logStreamName" in said else ""
        return f"arn:aws:logs:{call.region}:{ACCOUNT}:log-group:{said['logGroupName']}{stream}"
    return str(said.get("FunctionName", "*"))


def hold_connect_to(connect: LocalConnect, policies: Iterable[Document]) -> None:
    """Let the local Connect admit temporary keys as these policies allow; what they say of other services
    does not matter to it.
    """
    of_connect = [
        {**policy, "Statement": [each for each in policy["Statement"] if "connect:" in str(each["Action"])]}
        for policy in policies
    ]
    connect.permissions = Permissions.of(PRINCIPAL, of_connect)
