"""Random declarations with random intrinsics around them: the verdict on the template is the handler's
verdict on what CloudFormation makes of it.

Each wrapper knows what its intrinsic comes to, so the handler is asked about the values themselves.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from properties import strategies

from connect_user_config.check.engine import check
from connect_user_config.check.types import Types
from connect_user_config.reading.document import read
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.problems import Severity
from support.exhaustive import EXHAUSTIVE

_TEXTS = (
    "VOICE",
    "voice",
    "CHAT",
    "true",
    "yes",
    "30",
    "30.0",
    "+",
    "",
    "NONE",
    "SOFT_PHONE",
    "DESK_PHONE",
    "a b",
)
_NUMBERS = (0, 1, 30, 5401, -1, 2_000_001, 3.5, 12025550100)
LEAVES = st.sampled_from([*_TEXTS, "+12025550100", "arn:aws:connect:x", True, False, *_NUMBERS])
NAMES = st.sampled_from(
    ["Channel", "channel", "AutoAccept", "PhoneType", "PhoneNumber", "AfterContactWorkConfig", "Extra"]
)
ARRAY_NAMES = st.sampled_from(
    ["AutoAcceptConfigs", "AfterContactWorkConfigs", "PhoneNumberConfigs", "UserId", "Other"]
)


@dataclass
class Around:
    """What stands around a declaration in its template, as far as wrappers have put it there."""

    parameters: dict[str, dict[str, object]] = field(default_factory=dict)
    conditions: dict[str, object] = field(default_factory=dict)
    mappings: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def parameter(self, value: str, kind: str = "String") -> str:
        name = f"P{len(self.parameters)}"
        self.parameters[name] = {"Type": kind}
        self.given[name] = value
        return name

    def condition(self, holds: bool) -> str:
        parameter = self.parameter("yes" if holds else "no")
        name = f"C{len(self.conditions)}"
        self.conditions[name] = {"Fn::Equals": [{"Ref": parameter}, "yes"]}
        return name

    def mapping(self, value: object) -> list[object]:
        name = f"M{len(self.mappings)}"
        self.mappings[name] = {"a": {"b": value}}
        return [name, "a", "b"]


def as_text(value: object) -> object:
    """A value as a custom resource gets it: every scalar is text."""
    if isinstance(value, dict):
        return {name: as_text(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@st.composite
def wrapped(draw: st.DrawFn, value: Any, around: Around) -> Any:
    """`value`, or an intrinsic that comes to it; within it as well."""
    if isinstance(value, dict):
        value = {name: draw(wrapped(member, around)) for name, member in value.items()}
        if draw(st.integers(0, 9)) == 0:
            value = {**value, "NotThere": {"Ref": "AWS::NoValue"}}
    elif isinstance(value, list):
        value = [draw(wrapped(item, around)) for item in value]
        if draw(st.integers(0, 9)) == 0:
            index = draw(st.integers(0, len(value)))
            value = [
                *value[:index],
                {"Fn::If": [around.condition(False), {"Any": 1}, {"Ref": "AWS::NoValue"}]},
                *value[index:],
            ]
    elif draw(st.booleans()):
        return draw(of_scalar(value, around))
    if draw(st.integers(0, 9)) == 0:
        holds = draw(st.booleans())
        other: object = draw(LEAVES | st.just({"Ref": "AWS::NoValue"}))
        branches = [value, other] if holds else [other, value]
        return {"Fn::If": [around.condition(holds), *branches]}
    return value


@st.composite
def of_scalar(draw: st.DrawFn, value: Any, around: Around) -> Any:
    text = str(as_text(value))
    index = draw(st.integers(0, len(text)))
    head, tail = text[:index], text[index:]
    forms: list[Any] = [
        lambda: {"Ref": around.parameter(text)},
        lambda: {"Fn::Join": ["", [head, tail]]},
        lambda: {"Fn::Join": ["", [head, {"Ref": around.parameter(tail)}]]},
        lambda: {"Fn::Sub": f"{head}${{{around.parameter(tail)}}}"},
        lambda: {"Fn::Sub": [f"${{x}}{tail}", {"x": head}]},
        lambda: {"Fn::Select": [1, ["no", text]]},
        lambda: {"Fn::Select": ["0", [{"Ref": around.parameter(text)}, "no"]]},
        lambda: {"Fn::Select": [1, {"Fn::Split": ["|", f"no|{text}"]}]},
        lambda: {"Fn::FindInMap": around.mapping(value)},
    ]
    return draw(st.sampled_from(forms))()


@st.composite
def declarations(draw: st.DrawFn) -> dict[str, Any]:
    """Properties, right or wrong in a few places."""
    properties = draw(strategies.settings().flatmap(strategies.shuffled_properties))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(ARRAY_NAMES)
        entries = properties.get(name)
        change = draw(st.integers(0, 3))
        if change == 0 or not isinstance(entries, list) or not entries:
            properties[name] = draw(LEAVES | st.lists(st.dictionaries(NAMES, LEAVES, max_size=2), max_size=2))
        elif change == 1:
            entry = draw(st.sampled_from(entries))
            if isinstance(entry, dict):
                entry[draw(NAMES)] = draw(LEAVES)
        elif change == 2:
            properties[name] = [*entries, dict(entries[0])] if isinstance(entries[0], dict) else entries
        else:
            entry = draw(st.sampled_from(entries))
            if isinstance(entry, dict) and entry:
                del entry[draw(st.sampled_from(sorted(entry)))]
    return properties


def handler_refuses(properties: dict[str, Any]) -> bool:
    text = as_text(properties)
    assert isinstance(text, dict)
    try:
        Declaration.parse(text, Environment())
    except InvalidRequest:
        return True
    return False


def engine_refuses(properties: dict[str, Any], around: Around, given: dict[str, str]) -> bool:
    template = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": around.parameters,
        "Conditions": around.conditions,
        "Mappings": around.mappings,
        "Resources": {
            "Agent": {
                "Type": "Custom::ConnectUserConfig",
                "Properties": {"ServiceToken": "arn", **properties},
            }
        },
    }
    found = check(read(json.dumps(template)), Types(), given).findings
    return any(each.rule.severity is Severity.ERROR for each in found)


@given(st.data())
@settings(max_examples=150 if EXHAUSTIVE else 60, deadline=None)
def test_when_everything_is_known_the_verdict_is_the_handler_s(data: st.DataObject) -> None:
    properties, around = data.draw(declarations()), Around()
    template = {name: data.draw(wrapped(value, around)) for name, value in properties.items()}
    assert engine_refuses(template, around, around.given) == handler_refuses(properties)


@given(st.data())
@settings(max_examples=150 if EXHAUSTIVE else 60, deadline=None)
def test_what_is_not_known_is_never_called_wrong(data: st.DataObject) -> None:
    properties, around = data.draw(declarations()), Around()
    template = {name: data.draw(wrapped(value, around)) for name, value in properties.items()}
    # Conditions stay known: what is wrong in another branch is rightly told.
    of_conditions = {
        each["Fn::Equals"][0]["Ref"] for each in around.conditions.values() if isinstance(each, dict)
    }
    known = data.draw(st.sets(st.sampled_from(sorted(around.given))) if around.given else st.just(set()))
    given_values = {name: value for name, value in around.given.items() if name in known | of_conditions}
    if engine_refuses(template, around, given_values):
        assert handler_refuses(properties)
