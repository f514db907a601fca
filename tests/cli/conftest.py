"""The command on moto, in process: time passes only when somebody sleeps, and every call of any service is noted."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import click.testing
import pytest
from moto import mock_aws

from connect_user_config import options
from connect_user_config.commands import Outside, cli
from support.clock import FakeClock

from .registry_double import ACCOUNT, RegistryDouble

ROOT = Path(__file__).resolve().parents[2]
TYPE = "Acme::Connect::UserConfig"
EAST = "us-east-1"
WEST = "eu-west-1"
INSTANCE = f"arn:aws:connect:{EAST}:{ACCOUNT}:instance/10000000-0000-4000-8000-000000000001"
# moto leaves these resources out of stacks; ministack makes them.
LEFT_OUT = "ignore:Tried to parse AWS..(S3..BucketPolicy|Lambda..EventInvokeConfig) but:UserWarning"
LOADER = botocore.session.get_session().get_component("data_loader")
READS = ("Describe", "Get", "List", "Head")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(LEFT_OUT))


@dataclass
class Run:
    """How one invocation ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def answer(self) -> dict[str, Any]:
        """The answer, where it was to be JSON."""
        answer: dict[str, Any] = json.loads(self.stdout)
        assert answer["exitCode"] == self.exit_code
        return answer

    def region(self, name: str = EAST) -> dict[str, Any]:
        """What the answer says about a region."""
        return next(each for each in self.answer["regions"] if each["region"] == name)

    def did(self, name: str = EAST) -> list[str]:
        """The steps of a region, in words."""
        return [step["does"] for step in self.region(name)["steps"]]


@dataclass
class Desk:
    """Where a test runs the command, in an empty folder with artefacts in build/."""

    folder: Path
    registry: RegistryDouble
    clock: FakeClock = field(default_factory=FakeClock)

    def run(self, *arguments: str) -> Run:
        """Run the command."""
        outcome = click.testing.CliRunner().invoke(
            cli, arguments, obj=Outside(self.clock), prog_name="connect-user-config"
        )
        if outcome.exception and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return Run(outcome.exit_code, outcome.stdout, outcome.stderr)

    def install(self, *more: str, region: str = EAST) -> Run:
        """Install the type, answering in JSON."""
        return self.run("install", "registry", "--type-name", TYPE, "--region", region, "--json", *more)

    def writes(self) -> list[str]:
        """The calls so far that change something, and forget them."""
        made = [
            operation
            for _, operation, _ in self.registry.calls
            if not operation.partition(":")[2].startswith(READS)
        ]
        self.registry.calls.clear()
        return made

    def client(self, service: str, region: str = EAST) -> Any:
        """A client of the test's own; its calls are not noted."""
        return boto3.client(service, region_name=region)

    def package(
        self, name: str = "acme-connect-userconfig.zip", type_name: str = TYPE, code: str = "one"
    ) -> Path:
        """Put an artefact of the registry into build/."""
        path = self.folder / "build" / name
        schema = {
            "typeName": type_name,
            "properties": {"UserId": {"type": "string"}},
            "additionalProperties": False,
        }
        settings = {"typeName": type_name, "language": "python312", "artifact_type": "RESOURCE"}
        path.write_bytes(
            zipped(
                {
                    "schema.json": json.dumps(schema),
                    ".rpdk-config": json.dumps(settings),
                    "ResourceProvider.zip": code,
                }
            )
        )
        return path

    def function(self, code: str = "one") -> Path:
        """Put an artefact of the custom resource into build/."""
        path = self.folder / "build" / "custom-resource.zip"
        path.write_bytes(zipped({"custom_connect_userconfig/custom_resource/__init__.py": code}))
        return path


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


@pytest.fixture
def registry() -> RegistryDouble:
    return RegistryDouble()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: RegistryDouble) -> Iterator[Desk]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    real = options.make_session

    def make_session(profile: str | None) -> Callable[[str], Any]:
        def watched(region: str) -> Any:
            session = real(profile)(region)
            # Every session would read the services' models anew.
            session._session.register_component("data_loader", LOADER)
            registry.watch(session)
            return session

        return watched

    monkeypatch.setattr(options, "make_session", make_session)
    (tmp_path / "build").mkdir()
    with mock_aws():
        yield Desk(tmp_path, registry)
