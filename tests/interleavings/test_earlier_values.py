"""The rule that every test must keep: cases that break it, and cases that only seem to."""

from collections.abc import Iterator, Mapping
from copy import deepcopy

import pytest
from properties.agent import INSTANCE_ID, USER_ID, InitialUser, LocalAgent, local_agent
from properties.stacks import Action, Stack
from properties.strategies import CHAT_ACW
from properties.unreliable import UnreliableGateway

from connect_local import Behaviour
from custom_connect_userconfig.core.identifiers import Environment, Identity
from interleavings.pairs import CUSTOM, INITIAL, REGISTRY, C, V, W
from support.earlier_values import take_breaches
from support.record_form import read_record

OURS = {
    "connect-user-config": "managed",
    "connect-user-config:owner": "v1 0123456789abcdef id.id sales/Agent",
}
ACCEPT, WORK = "connect-user-config:auto-accept", "connect-user-config:after-contact-work"


@pytest.fixture
def agent() -> Iterator[LocalAgent]:
    with local_agent(InitialUser(edits=(INITIAL,)), Behaviour()) as agent:
        agent.tag({**OURS, WORK: "v1 was VOICE=120"})
        agent.read()
        yield agent


def _write(agent: LocalAgent, channels: Mapping[str, bool]) -> None:
    entries: list[dict[str, object]] = [
        {"Channel": channel, "AutoAccept": value} for channel, value in channels.items()
    ]
    agent.gateway.update_user_config(INSTANCE_ID, USER_ID, {"AutoAcceptConfigs": entries})


@pytest.fixture
def clamped() -> Iterator[LocalAgent]:
    """An agent of a service that stores no more than 5,400 seconds of work on CHAT, with more from before."""
    with local_agent(
        InitialUser({"AfterContactWorkTimeLimit": 9_000}), Behaviour(clamp_chat_acw=True)
    ) as agent:
        agent.tag({**OURS, WORK: "v1 was VOICE=9000"})
        agent.read()
        yield agent


def _work(agent: LocalAgent, seconds: int, channel: str = "VOICE") -> None:
    entry: dict[str, object] = {
        "Channel": channel,
        "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": seconds},
    }
    agent.gateway.update_user_config(INSTANCE_ID, USER_ID, {"AfterContactWorkConfigs": [entry]})


@pytest.mark.parametrize("form", ["v1 VOICE=true was VOICE=true", "v1 was VOICE=true"])
def test_a_value_that_was_written_without_a_claim_is_not_recorded_as_earlier(
    agent: LocalAgent, form: str
) -> None:
    _write(agent, {"VOICE": True})
    agent.tag({ACCEPT: form})
    assert len(take_breaches()) == 1


def test_nor_one_that_was_written_again_when_it_had_been_given_back(agent: LocalAgent) -> None:
    agent.tag({ACCEPT: "v1 was VOICE=false"})
    _write(agent, {"VOICE": True})
    _write(agent, {"VOICE": False})
    _write(agent, {"VOICE": True})
    agent.untag([ACCEPT])
    agent.tag({ACCEPT: "v1 was VOICE=true"})
    assert len(take_breaches()) == 1


def test_nor_one_of_many_that_were_declared(agent: LocalAgent) -> None:
    _work(agent, 30)
    _work(agent, 45)
    agent.untag([WORK])
    agent.tag({WORK: "v1 was VOICE=30"})
    assert len(take_breaches()) == 1


def test_nor_one_that_was_written_before_a_copy_of_the_users_was_put_back(agent: LocalAgent) -> None:
    _write(agent, {"VOICE": True})
    backend = agent.gateway.backend
    backend.users = deepcopy(backend.users)
    agent.tag({ACCEPT: "v1 was VOICE=true"})
    assert len(take_breaches()) == 1


def test_nor_one_that_the_record_gives_to_another_owner_meanwhile(agent: LocalAgent) -> None:
    _write(agent, {"VOICE": True})
    agent.tag({"connect-user-config:owner": "v1 fedcba9876543210 id.id support/Agent"})
    agent.tag({ACCEPT: "v1 was VOICE=true"})
    assert len(take_breaches()) == 1


def test_nor_one_of_the_former_owner_by_the_next_owner_of_a_record_that_was_handed_over(
    agent: LocalAgent,
) -> None:
    _work(agent, 30)
    agent.tag({"connect-user-config": "handed-over"})
    agent.untag([WORK])
    agent.tag({**OURS, "connect-user-config:owner": "v1 fedcba9876543210 id.id - support/Agent"})
    agent.tag({WORK: "v1 VOICE=45 was VOICE=30"})
    assert len(take_breaches()) == 1


def test_nor_one_of_a_former_owner_whose_tag_is_gone(agent: LocalAgent) -> None:
    _work(agent, 30)
    agent.untag(["connect-user-config:owner"])
    agent.tag({"connect-user-config": "handed-over"})
    agent.tag({**OURS, "connect-user-config:owner": "v1 fedcba9876543210 id.id - support/Agent"})
    agent.tag({WORK: "v1 VOICE=45 was VOICE=30"})
    assert len(take_breaches()) == 1


