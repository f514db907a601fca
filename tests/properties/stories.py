"""One agent and one event after the other: the form of the examples that the properties have found."""

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
AGENT = Identity.parse(INSTANCE_ID, USER_ID, Environment())


@dataclass
class Story:
    """One agent, and one stack that names it; further stacks may come."""

    agent: LocalAgent
    stack: Stack = field(default_factory=lambda: Stack("sales", AGENT))
    seconds_of_calls: tuple[float, float] = (0.0, 0.0)
    """Seconds that a write and a read take."""

    def custom(self, name: str = "support") -> CustomStack:
        """Return a stack with a custom resource that names the same agent."""
        return CustomStack(name, AGENT)

    def create(self, declared: Settings, schedule: Schedule | None = None) -> Ending:
        """Send a create."""
        return self.send(self.stack.event(Action.CREATE, declared), schedule)

    def update(
        self, declared: Settings, schedule: Schedule | None = None, previous: Settings | None = None
    ) -> Ending:
        """Send an update."""
        return self.send(self.stack.event(Action.UPDATE, declared, previous), schedule)

    def delete(self) -> Ending:
        """Send a delete."""
        return self.send(self.stack.event(Action.DELETE))

    def send(
        self,
        event: Event,
        schedule: Schedule | None = None,
        meanwhile: Mapping[int, Callable[[], None]] | None = None,
        *,
        by: Stack | None = None,
        waits: int = 100,
    ) -> Ending:
        """Send an event `by` a stack, which remembers it."""
        stack = by or self.stack
        ending = stack.send(event, self.gateway(schedule, meanwhile), self.agent.clock, waits=waits)
        stack.remember(event, ending)
        return ending

    def replay(
        self, event: Event, schedule: Schedule | None = None, *, by: Stack, waits: int = 100
    ) -> Ending:
        """Deliver again an event that was answered before."""
        return by.replay(event, self.gateway(schedule), self.agent.clock, waits=waits)

    def gateway(
        self, schedule: Schedule | None = None, meanwhile: Mapping[int, Callable[[], None]] | None = None
    ) -> UnreliableGateway:
        """Return a gateway to the agent, with the troubles and the acts of others at its calls."""
        return UnreliableGateway(
            self.agent.gateway, schedule or {}, meanwhile or {}, before=self._let_time_pass
        )

    def catch_up(self) -> None:
        """Let time pass until reads show everything."""
        self.agent.clock.sleep(60.0)
        self.agent.let_reads_catch_up()

    def _let_time_pass(self, operation: str) -> None:
        of_a_write, of_a_read = self.seconds_of_calls
        self.agent.clock.sleep(of_a_read if operation == "DescribeUser" else of_a_write)


@contextmanager
def new_story(initial: InitialUser, behaviour: Behaviour) -> Iterator[Story]:
    """Begin with an agent that nobody owns."""
    with local_agent(initial, behaviour) as agent:
        yield Story(agent)


def at(call: int, schedule: Schedule) -> Schedule:
    """Return `schedule`, moved so that it begins at `call`."""
    return {call + number: trouble for number, trouble in schedule.items()}
