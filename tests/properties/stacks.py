"""Stacks as CloudFormation drives them: one resource each, on one agent, with a memory of their events.

`Stack` stands for a registry resource and calls the service directly: the registry's handlers only translate.
`CustomStack`, in `custom_stack`, goes through the tasks of the custom resource.
"""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import NotFound, Retriable, SettingsError
from custom_connect_userconfig.core.identifiers import Identity
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.ports import Clock
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.registry import stack_id

from .unreliable import Killed, UnreliableGateway

_serial = itertools.count(1)

Context = dict[str, object] | None
Result = OwnedSettings | GivenBack | InProgress


class Action(Enum):
    """The events that write."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


class Outcome(Enum):
    """The end of an event, as CloudFormation sees it."""

    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"


@dataclass(frozen=True)
class Event:
    """One event: the declared settings, none for a delete; for an update also the previous ones."""

    action: Action
    declared: Settings = field(default_factory=dict)
    previous: Settings | None = None
    request_id: str = field(default_factory=lambda: f"request-{next(_serial)}")
    """The same for every delivery of the event."""
    body: dict[str, object] = field(default_factory=dict, repr=False)
    """The event of a custom resource; empty for a registry resource."""


@dataclass(frozen=True)
class Ending:
    """The end of one event."""

    outcome: Outcome
    gateway: UnreliableGateway
    error: SettingsError | None = None
    result: OwnedSettings | GivenBack | None = None
    timed_out: bool = False
    """Whether the function has given up because CloudFormation's timeout was near."""


@dataclass
class Stack:
    """One stack with one registry resource that names the agent."""

    name: str
    identity: Identity
    exists: bool = False
    """Whether the stack has the resource; a failed create leaves one to roll back."""
    declared: Settings = field(default_factory=dict)
    """The settings of the last event that succeeded."""
    latest: Event | None = None
    outcome: Outcome = Outcome.DONE
    error: SettingsError | None = None
    context: Context = None
    """The latest callback context of an unfinished event."""
    delivered: list[tuple[Event, Context]] = field(default_factory=list)
    """Every event, with each callback context that it was invoked with."""

    is_custom = False

    @property
    def stack_id(self) -> str:
        """The ARN of the stack."""
        return stack_id(self.name)

    @property
    def owner(self) -> Owner:
        """The resource as a record names it."""
        return self.owner_in(None)

    def owner_in(self, request_id: str | None) -> Owner:
        """Return the resource as the owner in a request."""
        return Owner.of(self.identity, self.stack_id, "Agent", request_id)

    @property
    def is_unfinished(self) -> bool:
        """Whether the latest event was cut off, so that the same one may come again."""
        return self.outcome is Outcome.KILLED

    @property
    def may_send_again(self) -> bool:
        """Whether the latest event may come again: CloudFormation retries after some kinds of failure."""
        return self.outcome is not Outcome.FAILED or isinstance(self.error, Retriable)

    def event(
        self, action: Action, declared: Settings | None = None, previous: Settings | None = None
    ) -> Event:
        """Return a new event of this stack."""
        return Event(action, declared or {}, previous)

    def send(
        self,
        event: Event,
        gateway: UnreliableGateway,
        clock: Clock,
        *,
        resume: bool = True,
        waits: int = 100,
    ) -> Ending:
        """Run an event to its end, and invoke again as often as the resource asks.

        An event that was cut off continues from its latest context, or without `resume` from none.
        """
        if event is not self.latest or not self.is_unfinished or not resume:
            self.context = None
        self.delivered.append((event, self.context))
        self.latest = event
        ending = self._run(event, gateway, clock, self.context, waits)
        self.outcome, self.error = ending.outcome, ending.error
        return ending

    def replay(
        self,
        event: Event,
        gateway: UnreliableGateway,
        clock: Clock,
        context: Context = None,
        waits: int = 100,
    ) -> Ending:
        """Run an event that is delivered again after its answer; CloudFormation ignores the second answer."""
        held = self.context
        try:
            return self._run(event, gateway, clock, context, waits)
        finally:
            self.context = held

    def remember(self, event: Event, ending: Ending) -> None:
        """Note whether there is a resource: a failed create leaves one, a delete that finds none does not."""
        if event.action is not Action.DELETE:
            self.exists = True
            self.declared = event.declared if ending.outcome is Outcome.DONE else self.declared
        elif ending.outcome is Outcome.DONE or isinstance(ending.error, NotFound):
            self.forget()

    def adopt(self, declared: Settings) -> None:
        """Import the resource, with the settings of the template."""
        self.exists, self.declared, self.latest = True, dict(declared), None
        self.outcome, self.error, self.context = Outcome.DONE, None, None

    def retain(self) -> None:
        """Forget the resource, which was retained when it left the template."""
        self.forget()
        self.latest = None

    def forget(self) -> None:
        """Forget the resource."""
        self.exists, self.declared = False, {}
        self.outcome, self.error = Outcome.DONE, None

    def _run(
        self, event: Event, gateway: UnreliableGateway, clock: Clock, context: Context, waits: int
    ) -> Ending:
        retrier = Retrier(clock, random=lambda: 0.5)
        service = SettingsService(gateway, retrier, is_importable=not self.is_custom)
        operation = self._operation(event, service)
        timed_out = False
        for wait in range(100):
            try:
                result = operation(context)
                if isinstance(result, InProgress) and self.is_custom and wait >= waits:
                    timed_out = True
                    note = self._abandon(event, service, result)
                    error = SettingsError(f"Time is up: {result.reason} {note}")
                    return Ending(Outcome.FAILED, gateway, error, timed_out=timed_out)
            except Killed:
                return Ending(Outcome.KILLED, gateway, timed_out=timed_out)
            except SettingsError as error:
                return Ending(Outcome.FAILED, gateway, error)
            if not isinstance(result, InProgress):
                return Ending(Outcome.DONE, gateway, result=result)
            assert 0 < result.delay <= 900
            clock.sleep(result.delay)
            self.context = context = json.loads(json.dumps(result.context))
            self.delivered.append((event, context))
        raise AssertionError("still in progress after 100 invocations")

    def _abandon(self, event: Event, service: SettingsService, pending: InProgress) -> str:
        """End an operation whose time is up, and return a note for its message."""
        raise NotImplementedError("CloudFormation waits for a registry handler as long as it asks")

    def _operation(self, event: Event, service: SettingsService) -> Callable[[Context], Result]:
        owner = self.owner_in(event.request_id)
        if event.action is Action.DELETE:
            return lambda context: service.delete(self.identity, owner, context)
        declaration = Declaration(self.identity, event.declared)
        if event.action is Action.CREATE:
            return lambda context: service.create(declaration, owner, context)
        return lambda context: service.update(declaration, owner, context, event.previous)
