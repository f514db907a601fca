"""`examples/agent-settings.yaml`, unchanged, with the installed function."""

from demo.local_cloud import ROOT
from demo.settings import PHONE_NUMBER
from demo.stacks import Stacks

from .world import INSTANCE, World, ended

EXAMPLE = ROOT / "examples" / "agent-settings.yaml"


def test_the_example_takes_and_gives_back(world: World, stacks: Stacks) -> None:
    ann, bob, cara, dev = world.create_agents(4)
    before = world.state()
    arn = f"arn:aws:connect:us-east-1:000000000000:instance/{INSTANCE}/agent/{dev}"
    parameters = {
        "ServiceTokenExport": world.installation.export,
        "InstanceId": INSTANCE,
        "DefaultsAgentId": ann,
        "SalesAgentId": bob,
        "DeskPhoneAgentId": cara,
        "DeskPhoneNumber": "+12025550123",
        "RemoteAgentArn": arn,
    }
    name = world.name("example")
    ended(stacks.create(name, EXAMPLE.read_text("utf-8"), parameters), "CREATE_COMPLETE")
    assert world.value(ann, "AfterContactWorkConfigs", "CHAT") == 30
    assert world.value(bob, "PersistentConnectionConfigs", "VOICE") is True
    assert world.state(cara)[cara]["settings"][PHONE_NUMBER] == "+12025550123"
    assert world.value(dev, "VoiceEnhancementConfigs", "VOICE") == "VOICE_ISOLATION"
    assert [world.owner(user) for user in (ann, bob, cara, dev)] == [
        f"{name}/{logical_id}" for logical_id in ("Defaults", "Sales", "DeskPhone", "Remote")
    ]
    assert stacks.physical_ids(name)["Remote"] == f"{INSTANCE}|{arn}"
    assert stacks.outputs(name)["SalesAgentArn"].endswith(bob)
    ended(stacks.delete(name), "DELETE_COMPLETE")
    assert world.state() == before
