"""The agents of the demo: somebody else created them, and they carry settings before any stack exists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .local_cloud import LocalCloud
from .settings import Values

INSTANCE: Final = "10000000-0000-4000-8000-000000000001"
_USER: Final = "20000000-0000-4000-8000-00000000000{}"
"""The instance and, with 1 for Ann, the agent of the README."""
_ACW: Final = "AfterContactWorkTimeLimit"
_TAGS: Final = {"team": "sales"}

PEOPLE: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "Ann": (
        "made by SSO; settings per channel",
        {
            "AutoAcceptConfigs": [
                {"Channel": "VOICE", "AutoAccept": False},
                {"Channel": "TASK", "AutoAccept": True},
            ],
            "AfterContactWorkConfigs": [
                {"Channel": "VOICE", "AfterContactWorkConfig": {_ACW: 90}},
                {"Channel": "CHAT", "AfterContactWorkConfig": {_ACW: 45}},
            ],
        },
    ),
    "Bob": (
        "made years ago; legacy settings only",
        {
            "phone_config": {
                "PhoneType": "SOFT_PHONE",
                "AutoAccept": False,
                _ACW: 25,
                "PersistentConnection": False,
            }
        },
    ),
    "Cara": (
        "made by the CRM; about to get a desk phone",
        {"AfterContactWorkConfigs": [{"Channel": "TASK", "AfterContactWorkConfig": {_ACW: 120}}]},
    ),
    "Dev": (
        "made by hand; works from home, declared by ARN",
        {"VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}]},
    ),
}


@dataclass(frozen=True)
class Agent:
    """One agent of the local Connect."""

    cloud: LocalCloud
    name: str
    about: str
    user_id: str
    arn: str

    def settings(self) -> Values:
        """Return all settings as they are, whatever reads show."""
        effective = self._truth()["effective"]
        return {(each["array"], each["channel"], tuple(each["field"])): each["value"] for each in effective}

    def tags(self) -> Mapping[str, str]:
        """Return the tags as they are, whatever reads show."""
        tags: dict[str, str] = self._truth()["tags"]
        return tags

    def administer(self, **arrays: object) -> None:
        """Change settings as an administrator does in the console, past any stack."""
        self.cloud.control("POST", "admin-update", {"InstanceId": INSTANCE, "UserId": self.user_id, **arrays})

    def let_reads_catch_up(self) -> None:
        """Let the next read show what is there now.

        Reads here are one call late, as the service's may be by seconds; people look much later.
        """
        self.cloud.client("connect").describe_user(InstanceId=INSTANCE, UserId=self.user_id)

    def _truth(self) -> dict[str, Any]:
        return next(user for user in _users(self.cloud) if user["user_id"] == self.user_id)


def create_agents(cloud: LocalCloud) -> list[Agent]:
    """Create an instance and its agents."""
    users = [
        {"id": _USER.format(number), "username": name, "tags": _TAGS, **settings}
        for number, (name, (_, settings)) in enumerate(PEOPLE.items(), 1)
    ]
    cloud.control("POST", "seed", {"instances": [{"id": INSTANCE, "users": users}]})
    created = {user["username"]: user for user in _users(cloud)}
    return [
        Agent(cloud, name, about, created[name]["user_id"], created[name]["user_arn"])
        for name, (about, _) in PEOPLE.items()
    ]


def _users(cloud: LocalCloud) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = cloud.control("GET", "users")["users"]
    return users
