"""Templates that `adopt` has written, deployed: agents are owned, and no setting was written."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connect_user_config.lanes import shard_of
from demo.installation import instance_arn
from demo.local_cloud import KEY, ROOT
from demo.stacks import Stacks
from support.exhaustive import chosen_or_all

from .world import INSTANCE, World, ended

NUMBER = "+4930123456"
SHAPES = ((), ("--group",), ("--format", "json"))


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


def run(world: World, *words: str) -> str:
    """Run a command as a process on the agents of the test; return what it prints."""
    chosen = ("--instance", instance_arn(INSTANCE), "--name", f"{world.prefix}-*", "--rate", "1")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_ENDPOINT_URL": world.cloud.aws_url,
        "AWS_ENDPOINT_URL_CONNECT": world.cloud.connect_url,
        "PYTHONPATH": str(ROOT / "src"),
    }
    command = [sys.executable, "-m", "connect_user_config", *words, *chosen]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def deploy(stacks: Stacks, folder: Path, stack: str, parts: int) -> None:
    """Deploy the parts one after the other, with the values of their parameters."""
    for number in range(1, parts + 1):
        (path,) = folder.glob(f"part-{number}-of-{parts}.*")
        values = parameters(folder / "values" / f"part-{number}.json")
        more: dict[str, Any] = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
        ended(stacks.create(f"{stack}-{number}", path.read_text(), values, **more), "CREATE_COMPLETE")


def settings(world: World) -> dict[str, Any]:
    return {user: state["settings"] for user, state in world.state().items()}


def writes(world: World) -> int:
    calls = world.cloud.control("GET", "calls?operation=UpdateUserConfig")["calls"]
    return len(calls)


def parameters(path: Path) -> dict[str, str]:
    pairs = json.loads(path.read_text()) if path.exists() else []
    return dict(pair.split("=", 1) for pair in pairs)


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape", chosen_or_all(SHAPES, SHAPES[:1]), ids=lambda shape: "-".join(shape).strip("-") or "lanes"
)
def test_deploying_what_was_adopted_writes_no_setting(
    world: World, stacks: Stacks, agents: list[str], tmp_path: Path, shape: tuple[str, ...]
) -> None:
    before = settings(world)
    world.cloud.control("DELETE", "calls")
    command = (
        "adopt",
        "--to",
        str(tmp_path),
        "--stack",
        world.prefix,
        "--phone-numbers",
        "--parts",
        "2",
        *shape,
    )
    assert "Deploying changes no setting: for 7 agents" in run(world, *command)
    loops = sum(path.read_text().count("Fn::ForEach") for path in tmp_path.glob("part-*"))
    assert bool(loops) is ("--group" in shape)
    written = {path.name: path.read_bytes() for path in tmp_path.glob("part-*")}
    deploy(stacks, tmp_path, world.prefix, 2)
    assert writes(world) == 0
    assert settings(world) == before
    owners = {user: world.owner(user).partition("/")[0] for user in agents}
    assert owners == {user: f"{world.prefix}-{shard_of(user, 2) + 1}" for user in agents}
    run(world, *command)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("part-*")} == written
    for number in (1, 2):
        ended(stacks.delete(f"{world.prefix}-{number}"), "DELETE_COMPLETE")
    assert settings(world) == before


@pytest.mark.slow
def test_a_fleet_moves_to_more_parts_as_the_guide_says(
    world: World, stacks: Stacks, agents: list[str], tmp_path: Path
) -> None:
    before = settings(world)
    world.cloud.control("DELETE", "calls")
    old, new = world.name("a"), world.name("b")
    run(world, "adopt", "--to", str(tmp_path / "agents"), "--stack", old)
    deploy(stacks, tmp_path / "agents", old, 1)
    run(world, "release", "--hand-over", "--yes")
    run(world, "adopt", "--to", str(tmp_path / "more"), "--stack", new, "--parts", "3")
    deploy(stacks, tmp_path / "more", new, 3)
    ended(stacks.delete(f"{old}-1"), "DELETE_COMPLETE")
    assert writes(world) == 0
    assert settings(world) == before
    assert {world.owner(user).rpartition("-")[0].partition("/")[0] for user in agents} == {new}
