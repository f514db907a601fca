"""The response itself: it fits, its failed delivery is an error, and no text shows its URL."""

import json
import logging
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_connect_userconfig.custom_resource.response import MAX_BYTES, NotDelivered, Response
from support.custom_resource import CustomStack
from support.reply_endpoint import Fault
from support.reply_rules import SIGNATURE

from .conftest import Agent

STACK, REQUEST, LOGICAL = "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", "r-1", "Agent"
ALPHABETS = {
    "ascii": "a",
    "umlauts": "ü",
    "astral": "𝄞",
    "quotes": '"',
    "backslashes": "\\",
    "newlines": "\n",
    "control characters": "\x01",
    "mixed": 'a"ü\n𝄞\\',
}


def _body(reason: str, physical_id: str = "i|u") -> bytes:
    return Response(succeeded=False, physical_id=physical_id, reason=reason).to_json(STACK, REQUEST, LOGICAL)


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_huge_reason_is_cut_to_fit_and_no_shorter_than_it_must_be(alphabet: str) -> None:
    letters = ALPHABETS[alphabet]
    reason = letters * 20_000
    body = _body(reason)
    kept = json.loads(body)["Reason"]
    assert len(body) <= MAX_BYTES
    assert reason.startswith(kept.removesuffix("…"))
    assert kept.endswith("…")
    assert len(body) > MAX_BYTES * 0.8, f"only {len(body)} bytes are used"


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=3_000),
    st.integers(0, 40),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=250),
)
def test_any_reason_fits(reason: str, times: int, physical_id: str) -> None:
    text = (reason * times).encode(errors="ignore").decode()
    body = _body(text, physical_id)
    assert len(body) <= MAX_BYTES
    assert json.loads(body)["PhysicalResourceId"] == physical_id


@pytest.mark.parametrize("size", range(3_880, 3_910))
def test_only_a_reason_that_does_not_fit_is_cut(size: int) -> None:
    overhead = len(_body(""))
    body = _body("a" * size)
    assert (json.loads(body)["Reason"] == "a" * size) == (overhead + size <= MAX_BYTES)
    assert len(body) <= MAX_BYTES


def test_the_endpoint_takes_a_failure_with_a_huge_reason(stack: CustomStack, agent: Agent) -> None:
    answer = stack.create({**agent.declare(), **{f"Wröng\n{number}": "x" for number in range(500)}})
    assert not answer.succeeded
    assert answer.reason.startswith("500 problems: (1) ")
    assert answer.reason.endswith(" more.")


@pytest.mark.parametrize("first", [500, 503, Fault.RESET, Fault.LOST_ANSWER])
@pytest.mark.parametrize("times", [1, 3])
def test_a_fault_is_tried_again_after_a_growing_wait(
    stack: CustomStack, agent: Agent, first: int | Fault, times: int
) -> None:
    stack.endpoint.script.extend([first] * times)
    event = stack.event("Create", agent.declare())
    stack.endpoint.awaited[event["RequestId"]].deliveries = times + 1
    before = len(stack.clock.slept)  # type: ignore[attr-defined]  # a FakeClock here
    answer = stack.request(event)
    assert answer.succeeded
    assert stack.endpoint.awaited[event["RequestId"]].tries == times + 1
    waits = [wait for wait in stack.clock.slept[before:] if wait]  # type: ignore[attr-defined]
    assert waits[-times:] == [0.5, 1.0, 2.0][:times]


def test_a_refusal_ends_the_invocation_and_the_second_delivery_gets_a_response(
    stack: CustomStack, agent: Agent
) -> None:
    stack.endpoint.script.append(403)
    event = stack.event("Create", agent.declare())
    answer = stack.request(event)
    assert answer.succeeded
    assert stack.endpoint.awaited[event["RequestId"]].tries == 2
    (error,) = stack.function.raised
    assert str(error) == "The response could not be delivered: HTTP 403."


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirection_is_no_delivery(stack: CustomStack, agent: Agent, status: int) -> None:
    """A PUT that is redirected has stored nothing; CloudFormation would wait for an hour."""
    stack.endpoint.script.append(status)
    event = stack.event("Create", agent.declare())
    assert stack.request(event).succeeded


