"""What a template declares: what is known is resolved, and what only the deployment knows stays unknown."""

from collections.abc import Mapping
from textwrap import dedent, indent
from typing import Any

import pytest

from connect_user_config.reading.document import NotReadable, read
from connect_user_config.reading.resolver import Lines
from connect_user_config.reading.template import Resource, Template
from custom_connect_userconfig.core.problems import PartlyKnown, Unknown

HEAD = """
Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Agent: {Type: String, Default: ann}
  Seconds: {Type: Number, Default: 30}
  Channels: {Type: CommaDelimitedList, Default: 'VOICE, CHAT'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /agents/ann}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Equals [!Ref Stage, dev]
  IsBoth: !And [!Condition IsProd, !Condition IsDev]
  IsNotProd: !Not [!Condition IsProd]
  IsLarge: !Equals [!FindInMap [Stages, !Ref Stage, size], large]
Mappings:
  Stages:
    dev: {size: small, seconds: 10, channels: [VOICE, CHAT]}
    prod: {size: large, seconds: 20, channels: [TASK]}
Resources:
  Settings:
    Type: Custom::ConnectUserConfig
    Properties:
"""


def resources(text: str, given: Mapping[str, str] | None = None, **options: Any) -> list[Resource]:
    tree = read(text)
    assert isinstance(tree, dict)
    template = Template(tree, given or {}, **options)
    return template.resources(lambda kind: kind.startswith("Custom::"), lambda kind: False)


def values(node: str, given: Mapping[str, str] | None = None, **options: Any) -> list[object]:
    """The values of a property in every world, each once."""
    text = HEAD + indent(f"Value: {dedent(node).strip()}", " " * 6)
    (resource,) = resources(text, given, **options)
    found: list[object] = []
    for world in resource.worlds:
        value = resource.properties(world).get("Value", "absent")
        if value not in found:
            found.append(value)
    return found


KNOWN: dict[str, tuple[str, object]] = {
    "text": ("abc", "abc"),
    "a date stays text": ("2026-01-02", "2026-01-02"),
    "a lone equals sign stays text": ("=", "="),
    "yes as YAML 1.1 has it": ("yes", True),
    "quoted yes": ("'yes'", "yes"),
    "a number loses its plus": ("+12025550100", 12025550100),
    "Sub without variables": ("!Sub abc", "abc"),
    "Sub with its own": ("!Sub ['${a}-${b}', {a: x, b: 5}]", "x-5"),
    "Sub that is escaped": ("!Sub '${!a}'", "${a}"),
    "Join": ("!Join ['_', [SOFT, PHONE]]", "SOFT_PHONE"),
    "Select": ("!Select [1, [a, b]]", "b"),
    "Select with its index as text": ("!Select ['1', [a, b]]", "b"),
    "Select of a Split": ("!Select [1, !Split [',', 'a,b']]", "b"),
    "Split": ("!Split [',', 'a,b']", ["a", "b"]),
    "FindInMap": ("!FindInMap [Stages, dev, seconds]", 10),
    "FindInMap of a list": ("!FindInMap [Stages, dev, channels]", ["VOICE", "CHAT"]),
    "FindInMap with a default": ("!FindInMap [Stages, test, size, {DefaultValue: none}]", "none"),
    "Length": ("!Length [a, b]", 2),
    "ToJsonString": ("!ToJsonString {a: 1}", '{"a":1}'),
    "NoValue": ("!Ref AWS::NoValue", "absent"),
    "NoValue in a list": ("[!Ref AWS::NoValue, a]", ["a"]),
    "a loop in an object": (
        "{'Fn::ForEach::Each': [Name, [A, B], {'Is${Name}': !Ref Name}]}",
        {"IsA": "A", "IsB": "B"},
    ),
    "nested": ("[{a: [!Join ['', [x, !Select [0, [y, z]]]]]}]", [{"a": ["xy"]}]),
}


@pytest.mark.parametrize(("node", "value"), KNOWN.values(), ids=KNOWN)
def test_what_is_known_is_resolved(node: str, value: object) -> None:
    assert values(node) == [value]


