"""A service that clamps CHAT limits, drops numbers and reorders entries, all at once."""

from itertools import product

import pytest
from functional.agents import DECLARED_NUMBER, SECOND_DECLARED_NUMBER
from functional.settings import CHAT_ACW, CHAT_ACW_CEILING, acw, auto_accept, enhancement, persistent, phone
from functional.world import Agent, World, done

from connect_local import ArrayOrder, ArrayWrite, Behaviour, EntryWrite, Reads
from support.exhaustive import pairwise_or_all, switches

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
# Without the legacy desk phone: no rule says what shows if the service drops a number over its legacy one.
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


LIVES = list(product(KINDS, BEHAVIOURS))


@pytest.mark.parametrize(
    ("kind", "behaviour"),
    pairwise_or_all(LIVES, lambda life: (life[0], *switches(life[1]))),
    ids=str,
)
@pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)
def test_a_whole_life(world: World, kind: str) -> None:
    agent, resource = world.agent(kind), world.resource()
    first, second, third = _first(agent), _second(agent), _third(agent)
    outcomes = [done(resource.create(first)), done(resource.read(first)), done(resource.update(first, first))]
    assert agent.effective()[CHAT_ACW] == CHAT_ACW_CEILING
    outcomes += [done(resource.update(second, first)), done(resource.read(second))]
    outcomes += [done(resource.update(third, second)), done(resource.read(third))]
    outcomes += [done(resource.update(first, third)), done(resource.delete(first))]
    assert not agent.record()
    assert {outcome.invocations for outcome in outcomes} == {1}
    assert max(outcome.seconds for outcome in outcomes) < world.front_end.invocation_seconds
