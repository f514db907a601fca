"""The command on moto and the tests' registry, in process: time passes only when somebody sleeps; every call
is noted.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import click.testing
import moto.s3.urls
import pytest
from moto import mock_aws
from moto.s3.models import S3Backend

from connect_user_config.aws.region import make_session
from connect_user_config.cli import cli
from connect_user_config.install import options
from support.answers import ACCOUNT
from support.clock import FakeClock
from support.registry_cloud import RegistryCloud

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
        """The answer, if it was to be JSON."""
        answer: dict[str, Any] = json.loads(self.stdout)
        assert answer["exitCode"] == self.exit_code
        return answer

    def region(self, name: str = EAST) -> dict[str, Any]:
        """What the answer says about a region."""
        return next(each for each in self.answer["regions"] if each["region"] == name)

    @property
    def result(self) -> dict[str, Any]:
        """What the answer tells of the first region."""
        result: dict[str, Any] = self.answer["regions"][0]["result"]
        return result

    @property
    def problem(self) -> dict[str, str]:
        """The problem of the command, or of its first region."""
        problem: dict[str, str] = self.answer["problem"] or self.answer["regions"][0]["problem"]
        return problem

    def did(self, name: str = EAST) -> list[str]:
        """The steps of a region, in words."""
        return [step["does"] for step in self.region(name)["steps"]]


@dataclass
class Desk:
    """Where a test runs the command: an empty folder, with artefacts of its own making."""

    folder: Path
    cloud: RegistryCloud
    clock: FakeClock = field(default_factory=FakeClock)

    def run(self, *arguments: str) -> Run:
        """Run the command."""
        outcome = click.testing.CliRunner().invoke(
            cli, arguments, obj=self.clock, prog_name="connect-user-config"
        )
        if outcome.exception and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return Run(outcome.exit_code, outcome.stdout, outcome.stderr)

    def install(self, *more: str, code: str = "one", region: str = EAST) -> Run:
        """Install the type, answering in JSON."""
        artefact = str(self.package(code))
        shared = ("--region", region, "--artefact", artefact, "--json")
        return self.run("install", "registry", "--type-name", TYPE, *shared, *more)

    def uninstall(self, *more: str, region: str = EAST) -> Run:
        """Uninstall the type, answering in JSON."""
        return self.run("uninstall", "registry", "--type-name", TYPE, "--region", region, "--json", *more)

    def install_function(self, *more: str, code: str = "one", instance: str = INSTANCE) -> Run:
        """Install the custom resource, answering in JSON."""
        artefact = str(self.function(code))
        named = ("--instance", instance, "--artefact", artefact, "--json")
        return self.run("install", "custom-resource", *named, *more)

    def uninstall_function(self, *more: str, region: str = EAST) -> Run:
        """Uninstall the custom resource, answering in JSON."""
        return self.run("uninstall", "custom-resource", "--region", region, "--json", *more)

    def writes(self) -> list[str]:
        """The calls so far that change something, and forget them."""
        made = [
            operation
            for _, operation, _ in self.cloud.calls
            if not operation.partition(":")[2].startswith(READS)
        ]
        self.cloud.calls.clear()
        return made

    def client(self, service: str, region: str = EAST) -> Any:
        """A client of the test's own; its calls are not noted."""
        session: Any = boto3
        return session.client(service, region_name=region)

    def package(self, code: str = "one") -> Path:
        """Write the registry's artefact, as a release holds it."""
        name = {"typeName": "Custom::Connect::UserConfig"}
        files = {
            ".rpdk-config": json.dumps(name),
            "schema.json": json.dumps(name),
            "ResourceProvider.zip": code,
        }
        return self._write(f"registry-{code}.zip", files)

    def function(self, code: str = "one") -> Path:
        """Write the artefact of the custom resource."""
        return self._write(
            f"function-{code}.zip", {"custom_connect_userconfig/custom_resource/__init__.py": code}
        )

    def _write(self, name: str, files: dict[str, str]) -> Path:
        (self.folder / name).write_bytes(zipped(files))
        return self.folder / name


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return packed.getvalue()


@pytest.fixture
def cloud() -> RegistryCloud:
    return RegistryCloud()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cloud: RegistryCloud) -> Iterator[Desk]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)

    def patched(profile: str | None) -> Callable[[str | None], boto3.Session]:
        def watched(region: str | None) -> boto3.Session:
            session = make_session(profile)(region)
            # Every session would read the services' models itself.
            session._session.register_component("data_loader", LOADER)
            cloud.watch(session)
            return session

        return watched

    monkeypatch.setattr(options, "make_session", patched)
    # moto reads this module again at each request to S3, because the environment may name other endpoints.
    monkeypatch.setattr(S3Backend, "_url_module", moto.s3.urls)
    with mock_aws():
        boto3.setup_default_session()
        assert boto3.DEFAULT_SESSION
        boto3.DEFAULT_SESSION._session.register_component("data_loader", LOADER)
        yield Desk(tmp_path, cloud)
