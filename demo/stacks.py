"""Stacks, driven through CloudFormation's API alone.

It polls a stack ten times a second: boto's own waiters poll every half minute.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .local_cloud import LocalCloud

_POLL_INTERVAL: Final = 0.1
_TIMEOUT: Final = 600.0
"""Seconds for one operation on a stack."""
_MAX_TEMPLATE_BODY: Final = 51_200
"""Bytes of a template in a request; a larger one comes from S3."""
_BUCKET: Final = "templates"


class StackHangs(Exception):
    """An operation on a stack has not ended within its timeout."""


@dataclass(frozen=True)
class Event:
    """One event of a stack."""

    logical_id: str
    status: str
    reason: str
    physical_id: str
    is_of_stack: bool


Watcher = Callable[[Event], None]


@dataclass(frozen=True)
class Outcome:
    """How an operation on a stack ended."""

    stack_id: str
    status: str
    events: tuple[Event, ...]

    @property
    def failures(self) -> dict[str, str]:
        """The reason of each resource that failed; a cancelled one has not failed."""
        ours = [event for event in self.events if not event.is_of_stack and event.status.endswith("_FAILED")]
        return {event.logical_id: event.reason for event in ours if "cancelled" not in event.reason.lower()}


class Stacks:
    """The stacks of one local cloud."""

    def __init__(self, cloud: LocalCloud, watch: Watcher | None = None) -> None:
        self._cloud = cloud
        self._client = cloud.client("cloudformation")
        self._watch = watch

    def create(
        self, name: str, template: str, parameters: Mapping[str, str] | None = None, **options: object
    ) -> Outcome:
        """Create the stack; return how that ended."""
        wanted = {**self._source(template), "Parameters": _given(parameters), **options}
        created = self._client.create_stack(StackName=name, **wanted)
        return self._end(created["StackId"], set())

    def update(
        self, name: str, template: str, parameters: Mapping[str, str] | None = None, **options: object
    ) -> Outcome:
        """Update the stack; return how that ended."""
        seen = {event["EventId"] for event in self._events(name)}
        wanted = {**self._source(template), "Parameters": _given(parameters), **options}
        updated = self._client.update_stack(StackName=name, **wanted)
        return self._end(updated["StackId"], seen)

    def delete(self, name: str) -> Outcome:
        """Delete the stack; return how that ended."""
        stack_id = self._client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        seen = {event["EventId"] for event in self._events(stack_id)}
        self._client.delete_stack(StackName=name)
        return self._end(stack_id, seen)

    def outputs(self, name: str) -> dict[str, str]:
        """Return the outputs of the stack."""
        (stack,) = self._client.describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def physical_ids(self, name: str) -> dict[str, str]:
        """Return the physical id of each resource, as `Ref` gives it."""
        resources = self._client.describe_stack_resources(StackName=name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}

    def _source(self, template: str) -> dict[str, str]:
        if len(template.encode()) <= _MAX_TEMPLATE_BODY:
            return {"TemplateBody": template}
        s3 = self._cloud.client("s3")
        s3.create_bucket(Bucket=_BUCKET)
        s3.put_object(Bucket=_BUCKET, Key="template", Body=template.encode())
        return {"TemplateURL": f"{self._cloud.aws_url}/{_BUCKET}/template"}

    def _events(self, stack: str) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def _end(self, stack_id: str, seen: set[str]) -> Outcome:
        ends = time.monotonic() + _TIMEOUT
        events: list[Event] = []
        while time.monotonic() < ends:
            status = self._client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]
            is_at_rest = not status.endswith("_IN_PROGRESS")
            # A large stack has many pages of events: read them before the end only if somebody watches.
            if self._watch or is_at_rest:
                events += self._new_events(stack_id, seen)
            if is_at_rest and any(event.is_of_stack and event.status == status for event in events):
                return Outcome(stack_id, status, tuple(events))
            time.sleep(_POLL_INTERVAL)
        raise StackHangs(f"{stack_id} has not ended within {_TIMEOUT:.0f} s.")

    def _new_events(self, stack_id: str, seen: set[str]) -> list[Event]:
        fresh = [raw for raw in self._events(stack_id) if raw["EventId"] not in seen]
        seen |= {raw["EventId"] for raw in fresh}
        events = [_event(raw, stack_id) for raw in fresh]
        for event in events:
            if self._watch:
                self._watch(event)
        return events


def _event(raw: Mapping[str, Any], stack_id: str) -> Event:
    physical_id = raw.get("PhysicalResourceId", "")
    return Event(
        logical_id=raw["LogicalResourceId"],
        status=raw["ResourceStatus"],
        reason=raw.get("ResourceStatusReason", ""),
        physical_id=physical_id,
        is_of_stack=physical_id == stack_id,
    )


def _given(parameters: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in (parameters or {}).items()]
