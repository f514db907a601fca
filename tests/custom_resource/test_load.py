"""A stack of hundreds at the documented quotas succeeds near the quota's floor, with few invocations."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from benchmarks.load.simulation import EPOCH, SimulatedClock, Simulation
from connect_local import DOCUMENTED_QUOTAS, LocalConnect
from connect_local.conditions import current
from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.retry.retrier import Retrier
from support.custom_resource import CustomStack
from support.reply_endpoint import ReplyEndpoint

from .conftest import Agent
from .simulation import BusyFunction


@pytest.fixture
def busy(
    connect: LocalConnect, endpoint: ReplyEndpoint, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BusyFunction]:
    simulation = Simulation(now=endpoint.clock.now() - EPOCH)
    clock = SimulatedClock(simulation)
    jitter = random.Random(7)
    monkeypatch.setattr(current(), "clock", clock)
    monkeypatch.setattr(endpoint, "clock", clock)
    monkeypatch.setattr(custom_resource, "retrier", Retrier(clock, jitter.random))
    connect.behaviour = replace(connect.behaviour, quotas=DOCUMENTED_QUOTAS)
    function = BusyFunction(clock, simulation=simulation)
    with function.intercepting():
        yield function


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize(("size", "function_seconds"), [(100, 600), (100, 110)])
def test_a_stack_of_hundreds_is_created_and_deleted(
    busy: BusyFunction,
    endpoint: ReplyEndpoint,
    new_agent: Callable[..., Agent],
    size: int,
    function_seconds: float,
) -> None:
    busy.seconds = function_seconds
    agents = [new_agent() for _ in range(size)]
    before = [agent.all() for agent in agents]
    for kind in ("Create", "Delete"):
        invocations, began = busy.invocations, busy.clock.now()
        _request_all(busy, endpoint, agents, kind)
        lasted = busy.clock.now() - began
        assert lasted < size / 2 * 1.5 + 60, f"the quota allows {size / 2} seconds, {kind} took {lasted}"
        assert busy.invocations - invocations <= size * (1 if function_seconds == 600 else 2.5)
    assert [agent.all() for agent in agents] == before
    assert busy.longest <= function_seconds
    assert (busy.handovers > 0) == (function_seconds < 600)


def _request_all(busy: BusyFunction, endpoint: ReplyEndpoint, agents: list[Agent], kind: str) -> None:
    stacks = [CustomStack(busy.clock, busy, endpoint, logical_id=f"Agent{n}") for n in range(len(agents))]
    names = [None if kind == "Create" else f"{agent.instance_id}|{agent.user_id}" for agent in agents]
    rows = zip(stacks, agents, names, strict=True)
    events = [stack.event(kind, agent.declare(), physical_id=name) for stack, agent, name in rows]
    began = busy.clock.now()
    for number, event in enumerate(events):
        busy.begin(event, after=number * 0.02)
    busy.simulation.run()
    answers = [stack.answer_to(event, began) for stack, event in zip(stacks, events, strict=True)]
    assert not [answer for answer in answers if not answer.succeeded]
