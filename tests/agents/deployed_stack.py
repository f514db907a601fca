"""A stack of custom resources: the real handler deploys it, and it answers CloudFormation's reads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import botocore.client
from botocore.exceptions import ClientError

from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.custom_resource import Answer, CustomStack, id_of
from support.function_double import FunctionDouble
from support.registry import stack_id
from support.reply_endpoint import ReplyEndpoint

Resources = Mapping[str, Mapping[str, Any]]
"""Properties by logical id."""
CUSTOM = "Custom::ConnectUserConfig"


@dataclass
class DeployedStack:
    """One stack. It sends the requests that CloudFormation sends, and rolls back if one fails."""

    clock: FakeClock
    function: FunctionDouble
    endpoint: ReplyEndpoint
    name: str = "sales"
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    template: Any = None
    """The template, if it is another one than that of the literal `resources`."""
    parameters: list[dict[str, str]] = field(default_factory=list)
    more: list[dict[str, str]] = field(default_factory=list)
    """Further resources as ListStackResources shows them."""
    types: dict[str, str] = field(default_factory=dict)

    def deploy(self, resources: Resources) -> str:
        """Deploy `resources`; return why it failed, or nothing."""
        wanted = {name: dict(properties) for name, properties in resources.items()}
        done: list[str] = []
        for name, properties in wanted.items():
            old = self.resources.get(name)
            if old == properties:
                continue
            answer = self._apply(name, properties, old)
            if not answer.succeeded:
                self._roll_back(name, properties, done, wanted)
                return answer.reason or "failed"
            done.append(name)
        for name, old in self.resources.items():
            if name not in wanted or id_of(wanted[name]) != id_of(old):
                assert self._one(name).delete(old).succeeded
        self.resources = wanted
        return ""

    def _apply(self, name: str, properties: dict[str, Any], old: dict[str, Any] | None) -> Answer:
        one = self._one(name)
        return one.create(properties) if old is None else one.update(properties, old)

    def _roll_back(self, name: str, properties: dict[str, Any], done: list[str], wanted: Resources) -> None:
        if name not in self.resources:
            assert self._one(name).delete(properties).succeeded
        for each in reversed(done):
            old, new = self.resources.get(each), wanted[each]
            if old is not None:
                assert self._one(each).update(old, new, physical_id=id_of(new)).succeeded
            if old is None or id_of(old) != id_of(new):
                assert self._one(each).delete(new, id_of(new)).succeeded

    def _one(self, name: str) -> CustomStack:
        return CustomStack(self.clock, self.function, self.endpoint, self.name, name)

    @property
    def id(self) -> str:
        """The stack's ARN."""
        return stack_id(self.name)

    def answer(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the service's answer to a read, in the form that botocore gives it."""
        if parameters["StackName"] not in (self.name, self.id):
            message = f"Stack with id {parameters['StackName']} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, operation)
        if operation == "DescribeStacks":
            return {"Stacks": [{"StackId": self.id, "StackName": self.name, "Parameters": self.parameters}]}
        if operation == "GetTemplate":
            assert parameters["TemplateStage"] == "Processed"
            return {"TemplateBody": self.template or self.literal(self.resources)}
        assert operation == "ListStackResources", f"{operation} is no read that diff needs"
        listed = [
            {
                "LogicalResourceId": name,
                "ResourceType": self.types.get(name, CUSTOM),
                "PhysicalResourceId": id_of(properties),
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for name, properties in self.resources.items()
        ]
        # Page by page, as botocore's paginator asks.
        whole = [*listed, *self.more]
        at = int(parameters.get("NextToken", 0))
        following = {"NextToken": str(at + 2)} if at + 2 < len(whole) else {}
        return {"StackResourceSummaries": whole[at : at + 2], **following}

    @staticmethod
    def literal(resources: Resources) -> dict[str, Any]:
        """Return the template that says nothing but `resources`."""
        return {
            "Resources": {
                name: {"Type": CUSTOM, "Properties": {"ServiceToken": "token", **properties}}
                for name, properties in resources.items()
            }
        }

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer every call of CloudFormation, whoever makes it."""
        call = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]  # not public

        def answer(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if client.meta.service_model.service_name == "cloudformation":
                return self.answer(operation, parameters)
            return call(client, operation, parameters)

        with patch.object(botocore.client.BaseClient, "_make_api_call", answer):
            yield


@contextmanager
def deployed_stack(clock: FakeClock) -> Iterator[DeployedStack]:
    """Yield a stack without resources, with a function and an endpoint of its own."""
    function = FunctionDouble(clock)
    with (
        ReplyEndpoint.serving(clock) as endpoint,
        patch.object(custom_resource, "retrier", Retrier(clock, lambda: 0.5)),
        function.intercepting(),
    ):
        yield DeployedStack(clock, function, endpoint)
