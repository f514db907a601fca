"""What the constructs cost beside bare resources of the CDK: `make bench-cdk`, in the environment that has
it.

Each round runs every side once in one process, in turn, after a first round that counts for nothing: what the
CDK loads when it first synthesizes takes many seconds.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

from aws_cdk import App, CfnResource, Duration, Stack

from connect_user_config.cdk import (
    AfterContactWork,
    Agent,
    AutoAccept,
    Profile,
    UserConfig,
    UserConfigProvider,
    UserConfigs,
)
from connect_user_config.declaring.pins import RULE

from .pages import publish, table

_AGENTS: Final = 400
_MANY: Final = 2_000
_MOST: Final = 3.0
"""Times the bare resources' time that our constructs may take."""
_INSTANCE: Final = "10000000-0000-4000-8000-000000000001"
_PROVIDER: Final = UserConfigProvider.from_service_token(
    "arn:aws:lambda:eu-west-2:123456789012:function:ConnectUserConfig"
)
_LIMITS: Final = (500, 1_000_000)
"""Resources and bytes of a template."""
_INTRODUCTION: Final = """\
# Constructs of hundreds of agents

Written by `make bench-cdk`, with aws-cdk-lib {version}: {agents} agents as bare `CfnResource`s, as
`UserConfig`s in one stack, and as a fleet (`UserConfigs`) in four nested stacks; a fifth of the agents
overrides a profile that all of them share. Each side constructs and synthesizes in the same process, in
turn. Wall time; the machine is shared, so compare the ratios. Medians of {rounds} rounds, each side once a
round.
"""


def user(number: int) -> str:
    """Return the id of an agent."""
    return f"{number:08d}-0000-4000-8000-000000000000"


def profile() -> Profile:
    """Return settings of four channels."""
    return Profile(
        auto_accept=[AutoAccept.voice(), AutoAccept.chat()],
        after_contact_work=[
            AfterContactWork.voice(Duration.seconds(30)),
            AfterContactWork.task(AfterContactWork.UNLIMITED),
        ],
        persistent_connection=True,
    )


def agents(count: int) -> list[Agent]:
    """Return agents with one profile, every fifth with a setting of its own."""
    shared = profile()
    own = [AutoAccept.chat(enabled=False)]
    return [
        Agent(user=user(number), profile=shared, auto_accept=None if number % 5 else own)
        for number in range(count)
    ]


def bare(stack: Stack, count: int) -> None:
    """Write the same resources by hand."""
    for agent in agents(count):
        properties = {"ServiceToken": _PROVIDER.service_token, "InstanceId": _INSTANCE, "UserId": agent.user}
        CfnResource(
            stack,
            f"Agent{agent.user}",
            type=_PROVIDER.type_name,
            properties={**properties, **agent.declared.properties},
        )


def single(stack: Stack, count: int) -> None:
    """Declare each agent by itself."""
    for agent in agents(count):
        UserConfig(
            stack,
            f"Agent{agent.user}",
            provider=_PROVIDER,
            instance=_INSTANCE,
            user=agent.user,
            profile=agent.declared,
        )


def fleet(stack: Stack, count: int, shards: int = 4) -> None:
    """Declare all agents as one fleet."""
    pins = Path("shards.json")
    pins.write_text(json.dumps({"Stack/Fleet": {"rule": RULE, "shards": shards}}), "utf-8")
    UserConfigs(
        stack,
        "Fleet",
        provider=_PROVIDER,
        instance=_INSTANCE,
        agents=agents(count),
        shards=shards,
        pins=str(pins),
    )


SIDES: Final[dict[str, Callable[[Stack, int], None]]] = {
    "bare CfnResources": bare,
    "UserConfigs in one stack": single,
    "a fleet in four nested stacks": fleet,
}
_BARE, *_OURS = SIDES


def seconds(declare: Callable[[Stack, int], None], count: int) -> tuple[float, Path]:
    """Construct and synthesize; return how long that took, and where the templates are."""
    app = App(outdir=tempfile.mkdtemp(dir=Path.cwd()))
    began = time.perf_counter()
    declare(Stack(app, "Stack"), count)
    directory = app.synth().directory
    return time.perf_counter() - began, Path(directory)


def sizes(assembly: Path) -> tuple[int, int, int]:
    """Return the number of templates, the most resources and the most bytes of one."""
    files = [*assembly.glob("*.template.json")]
    most = max(len(json.loads(file.read_text("utf-8"))["Resources"]) for file in files)
    return len(files), most, max(file.stat().st_size for file in files)


@contextmanager
def empty_folder() -> Iterator[None]:
    """Work in a folder that is gone afterwards."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def report(rounds: int) -> str:
    """Return the page."""
    for declare in SIDES.values():
        seconds(declare, 20)
    measured: dict[str, list[float]] = {name: [] for name in SIDES}
    for _ in range(rounds):
        for name, declare in SIDES.items():
            measured[name].append(seconds(declare, _AGENTS)[0])
    ratios = {
        name: statistics.median(own / base for own, base in zip(each, measured[_BARE], strict=True))
        for name, each in measured.items()
    }
    rows = [
        (name, f"**{ratios[name]:.2f} x** ({statistics.median(each):.2f} s)")
        for name, each in measured.items()
    ]
    took, assembly = seconds(lambda stack, count: fleet(stack, count, shards=8), _MANY)
    templates, resources, size = sizes(assembly)
    lines = [
        f"- {name}: {ratios[name]:.2f} x, wanted at most {_MOST} x: {_met(ratios[name] <= _MOST)}"
        for name in _OURS
    ]
    fits = resources <= _LIMITS[0] and size <= _LIMITS[1]
    lines.append(
        f"- {_MANY:,} agents as a fleet in eight nested stacks: {took:.1f} s in all, {templates} templates,"
        f" at most {resources} resources and {size // 1000} kB in one; a template takes {_LIMITS[0]} and"
        f" {_LIMITS[1] // 1000:,} kB: {_met(fits)}"
    )
    introduction = _INTRODUCTION.format(version=version("aws-cdk-lib"), agents=_AGENTS, rounds=rounds)
    return "\n".join([introduction, table(("", "time"), rows), "", *lines]) + "\n"


def _met(is_met: bool) -> str:  # noqa: FBT001 - a word for it
    return "met" if is_met else "MISSED"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.cdk", description="Compares constructs with bare resources."
    )
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side (default: 5)")
    rounds = parser.parse_args(arguments).rounds
    with empty_folder():
        page = report(rounds)
    publish("cdk", page)


if __name__ == "__main__":
    main()
