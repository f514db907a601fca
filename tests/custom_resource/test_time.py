"""Waits: in one invocation if that is long enough, else handed over, never past CloudFormation's timeout."""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from functional.settings import auto_accept

from connect_local import FaultKind
from connect_local.faults import Fault
from custom_connect_userconfig import custom_resource
from custom_connect_userconfig.aws.connect import ConnectGateway
from custom_connect_userconfig.core.errors import Throttling
from custom_connect_userconfig.retry.policy import RetryState
from custom_connect_userconfig.retry.retrier import WRITES, InProgress
from custom_connect_userconfig.service import GivenBack
from support.custom_resource import CustomStack, id_of
from support.exhaustive import chosen_or_all
from support.function_double import FUNCTION_ARN, Refusal
from support.reply_rules import SIGNATURE

from .conftest import Agent


@pytest.fixture(autouse=True)
def _no_real_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError(f"the test sleeps for {seconds} real seconds")

    monkeypatch.setattr(time, "sleep", sleep)


def _lag(agent: Agent, seconds: float) -> None:
    agent.connect.behaviour = replace(agent.connect.behaviour, stale_seconds=seconds)


def _throttle(agent: Agent, operation: str = "UpdateUserConfig", times: float = math.inf) -> None:
    agent.connect.plant(Fault(operation, FaultKind.THROTTLING, times=times))


def test_a_wait_shorter_than_the_function_needs_one_invocation(stack: CustomStack, agent: Agent) -> None:
    _lag(agent, 250.0)
    answer = stack.create(agent.declare())
    assert answer.succeeded, answer
    assert answer.invocations == 1
    assert 250 <= answer.seconds < 300


@pytest.mark.parametrize("function_seconds", chosen_or_all((76, 100, 150, 300), (76, 300)))
def test_a_wait_longer_than_the_function_is_handed_over(
    stack: CustomStack, agent: Agent, function_seconds: float
) -> None:
    stack.function.seconds = function_seconds
    _lag(agent, 250.0)
    answer = stack.create(agent.declare())
    assert answer.succeeded, answer
    assert answer.invocations > 1
    assert stack.function.handovers == answer.invocations - 1
    assert agent.settings()["AutoAcceptConfigs", "VOICE", ("AutoAccept",)] is True


@pytest.mark.parametrize("function_seconds", [1, 10, 30, 50, 54, 57])
def test_a_function_that_ends_too_soon_for_a_try_fails_at_once_and_says_what_it_needs(
    stack: CustomStack, agent: Agent, function_seconds: float
) -> None:
    before, old = agent.all(), agent.declare()
    stack.function.seconds = function_seconds
    created = stack.create(old)
    assert (created.succeeded, created.invocations, created.seconds) == (False, 1, 0)
    assert f"The function ends after {function_seconds} seconds" in created.reason
    assert "set its Timeout to 60 seconds at least" in created.reason
    assert agent.all() == before
    if function_seconds > 15:
        assert stack.delete(old, created.physical_id).succeeded
    stack.function.seconds = 600
    assert stack.create(old).succeeded
    owned = agent.all()
    stack.function.seconds = function_seconds
    updated = stack.update(agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)]), old)
    assert (updated.succeeded, updated.invocations, updated.seconds) == (False, 1, 0)
    assert agent.all() == owned
    _throttle(agent)
    deleted = stack.delete(old)
    assert (deleted.succeeded, deleted.invocations) == (False, 1)
    assert "set its Timeout to 60 seconds at least" in deleted.reason


def test_a_function_that_becomes_too_short_for_an_operation_gives_back_what_was_taken(
    stack: CustomStack, agent: Agent
) -> None:
    before = agent.all()
    stack.function.seconds = 100
    _lag(agent, 60.0)
    event = stack.event("Create", agent.declare())
    stack.function.invoke(event)
    assert agent.all() != before
    stack.clock.sleep(60)
    stack.function.seconds = 30
    stack.function.deliver(stack.function.handed_over.popleft())
    reason = stack.answer_to(event, stack.clock.now()).reason
    assert "set its Timeout to 60 seconds at least" in reason
    assert "The taken settings were given back." in reason
    assert agent.all() == before


@pytest.mark.parametrize("function_seconds", chosen_or_all((58, 60, 70, 80, 94), (58, 94)))
def test_a_function_with_hardly_room_for_a_try_still_waits_between_tries(
    stack: CustomStack, agent: Agent, function_seconds: float
) -> None:
    stack.function.seconds = function_seconds
    _throttle(agent, "DescribeUser")
    answer = stack.create(agent.declare())
    assert not answer.succeeded
    assert "as often as Lambda allows: give the function a longer Timeout" in answer.reason
    assert answer.invocations == 16
    tries = [call for call in agent.connect.calls if call.operation == "DescribeUser"]
    assert len(tries) > answer.invocations / 3
    assert answer.seconds >= _asked_for(len(tries) - 1), "it has handed over without waiting"


