"""Every text loses its phone numbers and nothing else; a log line is one JSON object."""

import json

import pytest
from unit.examples import INSTANCE, NUMBER, USER_ARN

from custom_connect_userconfig.core.redaction import REDACTED, redact
from custom_connect_userconfig.logs import log_event


@pytest.mark.parametrize(
    "around", ["{}", "number {}.", "'{}'", "tel:{}", "PhoneNumber={},", "PhoneNumber:{}", '{{"n":"{}"}}']
)
@pytest.mark.parametrize("number", [NUMBER, "%2B15555550123", "%2b15555550123"])
def test_an_international_number_leaves_the_text_wherever_it_stands(around: str, number: str) -> None:
    assert redact(around.format(number)) == around.format(REDACTED)


@pytest.mark.parametrize("around", ["{}", "({})", '"{}"', "PhoneNumber={}", "number {}, please"])
def test_bare_digits_as_long_as_a_number_leave_the_text(around: str) -> None:
    assert redact(around.format("15555550123")) == around.format(REDACTED)


@pytest.mark.parametrize(
    "text",
    [
        *("", "wait 900000 seconds", "AfterContactWork 5400", INSTANCE, USER_ARN),
        *("v1 0123456789abcdef id.id", "x1234567", "1234567/y"),
    ],
)
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


def test_every_number_leaves_and_the_rest_stays() -> None:
    assert redact(f"from {NUMBER} to +4930123456, user u-1") == f"from {REDACTED} to {REDACTED}, user u-1"


def test_a_log_line_is_json_without_numbers_and_without_what_is_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log_event("call", operation="DescribeUser", user=None, milliseconds=5, text=f"bad {NUMBER}")
    (line,) = caplog.messages
    assert json.loads(line) == {
        "event": "call",
        "operation": "DescribeUser",
        "milliseconds": 5,
        "text": f"bad {REDACTED}",
    }
