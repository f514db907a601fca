"""A fleet: agents spread over nested stacks and lanes, and what one agent more or less changes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import CfnParameter, NestedStack, RemovalPolicy, Stack

from connect_user_config.cdk import (
    Agent,
    AutoAccept,
    InvalidUserConfig,
    Phone,
    PinError,
    Profile,
    RegistryTypeVersion,
    UserConfigProvider,
    UserConfigs,
)
from connect_user_config.declaring.pins import RULE
from connect_user_config.lanes import shard_of
from support.synthesis import INSTANCE, INSTANCE_ARN, TOKEN, app_of, new_stack, templates

PROVIDER = UserConfigProvider.from_service_token(TOKEN)
PROFILE = Profile(auto_accept=[AutoAccept.voice()])
USERS = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(40)]
Resources = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of an app whose fleet has four stacks."""
    file = tmp_path / "shards.json"
    file.write_text(json.dumps({"Settings/Fleet": {"rule": RULE, "shards": 4}}), "utf-8")
    monkeypatch.chdir(tmp_path)
    return file


def agents(users: list[str]) -> list[Agent]:
    return [Agent(user=user, profile=PROFILE) for user in users]


def fleet(stack: Stack, users: list[str] | None = None, **options: Any) -> UserConfigs:
    listed = agents(USERS if users is None else users)
    given = {"provider": PROVIDER, "instance": INSTANCE, "agents": listed, "shards": 4, **options}
    return UserConfigs(stack, "Fleet", **given)


def declared(stack: Stack) -> dict[str, Resources]:
    """Synthesize; return the agents' resources of each nested stack by the name of its template."""
    found = templates(app_of(stack))
    return {
        name: {
            logical_id: each
            for logical_id, each in template["Resources"].items()
            if each["Type"] == "Custom::ConnectUserConfig"
        }
        for name, template in found.items()
        if name != stack.stack_name
    }


def users_of(resources: Resources) -> set[str]:
    return {each["Properties"]["UserId"] for each in resources.values()}


def without_order(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in resource.items() if name != "DependsOn"}


def test_every_agent_is_declared_once_in_the_stack_that_its_id_gives() -> None:
    stack = new_stack()
    fleet(stack)

    found = declared(stack)
    assert len(found) == 4
    for resources in found.values():
        (shard,) = {shard_of(user, 4) for user in users_of(resources)}
        assert users_of(resources) == {user for user in USERS if shard_of(user, 4) == shard}


def test_settings_are_those_of_the_profile_and_the_agents_own() -> None:
    stack = new_stack()
    own = [Agent(user=USERS[1], profile=PROFILE, auto_accept=[AutoAccept.voice(enabled=False)])]
    fleet(stack, agents=[*agents(USERS[:1]), *own])

    found = {
        each["Properties"]["UserId"]: each["Properties"]["AutoAcceptConfigs"]
        for resources in declared(stack).values()
        for each in resources.values()
    }
    assert found == {
        USERS[0]: [{"Channel": "VOICE", "AutoAccept": True}],
        USERS[1]: [{"Channel": "VOICE", "AutoAccept": False}],
    }


def chains(resources: Resources) -> Iterator[list[str]]:
    """Yield the lanes of a template."""
    before = {name: each["DependsOn"][0] for name, each in resources.items() if "DependsOn" in each}
    after = {first: second for second, first in before.items()}
    assert len(after) == len(before)  # nobody is waited for by two
    for name in resources.keys() - before.keys():
        chain = [name]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        yield chain


@pytest.mark.parametrize("lanes", [4, 16])
def test_lanes_of_all_stacks_together_are_as_many_as_asked_for(lanes: int) -> None:
    stack = new_stack()
    fleet(stack, lanes=lanes)

    for resources in declared(stack).values():
        found = list(chains(resources))
        assert len(found) <= lanes // 4
        assert sorted(name for chain in found for name in chain) == sorted(resources)


def test_with_more_stacks_than_lanes_the_stacks_themselves_are_chained() -> None:
    stack = new_stack()
    fleet(stack, lanes=2)

    parent = templates(app_of(stack))["Settings"]["Resources"]
    nested = {name: each for name, each in parent.items() if each["Type"] == "AWS::CloudFormation::Stack"}
    assert [len(chain) for chain in chains(nested)] == [2, 2]
    assert all(len([*chains(resources)]) == 1 for resources in declared(stack).values())