def test_the_tries_are_bounded(stack: CustomStack, agent: Agent) -> None:
    stack.endpoint.script.extend([500] * 1000)
    stack.function.redelivers = False
    event = stack.event("Create", agent.declare())
    began = stack.clock.now()
    stack.function.deliver(event)
    assert len(stack.function.raised) == 1
    assert 3 <= stack.endpoint.awaited[event["RequestId"]].tries <= 10
    assert stack.clock.now() - began < 60


def test_the_tries_end_before_the_function_does(stack: CustomStack, agent: Agent) -> None:
    stack.endpoint.script.extend([500] * 1000)
    stack.function.redelivers = False
    stack.function.seconds = 3
    stack.function.deliver(stack.event("Delete", agent.declare(), physical_id="request-1"))
    assert stack.function.longest <= 3


def _nowhere(stack: CustomStack) -> str:
    return f"http://127.0.0.1:9/r?X-Amz-Signature={SIGNATURE}"


BAD_URLS: dict[str, Callable[[CustomStack], str]] = {
    "nothing listens": _nowhere,
    "not a URL": lambda _: f"::{SIGNATURE}",
    "no host": lambda _: f"http:///{SIGNATURE}",
    "another scheme": lambda _: f"ftp://127.0.0.1/{SIGNATURE}",
    "no scheme": lambda _: f"127.0.0.1:9/{SIGNATURE}",
    "no port number": lambda _: f"http://127.0.0.1:99999999/{SIGNATURE}",
    "a line break": lambda _: f"http://127.0.0.1:9/\r\nX: {SIGNATURE}",
    "no host name": lambda _: f"http://{'a' * 300}.example/{SIGNATURE}",
    "not ascii": lambda _: f"http://\u2100\udcff/{SIGNATURE}",
}


@pytest.mark.parametrize("way", BAD_URLS)
def test_a_failed_delivery_is_an_error_without_the_url(
    stack: CustomStack, agent: Agent, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    event = stack.event("Create", agent.declare())
    event["ResponseURL"] = BAD_URLS[way](stack)
    with pytest.raises(NotDelivered) as raised:
        stack.function.invoke(event)
    assert SIGNATURE not in f"{raised.getrepr(style='long', chain=True)}"
    assert SIGNATURE not in caplog.text


@pytest.mark.parametrize("length", [1_000, 100_000])
@pytest.mark.parametrize("letter", ["a", "ü", "\x01", "𝄞", "\udcff"])
def test_a_response_fits_with_identifiers_of_any_length(letter: str, length: int) -> None:
    long = letter * length
    body = Response(
        succeeded=True,
        physical_id=long,
        reason=long,
        data=dict.fromkeys(("InstanceId", "UserId", "UserArn"), long),
    )
    sent = json.loads(body.to_json(long, long, long))
    assert len(body.to_json(long, long, long)) <= MAX_BYTES
    assert long.startswith(sent["PhysicalResourceId"])
    assert long.startswith(sent["StackId"])
    assert sent["StackId"]


def test_half_a_surrogate_pair_comes_back_as_it_was_sent() -> None:
    body = Response(succeeded=False, physical_id="\udcff", reason="\ud800").to_json("s\ud800", "r", "L\udfff")
    sent = json.loads(body.decode("utf-8", errors="strict"))
    names = [sent[name] for name in ("StackId", "LogicalResourceId", "PhysicalResourceId")]
    assert names == ["s\ud800", "L\udfff", "\udcff"]


def test_an_unreadable_answer_does_not_bring_the_url_into_the_log(
    stack: CustomStack, agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    """`caplog` sees the lines that CloudWatch would."""
    stack.endpoint.script.append(Fault.GARBLED_ANSWER)
    event = stack.event("Create", agent.declare())
    stack.endpoint.awaited[event["RequestId"]].deliveries = 2
    assert stack.request(event).succeeded
    assert SIGNATURE not in caplog.text


def test_at_level_debug_the_url_stays_out_of_the_log(
    stack: CustomStack, agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stack.endpoint.script.extend([500, Fault.RESET])
    assert stack.create(agent.declare()).succeeded
    assert SIGNATURE not in caplog.text
