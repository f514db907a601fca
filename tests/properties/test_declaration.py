"""Any template is understood, or refused as invalid; and no message repeats a number from it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_connect_userconfig.core.declaration import Declaration, parse_identity, parse_instance
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.settings import Settings, expand

from . import strategies
from .agent import ACCOUNT, INSTANCE_ID, REGION, USER_ID

ENVIRONMENT = Environment(REGION, ACCOUNT)
NUMBERS = st.sampled_from(strategies.NUMBERS)
BARE = NUMBERS.map(lambda number: number[1:])


@given(strategies.wild_properties())
def test_anything_is_parsed_or_refused(properties: dict[str, Any]) -> None:
    for parse in (Declaration.parse, parse_identity, parse_instance):
        try:
            parse(properties, ENVIRONMENT)
        except InvalidRequest as error:
            assert str(error).endswith((".", "?"))  # noqa: PT017 - one of two right answers


@given(
    strategies.wild_properties(
        leaves=strategies.scalars | NUMBERS | BARE | BARE.map(int), names=st.text(max_size=8) | NUMBERS | BARE
    )
)
def test_no_number_comes_back_in_a_message(properties: dict[str, Any]) -> None:
    try:
        Declaration.parse(properties, ENVIRONMENT)
    except InvalidRequest as error:
        assert not [number for number in strategies.NUMBERS if number[1:] in str(error)]  # noqa: PT017 - one of two right answers


@given(strategies.settings(), st.data())
def test_strings_that_can_only_mean_one_thing_are_taken_for_it(
    declared: Settings, data: st.DataObject
) -> None:
    spelled = {key: data.draw(strategies.spelled(value)) for key, value in declared.items()}
    properties = {"InstanceId": INSTANCE_ID, "UserId": USER_ID, **expand(spelled)}  # type: ignore[arg-type]  # spelled as a template may
    parsed = Declaration.parse(properties, ENVIRONMENT).settings
    assert parsed == declared
    assert [type(parsed[key]) for key in declared] == [type(value) for value in declared.values()]


@given(strategies.settings(), st.data())
def test_parsing_does_not_change_what_it_is_given(declared: Settings, data: st.DataObject) -> None:
    properties = data.draw(strategies.shuffled_properties(declared))
    as_given = repr(properties)
    Declaration.parse(properties, ENVIRONMENT)
    assert repr(properties) == as_given


@given(strategies.settings(), st.data())
def test_a_second_entry_for_a_channel_is_refused(declared: Settings, data: st.DataObject) -> None:
    properties = data.draw(strategies.shuffled_properties(declared))
    name = data.draw(st.sampled_from(sorted(expand(declared))))
    channel = properties[name][0]["Channel"]
    properties[name].append(dict(properties[name][0]))
    with pytest.raises(InvalidRequest, match=rf"{name}\[{len(properties[name]) - 1}\].Channel: {channel}"):
        Declaration.parse(properties, ENVIRONMENT)


def _as_boolean(raw: object) -> bool | None:
    if isinstance(raw, str):
        return {"true": True, "false": False}.get(raw.lower())
    return raw if isinstance(raw, bool) else None


def _as_seconds(raw: object) -> int | None:
    if isinstance(raw, str):
        whole, point, fraction = raw.partition(".")
        raw = whole if point and fraction and not fraction.strip("0") else raw
        is_plain = raw == "0" or (raw.isascii() and raw.isdigit() and not raw.startswith("0"))
        raw = int(raw) if is_plain else None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= 2_000_000:
        return None
    return int(raw) if raw == int(raw) else None


@given(
    strategies.scalars.filter(lambda raw: raw is not None)
    | st.integers(0, 2).map(str)
    | st.sampled_from([0, 1, 0.0, 1.0, 3.5, "07", "²", "30.0", "0.00", "30.5", "1.", "07.0"])
)
def test_a_scalar_is_taken_where_only_one_reading_is_possible(raw: object) -> None:
    entries = {
        "AutoAcceptConfigs": ({"Channel": "VOICE", "AutoAccept": raw}, _as_boolean(raw)),
        "AfterContactWorkConfigs": (
            {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": raw}},
            _as_seconds(raw),
        ),
    }
    for name, (entry, meant) in entries.items():
        properties = {"InstanceId": INSTANCE_ID, "UserId": USER_ID, name: [entry]}
        if meant is None:
            with pytest.raises(InvalidRequest):
                Declaration.parse(properties, ENVIRONMENT)
        else:
            (value,) = Declaration.parse(properties, ENVIRONMENT).settings.values()
            assert (value, type(value)) == (meant, type(meant))
