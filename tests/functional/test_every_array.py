"""Both front ends take, read, change and give back every field of every array on every channel.

The declarations follow the table of the local Connect: nothing here names an array.
"""

import pytest

from functional.agents import DECLARED_NUMBER
from functional.world import World, done
from support.every_array import NAMES, entries_of_all, without

pytestmark = pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)


@pytest.mark.parametrize("kind", ["bare", "dense", "legacy"])
def test_all_of_them_together(world: World, kind: str) -> None:
    agent, resource = world.agent(kind), world.resource()
    first = agent.declare(**entries_of_all(differ=True, number=DECLARED_NUMBER))
    second = agent.declare(**entries_of_all(differ=False))
    done(resource.create(first))
    done(resource.read(first))
    done(resource.update(second, first))
    done(resource.read(second))
    done(resource.update(first, second))
    done(resource.delete(first))
    assert not agent.record()


@pytest.mark.parametrize("array", NAMES)
def test_each_of_them_alone(world: World, array: str) -> None:
    agent, resource = world.agent("dense"), world.resource()
    every = entries_of_all(differ=True)
    alone, others = agent.declare(**{array: every[array]}), agent.declare(**without(every, array))
    done(resource.create(alone))
    done(resource.read(alone))
    done(resource.update(others, alone))
    done(resource.update(alone, others))
    done(resource.delete(alone))
    assert not agent.record()
