"""Stacks as CloudFormation drives them: one resource each, over one agent, with what is remembered between
events.

`Stack` goes through the registry's path, by the service itself: its handlers do no more than translate.
`custom_stack` has the one that goes through the custom resource's.
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
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

from .unreliable import Killed, UnreliableGateway

_serial = itertools.count(1)

Context = dict[str, object] | None
Result = OwnedSettings | GivenBack | InProgress


class Action(Enum):
    """The writing events."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


class Outcome(Enum):
    """How an event has ended, as CloudFormation sees it."""

    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"


@dataclass(frozen=True)
class Event:
    """One event: what is wanted, and for an update what was declared before; a delete wants nothing."""

    action: Action
    declared: Settings = field(default_factory=dict)
    previous: Settings | None = None
    request_id: str = field(default_factory=lambda: f"request-{next(_serial)}")
    """The same however often the event is delivered."""
    body: dict[str, object] = field(default_factory=dict, repr=False)
    """The custom resource's event; the registry's has nothing beside the above."""


@dataclass(frozen=True)
class Ending:
    """How one event went."""

    outcome: Outcome
    gateway: UnreliableGateway
    error: SettingsError | None = None
    result: OwnedSettings | GivenBack | None = None
    timed_out: bool = False
    """Whether the function has given up because CloudFormation's timeout ended."""


@dataclass
class Stack:
    """One stack with one resource that names the agent, of the registry's type."""

    name: str
    identity: Identity
    exists: bool = False
    """Whether the stack has the resource, wholly or not: a failed create leaves one that has to be rolled
    back.
    """
    declared: Settings = field(default_factory=dict)
    """What the resource declares since its last success."""
    latest: Event | None = None
    outcome: Outcome = Outcome.DONE
    error: SettingsError | None = None
    context: Context = None
    """The callback context that an unfinished event was last given."""
    delivered: list[tuple[Event, Context]] = field(default_factory=list)
    """Every event there has been, and each again with every context that it was to go on from."""

    is_custom = False

    @property
    def stack_id(self) -> str:
        """CloudFormation's name of the stack."""
        return f"arn:aws:cloudformation:us-east-1:123456789012:stack/{self.name}/0a1b2c3d"

    @property
    def owner(self) -> Owner:
        """The resource as a record names it."""
        return self.owner_in(None)

    def owner_in(self, request_id: str | None) -> Owner:
        """Return the resource as a request speaks for it."""
        return Owner.of(self.identity, self.stack_id, "Agent", request_id)

    @property
    def is_unfinished(self) -> bool:
        """Whether the latest event was cut off, so that the same one may come again."""
        return self.outcome is Outcome.KILLED

    @property
    def may_send_again(self) -> bool:
        """Whether the latest event may come again: of those that failed, CloudFormation itself tries a few
        kinds again.
        """
        return self.outcome is not Outcome.FAILED or isinstance(self.error, Retriable)

    def event(
        self, action: Action, declared: Settings | None = None, previous: Settings | None = None
    ) -> Event:
        """Return a new event of this stack's."""
        return Event(action, declared or {}, previous)

    def send(
        self,
        event: Event,
        gateway: UnreliableGateway,
        clock: FakeClock,
        *,
        resume: bool = True,
        waits: int = 100,
    ) -> Ending:
        """Carry an event through to its end, calling again as the resource asks.

        One that was cut off goes on from the context last held, or without `resume` from none.
        """
        if event is not self.latest or not self.is_unfinished or not resume:
            self.context = None
        self.delivered.append((event, self.context))
        self.latest = event
        ending = self._carry(event, gateway, clock, self.context, waits)
        self.outcome, self.error = ending.outcome, ending.error
        return ending

    def replay(
        self,
        event: Event,
        gateway: UnreliableGateway,
        clock: FakeClock,
        context: Context = None,
        waits: int = 100,
    ) -> Ending:
        """Carry an event through that is delivered anew although it was answered: nobody waits for this
        answer.
        """
        held = self.context
        try:
            return self._carry(event, gateway, clock, context, waits)
        finally:
            self.context = held

    def remember(self, event: Event, ending: Ending) -> None:
        """Note what the stack has now: a failed create leaves something to roll back, a delete that finds
        nothing nothing.
        """
        if event.action is not Action.DELETE:
            self.exists = True
            self.declared = event.declared if ending.outcome is Outcome.DONE else self.declared
        elif ending.outcome is Outcome.DONE or isinstance(ending.error, NotFound):
            self.forget()

    def adopt(self, declared: Settings) -> None:
        """Have the resource by import, with what the template declares."""
        self.exists, self.declared, self.latest = True, dict(declared), None
        self.outcome, self.error, self.context = Outcome.DONE, None, None

    def retain(self) -> None:
        """Leave the resource as it is and have it no more: it was retained when it left the template."""
        self.forget()
        self.latest = None

    def forget(self) -> None:
        """Have the resource no more."""
        self.exists, self.declared = False, {}
        self.outcome, self.error = Outcome.DONE, None

    def _carry(
        self, event: Event, gateway: UnreliableGateway, clock: FakeClock, context: Context, waits: int
    ) -> Ending:
        operation = self._operation(event, SettingsService(gateway, Retrier(clock, random=lambda: 0.5)))
        for _ in range(100):
            try:
                result = operation(context)
            except Killed:
                return Ending(Outcome.KILLED, gateway)
            except SettingsError as error:
                return Ending(Outcome.FAILED, gateway, error)
            if not isinstance(result, InProgress):
                return Ending(Outcome.DONE, gateway, result=result)
            assert 0 < result.delay <= 900
            clock.sleep(result.delay)
            context = self._go_on_from(event, result)
        raise AssertionError("still in progress after 100 invocations")

    def _go_on_from(self, event: Event, pending: InProgress) -> Context:
        self.context = json.loads(json.dumps(pending.context))
        self.delivered.append((event, self.context))
        return self.context

    def _operation(self, event: Event, service: SettingsService) -> Callable[[Context], Result]:
        owner = self.owner_in(event.request_id)
        if event.action is Action.DELETE:
            return lambda context: service.delete(self.identity, owner, context)
        declaration = Declaration(self.identity, event.declared)
        if event.action is Action.CREATE:
            return lambda context: service.create(declaration, owner, context)
        return lambda context: service.update(declaration, owner, context, event.previous)
