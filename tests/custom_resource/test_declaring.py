"""The properties of a custom resource: the function checks them all, with the registry's messages."""

from typing import Any

import pytest
from functional.settings import acw, auto_accept, enhancement, phone
from functional.test_bad_input import WAYS

from custom_connect_userconfig import handlers
from custom_connect_userconfig.retry.retrier import Retrier
from support.custom_resource import CustomStack, as_sent
from support.registry import RegistryStack

from .conftest import Agent


@pytest.fixture
def registry(stack: CustomStack, monkeypatch: pytest.MonkeyPatch) -> RegistryStack:
    clock: Any = stack.clock
    monkeypatch.setattr(handlers, "retrier", Retrier(clock, lambda: 0.5))
    return RegistryStack(clock)


def test_scalars_that_arrive_as_strings_mean_what_the_template_says(stack: CustomStack, agent: Agent) -> None:
    arrays = {
        "AutoAcceptConfigs": [auto_accept("VOICE", True, callback=False), auto_accept("CHAT", False)],
        "AfterContactWorkConfigs": [acw("VOICE", 30, callback=15), acw("CHAT", 0)],
        "VoiceEnhancementConfigs": enhancement("NONE"),
    }
    sent = as_sent(arrays)
    assert sent["AutoAcceptConfigs"][0] == {
        "Channel": "VOICE",
        "AutoAccept": "true",
        "AgentFirstCallbackAutoAccept": "false",
    }
    assert stack.create(agent.declare(**arrays)).succeeded
    report = stack.read(agent.declare(**arrays))
    assert {name: report[name] for name in arrays} == arrays
    assert report["InSync"] is True


@pytest.mark.parametrize("way", WAYS)
def test_bad_properties_are_refused_before_any_call_with_the_registrys_message(
    stack: CustomStack, registry: RegistryStack, agent: Agent, way: str
) -> None:
    arrays, _ = WAYS[way]
    properties = {"InstanceId": agent.instance_id, "UserId": agent.user_id, **arrays}
    message = registry.refused("CREATE", as_sent(properties), "InvalidRequest")
    created, updated = stack.create(properties), stack.update(properties, agent.declare())
    assert [created.succeeded, updated.succeeded] == [False, False]
    assert [created.reason, updated.reason] == [message, message]
    assert not agent.connect.calls


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("AutoAcceptConfig", "AutoAcceptConfigs"),
        ("PersistantConnectionConfigs", "PersistentConnectionConfigs"),
        ("UserID", "UserId"),
    ],
)
def test_an_unknown_property_is_refused_with_the_nearest_known_name(
    stack: CustomStack, agent: Agent, wrong: str, right: str
) -> None:
    answer = stack.create({**agent.declare(), wrong: "x"})
    assert not answer.succeeded
    assert f"'{wrong}' is not a known property: did you mean {right}?" in answer.reason


def test_a_property_for_cloudformation_is_no_unknown_property(stack: CustomStack, agent: Agent) -> None:
    stack.service_timeout = 300
    assert stack.create(agent.declare()).succeeded
    assert stack.update(agent.declare(), agent.declare()).succeeded


def test_a_refusal_never_repeats_a_phone_number(stack: CustomStack, agent: Agent) -> None:
    answer = stack.create(agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", "+1 202 555 0101")))
    assert not answer.succeeded
    assert "E.164" in answer.reason
    assert "555" not in answer.reason
