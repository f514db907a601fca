"""Sentences end before others begin, and a text that is cut at its bound says so."""

import json

import pytest
from botocore.exceptions import ClientError, ParamValidationError
from hypothesis import given
from hypothesis import strategies as st
from unit.examples import IDENTITY, INSTANCE, NUMBER, USER
from unit.fake_connect import DESCRIBE, FakeConnect

from custom_connect_userconfig.aws.errors import from_client_error, translated
from custom_connect_userconfig.core import errors
from custom_connect_userconfig.core.messages import MOST, bounded, joined, numbered
from custom_connect_userconfig.logs import log_event
from support.registry import RegistryStack

LONG = "Once upon a time. " * 100_000


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (("No full stop", "Next."), "No full stop. Next."),
        (("Full stop.", "Next"), "Full stop. Next."),
        (("Who?", "Nobody!", "(so it is said)"), "Who? Nobody! (so it is said)."),
        ((" Blanks \n", "", " ", "around. "), "Blanks. around."),
        ((), ""),
    ],
)
def test_sentences_end_before_others_begin(texts: tuple[str, ...], message: str) -> None:
    assert joined(*texts) == message


def test_a_note_does_not_run_into_a_text_of_the_service() -> None:
    refused = ClientError(
        {"Error": {"Code": "InvalidRequestException", "Message": "no such thing"}}, "UpdateUserConfig"
    )
    error = from_client_error("UpdateUserConfig", str(IDENTITY), refused).with_note(
        "The taken settings were given back."
    )
    assert str(error).endswith("InvalidRequestException: no such thing. The taken settings were given back.")


@given(st.text(max_size=50), st.integers(1, 100), st.integers(100, 3_000))
def test_what_is_too_long_keeps_beginning_and_end_within_the_bound(text: str, times: int, most: int) -> None:
    cut = bounded(text * times, most)
    if len(text) * times <= most:
        assert cut == text * times
    else:
        assert len(cut) <= most
        assert "characters left out" in cut
        assert (cut[:20], cut[-20:]) == ((text * times)[:20], (text * times)[-20:])


@given(st.lists(st.text(min_size=1, max_size=30).map(lambda text: text * 30), min_size=1, max_size=60))
def test_of_many_problems_the_first_are_told_and_the_others_counted(problems: list[str]) -> None:
    message = numbered(problems)
    assert len(message) <= MOST
    if len(problems) > 1:
        assert message.startswith(f"{len(problems)} problems: (1) ")
    more = message.rpartition(" And ")[2]
    told = len(problems) - (int(more.removesuffix(" more.")) if more.endswith(" more.") else 0)
    assert f"({told}) " in message or len(problems) == 1


@pytest.mark.parametrize(
    "code", ["InvalidRequestException", "AccessDeniedException", "ResourceNotFoundException", "X" * 100_000]
)
def test_the_service_s_own_text_is_bounded(code: str) -> None:
    text = f"{NUMBER} {LONG}"
    with pytest.raises(errors.SettingsError) as raised, translated("DescribeUser", str(IDENTITY)):
        raise ClientError({"Error": {"Code": code, "Message": text}}, "DescribeUser")
    assert len(str(raised.value)) <= MOST
    assert NUMBER not in str(raised.value)
    with pytest.raises(errors.SettingsError) as raised, translated("DescribeUser", str(IDENTITY)):
        raise ParamValidationError(report=text)
    assert len(str(raised.value)) <= MOST


def test_an_answer_of_the_registry_is_bounded_whatever_it_is_about(
    stack: RegistryStack, connect: FakeConnect
) -> None:
    connect.always(DESCRIBE, errors.ServiceRefused(LONG))
    message = stack.refused("READ", {"InstanceId": INSTANCE, "UserId": USER}, "GeneralServiceException")
    assert len(message) <= MOST
    assert "characters left out" in message


def test_a_log_line_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    log_event("unexpected", trace=f"{NUMBER} {LONG}", message=LONG)
    (line,) = caplog.messages
    assert len(line) < 20_000
    assert json.loads(line)["trace"].endswith("Once upon a time. ")
    assert NUMBER not in line
