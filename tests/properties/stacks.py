"""Stacks as the registry drives them: one resource each, over one agent, with what CloudFormation remembers between events."""

import json
from dataclasses import dataclass, field
from enum import Enum

from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import NotFound, Retriable, SettingsError
from custom_connect_userconfig.core.identifiers import Identity
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.pacing import Pacing, Pending
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

from .unreliable import Killed, UnreliableGateway


class Action(Enum):
    """The writing events of the registry."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Outcome(Enum):
    """How an event has ended, as CloudFormation sees it."""

    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"


@dataclass(frozen=True)
class Event:
    """One event: what is wanted; a delete wants nothing."""

    action: Action
    declared: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """How one event went."""

    outcome: Outcome
    gateway: UnreliableGateway
    error: SettingsError | None = None
    result: OwnedSettings | GivenBack | None = None


@dataclass
class Stack:
    """One stack with one resource that names the agent."""

    name: str
    identity: Identity
    exists: bool = False
    """Whether the stack has the resource, wholly or not: a failed create leaves one that has to be rolled back."""
    declared: Settings = field(default_factory=dict)
    """What the resource declares since its last success."""
    latest: Event | None = None
    outcome: Outcome = Outcome.DONE
    error: SettingsError | None = None
    context: dict[str, object] | None = None
    """The callback context that an unfinished event was last given."""

    @property
    def owner(self) -> Owner:
        """The resource as a record names it."""
        stack_id = f"arn:aws:cloudformation:us-east-1:123456789012:stack/{self.name}/0a1b2c3d"
        return Owner.of(self.identity, stack_id, "Agent")

    @property
    def is_unfinished(self) -> bool:
        """Whether the latest event was cut off, so that the same one may come again."""
        return self.outcome is Outcome.KILLED

    @property
    def may_send_again(self) -> bool:
        """Whether the latest event may come again: of those that failed, CloudFormation itself tries a few kinds again."""
        return self.outcome is not Outcome.FAILED or isinstance(self.error, Retriable)

    def send(self, event: Event, gateway: UnreliableGateway, clock: FakeClock) -> Ending:
        """Carry an event through to its end, calling again as the resource asks."""
        if event is not self.latest or not self.is_unfinished:
            self.context = None
        self.latest = event
        ending = self._carry(event, SettingsService(gateway, Pacing(clock, random=lambda: 0.5)), clock, gateway)
        self.outcome, self.error = ending.outcome, ending.error
        return ending

    def remember(self, event: Event, ending: Ending) -> None:
        """Note what the stack has now: a failed create leaves something to roll back, a delete that finds nothing nothing."""
        if event.action is not Action.DELETE:
            self.exists = True
            self.declared = event.declared if ending.outcome is Outcome.DONE else self.declared
        elif ending.outcome is Outcome.DONE or isinstance(ending.error, NotFound):
            self.exists, self.declared = False, {}
            self.outcome, self.error = Outcome.DONE, None

    def _carry(self, event: Event, service: SettingsService, clock: FakeClock, gateway: UnreliableGateway) -> Ending:
        for _ in range(100):
            try:
                result = self._invoke(event, service)
            except Killed:
                return Ending(Outcome.KILLED, gateway)
            except SettingsError as error:
                return Ending(Outcome.FAILED, gateway, error)
            if not isinstance(result, Pending):
                return Ending(Outcome.DONE, gateway, result=result)
            assert 0 < result.delay <= 900
            clock.sleep(result.delay)
            self.context = json.loads(json.dumps(result.context))
        raise AssertionError("still in progress after 100 invocations")

    def _invoke(self, event: Event, service: SettingsService) -> OwnedSettings | GivenBack | Pending:
        if event.action is Action.DELETE:
            return service.delete(self.identity, self.owner, self.context)
        declaration = Declaration(self.identity, event.declared)
        operation = service.create if event.action is Action.CREATE else service.update
        return operation(declaration, self.owner, self.context)
