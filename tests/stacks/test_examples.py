"""The templates of `examples/` with the installed function: each takes settings, and gives them back."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connect_user_config.lanes import LANES, lanes
from demo.installation import instance_arn
from demo.local_cloud import KEY, REGION, ROOT
from demo.settings import LIMIT, PHONE_NUMBER
from demo.stacks import Stacks
from support.template_values import parsed

from . import user_stand_in
from .world import INSTANCE, World, after_contact, ended

EXAMPLES = ROOT / "examples"
VOICE_LIMIT = ("AfterContactWorkConfigs", "VOICE")


def text_of(name: str) -> str:
    return (EXAMPLES / name).read_text("utf-8")


def with_ids(text: str, placeholder: str, users: list[str]) -> str:
    """Return an example that spells out ids, with those of agents who are there."""
    for number, user in enumerate(users, 1):
        text = text.replace(f"{placeholder}{number:012}", user)
    return text


@pytest.fixture
def fresh_reads(world: World) -> Iterator[None]:
    """With late reads, every resource would read twice, and a person would see a change late."""
    world.cloud.control("POST", "behaviour", {"stale_reads": 0})
    yield
    world.cloud.control("POST", "behaviour", {"stale_reads": 1})


def test_one_agent(world: World, stacks: Stacks) -> None:
    (agent,) = world.create_agents(1)
    before = world.state()
    name = world.name("one")
    parameters = {"InstanceId": INSTANCE, "AgentId": agent}
    ended(stacks.create(name, text_of("one-agent.yaml"), parameters), "CREATE_COMPLETE")
    assert (world.value(agent, "AutoAcceptConfigs", "VOICE"), world.value(agent, *VOICE_LIMIT)) == (True, 30)
    assert stacks.outputs(name)["AgentArn"].endswith(agent)
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_team_takes_one_agent_more_and_one_less(world: World, stacks: Stacks) -> None:
    users = world.create_agents(4)
    before = world.state()
    name = world.name("team")

    def parameters(*agents: str) -> dict[str, str]:
        return {"InstanceId": INSTANCE, "AgentIds": ",".join(agents), "WrapUpSeconds": "90"}

    options = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    created = stacks.create(name, text_of("team.yaml"), parameters(*users[:3]), **options)
    ended(created, "CREATE_COMPLETE")
    assert [world.value(user, *VOICE_LIMIT) for user in users] == [90, 90, 90, 7]
    assert world.owner(users[0]) == f"{name}/Agent{users[0].replace('-', '')}"
    ended(stacks.update(name, text_of("team.yaml"), parameters(*users[1:]), **options), "UPDATE_COMPLETE")
    assert [world.value(user, *VOICE_LIMIT) for user in users] == [7, 90, 90, 90]
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_beside_the_users_that_the_stack_creates(world: World, stacks: Stacks) -> None:
    """AWS::Connect::User alone has a stand-in; dependencies, `!Ref` and `!GetAtt` are the example's."""
    token = user_stand_in.install(world.cloud)
    template = json.dumps(user_stand_in.in_place(parsed(text_of("beside-user.yaml")), token))
    arn = instance_arn(INSTANCE)
    name = world.name("beside")
    parameters = {
        "InstanceArn": arn,
        "RoutingProfileArn": f"{arn}/routing-profile/profile",
        "SecurityProfileArn": f"{arn}/security-profile/profile",
    }
    ended(stacks.create(name, template, parameters), "CREATE_COMPLETE")
    agents = {logical_id: stacks.physical_ids(name)[logical_id] for logical_id in ("Ada", "Grace")}
    ada, grace = (each.rpartition("/")[2] for each in agents.values())
    assert world.value(ada, "AutoAcceptConfigs", "VOICE") is True
    assert world.value(grace, "VoiceEnhancementConfigs", "VOICE") == "NOISE_SUPPRESSION"
    assert [world.owner(user) for user in (ada, grace)] == [f"{name}/AdaSettings", f"{name}/GraceSettings"]
    assert stacks.outputs(name)["AdaArn"] == agents["Ada"]
    # Settings go before their agent, or the delete would find nobody to give them back to.
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state(ada, grace) == {}