@pytest.mark.parametrize("index", [0, 17, 39])
def test_adding_or_removing_an_agent_changes_no_property_of_another(index: int) -> None:
    with_all, without = new_stack(), new_stack()
    fleet(with_all)
    fleet(without, [user for user in USERS if user != USERS[index]])

    before, after = declared(without), declared(with_all)
    old = {name: each for resources in before.values() for name, each in resources.items()}
    new = {name: each for resources in after.values() for name, each in resources.items()}
    (added,) = new.keys() - old.keys()
    assert new[added]["Properties"]["UserId"] == USERS[index]
    assert {name: without_order(each) for name, each in old.items()} == {
        name: without_order(each) for name, each in new.items() if name != added
    }
    assert len([name for name in old if old[name] != new[name]]) <= 1
    # Of the other stacks not a byte is different.
    changed = [name for name in after if after[name] != before.get(name)]
    assert len(changed) == 1


def test_the_order_of_the_agents_does_not_matter() -> None:
    one, other = new_stack(), new_stack()
    fleet(one)
    fleet(other, USERS[::-1])

    assert templates(app_of(one)) == templates(app_of(other))


def test_an_arn_names_the_same_agent_in_the_same_place() -> None:
    one, other = new_stack(), new_stack()
    fleet(one, USERS[:1])
    fleet(other, [f"{INSTANCE_ARN}/agent/{USERS[0]}"])

    (here,), (there,) = (map(set, declared(stack).values()) for stack in (one, other))
    assert here == there


def test_a_function_of_the_parent_reaches_the_nested_stacks() -> None:
    stack = new_stack()
    provider = UserConfigProvider(stack, "Provider", instances=[INSTANCE_ARN])
    fleet(stack, provider=provider)

    for resources in declared(stack).values():
        (token,) = {json.dumps(each["Properties"]["ServiceToken"]) for each in resources.values()}
        assert "Ref" in json.loads(token)


def test_nested_stacks_wait_until_a_registered_type_is_the_default() -> None:
    stack = new_stack()
    provider = RegistryTypeVersion(stack, "Type", type_name="Acme::Connect::UserConfig", instances=[INSTANCE])
    fleet(stack, provider=provider)

    parent = templates(app_of(stack))["Settings"]["Resources"]
    (default,) = [
        name for name, each in parent.items() if each["Type"] == "AWS::CloudFormation::ResourceDefaultVersion"
    ]
    waiting = [each["DependsOn"] for each in parent.values() if each["Type"] == "AWS::CloudFormation::Stack"]
    assert waiting == [[default]] * 4


def test_an_agent_and_its_stack_can_be_found() -> None:
    found = fleet(new_stack())

    assert len(found.user_configs) == 40
    config = found.user_config(USERS[3])
    assert config is found.user_config(f"{INSTANCE_ARN}/agent/{USERS[3]}")
    assert Stack.of(config) in found.stacks
    with pytest.raises(KeyError):
        found.user_config("nobody")


def test_a_stack_without_agents_is_left_out() -> None:
    found = fleet(new_stack(), USERS[:1])

    assert len(found.stacks) == 1


def test_a_removal_policy_is_that_of_every_agent() -> None:
    stack = new_stack()
    fleet(stack, removal_policy=RemovalPolicy.RETAIN)

    policies = {each["DeletionPolicy"] for found in declared(stack).values() for each in found.values()}
    assert policies == {"Retain"}


def test_another_number_of_stacks_than_the_committed_one_is_refused() -> None:
    with pytest.raises(PinError, match=r"Settings/Fleet: shards\.json says .* deploy once without agents"):
        fleet(new_stack(), shards=5)


def test_a_fleet_whose_number_is_not_committed_is_refused(pinned: Path) -> None:
    pinned.unlink()
    with pytest.raises(PinError, match="bring the file back"):
        fleet(new_stack())


def test_the_problems_of_all_agents_are_told_at_once() -> None:
    wrong = [Agent(user=user, phone=Phone.desk("12")) for user in USERS[:2]]
    with pytest.raises(ExceptionGroup, match="Settings/Fleet: the settings of 2 agents") as refused:
        fleet(new_stack(), agents=[*wrong, *agents(USERS[2:])])

    problems = refused.value.exceptions
    assert {type(each) for each in problems} == {InvalidUserConfig}
    assert sorted(str(each).partition(": ")[0].rpartition("/Agent")[2] for each in problems) == USERS[:2]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shards": 0}, "Settings/Fleet: shards: 0 is not a whole number from 1 to 500"),
        ({"lanes": 0}, "Settings/Fleet: lanes: 0 is not a whole number from 1 to 20"),
        ({"lanes": 21}, "lanes: 21 is not a whole number from 1 to 20"),
        ({"lanes": "4"}, "lanes: '4' is not a whole number from 1 to 20"),
        ({"users": [*USERS, USERS[0]]}, f"the agent {USERS[0]} is named twice"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fleet(new_stack(), **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"agents": None}, "agents: None is no list of Agent"),
        ({"agents": "ada"}, "agents: 'ada' is no list of Agent"),
        ({"agents": ["ada"]}, r"agents\[0\]: 'ada' is no Agent: write Agent\(user="),
        ({"pins": None}, "pins: None is no path"),
        ({"provider": TOKEN}, "provider: 'arn:.* serves no resources: pass a UserConfigProvider"),
    ],
)
def test_a_value_of_another_class_is_told_with_the_place(options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=rf"^Settings/Fleet.*: {said}"):
        fleet(new_stack(), **options)


