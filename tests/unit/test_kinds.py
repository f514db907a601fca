"""The spellings that each kind of value accepts, the rules that refuse others, and the form in tags."""

import math
import re

import pytest
from unit.examples import NUMBER

from custom_connect_userconfig.core.kinds import Boolean, Kind, OneOf, PhoneNumber, Seconds, Value

SECONDS = Seconds(2_000_000)
PHONES = OneOf(("SOFT_PHONE", "DESK_PHONE"))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *((raw, True) for raw in (True, "true", "True", "TRUE")),
        *((raw, False) for raw in (False, "false", "False")),
    ],
)
def test_a_boolean_is_accepted_as_itself_or_as_the_word(raw: object, value: bool) -> None:
    assert Boolean().coerce(raw) is value


@pytest.mark.parametrize(
    "raw", ["yes", "no", "on", "1", "0", "", " true", "true ", "t", 1, 0, 1.0, [], {}, None]
)
def test_a_boolean_is_refused_where_it_is_not_plain(raw: object) -> None:
    with pytest.raises(ValueError, match=r"^must be true or false$"):
        Boolean().coerce(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        *((raw, 30) for raw in (30, "30", 30.0, "30.0", "30.00")),
        *((raw, 0) for raw in (0, "0", "0.0")),
        *((raw, 2_000_000) for raw in (2_000_000, "2000000", "2000000.0")),
    ],
)
def test_seconds_are_accepted_as_whole_numbers(raw: object, value: int) -> None:
    found = SECONDS.coerce(raw)
    assert found == value
    assert type(found) is int


@pytest.mark.parametrize(
    "raw",
    [
        *("3.5", "30.5", "30.", ".0", "30.0.0", "30.0 ", "30,0", "3e1", "3.0e1", "30.00001", " 30", "30 "),
        *("30\n", "030", "+30", "3e2", "0x1e", "1_000", "٣٠", "", "thirty", "9" * 5000),
        *(3.5, True, False, math.nan, math.inf, None, [], {}),
    ],
)
def test_seconds_in_other_notations_are_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r"^must be a whole number of seconds$"):
        SECONDS.coerce(raw)


@pytest.mark.parametrize("raw", [-1, "-1", "-1.0", 2_000_001, "2000001", "2000001.0", 1e300])
def test_seconds_out_of_range_are_refused_with_the_range(raw: object) -> None:
    with pytest.raises(ValueError, match=r"^must be between 0 \(no limit\) and 2,000,000 seconds$"):
        SECONDS.coerce(raw)


def test_a_name_is_accepted_exactly_as_spelled() -> None:
    assert PHONES.coerce("DESK_PHONE") == "DESK_PHONE"


@pytest.mark.parametrize("raw", ["desk_phone", "DESK", "", None, 1, ["DESK_PHONE"]])
def test_any_other_name_is_refused_with_the_names(raw: object) -> None:
    with pytest.raises(ValueError, match=r"^must be SOFT_PHONE or DESK_PHONE$"):
        PHONES.coerce(raw)


@pytest.mark.parametrize("raw", [NUMBER, "+12", "+123456789012345"])
def test_a_phone_number_is_accepted_in_e164(raw: str) -> None:
    assert PhoneNumber().coerce(raw) == raw


@pytest.mark.parametrize(
    "raw",
    [
        *("15555550123", "+0555550123", "+1", "+1234567890123456", "+1 555 555 0123", "+1555x"),
        *(f"{NUMBER}\n", "", 15555550123, None),
    ],
)
def test_a_phone_number_in_another_form_is_refused_without_being_repeated(raw: object) -> None:
    with pytest.raises(ValueError, match=r"E\.164") as refused:
        PhoneNumber().coerce(raw)
    assert not re.search(r"\d{3}", str(refused.value).replace("E.164", ""))


@pytest.mark.parametrize(
    ("kind", "sensitive"), [(Boolean(), False), (SECONDS, False), (PHONES, False), (PhoneNumber(), True)]
)
def test_only_phone_numbers_are_sensitive(kind: Kind, sensitive: bool) -> None:
    assert kind.sensitive is sensitive


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Boolean(), True, "true"),
        (Boolean(), False, "false"),
        (SECONDS, 0, "0"),
        (SECONDS, 2_000_000, "2000000"),
        (PHONES, "SOFT_PHONE", "SOFT_PHONE"),
        (PhoneNumber(), None, "none"),
        (SECONDS, int("9" * 19), "9" * 19),
    ],
)
def test_a_recorded_value_reads_back(kind: Kind, value: Value | None, text: str) -> None:
    assert kind.to_tag(value) == text
    found = kind.from_tag(text)
    assert found == value
    assert type(found) is type(value)


def test_a_number_never_reaches_a_tag() -> None:
    with pytest.raises(ValueError, match=r"^a phone number is never recorded$"):
        PhoneNumber().to_tag(NUMBER)


def test_what_the_service_once_showed_may_be_outside_of_today_s_rules() -> None:
    assert SECONDS.from_tag("9999999") == 9_999_999
    assert PHONES.from_tag("HOLOGRAM") == "HOLOGRAM"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((Boolean(), text) for text in ("", "1", "unrecorded")),
        *((SECONDS, text) for text in ("", "3.5", "true", "unrecorded")),
        *((PHONES, text) for text in ("", "SOFT-PHONE", "X" * 41)),
        *((PhoneNumber(), text) for text in ("", NUMBER, "None", "unrecorded")),
    ],
)
def test_a_text_that_records_nothing_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|is)"):
        kind.from_tag(text)
