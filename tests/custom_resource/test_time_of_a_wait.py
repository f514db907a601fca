"""An update waits for a delete of its resource only as long as it can go on afterwards."""

from itertools import product

import pytest
from functional.settings import acw

from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.retry.retrier import Retrier
from support.clock import FakeClock
from support.custom_resource import CustomStack

from .conftest import Agent


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("limits", [*product([60.0, 180.0, 240.0, 300.0, None], [60.0, 600.0])])
def test_an_update_goes_on_while_there_is_time_if_a_delete_was_cut_off(
    stack: CustomStack,
    agent: Agent,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[float | None, float],
    chance: float,
) -> None:
    """Nobody will end that delete: a person has cut a `release` off.

    `limits` are the `ServiceTimeout` and the Timeout of the function.
    """
    monkeypatch.setattr(custom_resource, "retrier", Retrier(clock, lambda: chance))
    stack.create(agent.declare())
    agent.connect.backend().tag_resource(agent.arn, {"connect-user-config": "releasing"})
    stack.service_timeout, stack.function.seconds = limits
    wanted = agent.declare(AfterContactWorkConfigs=[acw("VOICE", 5)])
    updated = stack.update(wanted, agent.declare())
    assert updated.succeeded, updated.reason
    assert agent.tags()["connect-user-config"] == "managed"
