"""Agents, templates and what the local Connect knows of both, for one test."""

import json
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
"""What every agent carries before a stack comes."""


def accepts(*channels: str) -> Properties:
    """Auto-accept of these channels."""
    return {"AutoAcceptConfigs": [{"Channel": channel, "AutoAccept": True} for channel in channels]}


def after_contact(seconds: int, channel: str = "VOICE") -> Properties:
    """An after-contact-work limit."""
    return {
        "AfterContactWorkConfigs": [
            {"Channel": channel, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": seconds}}
        ]
    }


@dataclass
class World:
    """What one test works with; names begin with `prefix`, since tests share a cloud."""

    cloud: LocalCloud
    installation: Installation
    prefix: str
    users: list[str] = field(default_factory=list)

    def name(self, stack: str) -> str:
        return f"{self.prefix}-{stack}"

    def hire(self, count: int, instance_id: str = INSTANCE) -> list[str]:
        """Make agents with settings and a tag of their own; return their ids."""
        connect = self.cloud.client("connect")
        made = [
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
        self.users += made
        return made

    def state(self, *users: str) -> dict[str, State]:
        """Every effective setting and every tag of these agents, or of all of the test, as they really are.

        Which requests have led there is left out of the record.
        """
        wanted = set(users or self.users)
        everybody = self.cloud.control("GET", "users")["users"]
        return {user["user_id"]: _state(user) for user in everybody if user["user_id"] in wanted}

    def value(self, user: str, array: str, channel: str) -> object:
        """The first field of one channel of one array."""
        settings = self.state(user)[user]["settings"]
        return next(value for (found, of, _), value in settings.items() if (found, of) == (array, channel))

    def owner(self, user: str) -> str:
        """The stack and resource that own the agent; empty when none does."""
        return str(self.state(user)[user]["tags"].get(OWNER, "")).rpartition(" ")[2]

    def resource(self, user: str, settings: Properties, **attributes: object) -> Properties:
        """A resource of a template that owns `settings` of `user`."""
        token = {"Fn::ImportValue": self.installation.export}
        properties = {"ServiceToken": token, "InstanceId": INSTANCE, "UserId": user, **settings}
        return {"Type": TYPE, "Properties": properties, **attributes}

    def read(self, user: str, declared: Properties | None = None) -> dict[str, Any]:
        """The direct Read."""
        event = {
            "RequestType": "Read",
            "ResourceProperties": {"InstanceId": INSTANCE, "UserId": user, **(declared or {})},
        }
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


def template(resources: dict[str, Properties], outputs: dict[str, object] | None = None) -> str:
    """A template of these resources; resources are made one after the other, in the order given."""
    chained: dict[str, Properties] = {}
    before: str | None = None
    for name, resource in resources.items():
        chained[name] = {**resource, "DependsOn": before} if before else resource
        before = name
    exported = {name: {"Value": value} for name, value in (outputs or {}).items()}
    return json.dumps({"Resources": chained, **({"Outputs": exported} if exported else {})})


def ended(outcome: Outcome, status: str, **failures: str) -> None:
    """Insist on how an operation ended, on which resources failed, and on words of their reasons."""
    assert outcome.status == status, outcome.failures
    assert outcome.failures.keys() == failures.keys(), outcome.failures
    for logical_id, words in failures.items():
        assert words in outcome.failures[logical_id]
