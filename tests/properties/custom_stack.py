"""A stack whose resource is a custom one: events as CloudFormation words them, read and run by the front
end's own code.

What `custom_resource.handler` does around that (reply, handover, the function's time) has tests of its own;
here a context that is handed over is passed on, and time that runs out ends in what the front end abandons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from custom_connect_userconfig.core.errors import SettingsError
from custom_connect_userconfig.core.settings import Settings, expand
from custom_connect_userconfig.custom_resource.request import CustomRequest, fallback_id, physical_id
from custom_connect_userconfig.custom_resource.tasks import task_of
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import SettingsService
from support.clock import FakeClock
from support.custom_resource import as_sent

from .stacks import Action, Context, Ending, Event, Outcome, Stack
from .unreliable import Killed, UnreliableGateway


@dataclass
class CustomStack(Stack):
    """One stack with one custom resource that names the agent."""

    replied_id: str | None = None
    """What the last reply has called the resource; None when there was no reply since there was none."""

    is_custom = True

    @property
    def may_send_again(self) -> bool:
        """Whether the latest event may come again: Lambda delivers twice what was answered, and again what
        was cut off.
        """
        return self.outcome is not Outcome.FAILED

    def event(
        self, action: Action, declared: Settings | None = None, previous: Settings | None = None
    ) -> Event:
        """Return a new event, worded as CloudFormation words it."""
        wanted = (
            declared
            if declared is not None
            else self.declared or (self.latest.declared if self.latest else {})
        )
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
        """Have the resource no more; the next one starts without an id."""
        super().forget()
        self.replied_id = None

    def remember(self, event: Event, ending: Ending) -> None:
        """Note what the reply says; without a reply CloudFormation knows no more than before."""
        if ending.outcome is not Outcome.KILLED:
            request = CustomRequest.parse(event.body)
            self.replied_id = (
                physical_id(self.identity) if ending.outcome is Outcome.DONE else fallback_id(request)
            )
        super().remember(event, ending)

    def _properties(self, declared: Settings) -> Mapping[str, object]:
        named = {"InstanceId": self.identity.instance.given, "UserId": self.identity.user_given}
        sent: Mapping[str, object] = as_sent(
            {"ServiceToken": "arn:aws:lambda:…", **named, **expand(declared)}
        )
        return sent

    def _carry(
        self, event: Event, gateway: UnreliableGateway, clock: FakeClock, context: Context, waits: int
    ) -> Ending:
        service = SettingsService(gateway, Retrier(clock, random=lambda: 0.5), is_importable=False)
        for wait in range(100):
            try:
                result = task_of(CustomRequest.parse(event.body), service).run(context)
                if isinstance(result, InProgress) and wait >= waits:
                    return self._give_up(event, service, gateway, result)
            except Killed:
                return Ending(Outcome.KILLED, gateway)
            except SettingsError as error:
                return Ending(Outcome.FAILED, gateway, error)
            if not isinstance(result, InProgress):
                return Ending(Outcome.DONE, gateway, result=result)
            clock.sleep(result.delay)
            context = self._go_on_from(event, result)
        raise AssertionError("still in progress after 100 invocations")

    @staticmethod
    def _give_up(
        event: Event, service: SettingsService, gateway: UnreliableGateway, result: InProgress
    ) -> Ending:
        # The front end leaves more room for this than for a try: what is abandoned is not to end half way.
        roomy = replace(service, retrier=replace(service.retrier, write_seconds=600.0))
        note = task_of(CustomRequest.parse(event.body), roomy).abandon(result.context)
        return Ending(
            Outcome.FAILED, gateway, SettingsError(f"Time is up: {result.reason} {note}"), timed_out=True
        )
