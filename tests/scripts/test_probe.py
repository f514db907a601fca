"""The probe finds out how the local Connect behaves, and leaves the agent unchanged."""

import pytest
from probe_aws import probe
from probe_questions import Agent

from connect_local import (
    ArrayWrite,
    Behaviour,
    EntryWrite,
    Fault,
    FaultKind,
    LocalConnect,
    PhoneConfigLink,
    Reads,
)
from support.clock import FakeClock

ONE = Behaviour(
    array_write=ArrayWrite.REPLACE,
    entry_write=EntryWrite.REPLACE,
    reads=Reads.DENSE,
    phone_config=PhoneConfigLink.MIRRORS_VOICE,
    clamp_chat_acw=True,
    drop_number_under_soft_phone=True,
)
OTHER = Behaviour(
    array_write=ArrayWrite.MERGE,
    entry_write=EntryWrite.MERGE,
    reads=Reads.SPARSE,
    phone_config=PhoneConfigLink.INDEPENDENT,
    accept_arns=True,
    stale_reads=2,
    refused_channels=frozenset({"EMAIL"}),
)
FOUND = {
    ONE: (
        "dense",
        "replaced: CHAT",
        "replaced: the callback",
        "follows",
        "5400 seconds",
        "dropped",
        "taken",
        "not taken",
    ),
    OTHER: (
        "sparse",
        "merged: CHAT",
        "merged: the callback",
        "does not follow",
        "6000 seconds",
        "kept",
        "refused (InvalidParameterException)",
        "taken",
    ),
}
IN_ANY_CASE = ("found after", "found", "at most")


def agent_of(connect: LocalConnect, clock: FakeClock) -> Agent:
    import boto3  # noqa: PLC0415 - the client must be created within the local Connect

    instance_id, _ = connect.create_instance()
    user_id, _ = connect.create_user(
        instance_id,
        "probed",
        tags={"team": "returns"},
        AutoAcceptConfigs=[{"Channel": "CHAT", "AutoAccept": True}],
        PhoneNumberConfigs=[{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+12025550142"}],
        AfterContactWorkConfigs=[
            {"Channel": "TASK", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 7}}
        ],
    )
    return Agent(boto3.client("connect", region_name="us-east-1"), instance_id, user_id, clock.sleep)


@pytest.mark.parametrize("behaviour", [ONE, OTHER], ids=["one", "other"])
def test_it_answers_every_question_and_restores_the_agent(
    behaviour: Behaviour, capsys: pytest.CaptureFixture[str]
) -> None:
    with LocalConnect(behaviour) as connect:
        agent = agent_of(connect, FakeClock())
        before = connect.effective(agent.instance_id, agent.user_id)
        assert probe(agent)
        assert connect.effective(agent.instance_id, agent.user_id) == before
        assert connect.tags(agent.instance_id, agent.user_id) == {"team": "returns"}
    answers = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    for answer, expected in zip(answers, (*FOUND[behaviour], *IN_ANY_CASE), strict=True):
        assert answer.startswith(expected)


def test_a_question_without_an_answer_fails_the_probe_and_it_restores_the_agent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with LocalConnect(ONE) as connect:
        agent = agent_of(connect, FakeClock())
        before = connect.effective(agent.instance_id, agent.user_id)
        connect.plant(Fault("UpdateUserConfig", FaultKind.ACCESS_DENIED, on_call=2))
        assert not probe(agent)
        assert connect.effective(agent.instance_id, agent.user_id) == before
    assert "no answer" in capsys.readouterr().out