def _asked_for(waits: int) -> float:
    """Return the seconds that the policy for throttled writes waits in all."""
    elapsed = 0.0
    for refusals in range(waits):
        wait = WRITES[Throttling].requeue_after(RetryState(0, elapsed, refusals))
        assert wait
        elapsed += wait.drawn(0.5)
    return elapsed


@pytest.mark.parametrize("kind", ["Update", "Delete"])
def test_every_kind_of_request_is_handed_over(stack: CustomStack, agent: Agent, kind: str) -> None:
    old, new = agent.declare(), agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])
    before = agent.all()
    stack.create(old)
    stack.function.seconds = 100
    _lag(agent, 200.0)
    answer = stack.update(new, old) if kind == "Update" else stack.delete(old)
    assert answer.succeeded, answer
    assert answer.invocations > 1
    assert answer.physical_id == id_of(old)
    assert (agent.all() == before) == (kind == "Delete")


def test_a_handover_carries_the_event_the_state_of_retries_and_the_start(
    stack: CustomStack, agent: Agent
) -> None:
    stack.function.seconds = 100
    _lag(agent, 100.0)
    event, began = stack.event("Create", agent.declare()), stack.clock.now()
    stack.function.invoke(event)
    (handed_over,) = stack.function.handed_over
    inner = handed_over["HandedOver"]
    assert inner["event"] == event
    assert inner["since"] == began
    assert inner["context"]["wrote"] is True
    assert 0 < inner["wait"] == inner["context"]["delay"] < 60
    (request,) = stack.function.invoke_requests
    assert request.url.endswith(f"/functions/{quote(FUNCTION_ARN, safe='')}/invocations")
    assert not stack.endpoint.awaited[event["RequestId"]].taken
    stack.function.handed_over.clear()


def test_the_next_invocation_waits_as_the_handover_says(stack: CustomStack, agent: Agent) -> None:
    stack.function.seconds = 100
    _lag(agent, 100.0)
    stack.function.invoke(stack.event("Create", agent.declare()))
    handed_over = stack.function.handed_over.popleft()
    calls, began = len(agent.connect.calls), stack.clock.now()
    stack.function.seconds = 600
    stack.function.invoke(handed_over)
    assert len(agent.connect.calls) > calls
    assert stack.clock.now() - began >= handed_over["HandedOver"]["wait"] > 0


def test_if_the_timeout_cuts_a_wait_short_only_the_time_waited_counts(
    stack: CustomStack, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[float, Mapping[str, object] | None]] = []

    class LongWait:
        physical_id = id_of(agent.declare())

        def run(self, context: Mapping[str, object] | None) -> GivenBack | InProgress:
            seen.append((stack.clock.now(), context))
            busy = InProgress({"delay": 1000, "elapsed": 7.0}, 1000, "busy")
            return busy if len(seen) == 1 else GivenBack()

    monkeypatch.setattr(custom_resource, "task_of", lambda *_: LongWait())
    stack.service_timeout = 300
    stack.delete(agent.declare())
    (began, _), (went_on, context) = seen
    assert context == {"delay": pytest.approx(went_on - began), "elapsed": 7.0}
    assert 0 < went_on - began < 300


TIMEOUTS = chosen_or_all((1, 5, 30, 60, 120, 300, 1800, None), (1, 60, 300, None))


@pytest.mark.parametrize("timeout", TIMEOUTS)
@pytest.mark.parametrize("operation", ["DescribeUser", "TagResource", "UpdateUserConfig"])
def test_endless_throttling_fails_in_time_and_leaves_nothing(
    stack: CustomStack, agent: Agent, timeout: float | None, operation: str
) -> None:
    stack.service_timeout = timeout
    before = agent.all()
    _throttle(agent, operation)
    answer = stack.create(agent.declare())
    assert not answer.succeeded
    assert "Throttling" in answer.reason
    assert answer.invocations <= 16
    agent.connect.clear_faults()
    is_said = "deleting the resource gives them back" in answer.reason
    assert is_said or agent.tags() == before[1], "the answer must name what stays"
    assert stack.delete(agent.declare(), answer.physical_id).succeeded
    assert agent.all() == before


