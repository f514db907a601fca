"""Events that come twice, at the same time, broken, or to a function with a bug: each gets a response."""

import math
import os
import threading
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from connect_local import FaultKind
from connect_local.faults import Fault
from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.aws.connect import ConnectGateway
from support.custom_resource import CustomStack, id_of

from .conftest import Agent

OWNER = "connect-user-config:owner"


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_an_event_delivered_twice_is_done_once_and_gets_the_same_response(
    stack: CustomStack, agent: Agent, kind: str
) -> None:
    properties = agent.declare()
    if kind != "Create":
        stack.create(properties)
    event = stack.event(kind, properties, old=properties, physical_id=id_of(properties))
    awaited = stack.endpoint.awaited[event["RequestId"]]
    awaited.deliveries = 2
    stack.request(event)
    after = agent.all()
    stack.request(event)
    assert agent.all() == after
    first, second = (taken.body for taken in awaited.taken)
    assert first["Status"] == second["Status"] == "SUCCESS"
    assert first["PhysicalResourceId"] == second["PhysicalResourceId"]


@pytest.mark.parametrize("kind", ["Create", "Delete"])
def test_an_event_delivered_twice_at_the_same_time(stack: CustomStack, agent: Agent, kind: str) -> None:
    properties, before = agent.declare(), agent.all()
    if kind == "Delete":
        stack.create(properties)
    for _ in range(5):
        event = stack.event(kind, properties, physical_id=id_of(properties))
        awaited = stack.endpoint.awaited[event["RequestId"]]
        awaited.deliveries = 2
        _at_once(stack, event)
        assert [taken.body["Status"] for taken in awaited.taken] == ["SUCCESS", "SUCCESS"], awaited
        assert (OWNER in agent.tags()) == (kind == "Create")
    if kind == "Create":
        stack.delete(properties)
    assert agent.all() == before


def _at_once(stack: CustomStack, event: dict[str, Any]) -> None:
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        stack.function.invoke(event)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


WITHOUT = [
    "RequestType",
    "StackId",
    "LogicalResourceId",
    "ResourceProperties",
    "PhysicalResourceId",
    "RequestId",
]
ODD: list[object] = [None, 7, "text", [], {}, True, {"a": {"b": [1]}}]


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("name", [*WITHOUT, "OldResourceProperties", "ResourceType", "ServiceToken"])
def test_a_broken_event_gets_a_response(stack: CustomStack, agent: Agent, kind: str, name: str) -> None:
    for odd in ODD:
        event = stack.event(kind, agent.declare(), old=agent.declare(), physical_id=id_of(agent.declare()))
        awaited = next(reversed(stack.endpoint.awaited.values()))
        broken = {**event, name: odd}
        awaited.event = broken
        stack.function.deliver(broken)
        stack.endpoint.check()
        assert len(awaited.taken) == 1, (name, odd)


@pytest.mark.parametrize("name", WITHOUT)
def test_an_event_without_a_member_gets_a_response(stack: CustomStack, agent: Agent, name: str) -> None:
    event = stack.event("Create", agent.declare(), physical_id=id_of(agent.declare()))
    awaited = next(reversed(stack.endpoint.awaited.values()))
    awaited.event = {key: value for key, value in event.items() if key != name}
    stack.function.deliver(awaited.event)
    stack.endpoint.check()
    assert len(awaited.taken) == 1


@pytest.mark.parametrize("timeout", ["", "soon", "-5", "1e400", "nan", [], {}, None])
def test_an_unreadable_timeout_is_ignored(stack: CustomStack, agent: Agent, timeout: object) -> None:
    event = stack.event("Create", agent.declare())
    event["ResourceProperties"]["ServiceTimeout"] = timeout
    assert stack.request(event).succeeded


@pytest.mark.parametrize(
    "handed_over", [None, 7, {}, {"event": 7}, {"event": {}, "since": "x", "wait": None, "context": []}]
)
def test_a_broken_handover_ends(stack: CustomStack, handed_over: object) -> None:
    """It has no ResponseURL: it must end, and with an error."""
    answer = stack.function.invoke({"HandedOver": handed_over})
    assert answer is not None
    assert answer["Error"] == "InvalidRequest"


