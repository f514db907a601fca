"""Stacks in states that no local CloudFormation brings about: between steps, failed halfway, partly out of
sight.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from botocore.validate import ParamValidator

from support.answers import page
from support.http_answer import empty_answer
from support.registry_cloud import RegistryCloud

READ_FROM = ("ListStackResources", "GetTemplate", "DescribeStacks")


@dataclass
class OtherStack:
    """A stack of somebody else; each resource is a type, a physical id and a status; an empty template is not
    shown.
    """

    name: str
    template: Any
    resources: list[tuple[str, str, str]]
    status: str = "CREATE_COMPLETE"
    parameters: dict[str, str] = field(default_factory=dict)
    denied: str = ""

    @property
    def arn(self) -> str:
        stack_id = "0a1b2c3d-0000-4000-8000-000000000000"
        return f"arn:aws:cloudformation:us-east-1:123456789012:stack/{self.name}/{stack_id}"

    def list_stack_resources(self, given: dict[str, Any]) -> dict[str, Any]:
        summaries = [
            {
                "LogicalResourceId": f"Resource{number}",
                **({"PhysicalResourceId": physical_id} if physical_id else {}),
                "ResourceType": type_name,
                "ResourceStatus": status,
                "LastUpdatedTimestamp": 0,
            }
            for number, (type_name, physical_id, status) in enumerate(self.resources)
        ]
        return page("StackResourceSummaries", summaries, given)

    def get_template(self, given: dict[str, Any]) -> dict[str, Any]:
        if not self.template:
            message = f"The template of {self.name} is not shown"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "GetTemplate")
        return {"TemplateBody": self.template}

    def describe_stacks(self, given: dict[str, Any]) -> dict[str, Any]:
        parameters = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()
        ]
        stack = {
            "StackName": self.name,
            "StackId": self.arn,
            "CreationTime": 0,
            "StackStatus": self.status,
            "Parameters": parameters,
        }
        return {"Stacks": [stack]}


@contextmanager
def among_others(cloud: RegistryCloud, *others: OtherStack) -> Iterator[None]:
    """Let the account of the cloud's sessions have these stacks too, on a page of the list behind moto's."""
    watch = cloud.watch

    def answer(
        model: OperationModel, context: dict[str, Any], **_: Any
    ) -> tuple[AWSResponse, dict[str, Any]] | None:
        given = context["given"]
        found = next((other for other in others if given.get("StackName") in {other.name, other.arn}), None)
        if model.name == "ListStacks" and "NextToken" in given:
            summaries = [
                {"StackName": each.name, "StackId": each.arn, "StackStatus": each.status, "CreationTime": 0}
                for each in others
            ]
            told = {"StackSummaries": summaries}
        elif found and found.denied == model.name:
            message = (
                f"User: x is not authorized to perform: cloudformation:{model.name} on resource: {found.arn}"
            )
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, model.name)
        elif found:
            calls = dict(
                zip(
                    READ_FROM,
                    (found.list_stack_resources, found.get_template, found.describe_stacks),
                    strict=True,
                )
            )
            told = calls[model.name](given)
        else:
            return None
        is_text = model.name != "GetTemplate" or isinstance(told["TemplateBody"], str)
        assert model.output_shape
        report = ParamValidator().validate(told, model.output_shape)
        assert not is_text or not report.has_errors(), report.generate_report()
        return empty_answer(200), {**told, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def more(parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if "NextToken" not in context["given"]:
            parsed["NextToken"] = "2"

    def watch_too(session: Any) -> None:
        watch(session)
        for operation in ("ListStacks", *READ_FROM):
            session.events.register(f"before-call.cloudformation.{operation}", answer)
        session.events.register("after-call.cloudformation.ListStacks", more)

    cloud.watch = watch_too  # type: ignore[method-assign]  # for a while
    try:
        yield
    finally:
        cloud.watch = watch  # type: ignore[method-assign]  # as it was