UNKNOWN = {
    "a parameter": "!Ref Agent",
    "a parameter in text": "!Sub 'arn/${Agent}'",
    "the account": "!Ref AWS::AccountId",
    "the region in text": "!Sub '${AWS::Region}'",
    "an attribute": "!GetAtt Function.Arn",
    "an attribute in text": "!Sub '${Function.Arn}'",
    "another resource": "!Ref Function",
    "an import": "!ImportValue instance",
    "another stack's output": "!GetStackOutput {StackName: a, OutputName: b}",
    "a map's entry for an unknown key": "!FindInMap [Stages, !Ref Stage, size]",
    "a default for an unknown key": "!FindInMap [Stages, !Ref Stage, size, {DefaultValue: none}]",
    "a missing entry": "!FindInMap [Stages, test, size]",
    "zones": "!GetAZs ''",
    "a macro's result": "{'Fn::Transform': {Name: Macro}}",
    "what a macro may change": "{a: 1, Fn::Transform: {Name: Macro}}",
    "a parameter of the Parameter Store": "!Ref Stored",
    "a reference": "'{{resolve:ssm:/agents/ann}}'",
    "a reference in text": "'+1{{resolve:ssm:/agents/ann}}'",
    "an intrinsic that is newer than this": "{Fn::Newer: [a]}",
    "an If without its branches": "!If [IsProd]",
    "names that are no text": "!If [IsProd, {1: a, b: c}]",
    "an index beyond the end": "!Select [7, [a]]",
}


