"""The direct Read: owner, owned settings with live values, differences; a failure is an answer too."""

import math
from typing import Any

import pytest
from functional.settings import acw, auto_accept, phone

from connect_local import Behaviour, FaultKind
from connect_local.faults import Fault
from custom_connect_userconfig.aws.connect import ConnectGateway
from support.custom_resource import CustomStack, as_sent
from support.function_double import FUNCTION_ARN

from .conftest import Agent

VOICE = [auto_accept("VOICE", True)]
ACW = "AfterContactWorkConfigs[{}].AfterContactWorkConfig.AfterContactWorkTimeLimit"


def names_of(agent: Agent) -> dict[str, str]:
    """Return the identifier alone."""
    return {"InstanceId": agent.instance_id, "UserId": agent.user_id}


def test_it_shows_what_is_owned_and_nothing_else(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    names = names_of(agent)
    agent.connect.forget_calls()
    assert stack.read(names) == {
        **names,
        "UserArn": agent.arn,
        "AutoAcceptConfigs": VOICE,
        "Owner": "sales-stack/Agent",
        "InSync": True,
        "Differences": [],
    }
    assert [call.operation for call in agent.connect.calls] == ["DescribeUser"]


@pytest.mark.parametrize("declares", [False, True])
def test_a_user_without_an_owner_is_no_failure(stack: CustomStack, agent: Agent, declares: bool) -> None:
    report = stack.read(agent.declare() if declares else names_of(agent))
    nothing = {**names_of(agent), "UserArn": agent.arn, "Owner": None}
    unowned = {
        "Setting": "AutoAcceptConfigs[VOICE].AutoAccept",
        "Declared": True,
        "Live": False,
        "Owned": False,
    }
    assert report == {**nothing, "InSync": not declares, "Differences": [unowned] if declares else []}


def test_a_declared_setting_without_an_owner_is_a_difference_even_if_its_value_is_in_force(
    stack: CustomStack, agent: Agent
) -> None:
    stack.create(agent.declare())
    agent.connect.admin_update(agent.instance_id, agent.user_id, AfterContactWorkConfigs=[acw("VOICE", 45)])
    report = stack.read(agent.declare(AutoAcceptConfigs=VOICE, AfterContactWorkConfigs=[acw("VOICE", 45)]))
    assert report["Differences"] == [
        {"Setting": ACW.format("VOICE"), "Declared": 45, "Live": 45, "Owned": False}
    ]
    assert "AfterContactWorkConfigs" not in report, "the answer shows owned settings only"
    other = stack.read(agent.declare(AutoAcceptConfigs=VOICE, AfterContactWorkConfigs=[acw("VOICE", 30)]))
    assert other["Differences"] == [
        {"Setting": ACW.format("VOICE"), "Declared": 30, "Live": 45, "Owned": False}
    ]


def test_without_arrays_it_compares_the_values_in_the_record(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare(AutoAcceptConfigs=VOICE, AfterContactWorkConfigs=[acw("CHAT", 30)]))
    assert stack.read(names_of(agent))["InSync"] is True
    agent.connect.admin_update(agent.instance_id, agent.user_id, AfterContactWorkConfigs=[acw("CHAT", 45)])
    report = stack.read(names_of(agent))
    drift = {"Setting": ACW.format("CHAT"), "Declared": 30, "Live": 45, "Owned": True}
    assert (report["InSync"], report["Differences"]) == (False, [drift])
    assert report["AfterContactWorkConfigs"] == [acw("CHAT", 45)]


def test_without_arrays_any_number_is_as_declared_but_no_number_is_not(
    stack: CustomStack, agent: Agent
) -> None:
    """No record holds a number."""
    stack.create(agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", "+12025550101")))
    agent.connect.admin_update(
        agent.instance_id, agent.user_id, PhoneNumberConfigs=phone("DESK_PHONE", "+12025550102")
    )
    assert stack.read(names_of(agent))["InSync"] is True
    agent.connect.behaviour = Behaviour(drop_number_under_soft_phone=True)
    agent.connect.admin_update(agent.instance_id, agent.user_id, PhoneNumberConfigs=phone("SOFT_PHONE"))
    gone = {
        "Setting": "PhoneNumberConfigs[VOICE].PhoneNumber",
        "Declared": "(a number)",
        "Live": None,
        "Owned": True,
    }
    assert gone in stack.read(names_of(agent))["Differences"]


def test_it_names_the_owner_to_every_stack(
    stack: CustomStack, other_stack: CustomStack, agent: Agent
) -> None:
    other_stack.create(agent.declare())
    assert stack.read(agent.declare())["Owner"] == "support-stack/Agent"
    agent.connect.backend().untag_resource(agent.arn, ["connect-user-config:owner"])
    report = stack.read(names_of(agent))
    assert (report["Owner"], report["AutoAcceptConfigs"]) == (None, VOICE)


@pytest.mark.parametrize("declares", [False, True])
def test_nobody_owns_a_user_who_was_handed_over(stack: CustomStack, agent: Agent, declares: bool) -> None:
    stack.create(agent.declare())
    agent.connect.backend().tag_resource(agent.arn, {"connect-user-config": "handed-over"})
    report = stack.read(agent.declare() if declares else names_of(agent))
    assert (report["Owner"], report["InSync"], report["AutoAcceptConfigs"]) == (None, False, VOICE)
    assert [(each["Live"], each["Owned"]) for each in report["Differences"]] == [(True, False)]


def test_it_says_that_all_is_as_declared(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    report = stack.read(as_sent(agent.declare()))
    assert (report["InSync"], report["Differences"]) == (True, [])


def test_it_names_each_difference(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare(AutoAcceptConfigs=VOICE, AfterContactWorkConfigs=[acw("CHAT", 30)]))
    agent.connect.admin_update(
        agent.instance_id, agent.user_id, AutoAcceptConfigs=[auto_accept("VOICE", False)]
    )
    report = stack.read(agent.declare(AutoAcceptConfigs=[*VOICE, auto_accept("TASK", True)]))
    assert report["InSync"] is False
    assert sorted(report["Differences"], key=lambda each: str(each["Setting"])) == [
        {
            "Setting": "AfterContactWorkConfigs[CHAT].AfterContactWorkConfig.AfterContactWorkTimeLimit",
            "Declared": None,
            "Live": 30,
            "Owned": True,
        },
        {"Setting": "AutoAcceptConfigs[TASK].AutoAccept", "Declared": True, "Live": False, "Owned": False},
        {"Setting": "AutoAcceptConfigs[VOICE].AutoAccept", "Declared": True, "Live": False, "Owned": True},
    ]


def test_a_difference_of_phone_numbers_shows_neither(stack: CustomStack, agent: Agent) -> None:
    declared = agent.declare(PhoneNumberConfigs=phone("DESK_PHONE", "+12025550101"))
    stack.create(declared)
    agent.connect.admin_update(
        agent.instance_id, agent.user_id, PhoneNumberConfigs=phone("DESK_PHONE", "+12025550102")
    )
    report = stack.read(declared)
    assert report["Differences"] == [
        {
            "Setting": "PhoneNumberConfigs[VOICE].PhoneNumber",
            "Declared": "(a number)",
            "Live": "(a number)",
            "Owned": True,
        }
    ]
    assert report["PhoneNumberConfigs"] == phone("DESK_PHONE", "+12025550102"), "the answer may show it"


def test_a_value_that_the_service_clamps_is_no_difference(stack: CustomStack, agent: Agent) -> None:
    agent.connect.behaviour = Behaviour(clamp_chat_acw=True)
    declared = agent.declare(AfterContactWorkConfigs=[acw("CHAT", 6000)])
    assert stack.create(declared).succeeded
    assert stack.read(declared)["InSync"] is True


FAILURES: dict[str, tuple[dict[str, Any], str]] = {
    "no such user": ({"UserId": "00000000-1111-4222-8333-444444444444"}, "NotFound"),
    "no user": ({"UserId": ""}, "InvalidRequest"),
    "unknown property": ({"AutoAcceptConfig": "x"}, "InvalidRequest"),
    "another region": ({"InstanceId": "arn:aws:connect:eu-west-1:123456789012:instance/a"}, "InvalidRequest"),
    "not a list": ({"AutoAcceptConfigs": "x"}, "InvalidRequest"),
}


@pytest.mark.parametrize("way", FAILURES)
def test_a_failure_is_an_answer(stack: CustomStack, agent: Agent, way: str) -> None:
    changes, error = FAILURES[way]
    answer = stack.read({**agent.declare(), **changes})
    assert answer["Error"] == error
    assert answer["Message"]
    assert answer.keys() == {"Error", "Message"}


@pytest.mark.parametrize("kind", [FaultKind.THROTTLING, FaultKind.ACCESS_DENIED, FaultKind.SERVER_ERROR])
def test_a_fault_is_an_answer_in_bounded_time(stack: CustomStack, agent: Agent, kind: FaultKind) -> None:
    stack.create(agent.declare())
    agent.connect.plant(Fault("DescribeUser", kind, times=math.inf))
    began = stack.clock.now()
    assert "Error" in stack.read(agent.declare())
    assert stack.clock.now() - began < 30


@pytest.mark.parametrize("properties", [None, 7, [], "x", {}, {"InstanceId": {}, "UserId": []}])
def test_garbage_is_an_answer(stack: CustomStack, properties: object) -> None:
    answer = stack.function.invoke({"RequestType": "Read", "ResourceProperties": properties})
    assert answer is not None
    assert answer["Error"] == "InvalidRequest"


def test_properties_for_cloudformation_change_nothing(stack: CustomStack, agent: Agent) -> None:
    stack.create(agent.declare())
    answer = stack.read({"ServiceToken": FUNCTION_ARN, "ServiceTimeout": "60", **agent.declare()})
    assert answer["InSync"] is True


def test_a_bug_is_an_answer_too(stack: CustomStack, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that reads many agents must not stop at one with an unreadable error of Lambda's."""

    def bug(*_: object) -> None:
        raise ZeroDivisionError("of +12025550101")

    monkeypatch.setattr(ConnectGateway, "describe_user", bug)
    answer = stack.read(agent.declare())
    assert "ZeroDivisionError" in answer["Message"]
    assert "2025550101" not in str(answer)
