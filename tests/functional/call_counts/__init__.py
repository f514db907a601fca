"""The calls that each operation makes in each situation: one module for each operation.

Each case prepares a situation and returns the operation whose calls are counted.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..front_end import Properties
from ..settings import acw, auto_accept
from ..world import Agent, World, done

Operation = Callable[[], object]

REGISTRY: Final = "registry"
CUSTOM: Final = "custom resource"
OPERATIONS: Final = {
    "describe": "DescribeUser",
    "tag": "TagResource",
    "untag": "UntagResource",
    "update": "UpdateUserConfig",
    "search": "SearchUsers",
}


@dataclass(frozen=True)
class Case:
    """A situation, and the calls that one operation makes in it."""

    prepare: Callable[[World], Operation]
    calls: Counter[str]
    front_ends: tuple[str, ...]


CASES: Final[dict[str, Case]] = {}


def costs(
    *front_ends: str, **calls: int
) -> Callable[[Callable[[World], Operation]], Callable[[World], Operation]]:
    """Register a case with its calls; it is a case of all front ends unless some are named."""

    def register(prepare: Callable[[World], Operation]) -> Callable[[World], Operation]:
        made = Counter({OPERATIONS[name]: number for name, number in calls.items()})
        CASES[prepare.__name__] = Case(prepare, made, front_ends or (REGISTRY, CUSTOM))
        return prepare

    return register


def declared(agent: Agent) -> Properties:
    """Return the properties that the resource of a case declares at first."""
    return agent.declare(
        AutoAcceptConfigs=[auto_accept("VOICE", False), auto_accept("TASK", False)],
        AfterContactWorkConfigs=[acw("VOICE", 30), acw("CHAT", 60)],
    )


def owned(world: World) -> tuple[Agent, Properties]:
    """Return an agent whose settings a resource owns, and the resource's properties."""
    agent = world.agent("dense")
    done(world.resource().create(declared(agent)))
    return agent, declared(agent)


def gone(world: World) -> Properties:
    """Return the properties of a resource whose user has been deleted."""
    agent, properties = owned(world)
    agent.leave()
    return properties
