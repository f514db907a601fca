"""Log lines and metrics of an event: delivered together when it ends, however it ends; a failing delivery
fails nothing.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cloudformation_cli_python_lib.interface import Action
from unit.examples import INSTANCE, NUMBER, USER
from unit.fake_connect import DESCRIBE, UPDATE, FakeConnect

from custom_connect_userconfig import handlers
from custom_connect_userconfig.core.errors import AccessDenied, Throttling
from custom_connect_userconfig.registry import delivery
from custom_connect_userconfig.registry.delivery import (
    LONGEST_LINE,
    MOST_BYTES,
    MOST_LINES,
    BatchingLogHandler,
    batches,
)
from support.registry import ACCOUNT, CREDENTIALS, REGION, RegistryStack

IDS = {"InstanceId": INSTANCE, "UserId": USER}
ACCEPT = {**IDS, "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}
GROUP = "custom-connect-userconfig-logs"
LOG = logging.getLogger("custom_connect_userconfig.somewhere")


def no(_operation: str) -> None:
    """Let every call succeed."""


class Delivered:
    """The clients of CloudWatch and its logs in one: keeps what is delivered, or fails."""

    class NotThere(Exception): ...

    class AlreadyThere(Exception): ...

    exceptions = SimpleNamespace(
        ResourceNotFoundException=NotThere, ResourceAlreadyExistsException=AlreadyThere
    )

    def __init__(self, fail: Callable[[str], None] = no) -> None:
        self.fail = fail
        self.calls: list[str] = []
        self.lines: list[str] = []
        self.places: set[tuple[str, str]] = set()
        self.metrics: list[dict[str, Any]] = []

    def _call(self, operation: str) -> None:
        self.calls.append(operation)
        self.fail(operation)

    def create_log_group(self, **_parameters: str) -> None:
        self._call("CreateLogGroup")

    def create_log_stream(self, **_parameters: str) -> None:
        self._call("CreateLogStream")

    def put_log_events(self, **event: Any) -> dict[str, str]:
        self._call("PutLogEvents")
        self.lines += [entry["message"] for entry in event["logEvents"]]
        self.places.add((event["logGroupName"], event["logStreamName"]))
        return {}

    def put_metric_data(self, **parameters: Any) -> None:
        self._call("PutMetricData")
        self.metrics += parameters["MetricData"]


Deliver = Callable[[Delivered], Delivered]


@pytest.fixture
def deliver(monkeypatch: pytest.MonkeyPatch) -> Deliver:
    """Let further events deliver to the given clients."""

    def install(delivered: Delivered) -> Delivered:
        monkeypatch.setattr(delivery, "kept_client", lambda _service, _region: delivered)
        return delivered

    return install


@pytest.fixture
def delivered(deliver: Deliver) -> Delivered:
    """What events deliver to."""
    return deliver(Delivered())


def invoke(
    stack: RegistryStack, action: str, properties: dict[str, Any], group: str | None = GROUP
) -> dict[str, Any]:
    event = stack.event(action, properties)
    if group:
        event["requestData"] |= {"providerLogGroupName": group, "providerCredentials": dict(CREDENTIALS)}
    answer: dict[str, Any] = handlers.resource(event, None)
    return answer


def failing(error: Exception, *operations: str) -> Callable[[str], None]:
    def fail(operation: str) -> None:
        if operation in operations:
            raise error

    return fail


def test_the_lines_and_the_metrics_of_an_event_take_a_call_each(
    stack: RegistryStack, connect: FakeConnect, delivered: Delivered
) -> None:
    connect.script(DESCRIBE, None, *(Throttling("busy") for _ in range(3)))
    assert invoke(stack, "CREATE", ACCEPT)["status"] == "SUCCESS"
    assert sorted(delivered.calls) == ["PutLogEvents", "PutMetricData"]
    assert '"event": "answer"' in delivered.lines[-1]
    assert [metric["MetricName"] for metric in delivered.metrics] == [
        "HandlerInvocationCount",
        "HandlerInvocationDuration",
    ]


def test_metrics_say_when_in_utc(stack: RegistryStack, connect: FakeConnect, delivered: Delivered) -> None:
    invoke(stack, "READ", IDS)
    late = datetime.now(UTC) - delivered.metrics[0]["Timestamp"]
    assert 0 <= late.total_seconds() < 60


def test_an_event_that_hands_back_has_delivered_its_lines(
    stack: RegistryStack, connect: FakeConnect, delivered: Delivered
) -> None:
    connect.always(UPDATE, Throttling("busy"))
    assert invoke(stack, "CREATE", ACCEPT)["status"] == "IN_PROGRESS"
    assert '"status": "IN_PROGRESS"' in delivered.lines[-1]


@pytest.mark.parametrize("error", [RuntimeError("a bug"), SystemExit(1), KeyboardInterrupt()], ids=repr)
def test_a_handler_that_raises_loses_no_line(
    stack: RegistryStack, delivered: Delivered, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def handler(*_: object) -> NoReturn:
        LOG.warning("first")
        LOG.warning("second")
        raise error

    monkeypatch.setitem(handlers.resource._handlers, Action.READ, handler)
    assert invoke(stack, "READ", IDS)["errorCode"] == "InternalFailure"
    first, second, of_the_library = delivered.lines
    assert (first, second) == ("first", "second")
    assert "xception caught" in of_the_library


def test_a_line_that_is_logged_after_a_flush_is_delivered(
    stack: RegistryStack, delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def handler(*_: object) -> NoReturn:
        LOG.warning("before")
        for each in logging.getLogger().handlers:
            each.flush()
        assert delivered.lines == ["before"]
        LOG.warning("after")
        raise RuntimeError

    monkeypatch.setitem(handlers.resource._handlers, Action.READ, handler)
    invoke(stack, "READ", IDS)
    assert delivered.lines[:2] == ["before", "after"]


def test_a_line_that_is_logged_while_lines_are_delivered_is_delivered(
    stack: RegistryStack, connect: FakeConnect, deliver: Deliver
) -> None:
    """One of every delivery: the second goes with the first, and there is no end of it."""
    delivered = deliver(Delivered(lambda operation: LOG.warning("meanwhile: %s", operation)))
    invoke(stack, "READ", IDS)
    assert "meanwhile: PutLogEvents" in delivered.lines
    assert "meanwhile: PutMetricData" in delivered.lines
    assert delivered.calls.count("PutLogEvents") == 2


FAILURES = [
    ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutLogEvents"),
    ClientError({"Error": {"Code": "ThrottlingException", "Message": "busy"}}, "PutLogEvents"),
    EndpointConnectionError(endpoint_url="https://logs"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: str(failure)[:40])
def test_a_failing_delivery_does_not_fail_the_request_and_is_reported(
    stack: RegistryStack,
    connect: FakeConnect,
    deliver: Deliver,
    failure: Exception,
    capfd: pytest.CaptureFixture[str],
) -> None:
    delivered = deliver(Delivered(failing(failure, "PutLogEvents", "PutMetricData")))
    for number in range(1, 3):
        assert invoke(stack, "CREATE", ACCEPT)["status"] == "SUCCESS"
        assert delivered.calls.count("PutMetricData") == number
    assert delivered.calls.count("PutLogEvents") >= 2
    assert '"event": "answer"' in capfd.readouterr().err


def test_metrics_that_cannot_be_delivered_are_a_line_of_the_log(
    stack: RegistryStack, connect: FakeConnect, deliver: Deliver
) -> None:
    delivered = deliver(Delivered(failing(FAILURES[0], "PutMetricData")))
    assert invoke(stack, "CREATE", ACCEPT)["status"] == "SUCCESS"
    assert '"event": "metrics"' in delivered.lines[-1]
    assert "AccessDenied" in delivered.lines[-1]


def test_a_line_that_cannot_be_put_into_words_fails_nothing(
    stack: RegistryStack,
    delivered: Delivered,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def handler(*_: object) -> NoReturn:
        (kept,) = (each for each in logging.getLogger().handlers if isinstance(each, BatchingLogHandler))
        kept.handle(logging.makeLogRecord({"msg": "%d", "args": ("no number",)}))
        LOG.warning("next")
        raise RuntimeError

    monkeypatch.setitem(handlers.resource._handlers, Action.READ, handler)
    invoke(stack, "READ", IDS)
    assert delivered.lines[0] == "next"
    assert "no number" in capfd.readouterr().err


def test_a_missing_group_or_stream_is_made(
    stack: RegistryStack, connect: FakeConnect, deliver: Deliver
) -> None:
    missing = iter(["The specified log group does not exist.", "The specified log stream does not exist."])

    def fail(operation: str) -> None:
        if operation == "PutLogEvents" and (text := next(missing, None)):
            raise Delivered.NotThere(text)

    delivered = deliver(Delivered(fail))
    invoke(stack, "READ", IDS)
    invoke(stack, "READ", IDS)
    made = [call for call in delivered.calls if call.startswith("Create")]
    assert made == ["CreateLogGroup", "CreateLogStream"]


def test_log_lines_are_delivered_without_numbers(
    stack: RegistryStack, connect: FakeConnect, delivered: Delivered
) -> None:
    connect.always(DESCRIBE, AccessDenied(f"Not for {NUMBER}."))
    assert invoke(stack, "READ", IDS)["errorCode"] == "AccessDenied"
    assert '"event": "answer"' in delivered.lines[-1]
    assert NUMBER not in str(delivered.lines)


def test_a_second_event_delivers_with_its_own_client(
    stack: RegistryStack, connect: FakeConnect, deliver: Deliver
) -> None:
    first = deliver(Delivered())
    invoke(stack, "READ", IDS)
    lines = list(first.lines)
    second = deliver(Delivered())
    invoke(stack, "READ", IDS)
    assert first.lines == lines
    assert second.lines
    kept = [each for each in logging.getLogger().handlers if isinstance(each, BatchingLogHandler)]
    assert len(kept) == 1


def test_each_event_delivers_to_its_own_group_and_stream(
    stack: RegistryStack, connect: FakeConnect, deliver: Deliver
) -> None:
    places = []
    for name, logical_id, group in (("sales", "Ann", "one"), ("sales", "Bob", "one"), (None, "Bob", "two")):
        delivered = deliver(Delivered())
        stack.name, stack.logical_id = name, logical_id
        invoke(stack, "READ", IDS, group)
        places += sorted(delivered.places)
    assert [(group, stream.rpartition("/")[2]) for group, stream in places] == [
        ("one", "Ann"),
        ("one", "Bob"),
        ("two", f"{ACCOUNT}-{REGION}"),
    ]


def test_after_an_event_nothing_is_delivered_for_it(
    stack: RegistryStack, connect: FakeConnect, delivered: Delivered
) -> None:
    """The library would write the lines of an event without a log group into the last one's, with that one's
    credentials.
    """
    invoke(stack, "READ", IDS)
    calls = list(delivered.calls)
    LOG.info("between events")
    assert invoke(stack, "READ", IDS, group=None)["errorCode"] == "NotFound"
    assert calls
    assert delivered.calls == calls


def sizes(batch: list[dict[str, Any]]) -> Iterator[int]:
    return (len(line["message"].encode(errors="surrogatepass")) + 26 for line in batch)


def test_a_batch_has_at_most_ten_thousand_lines() -> None:
    made = list(batches((0, "x") for _ in range(2 * MOST_LINES + 1)))
    assert [len(batch) for batch in made] == [MOST_LINES, MOST_LINES, 1]


@pytest.mark.parametrize("character", ["x", "é", "世", "😀", "\ud800"], ids=ascii)
def test_a_batch_has_at_most_a_megabyte(character: str) -> None:
    lines = [(number, f"{number:03} {character * 50_000}") for number in range(60)]
    made = list(batches(lines))
    assert [line["message"] for batch in made for line in batch] == [text for _, text in lines]
    assert all(sum(sizes(batch)) <= MOST_BYTES for batch in made)
    # None could have taken the next one's first line.
    assert all(sum(sizes(batch)) + next(sizes(following)) > MOST_BYTES for batch, following in pairwise(made))


def test_lines_go_in_order_of_time_and_those_of_one_moment_as_they_came() -> None:
    (batch,) = batches([(3, "c"), (1, "a"), (3, "d"), (2, "b")])
    assert [(line["timestamp"], line["message"]) for line in batch] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (3, "d"),
    ]


def test_a_line_is_cut_to_what_one_may_have_and_an_empty_one_left_out() -> None:
    (batch,) = batches([(1, ""), (2, "😀" * LONGEST_LINE * 2), (3, "x")])
    assert [len(line["message"]) <= LONGEST_LINE for line in batch] == [True, True]
    assert max(sizes(batch)) < 256 * 1024
    assert list(batches([(1, "")])) == []
