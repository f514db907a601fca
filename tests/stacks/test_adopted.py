"""Templates that `adopt` has written, deployed: agents are owned, and no setting was written."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.installation import instance_arn
from demo.local_cloud import KEY, ROOT
from demo.stacks import Stacks

from .world import INSTANCE, World, ended

NUMBER = "+4930123456"


@pytest.fixture
def agents(world: World) -> list[str]:
    """Agents of whom two have a setting of their own, and one a desk phone."""
    users = world.create_agents(7)
    connect = world.cloud.client("connect")
    desk = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]
    accepts = [{"Channel": "TASK", "AutoAccept": True}]
    connect.update_user_config(InstanceId=INSTANCE, UserId=users[0], PhoneNumberConfigs=desk)
    for user in users[1:3]:
        connect.update_user_config(InstanceId=INSTANCE, UserId=user, AutoAcceptConfigs=accepts)
    for user in users[:3]:
        # The next read is late, as one is that follows an edit within seconds.
        connect.describe_user(InstanceId=INSTANCE, UserId=user)
    return users


def adopt(world: World, folder: Path, *options: str) -> str:
    """Run the command as a process on the agents of the test; return what it prints."""
    command = ["-m", "connect_user_config", "adopt", "--instance", instance_arn(INSTANCE), "--rate", "1"]
    chosen = ["--to", str(folder), "--name", f"{world.prefix}-*", "--stack", world.prefix, *options]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_ENDPOINT_URL": world.cloud.aws_url,
        "AWS_ENDPOINT_URL_CONNECT": world.cloud.connect_url,
        "PYTHONPATH": str(ROOT / "src"),
    }
    ran = subprocess.run(
        [sys.executable, *command, *chosen], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def parameters(path: Path) -> dict[str, str]:
    pairs = json.loads(path.read_text()) if path.exists() else []
    return dict(pair.split("=", 1) for pair in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(), ("--group",), ("--format", "json")], ids=["lanes", "group", "json"])
def test_deploying_what_was_adopted_writes_no_setting(
    world: World, stacks: Stacks, agents: list[str], tmp_path: Path, shape: tuple[str, ...]
) -> None:
    before = world.state()
    world.cloud.control("DELETE", "calls")
    options = ("--phone-numbers", "--parts", "2", *shape)
    said = adopt(world, tmp_path, *options)
    assert "Deploying changes no setting: for 7 agents" in said
    loops = sum(path.read_text().count("Fn::ForEach") for path in tmp_path.glob("part-*"))
    assert bool(loops) is ("--group" in shape)
    written = {path.name: path.read_bytes() for path in tmp_path.glob("part-*")}
    for number in (1, 2):
        (path,) = tmp_path.glob(f"part-{number}-of-2.*")
        values = parameters(tmp_path / "values" / f"part-{number}.json")
        more: dict[str, Any] = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
        ended(stacks.create(f"{world.prefix}-{number}", path.read_text(), values, **more), "CREATE_COMPLETE")
    calls = [each["operation"] for each in world.cloud.control("GET", "calls")["calls"]]
    assert calls.count("UpdateUserConfig") == 0
    assert calls.count("TagResource") >= len(agents)
    after = world.state()
    assert {user: state["settings"] for user, state in after.items()} == {
        user: state["settings"] for user, state in before.items()
    }
    assert {world.owner(user).partition("/")[0] for user in agents} == {
        f"{world.prefix}-1",
        f"{world.prefix}-2",
    }
    adopt(world, tmp_path, *options)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("part-*")} == written
    for number in (1, 2):
        ended(stacks.delete(f"{world.prefix}-{number}"), "DELETE_COMPLETE")
    assert {user: state["settings"] for user, state in world.state().items()} == {
        user: state["settings"] for user, state in before.items()
    }
