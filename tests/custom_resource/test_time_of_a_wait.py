"""An update waits for a delete of its resource only as long as it can go on afterwards."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from functional.settings import acw

from connect_local import FaultKind
from connect_local.faults import Fault
from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.retry.retrier import Retrier
from support.custom_resource import CustomStack

from .conftest import Agent


@pytest.fixture
def wanted(stack: CustomStack, agent: Agent) -> Mapping[str, Any]:
    """Return the properties of an update of a resource whose delete nobody will end.

    A person has cut a `release` off.
    """
    stack.create(agent.declare())
    agent.connect.backend().tag_resource(agent.arn, {"connect-user-config": "releasing"})
    return agent.declare(AfterContactWorkConfigs=[acw("VOICE", 5)])


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("limits", [*product([60.0, 180.0, 240.0, 300.0, None], [60.0, 600.0])])
def test_an_update_goes_on_while_there_is_time_if_a_delete_was_cut_off(
    stack: CustomStack,
    agent: Agent,
    wanted: Mapping[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[float | None, float],
    chance: float,
) -> None:
    """`limits` are the `ServiceTimeout` and the Timeout of the function."""
    monkeypatch.setattr(custom_resource, "retrier", Retrier(stack.clock, lambda: chance))
    stack.service_timeout, stack.function.seconds = limits
    updated = stack.update(wanted, agent.declare())
    assert updated.succeeded, updated.reason
    assert agent.tags()["connect-user-config"] == "managed"


def test_it_waits_for_two_minutes_if_it_has_them(
    stack: CustomStack, agent: Agent, wanted: Mapping[str, Any]
) -> None:
    updated = stack.update(wanted, agent.declare())
    assert updated.succeeded, updated
    assert 120 <= updated.seconds < 150


def test_a_short_function_can_hand_over_once_more_after_the_wait(
    stack: CustomStack, agent: Agent, wanted: Mapping[str, Any]
) -> None:
    stack.function.seconds = 60.0
    agent.connect.plant(Fault("UpdateUserConfig", FaultKind.THROTTLING, times=2))
    updated = stack.update(wanted, agent.declare())
    assert updated.succeeded, updated
