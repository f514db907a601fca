"""The physical id: both identifiers as given; it changes with the identity only, and never on failure."""

from collections.abc import Callable

import pytest
from functional.settings import auto_accept

from connect_local import FaultKind
from connect_local.faults import Fault
from support.custom_resource import CustomStack, id_of

from .conftest import Agent


def test_it_joins_the_identifiers_as_given_and_attributes_name_them(stack: CustomStack, agent: Agent) -> None:
    arn = agent.arn.partition("/agent/")[0]
    answer = stack.create({**agent.declare(), "InstanceId": arn, "UserId": agent.arn})
    assert answer.succeeded, answer
    assert answer.physical_id == f"{arn}|{agent.arn}"
    assert answer.data == {"InstanceId": arn, "UserId": agent.arn, "UserArn": agent.arn}


def test_it_stays_when_settings_change(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    answer = stack.update(agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)]), agent.declare())
    assert answer.succeeded, answer
    assert answer.physical_id == id_of(agent.declare())
    assert answer.data["UserArn"] == agent.arn


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_failure_names_the_real_id(stack: CustomStack, agent: Agent, kind: str) -> None:
    agent.connect.plant(Fault("TagResource", FaultKind.ACCESS_DENIED))
    properties = agent.declare()
    answer = stack.create(properties) if kind == "Create" else stack.update(properties, properties)
    assert not answer.succeeded
    assert answer.physical_id == id_of(properties)


def _to_unknown_user(agent: Agent) -> dict[str, object]:
    return {**agent.declare(), "UserId": "00000000-1111-4222-8333-444444444444"}


WRONG: dict[str, Callable[[Agent], dict[str, object]]] = {
    "another user, who does not exist": _to_unknown_user,
    "a malformed user": lambda agent: {**agent.declare(), "UserId": "a b/c|d"},
    "no user": lambda agent: {"InstanceId": agent.instance_id},
    "a malformed instance": lambda agent: {**agent.declare(), "InstanceId": "arn:aws:connect:nowhere"},
    "no arrays": lambda agent: {"InstanceId": agent.instance_id, "UserId": agent.user_id},
    "nested where a string belongs": lambda agent: {**agent.declare(), "UserId": {"Ref": ["x"]}},
}


@pytest.mark.parametrize("way", WRONG)
def test_a_failed_update_keeps_the_old_id_and_the_old_settings(
    stack: CustomStack, agent: Agent, way: str
) -> None:
    old = agent.declare()
    stack.create(old)
    before = agent.all()
    answers = stack.redeploy(WRONG[way](agent), old)
    assert [answer.succeeded for answer in answers] == [False, True], answers
    assert {answer.physical_id for answer in answers} == {id_of(old)}
    assert agent.all() == before


@pytest.mark.parametrize("way", [way for way in WRONG if way != "no arrays"])
def test_a_create_without_a_user_fails_with_an_id_that_its_delete_understands(
    stack: CustomStack, agent: Agent, way: str
) -> None:
    created, deleted = stack.deploy(WRONG[way](agent))
    assert not created.succeeded
    assert deleted.succeeded, deleted
    assert deleted.reason, "the answer must say what it did not do"


def test_an_invented_id_is_resolved_from_the_properties(stack: CustomStack, agent: Agent) -> None:
    before = agent.all()
    stack.create(agent.declare())
    answer = stack.delete(agent.declare(), stack.invented_id())
    assert answer.succeeded, answer
    assert answer.physical_id == stack.invented_id()
    assert agent.all() == before


def test_a_delete_acts_on_the_user_of_the_id_and_not_of_the_properties(
    stack: CustomStack, agent: Agent, new_agent: Callable[..., Agent]
) -> None:
    other, before = new_agent(), agent.all()
    stack.create(agent.declare())
    stack.create(other.declare())
    kept = other.all()
    assert stack.delete(other.declare(), id_of(agent.declare())).succeeded
    assert agent.all() == before
    assert other.all() == kept
