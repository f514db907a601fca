"""Delete acts only if the record names this very resource; otherwise it succeeds and says why."""

from collections.abc import Callable

import pytest

from support.custom_resource import CustomStack, id_of

from .conftest import Agent

OWNER = "connect-user-config:owner"


def _nothing(stack: CustomStack, properties: dict[str, object], physical_id: str, words: str) -> None:
    answer = stack.delete(properties, physical_id)
    assert answer.succeeded, answer
    assert words in answer.reason, answer
    assert answer.physical_id == physical_id


def _unchanged(agent: Agent, deleting: Callable[[], None]) -> None:
    before = agent.all()
    agent.connect.forget_calls()
    deleting()
    assert {call.operation for call in agent.connect.calls} <= {"DescribeUser"}
    assert agent.all() == before


def test_what_is_not_owned(stack: CustomStack, agent: Agent) -> None:
    _unchanged(agent, lambda: _nothing(stack, agent.declare(), id_of(agent.declare()), "No settings of"))


def test_a_second_time(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    assert stack.delete(agent.declare()).succeeded
    _unchanged(agent, lambda: _nothing(stack, agent.declare(), id_of(agent.declare()), "No settings of"))


def test_a_user_that_is_gone(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    agent.connect.backend().delete_user(agent.instance_id, agent.user_id)
    _nothing(stack, agent.declare(), id_of(agent.declare()), "There is no user")


@pytest.mark.parametrize(
    "physical_id", ["a|b|c d", "|", "x|", "arn:aws:connect:eu-west-1:1:instance/a|b", "request-1", "invented"]
)
def test_an_id_that_names_no_user(stack: CustomStack, physical_id: str) -> None:
    _nothing(stack, {"InstanceId": "", "AutoAcceptConfigs": "x"}, physical_id, "Nothing was given back")


def test_what_another_stack_owns(stack: CustomStack, other_stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    _unchanged(
        agent, lambda: _nothing(other_stack, agent.declare(), id_of(agent.declare()), "sales-stack/Agent")
    )


def test_what_another_resource_of_the_stack_owns(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    other = CustomStack(stack.clock, stack.function, stack.endpoint, logical_id="Other")
    _unchanged(agent, lambda: _nothing(other, agent.declare(), id_of(agent.declare()), "sales-stack/Agent"))


def test_what_a_resource_outside_of_stacks_owns(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    agent.connect.backend().tag_resource(agent.arn, {OWNER: "v1 0123456789abcdef id.id - -/-"})
    _unchanged(agent, lambda: _nothing(stack, agent.declare(), id_of(agent.declare()), "No settings of"))


def test_a_record_whose_owner_is_missing(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    agent.connect.backend().untag_resource(agent.arn, [OWNER])
    _unchanged(agent, lambda: _nothing(stack, agent.declare(), id_of(agent.declare()), "unknown owner"))


def test_properties_that_are_no_longer_valid(stack: CustomStack, agent: Agent) -> None:
    before = agent.all()
    stack.create(agent.declare())
    assert stack.delete({"Nonsense": ["x"]}, id_of(agent.declare())).succeeded
    assert agent.all() == before
