"""The example apps on a local cloud: deployed, read for drift, updated, destroyed; agents are as before."""

import json
from pathlib import Path
from typing import Any

import pytest
from stacks.world import INSTANCE, World

from cdk_apps.app import App, Deployment, Template
from demo.installation import Installation, instance_arn
from demo.local_cloud import LocalCloud
from demo.stacks import Outcome

pytestmark = [pytest.mark.stacks, pytest.mark.slow]
VOICE_WORK = ("AfterContactWorkConfigs", "VOICE")
VOICE_ACCEPT = ("AutoAcceptConfigs", "VOICE")


@pytest.fixture
def deployment(cloud: LocalCloud) -> Deployment:
    cloud.control("POST", "seed", {"instances": [{"id": INSTANCE}]})
    return Deployment(cloud)


def succeed(outcomes: dict[str, Outcome], verb: str) -> None:
    wanted = dict.fromkeys(outcomes, f"{verb}_COMPLETE")
    failures = {name: each.failures for name, each in outcomes.items()}
    assert {name: each.status for name, each in outcomes.items()} == wanted, failures


def hired(cloud: LocalCloud, test: str, count: int) -> World:
    """Return a world with agents; its function is known once it is deployed."""
    world = World(cloud, Installation("", "", "", ""), test)
    world.create_agents(count)
    return world


def held_to_its_role(world: World) -> World:
    """Let Connect allow what the role of the deployed function allows, and no more; return the world with
    it.
    """
    (function,) = world.cloud.client("lambda").list_functions()["Functions"]
    policies = world.cloud.hold_to_policies_of(function["Role"])
    assert policies[0]["Statement"][0]["Sid"] == "AgentsOfTheInstances"
    found = Installation(function["FunctionArn"], function["Role"], "", "")
    return World(world.cloud, found, world.prefix, world.users)


def accept_nothing_by_hand(world: World, user: str) -> None:
    """Change one setting of an agent as a person does."""
    voice = {"Channel": "VOICE", "AutoAccept": False, "AgentFirstCallbackAutoAccept": True}
    email = {"Channel": "EMAIL", "AutoAccept": True}  # as before: a write replaces the array
    world.cloud.client("connect").update_user_config(
        InstanceId=INSTANCE, UserId=user, AutoAcceptConfigs=[voice, email]
    )


def nothing_is_left(deployment: Deployment, world: World, before: dict[str, Any]) -> None:
    assert deployment.names() == set()
    assert world.cloud.client("lambda").list_functions()["Functions"] == []
    assert world.state() == before


def test_one_agent(deployment: Deployment, cloud: LocalCloud, tmp_path: Path) -> None:
    world = hired(cloud, "one", 2)
    before = world.state()
    ada, other = world.users
    app = App.copied("one_agent", tmp_path / "app", instance=INSTANCE, agent=ada)
    numbers = {"DeskPhoneNumber": "+442079460999"}
    assembly = app.synthesize()
    succeed(deployment.deploy(assembly, numbers), "CREATE")
    world = held_to_its_role(world)

    assert world.value(ada, *VOICE_WORK) == 30
    assert world.value(ada, *VOICE_ACCEPT) is True
    assert world.value(ada, "PhoneNumberConfigs", "VOICE") == "DESK_PHONE"
    assert world.value(ada, "VoiceEnhancementConfigs", "VOICE") == "NOISE_SUPPRESSION"
    assert world.owner(ada).startswith("OneAgent/Ada")
    outputs = cloud.client("cloudformation").describe_stacks(StackName="OneAgent")["Stacks"][0]["Outputs"]
    assert outputs[0]["OutputValue"] == f"{instance_arn(INSTANCE)}/agent/{ada}"
    assert world.state(other) == {other: before[other]}

    assert world.read(ada)["InSync"]
    accept_nothing_by_hand(world, ada)
    world.read(ada)  # reads are one call late
    (difference,) = world.read(ada)["Differences"]
    assert difference["Setting"] == "AutoAcceptConfigs[VOICE].AutoAccept"

    minute = "AfterContactWork.voice(Duration.minutes(1))"
    app.change("app.py", "AfterContactWork.voice(Duration.seconds(30))", minute)
    app.change("app.py", "            persistent_connection=True,\n", "")
    succeed(deployment.deploy(app.synthesize(), numbers), "UPDATE")
    assert world.value(ada, *VOICE_WORK) == 60
    assert world.value(ada, *VOICE_ACCEPT) is True
    connection = ("PersistentConnectionConfigs", "VOICE", ("PersistentConnection",))
    assert world.state(ada)[ada]["settings"][connection] == before[ada]["settings"][connection]

    succeed(deployment.destroy(assembly), "DELETE")
    nothing_is_left(deployment, world, before)