@pytest.mark.parametrize("timeout", TIMEOUTS)
@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
def test_a_write_that_never_shows_fails_in_time(
    stack: CustomStack, agent: Agent, timeout: float | None, kind: str
) -> None:
    old, new = agent.declare(), agent.declare(AutoAcceptConfigs=[auto_accept("CHAT", True)])
    if kind != "Create":
        stack.create(old)
    stack.service_timeout = timeout
    _lag(agent, math.inf)
    properties = old if kind == "Delete" else new
    answer = stack.request(stack.event(kind, properties, old=old, physical_id=id_of(old)))
    assert not answer.succeeded
    assert "does not show in reads" in answer.reason or "Time is up" in answer.reason


SLOW = 10.9
"""Seconds that a call may take before it times out."""


def _slowly(stack: CustomStack, call: Callable[..., Any]) -> Callable[..., Any]:
    def slow(*arguments: Any) -> Any:
        stack.clock.sleep(SLOW)
        return call(*arguments)

    return slow


@pytest.mark.parametrize(
    ("timeout", "function_seconds"), [(60, 100), (60, 600), (300, 100), (300, 600), (None, 600)]
)
@pytest.mark.parametrize("trouble", ["none", "throttled", "stale", "late answers"])
def test_the_slowest_calls_leave_time_for_the_response(
    stack: CustomStack,
    agent: Agent,
    timeout: float | None,
    function_seconds: float,
    trouble: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("describe_user", "tag_user", "untag_user", "update_user_config"):
        monkeypatch.setattr(ConnectGateway, name, _slowly(stack, getattr(ConnectGateway, name)))
    stack.service_timeout, stack.function.seconds = timeout, function_seconds
    if trouble == "throttled":
        _throttle(agent)
    elif trouble == "stale":
        _lag(agent, math.inf)
    elif trouble == "late answers":
        agent.connect.plant(Fault("UpdateUserConfig", FaultKind.READ_TIMEOUT_AFTER, times=math.inf))
    answer = stack.create(agent.declare())
    assert answer.succeeded or trouble != "none", answer


REFUSALS = {
    "denied": Refusal(403, "AccessDeniedException", "not authorized to perform: lambda:InvokeFunction"),
    "throttled": Refusal(429, "TooManyRequestsException"),
    "internal error": Refusal(500, "ServiceException"),
    "gone": Refusal(404, "ResourceNotFoundException"),
}


@pytest.mark.parametrize("way", REFUSALS)
def test_a_handover_that_is_refused_fails_the_create_and_leaves_nothing(
    stack: CustomStack, agent: Agent, way: str
) -> None:
    stack.function.seconds = 150
    stack.function.refusals.extend([REFUSALS[way]] * 100)
    before = agent.all()
    _throttle(agent, times=20)
    answer = stack.create(agent.declare())
    assert not answer.succeeded
    assert "could not be handed over" in answer.reason
    assert agent.tags() == before[1] or "deleting the resource gives them back" in answer.reason
    agent.connect.clear_faults()
    assert stack.delete(agent.declare(), answer.physical_id).succeeded
    assert agent.all() == before


def test_a_denied_handover_names_the_action_of_lambda(stack: CustomStack, agent: Agent) -> None:
    stack.function.seconds = 150
    stack.function.refusals.append(REFUSALS["denied"])
    _throttle(agent, times=20)
    reason = stack.create(agent.declare()).reason
    assert "lambda:InvokeFunction" in reason
    assert "connect:Invoke" not in reason


def test_a_throttled_handover_is_tried_again(stack: CustomStack, agent: Agent) -> None:
    stack.function.seconds = 150
    stack.function.refusals.extend([REFUSALS["throttled"]] * 2)
    _lag(agent, 200.0)
    answer = stack.create(agent.declare())
    assert answer.succeeded, answer
    assert stack.function.handovers >= 1


def test_only_our_own_retrier_repeats_a_handover(
    stack: CustomStack, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retries by botocore within a try would take real time that no budget counts."""
    monkeypatch.setattr(time, "sleep", lambda _: None)
    stack.function.seconds = 150
    stack.function.refusals.extend([REFUSALS["throttled"]] * 100)
    _throttle(agent, times=20)
    stack.create(agent.declare())
    assert len(stack.function.invoke_requests) <= 5


def test_a_handover_is_signed_as_the_function_itself_and_shows_no_url(
    stack: CustomStack, agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    stack.function.seconds = 100
    _lag(agent, 100.0)
    assert stack.create(agent.declare()).succeeded
    authorization = stack.function.invoke_requests[0].headers["Authorization"]
    assert b"Credential=" in (authorization if isinstance(authorization, bytes) else authorization.encode())
    assert SIGNATURE not in caplog.text
    lines = [record.getMessage() for record in caplog.records]
    handovers = [json.loads(line) for line in lines if '"handover"' in line]
    assert handovers
    assert {line["resource"] for line in handovers} == {"Agent"}