def test_an_agent_named_by_a_token_is_refused() -> None:
    stack = new_stack()
    with pytest.raises(ValueError, match="a token names an agent, whose stack follows from its id"):
        fleet(stack, [CfnParameter(stack, "User").value_as_string])


@pytest.mark.parametrize("name", ["agents.csv", "agents.yaml"])
def test_a_roster_is_read_from_a_file(tmp_path: Path, name: str) -> None:
    csv = f"user,profile\n{USERS[0]},sales\n"
    yaml = f"agents: [{{user: {USERS[0]}, profile: sales}}]\n"
    (tmp_path / name).write_text(csv if name.endswith("csv") else yaml, "utf-8")
    stack = new_stack()
    found = UserConfigs.from_file(
        stack, "Fleet", name, provider=PROVIDER, instance=INSTANCE, shards=4, profiles={"sales": PROFILE}
    )

    assert [each.node.id for each in found.user_configs] == [f"Agent{USERS[0]}"]


def test_two_thousand_agents_with_every_setting_stay_below_the_limits_of_templates(pinned: Path) -> None:
    pinned.write_text(json.dumps({"Settings/Fleet": {"rule": RULE, "shards": 8}}), "utf-8")
    everything = Profile(
        auto_accept=[
            AutoAccept.voice(agent_first_callback=True),
            AutoAccept.chat(),
            AutoAccept.task(),
            AutoAccept.email(),
        ],
        phone=Phone.soft(),
        persistent_connection=True,
    )
    stack = new_stack()
    listed = [
        Agent(user=f"{number:08d}-0000-4000-8000-000000000000", profile=everything) for number in range(2_000)
    ]
    fleet(stack, agents=listed, shards=8)

    assembly = Path(app_of(stack).synth().directory)
    files = [*assembly.glob("*.template.json")]
    assert len(files) == 9
    assert max(file.stat().st_size for file in files) < 1_000_000
    found = declared(stack)
    assert sum(map(len, found.values())) == 2_000
    assert max(map(len, found.values())) <= 500


def test_a_stack_that_is_nearly_full_is_a_warning_and_one_that_is_too_full_is_refused(pinned: Path) -> None:
    pinned.write_text(json.dumps({"Settings/Fleet": {"rule": RULE, "shards": 1}}), "utf-8")
    users = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(501)]
    found = fleet(new_stack(), users[:401], shards=1)
    (said,) = (each.data for each in found.node.metadata if each.type == "aws:cdk:warning")
    assert "401 agents are in shard 0, and a stack takes 500 resources" in str(said)

    with pytest.raises(ValueError, match="501 agents are in shard 0"):
        fleet(new_stack(), users, shards=1)


def test_a_nested_stack_may_hold_a_fleet(pinned: Path) -> None:
    pinned.write_text(json.dumps({"Settings/Team/Fleet": {"rule": RULE, "shards": 4}}), "utf-8")
    stack = new_stack()
    fleet(NestedStack(stack, "Team"))

    assert sum(map(len, declared(stack).values())) == 40


def test_no_nested_stack_shows_a_phone_number_that_its_parent_hides(pinned: Path) -> None:
    pinned.write_text(json.dumps({"Settings/Fleet": {"rule": RULE, "shards": 1}}), "utf-8")
    stack = new_stack()
    numbers = [CfnParameter(stack, f"Number{each}", no_echo=True).value_as_string for each in range(2)]
    phones = [Phone.desk(numbers[0]), Phone.desk(f"+49{numbers[1]}")]
    listed = [Agent(user=user, phone=phone) for user, phone in zip(("a-b", "ab"), phones, strict=True)]
    UserConfigs(stack, "Fleet", provider=PROVIDER, instance=INSTANCE, agents=listed, shards=1)
    (nested,) = [each for name, each in templates(app_of(stack)).items() if name != stack.stack_name]
    assert [each["NoEcho"] for each in nested["Parameters"].values()] == [True, True]
