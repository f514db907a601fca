"""A stack with a custom resource: CloudFormation's events, parsed and run by the front end's own code.

Other tests cover the rest of `custom_resource.handler`: reply, handover, the function's timeout. Here a
context is passed on as a handover would, and an operation out of time is abandoned as the front end abandons
it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from custom_connect_userconfig.core.settings import Settings, expand
from custom_connect_userconfig.custom_resource.request import CustomRequest, fallback_id, physical_id
from custom_connect_userconfig.custom_resource.tasks import task_of
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import SettingsService
from support.custom_resource import as_sent

from .stacks import Action, Context, Ending, Event, Outcome, Result, Stack


@dataclass
class CustomStack(Stack):
    """One stack with one custom resource that names the agent."""

    replied_id: str | None = None
    """The physical id in the last reply; None if no reply has named one."""

    is_custom = True

    @property
    def may_send_again(self) -> bool:
        """Whether the latest event may come again: Lambda may repeat an answered event, and one cut off."""
        return self.outcome is not Outcome.FAILED

    def event(
        self, action: Action, declared: Settings | None = None, previous: Settings | None = None
    ) -> Event:
        """Return a new event, in CloudFormation's form."""
        known = self.declared or (self.latest.declared if self.latest else {})
        wanted = known if declared is None else declared
        event = Event(action, {} if action is Action.DELETE else dict(wanted), previous)
        body: dict[str, object] = {
            "RequestType": action.value,
            "StackId": self.stack_id,
            "RequestId": event.request_id,
            "LogicalResourceId": "Agent",
            "ResourceProperties": self._properties(wanted),
        }
        if action is not Action.CREATE:
            body["PhysicalResourceId"] = self.replied_id or f"{self.name}-Agent-1ABCDEFGHIJKL"
        if previous is not None:
            body["OldResourceProperties"] = self._properties(previous)
        return replace(event, body=body)

    def forget(self) -> None:
        """Forget the resource; the next one starts without an id."""
        super().forget()
        self.replied_id = None

    def remember(self, event: Event, ending: Ending) -> None:
        """Note the id in the reply; without a reply CloudFormation knows no more than before."""
        if ending.outcome is Outcome.DONE:
            self.replied_id = physical_id(self.identity)
        elif ending.outcome is Outcome.FAILED:
            self.replied_id = fallback_id(CustomRequest.parse(event.body))
        super().remember(event, ending)

    def _properties(self, declared: Settings) -> Mapping[str, object]:
        named = {"InstanceId": self.identity.instance.given, "UserId": self.identity.user_given}
        sent: Mapping[str, object] = as_sent(
            {"ServiceToken": "arn:aws:lambda:…", **named, **expand(declared)}
        )
        return sent

    def _operation(self, event: Event, service: SettingsService) -> Callable[[Context], Result]:
        # Parsed in each invocation, as the front end does: a request that cannot be parsed fails the
        # operation.
        return lambda context: task_of(CustomRequest.parse(event.body), service).run(context)

    def _abandon(self, event: Event, service: SettingsService, pending: InProgress) -> str:
        # The front end leaves more time for this than for a try, so that it is not cut off half way.
        roomy = replace(service, retrier=replace(service.retrier, write_seconds=600.0))
        return task_of(CustomRequest.parse(event.body), roomy).abandon(pending.context)
