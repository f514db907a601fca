"""A service that changes what is written: CHAT work clamped, numbers dropped, entries in another order; all
at once, for a life.
"""

from itertools import product

import pytest
from functional.agents import DECLARED_NUMBER, SECOND_DECLARED_NUMBER
from functional.settings import CHAT_ACW, CHAT_ACW_CEILING, acw, auto_accept, enhancement, persistent, phone
from functional.world import Agent, World, done

from connect_local import ArrayOrder, ArrayWrite, Behaviour, EntryWrite, Reads

BEHAVIOURS = [
    Behaviour(
        array,
        entry,
        reads,
        stale_reads=2 if reads is Reads.SPARSE else 0,
        clamp_chat_acw=True,
        drop_number_under_soft_phone=True,
        array_order=ArrayOrder.REVERSED,
    )
    for array, entry, reads in product(ArrayWrite, EntryWrite, Reads)
]
# Not the legacy desk phone: under a dropped number its legacy one shows, which is the service's doing and
# nobody's expectation.
KINDS = ("dense", "legacy", "desk", "idle number")


def _accepts(*accept: bool) -> list[dict[str, object]]:
    return [
        auto_accept(channel, value)
        for channel, value in zip(("EMAIL", "TASK", "VOICE", "CHAT"), accept, strict=True)
    ]


def _first(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AutoAcceptConfigs=_accepts(True, False, True, False),
        AfterContactWorkConfigs=[
            acw("CHAT", 2_000_000),
            acw("VOICE", 5_401, callback=5_402),
            acw("EMAIL", 0),
        ],
        PhoneNumberConfigs=phone("SOFT_PHONE", DECLARED_NUMBER),
        PersistentConnectionConfigs=persistent(False),
    )


def _second(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AutoAcceptConfigs=_accepts(False, True, False, True),
        AfterContactWorkConfigs=[acw("TASK", 5_401), acw("CHAT", CHAT_ACW_CEILING + 1)],
        PhoneNumberConfigs=phone("DESK_PHONE", SECOND_DECLARED_NUMBER),
        VoiceEnhancementConfigs=enhancement("VOICE_ISOLATION"),
    )


def _third(agent: Agent) -> dict[str, object]:
    return agent.declare(
        AfterContactWorkConfigs=[acw("CHAT", CHAT_ACW_CEILING - 1), acw("VOICE", 7)],
        PhoneNumberConfigs=phone("SOFT_PHONE"),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=str)
@pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)
def test_a_whole_life(world: World, kind: str) -> None:
    agent, resource = world.agent(kind), world.resource()
    first, second, third = _first(agent), _second(agent), _third(agent)
    outcomes = [done(resource.create(first)), done(resource.read(first)), done(resource.update(first, first))]
    assert agent.effective()[CHAT_ACW] == CHAT_ACW_CEILING
    outcomes += [
        done(resource.update(second, first)),
        done(resource.read(second)),
        done(resource.update(third, second)),
    ]
    outcomes += [
        done(resource.read(third)),
        done(resource.update(first, third)),
        done(resource.delete(first)),
    ]
    assert not agent.record()
    assert all(
        outcome.invocations == 1 and outcome.seconds < world.front_end.inside for outcome in outcomes
    ), outcomes