def test_environments(world: World, stacks: Stacks) -> None:
    users = world.create_agents(3)
    dev, _, prod = users
    before = world.state()
    template = with_ids(text_of("environments.yaml"), "30000000-0000-4000-8000-", users)
    for stage in ("dev", "prod"):
        given = {"Stage": stage, **({"DeskPhoneNumber": "+12025550123"} if stage == "prod" else {})}
        ended(stacks.create(world.name(stage), template, given), "CREATE_COMPLETE")
    assert [world.value(user, *VOICE_LIMIT) for user in users] == [0, 7, 120]
    assert world.value(prod, "PersistentConnectionConfigs", "VOICE") is True
    held = world.state()
    assert held[prod]["settings"][PHONE_NUMBER] == "+12025550123"
    taken = {name for name, value in held[dev]["settings"].items() if value != before[dev]["settings"][name]}
    assert taken == {("AfterContactWorkConfigs", "VOICE", LIMIT)}
    for stage in ("dev", "prod"):
        ended(stacks.delete(world.name(stage)), "DELETE_COMPLETE")
    assert world.state() == before


@pytest.mark.usefixtures("fresh_reads")
def test_sam_and_its_nightly_check(world: World, stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    """SAM passes our resource on as it is; the function that it would make runs here."""
    (agent,) = world.create_agents(1)
    before = world.state()
    name = world.name("sam")
    template = parsed(text_of("sam.yaml"))
    assert template.pop("Transform") == "AWS::Serverless-2016-10-31"
    function = template["Resources"].pop("Nightly")
    parameters = {"InstanceId": INSTANCE, "AgentId": agent}
    ended(stacks.create(name, json.dumps(template), parameters), "CREATE_COMPLETE")
    assert world.value(agent, *VOICE_LIMIT) == 45
    check = nightly(world, function["Properties"], parameters, monkeypatch)
    assert check() == "in sync"
    tampered = after_contact(1)
    world.cloud.control("POST", "admin-update", {"InstanceId": INSTANCE, "UserId": agent, **tampered})
    with pytest.raises(RuntimeError, match="AfterContactWork"):
        check()
    repaired = after_contact(45)
    world.cloud.control("POST", "admin-update", {"InstanceId": INSTANCE, "UserId": agent, **repaired})
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_a_target_of_the_stack_set(world: World, stacks: Stacks) -> None:
    """The stack that a stack set makes in one account and region, with the overrides of that target."""
    lead, deputy = world.create_agents(2)
    before = world.state()
    name = world.name("StackSet-agent-settings-0a1b")
    parameters = {"InstanceId": INSTANCE, "LeadId": lead, "DeputyId": deputy}
    ended(stacks.create(name, text_of("stack-set.yaml"), parameters), "CREATE_COMPLETE")
    assert world.value(lead, "VoiceEnhancementConfigs", "VOICE") == "VOICE_ISOLATION"
    assert world.value(deputy, "VoiceEnhancementConfigs", "VOICE") == "NOISE_SUPPRESSION"
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before


def test_the_lanes_are_those_of_the_rule() -> None:
    resources = parsed(text_of("lanes.yaml"))["Resources"]
    assert len(resources) == 120
    assert {name: each.get("DependsOn") for name, each in resources.items()} == lanes(list(resources), LANES)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.usefixtures("fresh_reads")
def test_a_hundred_and_twenty_agents_in_lanes(world: World, stacks: Stacks) -> None:
    users = world.create_agents(120)
    name = world.name("lanes")
    template = with_ids(text_of("lanes.yaml"), "20000000-0000-4000-8000-", users)
    ended(stacks.create(name, template, {"InstanceId": INSTANCE}), "CREATE_COMPLETE")
    held = world.state()
    assert {state["tags"]["connect-user-config"] for state in held.values()} == {"managed"}
    assert [world.owner(user) for user in users[::40]] == [
        f"{name}/Agent{number:03}" for number in (1, 41, 81)
    ]


def nightly(
    world: World, function: dict[str, Any], parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], object]:
    """Return the function of the SAM example with its variables, signing as the account's root."""
    known = {"Fn::ImportValue": world.installation.service_token}
    variables = {
        name: known.get(operator) or parameters[of]
        for name, value in function["Environment"]["Variables"].items()
        for operator, of in value.items()
    }
    ours = {"AWS_ENDPOINT_URL": world.cloud.aws_url, "AWS_DEFAULT_REGION": REGION}
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), KEY)
    for name, value in {**variables, **ours, **keys}.items():
        monkeypatch.setenv(name, value)
    scope: dict[str, Any] = {}
    exec(function["InlineCode"], scope)
    return lambda: scope["handler"]({}, None)
