"""The wheel, installed into an empty environment outside of the tree: the command, its templates and
artefacts work.

The quick test lends the packages of the running Python; the others ask the configured registry for the lowest
and the newest of each range.
"""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from connect_user_config.install import artefacts
from demo.local_cloud import ROOT
from demo.servers import Server
from support.uv import INSTALL, UV
from tools.artefact import build, project

INSTANCE = "arn:aws:connect:us-east-1:123456789012:instance/10000000-0000-4000-8000-000000000001"
OWN = "Acme::Connect::UserConfig"
LOOK = f"""
import json, boto3, connect_user_config
from connect_user_config.install import artefacts, stacks
connect = boto3.client("connect", "us-east-1").meta.service_model
print(json.dumps({{
    "at": connect_user_config.__file__,
    "function": artefacts.function().sha256,
    "registry": artefacts.registry({OWN!r}).sha256,
    "templates": [stacks.ARTEFACT_BUCKET.text, stacks.CUSTOM_RESOURCE.text, stacks.REGISTRY.text],
    "operation": "UpdateUserConfig" in connect.operation_names,
}}))
"""


@dataclass(frozen=True)
class Installed:
    """An environment with nothing in it but what was installed, and an empty folder to run in."""

    root: Path

    def __post_init__(self) -> None:
        made = [sys.executable, "-m", "venv", "--without-pip", str(self.root / "venv")]
        subprocess.run(made, check=True, timeout=120)
        (self.root / "empty").mkdir()

    @property
    def site(self) -> Path:
        (found,) = (self.root / "venv").glob("lib/python3*/site-packages")
        return found

    def install(self, *arguments: str) -> None:
        command = [*INSTALL, "--python", str(self.root / "venv"), *arguments]
        done = subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stderr

    def run(self, script: str, *arguments: str, **environment: str) -> str:
        """Run a script of the environment and return what it prints."""
        # Nothing of the checkout, of the developer's account, or of another Python; no compiler.
        kept = {"HOME": str(self.root), "PATH": str(self.root / "empty"), "AWS_EC2_METADATA_DISABLED": "true"}
        done = subprocess.run(
            [str(self.root / "venv" / "bin" / script), *arguments],
            cwd=self.root / "empty",
            env={**kept, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def look(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.run("python", "-c", LOOK))
        return told


def check(installed: Installed, release: Path) -> None:
    told = installed.look()
    assert Path(told["at"]).is_relative_to(installed.site)
    assert told["function"] == artefacts.function(release / build.FUNCTION).sha256
    assert told["registry"] == artefacts.registry(OWN, release / build.REGISTRY).sha256
    names = ("artefact-bucket.yml", "custom-resource.yml", "registry.yml")
    assert told["templates"] == [(ROOT / "deploy" / name).read_text("utf-8") for name in names]
    assert told["operation"] is True
    assert installed.run("connect-user-config", "--version").strip() == project.metadata()["version"]
    for command in ([], ["install", "registry"], ["uninstall", "custom-resource"], ["status"]):
        assert installed.run("connect-user-config", *command, "--help").startswith(
            "Usage: connect-user-config"
        )


def test_the_wheel_alone_brings_the_command_its_templates_and_its_artefacts(
    wheel: Path, release: Path, tmp_path: Path
) -> None:
    installed = Installed(tmp_path)
    installed.install("--offline", "--no-index", "--no-deps", str(wheel))
    (installed.site / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", "utf-8")
    check(installed, release)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of something that answers as AWS does."""
    command = [sys.executable, "-m", "connect_local", "--region", "us-east-1"]
    with Server("connect-local", command, {"PYTHONPATH": str(ROOT / "src")}) as server:
        yield server.first_line()


def asked(extra: str) -> list[Requirement]:
    """What the wheel asks for with an extra; botocore, whose models boto3 uses, is as old as boto3."""
    told = project.metadata()
    found = [*told["dependencies"], *(told.get("optional-dependencies", {}).get(extra, ()))]
    # An extra may name another one of ours, which brings its own along.
    requirements = [each for each in map(Requirement, found) if each.name != told["name"]]
    boto3 = next(each for each in requirements if each.name == "boto3")
    return [*requirements, Requirement(f"botocore{boto3.specifier}")]


@pytest.mark.exhaustive
@pytest.mark.parametrize("extra", ["", *project.metadata().get("optional-dependencies", {})])
@pytest.mark.parametrize("end", ["lowest-direct", "highest"])
def test_the_wheel_works_with_the_lowest_and_the_newest_of_each_range(
    wheel: Path, release: Path, url: str, tmp_path: Path, end: str, extra: str
) -> None:
    installed = Installed(tmp_path)
    # A requirement that is named is a direct one; nothing is compiled.
    named = map(str, asked(extra))
    installed.install(
        "--only-binary", ":all:", "--resolution", end, f"{wheel}[{extra}]" if extra else str(wheel), *named
    )
    check(installed, release)
    if end == "lowest-direct":
        lowest = {each.name: lower_bound(each) for each in asked(extra)}
        assert lowest.items() <= versions(installed).items()
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "key", "AWS_ENDPOINT_URL": url}
    told = json.loads(
        installed.run("connect-user-config", "status", "--region", "us-east-1", "--json", **keys)
    )
    assert told["exitCode"] == 0
    install = ("install", "custom-resource", "--instance", INSTANCE, "--dry-run", "--json")
    told = json.loads(installed.run("connect-user-config", *install, **keys))
    assert told["regions"][0]["steps"]


def lower_bound(requirement: Requirement) -> str:
    """The version that a range begins with, in three parts."""
    (bound,) = (each.version for each in requirement.specifier if each.operator == ">=")
    return bound if bound.count(".") > 1 else f"{bound}.0"


def versions(installed: Installed) -> dict[str, str]:
    """The packages of the environment."""
    listed = [UV, "pip", "list", "--format", "json", "--python", str(installed.root / "venv")]
    done = subprocess.run(
        listed, capture_output=True, text=True, check=True, env={**os.environ, "NO_COLOR": "1"}
    )
    return {each["name"]: each["version"] for each in json.loads(done.stdout)}
