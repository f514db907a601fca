"""A contact centre on the local Connect, with agents that stacks own, and the commands that look at it."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import boto3
import click.testing

from connect_local import LocalConnect
from connect_user_config.agents.options import Outside
from connect_user_config.cli import cli
from custom_connect_userconfig.aws.connect import ConnectGateway
from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.retry.retrier import Retrier
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

AUTO_ACCEPT_VOICE = SettingKey("AutoAcceptConfigs", "VOICE", "AutoAccept")
WORK_VOICE = SettingKey(
    "AfterContactWorkConfigs", "VOICE", "AfterContactWorkConfig.AfterContactWorkTimeLimit"
)
PHONE_TYPE = SettingKey("PhoneNumberConfigs", "VOICE", "PhoneType")
PHONE_NUMBER = SettingKey("PhoneNumberConfigs", "VOICE", "PhoneNumber")
NUMBER = "+4930123456"


def work(seconds: int, channel: str = "VOICE") -> list[dict[str, Any]]:
    """Return an array of after-contact work with one entry."""
    limit = {"AfterContactWorkTimeLimit": seconds}
    return [{"Channel": channel, "AfterContactWorkConfig": limit}]


def auto_accept(*channels: str) -> list[dict[str, Any]]:
    """Return an array of auto-accept that is on for the channels."""
    return [{"Channel": channel, "AutoAccept": True} for channel in channels]


@dataclass
class Run:
    """How one command ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The answer, if it was to be JSON."""
        answer: dict[str, Any] = json.loads(self.stdout)
        return answer

    def of(self, username: str) -> dict[str, Any]:
        """What the JSON says of one agent."""
        agent: dict[str, Any] = next(each for each in self.json["agents"] if each["username"] == username)
        return agent


@dataclass
class ContactCentre:
    """One instance with agents; time passes only when somebody sleeps."""

    connect: LocalConnect
    clock: FakeClock
    instance_id: str
    arn: str
    session: boto3.Session

    def run(self, *arguments: str, answer: str | None = None) -> Run:
        """Run a command on the instance; calls are counted from here."""
        self.connect.forget_calls()
        outcome = click.testing.CliRunner().invoke(
            cli,
            (*arguments, "--instance", self.arn),
            obj=Outside(self.clock, workers=1),
            input=answer,
            prog_name="connect-user-config",
        )
        if outcome.exception and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return Run(outcome.exit_code, outcome.stdout, outcome.stderr)

    @cached_property
    def _client(self) -> Any:
        return self._make("connect")

    def _make(self, service: str) -> Any:
        session: Any = self.session
        return session.client(service, region_name=self.connect.region)

    @property
    def calls(self) -> list[str]:
        """The operations that the last command has called."""
        return [call.operation for call in self.connect.calls]

    def agent(self, username: str, **members: Any) -> str:
        """Create an agent and return its id, which is its name with `id-` before it."""
        return self.connect.create_user(self.instance_id, username, f"id-{username}", **members)[0]

    @property
    def hired(self) -> int:
        """How many agents there are."""
        return len(self.connect.backend()._users_of(self.instance_id))

    @property
    def refused(self) -> int:
        """How many calls of the last command were over their quota."""
        return sum(call.outcome == "ThrottlingException" for call in self.connect.calls)

    def dismiss(self, user_id: str) -> None:
        """Delete an agent."""
        self.connect.backend().delete_user(self.instance_id, user_id)

    def own(
        self,
        user_id: str,
        declared: Settings,
        *,
        stack: str = "sales",
        logical_id: str = "Ada",
        exists: bool = True,
    ) -> None:
        """Let a stack's resource take settings of the agent, by the same code as in Lambda."""
        stack_id = (
            self.stack(stack, logical_id) if exists else f"arn:aws:cloudformation:x:1:stack/{stack}/gone"
        )
        service = SettingsService(ConnectGateway(client=self._client), Retrier(self.clock, lambda: 0.5))
        identity = Identity.parse(self.instance_id, user_id, Environment())
        owner = Owner.of(identity, stack_id, logical_id, str(uuid.uuid4()))
        assert isinstance(service.create(Declaration(identity, declared), owner), OwnedSettings)

    def stack(self, name: str, *logical_ids: str) -> str:
        """Create a stack with resources of these names, unless it is there; return its id."""
        cloudformation = self._make("cloudformation")
        resources = {each: {"Type": "AWS::SNS::Topic"} for each in logical_ids}
        try:
            found = cloudformation.describe_stacks(StackName=name)["Stacks"]
            return str(found[0]["StackId"])
        except cloudformation.exceptions.ClientError:
            body = json.dumps({"Resources": resources})
            return str(cloudformation.create_stack(StackName=name, TemplateBody=body)["StackId"])

    def delete_stacks(self) -> None:
        """Delete the stacks without a word to the agents."""
        cloudformation = self._make("cloudformation")
        for stack in cloudformation.describe_stacks()["Stacks"]:
            cloudformation.delete_stack(StackName=stack["StackName"])

    def edit(self, user_id: str, **arrays: Sequence[dict[str, Any]]) -> None:
        """Edit settings as an administrator does."""
        self.connect.admin_update(self.instance_id, user_id, **arrays)

    def value(self, user_id: str, key: SettingKey) -> Value | None:
        """Return the value in force."""
        path = tuple(key.field.split("."))
        found = self.connect.effective(self.instance_id, user_id)[key.array, key.channel, path]
        return cast("Value | None", found)

    def tag(self, user_id: str, tags: dict[str, str]) -> None:
        """Set tags as another tool does."""
        self._client.tag_resource(resourceArn=f"{self.arn}/agent/{user_id}", tags=tags)

    def untag(self, user_id: str, *keys: str) -> None:
        """Remove tags as another tool does."""
        self._client.untag_resource(resourceArn=f"{self.arn}/agent/{user_id}", tagKeys=list(keys))

    def tags(self, user_id: str) -> dict[str, str]:
        """Return the agent's tags."""
        return self.connect.tags(self.instance_id, user_id)
