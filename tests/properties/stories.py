"""Stories of found examples: one agent, and one event after the other."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from connect_local import Behaviour
from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.settings import Settings

from .agent import INSTANCE_ID, USER_ID, InitialUser, LocalAgent, local_agent
from .custom_stack import CustomStack
from .stacks import Action, Ending, Event, Stack
from .unreliable import Schedule, UnreliableGateway

AUTO_ACCEPT = SettingKey("AutoAcceptConfigs", "VOICE", "AutoAccept")
DECLARED = "+15550101"


@dataclass
class Story:
    """One stack, one agent, one event after the other."""

    agent: LocalAgent
    stack: Stack = field(
        default_factory=lambda: Stack("sales", Identity.parse(INSTANCE_ID, USER_ID, Environment()))
    )

    def custom(self, name: str = "support") -> CustomStack:
        """Return a stack with a custom resource that names the same agent."""
        return CustomStack(name, self.stack.identity)

    def create(self, declared: Settings, schedule: Schedule | None = None) -> Ending:
        """Send a create."""
        return self._send(Event(Action.CREATE, declared), schedule)

    def update(
        self, declared: Settings, schedule: Schedule | None = None, previous: Settings | None = None
    ) -> Ending:
        """Send an update."""
        return self._send(Event(Action.UPDATE, declared, previous), schedule)

    def delete(self) -> Ending:
        """Send a delete."""
        return self._send(Event(Action.DELETE), {})

    def _send(self, event: Event, schedule: Schedule | None) -> Ending:
        return self.stack.send(event, self.gateway(schedule), self.agent.clock)

    def gateway(
        self, schedule: Schedule | None = None, meanwhile: Mapping[int, Callable[[], None]] | None = None
    ) -> UnreliableGateway:
        """Return the way to the service, with what happens on it."""
        return UnreliableGateway(self.agent.gateway, schedule or {}, meanwhile or {})


@contextmanager
def new_story(initial: InitialUser, behaviour: Behaviour) -> Iterator[Story]:
    """Begin with an agent that nobody owns."""
    with local_agent(initial, behaviour) as agent:
        yield Story(agent)


def at(call: int, schedule: Schedule) -> Schedule:
    """Return `schedule` from `call` on."""
    return {call + number: trouble for number, trouble in schedule.items()}