@pytest.mark.parametrize(
    "state",
    [
        {"since": "soon", "wait": -7, "context": "none", "count": None},
        {"since": 10**400, "wait": 10**400, "count": 10**400},
        {"since": -(10**400), "wait": -(10**400), "count": True},
        {"since": math.nan, "wait": math.inf, "count": math.nan},
    ],
    ids=["no numbers", "too late for a time", "too early for a time", "not finite"],
)
def test_a_handover_whose_state_is_broken_goes_on(
    stack: CustomStack, agent: Agent, state: dict[str, object]
) -> None:
    event = stack.event("Create", agent.declare())
    stack.function.deliver({"HandedOver": {"event": event, **state}})
    assert stack.answer_to(event, stack.clock.now()).succeeded


@pytest.mark.parametrize("url", [None, "", 7, []])
@pytest.mark.parametrize(
    "kind", ["List", "Create", "Update", "Delete", "read", None, 7, "L" * 100_000, "+12025550101"]
)
def test_a_request_without_a_usable_url_is_answered_directly_and_changes_nothing(
    stack: CustomStack, agent: Agent, kind: object, url: object
) -> None:
    before = agent.all()
    agent.connect.forget_calls()
    event = {"RequestType": kind, "ResourceProperties": agent.declare(), "ResponseURL": url}
    for direct in (event, {name: value for name, value in event.items() if value is not None}):
        answer = stack.function.invoke(direct)
        assert answer is not None
        assert answer["Error"] == "InvalidRequest"
        assert "cannot be invoked directly, only Read can" in answer["Message"]
        assert len(answer["Message"]) < 400
        assert "2025550101" not in answer["Message"]
    assert agent.all() == before
    assert not agent.connect.calls


@pytest.mark.parametrize("event", [None, [], "Read", 7])
def test_a_value_that_is_no_event_is_answered(stack: CustomStack, event: Any) -> None:
    answer = stack.function.invoke(event)
    assert answer is not None
    assert answer["Error"] == "InvalidRequest"


def test_a_full_stop_ends_a_text_of_the_service(stack: CustomStack, agent: Agent) -> None:
    fault = Fault("UpdateUserConfig", FaultKind.INVALID_PARAMETER, message="not on this instance")
    agent.connect.plant(fault)
    assert "not on this instance. The taken settings were given back." in stack.create(agent.declare()).reason


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_the_response_to_a_bug_hides_its_text(
    stack: CustomStack,
    agent: Agent,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError("of +12025550101")

    monkeypatch.setattr(ConnectGateway, "describe_user", bug)
    properties = agent.declare()
    answer = stack.request(stack.event(kind, properties, old=properties, physical_id=id_of(properties)))
    assert not answer.succeeded
    assert answer.reason == "Unexpected ZeroDivisionError; the log of the function has the details."
    assert answer.physical_id == id_of(properties)
    assert "ZeroDivisionError" in caplog.text
    assert "2025550101" not in caplog.text


def test_the_delete_after_a_bug_gives_back_what_the_create_took(
    stack: CustomStack, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError

    before = agent.all()
    with monkeypatch.context() as patch:
        patch.setattr(ConnectGateway, "update_user_config", bug)
        created = stack.create(agent.declare())
    assert not created.succeeded
    assert stack.delete(agent.declare(), created.physical_id).succeeded
    assert agent.all() == before


@pytest.mark.parametrize("broken", ["own_credentials", "task_of", "SettingsService", "ConnectGateway"])
def test_a_bug_before_the_operation_gets_a_response(
    stack: CustomStack, agent: Agent, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object, **__: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(custom_resource, broken, bug)
    answer = stack.create(agent.declare())
    assert not answer.succeeded
    assert "Unexpected RuntimeError" in answer.reason


def test_calls_are_signed_as_the_function_itself(
    stack: CustomStack, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    sign = SigV4Auth.add_auth

    def seen_signing(auth: SigV4Auth, request: AWSRequest) -> None:
        assert auth.credentials
        seen.append(str(auth.credentials.access_key))
        sign(auth, request)

    monkeypatch.setattr(SigV4Auth, "add_auth", seen_signing)
    stack.create(agent.declare())
    assert seen
    assert set(seen) == {os.environ["AWS_ACCESS_KEY_ID"]}
