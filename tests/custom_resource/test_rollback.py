"""Requests that follow failures and replacements: they remove and keep exactly what they must."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from functional.settings import acw, auto_accept

from connect_local import FaultKind
from connect_local.faults import Fault
from custom_connect_userconfig.aws.connect import ConnectGateway
from support.custom_resource import CustomStack, id_of

from .conftest import Agent

OURS = "connect-user-config"


class CutOff(BaseException):
    """Lambda ends the function in the middle; no code in it can react."""


def _cut_off(*_: object) -> None:
    raise CutOff


def test_a_failed_create_gives_back_before_its_response_and_its_delete_finds_nothing(
    stack: CustomStack, agent: Agent
) -> None:
    before = agent.all()
    agent.connect.plant(Fault("UpdateUserConfig", FaultKind.INVALID_PARAMETER))
    created = stack.create(agent.declare())
    assert not created.succeeded
    assert "InvalidParameterException" in created.reason
    assert agent.all() == before
    agent.connect.forget_calls()
    deleted = stack.delete(agent.declare(), created.physical_id)
    assert deleted.succeeded, deleted
    assert "No settings of" in deleted.reason
    assert {call.operation for call in agent.connect.calls} == {"DescribeUser"}


def test_the_delete_after_a_failed_create_gives_back_the_rest(stack: CustomStack, agent: Agent) -> None:
    before = agent.all()
    agent.connect.plant(Fault("UpdateUserConfig", FaultKind.ACCESS_DENIED))
    agent.connect.plant(Fault("UntagResource", FaultKind.ACCESS_DENIED))
    created = stack.create(agent.declare())
    assert "could not be given back" in created.reason
    assert stack.delete(agent.declare(), created.physical_id).succeeded
    assert agent.all() == before


def test_the_delete_with_an_invented_id_gives_back_what_a_cut_off_function_took(
    stack: CustomStack, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = agent.all()
    with monkeypatch.context() as patch:
        patch.setattr(ConnectGateway, "update_user_config", _cut_off)
        with pytest.raises(CutOff):
            stack.create(agent.declare())
    assert OURS in agent.tags()
    assert stack.delete(agent.declare(), stack.invented_id()).succeeded
    assert agent.all() == before


def test_a_refused_create_names_the_owner_and_its_delete_changes_nothing(
    stack: CustomStack, other_stack: CustomStack, agent: Agent
) -> None:
    stack.create(agent.declare())
    before = agent.all()
    created, deleted = other_stack.deploy(agent.declare(AfterContactWorkConfigs=[acw("VOICE", 5)]))
    assert not created.succeeded
    assert "sales-stack/Agent" in created.reason
    assert deleted.succeeded
    assert "sales-stack/Agent" in deleted.reason
    assert agent.all() == before


def test_the_delete_of_a_refused_create_says_that_it_gave_back_a_record_without_an_owner(
    stack: CustomStack, other_stack: CustomStack, agent: Agent
) -> None:
    """Nothing tells the tags that a delete has left from those of which somebody has removed two."""
    before = agent.all()
    stack.create(agent.declare())
    agent.connect.backend().untag_resource(agent.arn, [OURS, f"{OURS}:owner"])
    created, deleted = other_stack.deploy(agent.declare(AfterContactWorkConfigs=[acw("VOICE", 5)]))
    assert "an unknown owner" in created.reason
    assert deleted.succeeded
    assert deleted.reason.startswith("The record on the user named no owner")
    assert agent.all() == before


@pytest.mark.parametrize("lag", [0, 2])
def test_the_rollback_restores_a_failed_update_even_before_reads_show_it(
    stack: CustomStack, agent: Agent, lag: int
) -> None:
    old = agent.declare(AutoAcceptConfigs=[auto_accept("VOICE", True)])
    new = agent.declare(AfterContactWorkConfigs=[acw("TASK", 9)])
    stack.create(old)
    before = agent.state()
    agent.connect.behaviour = replace(agent.connect.behaviour, stale_reads=lag)
    agent.connect.plant(Fault("UntagResource", FaultKind.ACCESS_DENIED))
    failed, back = stack.redeploy(new, old)
    assert "connect:UntagResource" in failed.reason, failed
    assert back.succeeded, back
    assert agent.state() == before


def test_the_rollback_restores_a_successful_update(stack: CustomStack, agent: Agent) -> None:
    old, new = agent.declare(), agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])
    stack.create(old)
    before = agent.state()
    updated = stack.update(new, old)
    assert agent.state() != before
    stack.roll_back(new, old, updated)
    assert agent.state() == before


@pytest.mark.parametrize("lag", [0, 3])
def test_a_replacement_gives_the_first_user_the_settings_back(
    stack: CustomStack, new_agent: Callable[..., Agent], lag: int
) -> None:
    first, second = new_agent(), new_agent()
    before = first.all()
    stack.create(first.declare())
    first.connect.behaviour = replace(first.connect.behaviour, stale_reads=lag)
    updated, deleted = stack.redeploy(second.declare(), first.declare())
    assert updated.physical_id == id_of(second.declare())
    assert updated.data["UserArn"] == second.arn
    assert deleted.succeeded
    assert first.all() == before
    assert OURS in second.tags()


def test_a_replacement_that_is_rolled_back_leaves_the_first_owned_and_the_second_as_before(
    stack: CustomStack, new_agent: Callable[..., Agent]
) -> None:
    first, second = new_agent(), new_agent()
    untouched = second.state()
    stack.create(first.declare())
    before = first.state()
    updated = stack.update(second.declare(), first.declare())
    stack.roll_back(second.declare(), first.declare(), updated)
    assert first.state() == before
    assert second.state() == untouched


def test_a_replacement_by_a_user_that_another_owns_fails_and_both_stay(
    stack: CustomStack, other_stack: CustomStack, new_agent: Callable[..., Agent]
) -> None:
    first, second = new_agent(), new_agent()
    stack.create(first.declare())
    other_stack.create(second.declare())
    before = first.all(), second.all()
    updated, back = stack.redeploy(second.declare(), first.declare())
    assert not updated.succeeded
    assert "support-stack/Agent" in updated.reason
    assert back.succeeded
    assert (first.all(), second.all()) == before


def test_the_same_user_in_another_spelling_is_refused_and_stays_owned(
    stack: CustomStack, agent: Agent
) -> None:
    old, new = agent.declare(), {**agent.declare(), "UserId": agent.arn}
    stack.create(old)
    before = agent.all()
    updated, back = stack.redeploy(new, old)
    assert not updated.succeeded
    assert "spelled in another way" in updated.reason
    assert back.succeeded
    assert agent.all() == before
