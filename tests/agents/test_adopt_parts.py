"""Parts, logical ids and text: what stays as it is, whatever else changes."""

import json
import random
import uuid

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connect_user_config.agents.adopting import naming, parts, text
from connect_user_config.agents.adopting.declaring import Adopted
from connect_user_config.agents.adopting.documents import FOR_EACH, Flavour, Form, Part, document
from connect_user_config.agents.adopting.parts import Size
from connect_user_config.check.engine import check as examine
from connect_user_config.check.types import Types
from connect_user_config.lanes import shard_of
from connect_user_config.reading.document import read

ABOUT = {"Parts": 1, "Instance": "10000000-0000-4000-8000-000000000001"}
CUSTOM = Flavour("Custom::ConnectUserConfig", "ConnectUserConfigServiceToken")


def ids(count: int, seed: int = 1) -> list[str]:
    drawn = random.Random(seed)
    return sorted(str(uuid.UUID(int=drawn.getrandbits(128), version=4)) for _ in range(count))


def agent(user_id: str, *, accepts: bool = True, login: str = "ada", number: str = "") -> Adopted:
    arrays = {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": accepts}]}
    return Adopted(user_id, login, arrays, number)


def tree(agents: list[Adopted], *, is_grouped: bool = False) -> dict[str, object]:
    return document(Part(agents, 1, ABOUT), Form(CUSTOM, "yaml", is_grouped))


@given(
    st.lists(
        st.text("abAB01-_", min_size=1, max_size=12).filter(lambda each: each[0] not in "-_"), unique=True
    )
)
def test_no_two_agents_have_one_logical_id(user_ids: list[str]) -> None:
    found = {naming.logical_id(each) for each in user_ids}
    assert len(found) == len(user_ids)
    assert all(each.isascii() and each.isalnum() for each in found)


def test_a_first_run_fills_no_part_beyond_its_share() -> None:
    sizes = [(each, Size(1, 1_900)) for each in ids(2_000)]
    count = parts.fewest(sizes)
    assert max(size.fill for size in parts.filled(sizes, count)) <= parts.FIRST_FILL
    assert max(size.fill for size in parts.filled(sizes, count - 1)) > parts.FIRST_FILL
    assert count == 8


@pytest.mark.parametrize(
    ("size", "what"),
    [
        (Size(1), "501 resources of 500"),
        (Size(0, 2_000), "1,002,000 bytes of 1,000,000"),
        (Size(0, 0, 1), "501 parameters of 200"),
        (Size(0, 0, 0, 1), "501 resources in loops of 284"),
    ],
)
def test_each_limit_of_a_template_counts(size: Size, what: str) -> None:
    sizes = [(each, size) for each in ids(501)]
    (whole,) = parts.filled(sizes, 1)
    assert whole.excess == what
    count = parts.fewest(sizes)
    assert count > 1
    assert not any(each.excess for each in parts.filled(sizes, count))


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_what_is_written_is_what_is_read(form: str) -> None:
    awkward = ["1e5", "0x1f", "12345678", "null", "yes", "1_000", "a-b", *ids(3)]
    agents = [agent(each, number="+4930123456") for each in awkward]
    wanted, logins = tree(agents), {each: f"log in # {each}: '" for each in awkward}
    written = text.FORMATS[form](wanted, logins)
    found = read(written)
    assert isinstance(found, dict)
    assert found["Resources"] == wanted["Resources"]
    assert found["Parameters"] == wanted["Parameters"]
    assert written == text.FORMATS[form](wanted, logins)


def test_yaml_names_the_login_behind_each_id_and_json_in_the_metadata() -> None:
    (user_id,) = ids(1)
    assert f"UserId: {user_id}  # ada\n" in text.to_yaml(tree([agent(user_id)]), {user_id: "ada"})
    found = json.loads(text.to_json(tree([agent(user_id)]), {user_id: "ada"}))
    assert found["Metadata"]["ConnectUserConfig"]["Logins"] == {user_id: "ada"}


def test_yaml_is_the_same_with_and_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    agents = [agent(each, login="a # b: 'c'", number="+4930123456") for each in [*ids(3), "1e5", "null"]]
    written = text.to_yaml(tree(agents, is_grouped=True), {each.id: each.login for each in agents})
    monkeypatch.delattr(yaml, "CSafeDumper", raising=False)
    assert text.to_yaml(tree(agents, is_grouped=True), {each.id: each.login for each in agents}) == written


@pytest.mark.parametrize("user_id", ["1e5", "12345678", "1-2", "1_000", "null", "yes", "0x1f"])
def test_an_id_that_any_reader_of_yaml_may_take_for_something_else_stands_in_quotes(user_id: str) -> None:
    assert f"UserId: '{user_id}'\n" in text.to_yaml(tree([agent(user_id)]), {})


def test_yaml_has_no_anchors_which_cloudformation_refuses() -> None:
    one = agent(ids(1)[0])
    agents = [Adopted(each, "ada", one.arrays) for each in ids(3)]
    tokens = {type(token) for token in yaml.scan(text.to_yaml(tree(agents), {}))}
    assert not tokens & {yaml.AnchorToken, yaml.AliasToken}


def test_agents_that_are_declared_alike_stand_in_one_loop_and_others_by_themselves() -> None:
    many = ids(7)
    agents = [agent(each, accepts=index % 2 == 0) for index, each in enumerate(many[:5])]
    agents += [agent(many[5], number="+4930123456"), agent("not-plain", accepts=False)]
    resources = tree(agents, is_grouped=True)["Resources"]
    assert isinstance(resources, dict)
    loops = {name: loop[1] for name, loop in resources.items() if name.startswith(FOR_EACH)}
    assert sorted(loops.values()) == sorted([many[0:5:2], many[1:5:2]])
    assert resources.keys() - loops.keys() == {naming.logical_id(many[5]), naming.logical_id("not-plain")}


def test_an_agent_keeps_the_logical_id_in_and_out_of_a_loop() -> None:
    one, two = ids(2)
    loop = f"{FOR_EACH}{naming.of_settings(agent(one).arrays, False)}"
    resources = tree([agent(one), agent(two)], is_grouped=True)["Resources"]
    assert isinstance(resources, dict)
    assert list(resources) == [loop]
    alone = tree([agent(one)], is_grouped=True)["Resources"]
    assert isinstance(alone, dict)
    assert list(alone) == [naming.logical_id(one)]


def test_the_lanes_of_a_part_are_sixteen_and_no_agent_waits_for_a_later_one() -> None:
    resources = tree([agent(each) for each in ids(300)])["Resources"]
    assert isinstance(resources, dict)
    waits = {name: node.get("DependsOn") for name, node in resources.items()}
    assert sum(each is None for each in waits.values()) == 16
    assert all(each is None or each < name for name, each in waits.items())


def test_a_part_full_of_loops_starts_no_more_at_once_than_the_check_admits() -> None:
    many = ids(parts.MOST_FOLDED + 100)
    others = many[parts.MOST_FOLDED :]
    agents = [agent(each, number="+4930123456" if each in others else "") for each in many]
    written = read(text.to_yaml(tree(agents, is_grouped=True), {}))
    rules = [each.rule.name for each in examine(written, Types()).findings]
    assert "lanes" not in rules
    grown = [*agents, *(agent(each) for each in ids(1, seed=2))]
    written = read(text.to_yaml(tree(grown, is_grouped=True), {}))
    assert "lanes" in [each.rule.name for each in examine(written, Types()).findings]


def test_a_part_without_agents_is_a_template_all_the_same() -> None:
    assert tree([])["Resources"] == {"Nobody": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}


def test_one_more_agent_changes_one_part_and_at_most_one_other_resource() -> None:
    before, new = ids(300), ids(1, seed=2)[0]
    assert {shard_of(each, 4) for each in before} == {0, 1, 2, 3}
    old = tree([agent(each) for each in before])["Resources"]
    grown = tree([agent(each) for each in sorted([*before, new])])["Resources"]
    assert isinstance(old, dict)
    assert isinstance(grown, dict)
    changed = [name for name in old if old[name] != grown[name]]
    assert len(changed) <= 1
    assert all({**old[name], "DependsOn": ""} == {**grown[name], "DependsOn": ""} for name in changed)