def test_team(deployment: Deployment, cloud: LocalCloud, tmp_path: Path) -> None:
    world = hired(cloud, "team", 4)
    before = world.state()
    sales, service = world.users[:2], world.users[2:]
    app = App.copied("team", tmp_path / "app", instance=INSTANCE, sales=sales, service=service)
    assembly = app.synthesize()
    assert assembly.stacks[0] == "Platform"
    succeed(deployment.deploy(assembly), "CREATE")
    world = held_to_its_role(world)

    assert [world.value(user, *VOICE_WORK) for user in world.users] == [120, 120, 30, 30]
    assert [world.value(user, *VOICE_ACCEPT) for user in world.users] == [False, True, False, True]

    # One agent leaves a team, and the function cannot go while a team imports it.
    app.context["service"] = service[:1]
    succeed(deployment.deploy(app.synthesize()), "UPDATE")
    assert world.state(service[1]) == {service[1]: before[service[1]]}
    assert world.value(service[0], *VOICE_WORK) == 30

    succeed(deployment.destroy(assembly), "DELETE")
    nothing_is_left(deployment, world, before)


def test_fleet_from_csv(deployment: Deployment, cloud: LocalCloud, tmp_path: Path) -> None:
    world = hired(cloud, "fleet", 9)
    before = world.state()
    app = App.copied("fleet_from_csv", tmp_path / "app", instance=INSTANCE)
    roster = app.folder / "agents.csv"
    for number, user in enumerate(world.users[:8], 1):
        app.change("agents.csv", f"20000000-0000-4000-8000-{number:012d}", user)
    assembly = app.synthesize()
    assert len(assembly.templates) > 1
    succeed(deployment.deploy(assembly), "CREATE")
    world = held_to_its_role(world)

    *fleet, newcomer = world.users
    assert [world.value(user, *VOICE_ACCEPT) for user in fleet] == [True] * 8
    assert [world.value(user, *VOICE_WORK) for user in fleet] == [30, 30, 0, 7, 45, 30, 30, 7]
    unchanged = world.state(*fleet[1:])

    # One leaves and one joins: nobody else is touched.
    lines = roster.read_text("utf-8").splitlines()
    leaver = lines.pop(1)
    roster.write_text("\n".join([*lines, leaver.replace(fleet[0], newcomer)]) + "\n", "utf-8")
    succeed(deployment.deploy(app.synthesize()), "UPDATE")
    assert world.state(fleet[0]) == {fleet[0]: before[fleet[0]]}
    assert world.value(newcomer, *VOICE_ACCEPT) is True
    assert world.state(*fleet[1:]) == unchanged

    succeed(deployment.destroy(assembly), "DELETE")
    nothing_is_left(deployment, world, before)


def test_beside_cfn_user(deployment: Deployment, cloud: LocalCloud, tmp_path: Path) -> None:
    """The local CloudFormation has no AWS::Connect::User, so a user made before stands in for it."""
    world = hired(cloud, "beside", 1)
    before = world.state()
    (ada,) = world.users
    app = App.copied("beside_cfn_user", tmp_path / "app", instance=instance_arn(INSTANCE))
    assembly = app.synthesize()
    template = assembly.template("NewAgent")
    assert template["Resources"].pop("User")["Type"] == "AWS::Connect::User"
    stand_in = with_user(template, f"{instance_arn(INSTANCE)}/agent/{ada}")
    succeed(deployment.deploy(assembly, templates={"NewAgent": stand_in}), "CREATE")
    world = held_to_its_role(world)

    assert world.value(ada, *VOICE_WORK) == 30
    assert world.value(ada, "AfterContactWorkConfigs", "CHAT") == 180
    assert world.value(ada, "AutoAcceptConfigs", "TASK") is True

    succeed(deployment.destroy(assembly), "DELETE")
    nothing_is_left(deployment, world, before)


def with_user(template: Template, arn: str) -> Template:
    """Return the template with the ARN of a user where it refers to the resource."""
    reference = json.dumps({"Fn::GetAtt": ["User", "UserArn"]})
    text = json.dumps(template)
    assert text.count(reference) == 1
    found: Template = json.loads(text.replace(reference, json.dumps(arn)))
    return found


def test_a_second_provider_in_the_registry_is_synthesized_alone(tmp_path: Path) -> None:
    """The local CloudFormation registers no types; its template is checked (`test_checked`) and compared with
    the installer's.
    """
    app = App.copied("one_agent", tmp_path / "app")
    function = 'UserConfigProvider(self, "Provider", instances=[instance])'
    app.change("app.py", function, 'RegistryType("Acme::Connect::UserConfig")')
    app.change("app.py", "    UserConfigProvider,\n", "    RegistryType,\n")

    resources = app.synthesize().template("OneAgent")["Resources"]
    assert {each["Type"] for each in resources.values()} == {"Acme::Connect::UserConfig"}