@pytest.mark.parametrize("node", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_known_is_not_guessed(node: str) -> None:
    (value,) = values(node)
    assert isinstance(value, Unknown)


@pytest.mark.parametrize(
    "node",
    ["{a: 1, Fn::Transform: {Name: AWS::Include}}", "{a: 1, 'Fn::ForEach::X': [N, !Ref Channels, {}]}"],
)
def test_an_object_with_members_from_elsewhere_is_partly_known(node: str) -> None:
    (value,) = values(node)
    assert isinstance(value, PartlyKnown)
    assert value == {"a": 1}


def test_what_is_written_alike_is_equal_though_it_is_not_known() -> None:
    (first,), (second,), (other,) = values("!Ref Agent"), values("{Ref: Agent}"), values("!Ref Stage")
    assert first == second
    assert first != other


GIVEN: dict[str, tuple[str, dict[str, str], object]] = {
    "text": ("!Ref Agent", {"Agent": "bob"}, "bob"),
    "in text": ("!Sub 'x/${Agent}'", {"Agent": "bob"}, "x/bob"),
    "a number": ("!Ref Seconds", {"Seconds": "40"}, "40"),
    "a list": ("!Ref Channels", {"Channels": "TASK, EMAIL"}, ["TASK", "EMAIL"]),
    "an item of a list": ("!Select [1, !Ref Channels]", {"Channels": "TASK, EMAIL"}, "EMAIL"),
    "a key": ("!FindInMap [Stages, !Ref Stage, seconds]", {"Stage": "prod"}, 20),
    "a condition": ("!If [IsProd, a, b]", {"Stage": "prod"}, "a"),
    "a condition on a map's entry": ("!If [IsLarge, a, b]", {"Stage": "prod"}, "a"),
}


@pytest.mark.parametrize(("node", "given", "value"), GIVEN.values(), ids=GIVEN)
def test_the_value_of_a_parameter_counts_when_it_is_given(
    node: str, given: dict[str, str], value: object
) -> None:
    assert values(node, given) == [value]


@pytest.mark.parametrize("node", ["!Ref Agent", "!Sub 'x/${Agent}'", "!Select [0, !Ref Channels]"])
def test_a_reference_in_the_value_of_a_parameter_is_not_what_it_stands_for(node: str) -> None:
    reference = "{{resolve:ssm:/agents/ann}}"
    (value,) = values(node, {"Agent": reference, "Channels": reference})
    assert isinstance(value, Unknown)


def test_the_name_in_the_parameter_store_is_not_the_value() -> None:
    (value,) = values("!Ref Stored", {"Stored": "/agents/bob"}, use_defaults=True)
    assert isinstance(value, Unknown)


def test_defaults_count_where_they_are_asked_for() -> None:
    assert values("!Join ['', [!Ref Agent, !Ref Seconds]]", use_defaults=True) == ["ann30"]


WORLDS: dict[str, tuple[str, list[object]]] = {
    "each branch": ("!If [IsProd, a, b]", ["b", "a"]),
    "conditions that exclude each other": ("!If [IsProd, !If [IsDev, x, a], b]", ["b", "a"]),
    "a condition that never holds": ("!If [IsBoth, a, b]", ["b"]),
    "a condition and its opposite": ("[!If [IsProd, a, b], !If [IsNotProd, c, d]]", [["b", "c"], ["a", "d"]]),
    "no value in a branch": ("[!If [IsProd, !Ref AWS::NoValue, a], b]", [["a", "b"], ["b"]]),
    "a branch in text": ("!Sub ['${x}', {x: !If [IsProd, a, b]}]", ["b", "a"]),
}


@pytest.mark.parametrize(("node", "expected"), WORLDS.values(), ids=WORLDS)
def test_conditions_that_are_not_known_are_tried_as_they_can_hold_together(
    node: str, expected: list[object]
) -> None:
    assert values(node) == expected


def test_conditions_on_what_follows_from_a_parameter_are_of_one_choice() -> None:
    (resource,) = resources(HEAD + "      Value: !If [IsLarge, a, b]")
    assert resource.choices is not None
    assert [len(choice) for choice in resource.choices] == [2]


def test_too_many_conditions_are_not_tried() -> None:
    parameters = "".join(f"  P{n}: {{Type: String}}\n" for n in range(12))
    conditions = "".join(f"  C{n}: !Equals [!Ref P{n}, x]\n" for n in range(12))
    items = ", ".join(f"!If [C{n}, a, b]" for n in range(12))
    (resource,) = resources(
        f"Parameters:\n{parameters}Conditions:\n{conditions}Resources:\n  A:\n    Type: Custom::X\n"
        f"    Properties:\n      Value: [{items}]\n"
    )
    assert resource.choices is None
    (world,) = resource.worlds
    value = resource.properties(world)["Value"]
    assert isinstance(value, list)
    assert all(isinstance(item, Unknown) for item in value)


LOOPS = """
Transform: AWS::LanguageExtensions
Parameters:
  Unknown: {Type: CommaDelimitedList}
Resources:
  Fn::ForEach::Agents:
    - Name
    - [ann, bob]
    - Settings${Name}:
        Type: Custom::X
        Properties:
          UserId: !Ref Name
          InstanceId: !Sub 'i-${Name}'
  Fn::ForEach::Others:
    - Name
    - !Ref Unknown
    - Settings${Name}:
        Type: Custom::X
"""


def test_a_loop_makes_a_resource_for_each_item_that_is_known() -> None:
    assert [(found.logical_id, found.properties({})) for found in resources(LOOPS)] == [
        ("Settingsann", {"UserId": "ann", "InstanceId": "i-ann"}),
        ("Settingsbob", {"UserId": "bob", "InstanceId": "i-bob"}),
    ]
    assert [found.logical_id for found in resources(LOOPS, {"Unknown": "cat"})][2:] == ["Settingscat"]


def test_a_logical_id_of_a_loop_leaves_out_what_no_logical_id_can_have() -> None:
    body = "{'Agent&{Id}': {Type: 'Custom::X', Properties: {UserId: !Ref Id}}}"
    text = f"{{Resources: {{'Fn::ForEach::Agents': [Id, [a-1, b_2], {body}]}}}}"
    found = [(each.logical_id, each.properties({})) for each in resources(text)]
    assert found == [("Agenta1", {"UserId": "a-1"}), ("Agentb2", {"UserId": "b_2"})]


PLACES = """Resources:
  Settings:
    Type: Custom::X
    Properties:
      List:
        - !If [A, !Ref AWS::NoValue, {Name: x}]
        - !If
          - A
          - Name: y
          - Name: z
"""


def test_a_place_is_found_through_branches_and_left_out_items() -> None:
    (resource,) = resources(PLACES)
    lines = Lines(PLACES)
    assert lines.at(resource.locate(("List", 0, "Name"), {"A": True})).line == 9
    assert lines.at(resource.locate(("List", 1, "Name"), {"A": False})).line == 10
    assert lines.at(resource.locate(("List", 0, "Name"), {"A": False})).line == 6
    assert lines.at(resource.locate(("List", 0, "Missing"), {"A": True})).line == 9
    assert lines.at(resource.locate(("Missing",), {"A": True})).line == 4


def test_a_place_in_a_loop_is_the_body_of_the_loop() -> None:
    assert [Lines(LOOPS).at(each.locate(("UserId",), {})).line for each in resources(LOOPS)] == [12, 12]


def test_json_is_read_with_its_lines_whatever_indents_it() -> None:
    text = (
        '{\n\t"Resources": {\n\t\t"A": {"Type": "Custom::X",\n\t\t\t"Properties": {\n\t\t\t\t"UserId": 7}}}}'
    )
    (resource,) = resources(text)
    assert resource.properties({}) == {"UserId": 7}
    assert Lines(text).at(resource.locate(("UserId",), {})).line == 5


@pytest.mark.parametrize(
    "text",
    ["a: [", "a: b: c", "{", "\tx: 1", "a: *missing", "[" * 5000, "? [a]\n: b", "a: !!python/object:os.x 1"],
)
def test_what_is_no_template_is_refused_with_its_line_where_that_is_known(text: str) -> None:
    with pytest.raises(NotReadable):
        read(text)


def test_a_macro_that_rewrites_the_template_is_named() -> None:
    assert Template({"Transform": ["AWS::Serverless-2016-10-31", "Ours", {"Name": "Theirs"}]}).macros == [
        "Ours",
        "Theirs",
    ]
    assert Template({"Transform": "AWS::LanguageExtensions"}).macros == []