def test_nor_when_another_tool_has_removed_the_record(agent: LocalAgent) -> None:
    _work(agent, 30)
    agent.untag([*agent.tags()])
    agent.tag({**OURS, WORK: "v1 VOICE=30 was VOICE=30"})
    assert len(take_breaches()) == 1


def test_nor_what_the_service_has_made_of_a_longer_one(clamped: LocalAgent) -> None:
    clamped.administer({CHAT_ACW: 30})
    clamped.read()
    _work(clamped, 9_001, "CHAT")
    clamped.tag({WORK: "v1 was CHAT=5400"})
    assert len(take_breaches()) == 1


def test_nor_one_that_equals_what_the_service_would_have_made_of_the_earlier_one(
    clamped: LocalAgent,
) -> None:
    clamped.tag({WORK: "v1 CHAT=5400 was CHAT=9000"})
    _work(clamped, 5_400, "CHAT")
    clamped.untag([WORK])
    clamped.tag({WORK: "v1 was CHAT=5400"})
    assert len(take_breaches()) == 1


def test_what_was_given_back_is_free(agent: LocalAgent) -> None:
    agent.tag({ACCEPT: "v1 was VOICE=false"})
    _write(agent, {"VOICE": True})
    _write(agent, {"VOICE": False})
    agent.untag([ACCEPT])
    _write(agent, {"VOICE": False})
    agent.administer({V: True})
    agent.tag({ACCEPT: "v1 was VOICE=true"})


def test_what_an_administrator_has_set_is_the_administrators(agent: LocalAgent) -> None:
    _work(agent, 30)
    _work(agent, 45)
    agent.administer({W: 30})
    agent.untag([WORK])
    agent.tag({WORK: "v1 was VOICE=30"})


def test_what_was_declared_as_it_was_before_is_recorded_so_again(agent: LocalAgent) -> None:
    _work(agent, 120)
    agent.tag({WORK: "v1 VOICE=120 was VOICE=120"})
    agent.untag([WORK])
    agent.tag({WORK: "v1 VOICE=120 was VOICE=120"})


def test_what_was_written_along_with_another_channel_is_nobodys(agent: LocalAgent) -> None:
    agent.administer({C: True})
    agent.read()
    _write(agent, {"VOICE": True, "CHAT": True})
    agent.tag({ACCEPT: "v1 was CHAT=true"})


def test_what_the_service_makes_of_that_is_nobodys_either(clamped: LocalAgent) -> None:
    _work(clamped, 9_000, "CHAT")
    clamped.read()
    _work(clamped, 9_000, "CHAT")
    clamped.tag({WORK: "v1 was CHAT=5400"})


def test_what_the_service_makes_of_a_value_that_was_given_back_is_free(clamped: LocalAgent) -> None:
    clamped.tag({WORK: "v1 CHAT=5400 was CHAT=9000"})
    _work(clamped, 5_400, "CHAT")
    _work(clamped, 9_000, "CHAT")
    _work(clamped, 5_400, "CHAT")
    clamped.untag([WORK])
    clamped.tag({WORK: "v1 was CHAT=5400"})


@pytest.mark.parametrize("late_reads", [1, 0])
def test_what_a_late_read_shows_of_an_earlier_record_may_be_recorded_again(late_reads: int) -> None:
    with local_agent(InitialUser(edits=(INITIAL,)), Behaviour(stale_reads=late_reads)) as agent:
        agent.tag({**OURS, WORK: "v1 VOICE=120 was VOICE=120"})
        agent.let_reads_catch_up()
        agent.tag({WORK: "v1 VOICE=120 was VOICE=60"})
        _work(agent, 120)
        agent.read()
        agent.tag({WORK: "v1 VOICE=120 was VOICE=120"})
    assert len(take_breaches()) == 1 - late_reads


def test_what_cannot_be_recorded_is_free(agent: LocalAgent) -> None:
    _work(agent, 30)
    agent.untag([WORK])
    agent.tag({WORK: "v1 VOICE=30 was VOICE=unrecorded"})


def test_what_somebody_releases_is_free(agent: LocalAgent) -> None:
    _work(agent, 30)
    agent.release()
    agent.tag({**OURS, WORK: "v1 was VOICE=30"})


def test_tags_in_no_such_form_say_nothing(agent: LocalAgent) -> None:
    _write(agent, {"VOICE": True})
    agent.tag(
        {
            ACCEPT: "v9 VOICE=true",
            "connect-user-config:nonsense": "v1 was VOICE=true",
            "connect-user-configs": "v1 was VOICE=true",
        }
    )


@pytest.mark.parametrize("front_end", [REGISTRY, CUSTOM])
def test_the_record_that_the_service_writes_is_understood(front_end: type[Stack]) -> None:
    """Otherwise every write would count as an administrator's, and no test would ever break the rule."""
    declared = {V: True, W: 30}
    with local_agent(InitialUser(edits=(INITIAL,)), Behaviour()) as agent:
        stack = front_end("sales", Identity.parse(INSTANCE_ID, USER_ID, Environment()))
        stack.send(stack.event(Action.CREATE, declared), UnreliableGateway(agent.gateway), agent.clock)
        record = read_record(agent.tags())
    assert record.owner == stack.owner.digest
    assert record.earlier == {V: False, W: 120}
    assert record.declared in ({}, declared)
