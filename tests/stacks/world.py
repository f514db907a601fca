"""Agents, templates, and the state of agents in the local Connect, for one test."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functional.record import without_requests

from demo.installation import Installation
from demo.local_cloud import LocalCloud
from demo.stacks import Outcome

INSTANCE = "10000000-0000-4000-8000-000000000001"
TYPE = "Custom::Connect::UserConfig"
OWNER = "connect-user-config:owner"
Properties = dict[str, Any]
State = dict[str, Any]

OWN: Properties = {
    "AutoAcceptConfigs": [
        {"Channel": "VOICE", "AutoAccept": False},
        {"Channel": "EMAIL", "AutoAccept": True},
    ],
    "AfterContactWorkConfigs": [
        {"Channel": "VOICE", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 7}},
        {"Channel": "TASK", "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 11}},
    ],
    "VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}],
}
"""The settings of every agent before a stack exists."""


def accepts(*channels: str) -> Properties:
    """Return properties that declare auto-accept for `channels`."""
    return {"AutoAcceptConfigs": [{"Channel": channel, "AutoAccept": True} for channel in channels]}


def after_contact(seconds: int, channel: str = "VOICE") -> Properties:
    """Return properties that declare a limit of after-contact work."""
    limit = {"AfterContactWorkTimeLimit": seconds}
    return {"AfterContactWorkConfigs": [{"Channel": channel, "AfterContactWorkConfig": limit}]}


@dataclass
class World:
    """The cloud as one test uses it; its names begin with `prefix`, since tests share the cloud."""

    cloud: LocalCloud
    installation: Installation
    prefix: str
    users: list[str] = field(default_factory=list)

    def name(self, stack: str) -> str:
        return f"{self.prefix}-{stack}"

    def create_agents(self, count: int, instance_id: str = INSTANCE) -> list[str]:
        """Create agents with settings and a tag; return their ids."""
        connect = self.cloud.client("connect")
        created = [
            connect.create_user(
                InstanceId=instance_id,
                Username=f"{self.prefix}-{len(self.users) + number}",
                SecurityProfileIds=["profile"],
                RoutingProfileId="profile",
                Tags={"team": "returns"},
                **OWN,
            )["UserId"]
            for number in range(count)
        ]
        self.users += created
        return created

    def state(self, *users: str) -> dict[str, State]:
        """Return the effective settings and the tags of `users`, by default of all agents of the test.

        The tags are without the digests of the requests that wrote them.
        """
        wanted = set(users or self.users)
        found = self.cloud.control("GET", "users")["users"]
        return {user["user_id"]: _state(user) for user in found if user["user_id"] in wanted}

    def value(self, user: str, array: str, channel: str) -> object:
        """Return the first field of one channel of one array."""
        settings = self.state(user)[user]["settings"]
        return next(value for (found, of, _), value in settings.items() if (found, of) == (array, channel))

    def owner(self, user: str) -> str:
        """Return `stack/resource` of the agent's owner; empty if nobody owns it."""
        return str(self.state(user)[user]["tags"].get(OWNER, "")).rpartition(" ")[2]

    def resource(self, user: str, settings: Properties, **attributes: object) -> Properties:
        """Return a resource of a template that declares `settings` of `user`."""
        token = {"Fn::ImportValue": self.installation.export}
        properties = {"ServiceToken": token, "InstanceId": INSTANCE, "UserId": user, **settings}
        return {"Type": TYPE, "Properties": properties, **attributes}

    def read(self, user: str, declared: Properties | None = None) -> dict[str, Any]:
        """Invoke the function with a direct Read; return its answer."""
        properties = {"InstanceId": INSTANCE, "UserId": user, **(declared or {})}
        event = {"RequestType": "Read", "ResourceProperties": properties}
        function = self.installation.service_token
        invoked = self.cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        assert "FunctionError" not in invoked, invoked
        answer: dict[str, Any] = json.loads(invoked["Payload"].read())
        return answer


def _state(user: dict[str, Any]) -> State:
    effective = {
        (each["array"], each["channel"], tuple(each["field"])): each["value"] for each in user["effective"]
    }
    return {"settings": effective, "tags": without_requests(user["tags"])}


def template(resources: dict[str, Properties], outputs: Mapping[str, object] | None = None) -> str:
    """Return a template whose resources are created one after another, in the given order."""
    chained: dict[str, Properties] = {}
    previous: str | None = None
    for name, resource in resources.items():
        chained[name] = {**resource, "DependsOn": previous} if previous else resource
        previous = name
    exported = {name: {"Value": value} for name, value in (outputs or {}).items()}
    return json.dumps({"Resources": chained, **({"Outputs": exported} if exported else {})})


def ended(outcome: Outcome, status: str, **failures: str) -> None:
    """Require the status of an operation, and exactly these failed resources with these words."""
    assert outcome.status == status, outcome.failures
    assert outcome.failures.keys() == failures.keys(), outcome.failures
    for logical_id, words in failures.items():
        assert words in outcome.failures[logical_id]
