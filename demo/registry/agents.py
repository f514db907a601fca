"""The agents of the demo: created by somebody else, and carrying settings before the stack comes."""

from dataclasses import dataclass
from typing import Any, Final

from connect_local import LocalConnect

from ..settings import Values

_ACW: Final = "AfterContactWorkTimeLimit"

PEOPLE: Final[dict[str, tuple[str, dict[str, Any]]]] = {
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
                "AutoAccept": True,
                _ACW: 25,
                "PersistentConnection": True,
            }
        },
    ),
    "Cara": (
        "has a desk phone",
        {
            "PhoneNumberConfigs": [
                {"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": "+12025550101"}
            ],
            "AfterContactWorkConfigs": [{"Channel": "TASK", "AfterContactWorkConfig": {_ACW: 120}}],
        },
    ),
    "Dev": (
        "declared by ARN",
        {"VoiceEnhancementConfigs": [{"Channel": "VOICE", "VoiceEnhancementMode": "NOISE_SUPPRESSION"}]},
    ),
}
_BY_ARN: Final = {"Dev"}


@dataclass(frozen=True)
class Agent:
    """One agent of the local Connect."""

    connect: LocalConnect
    name: str
    about: str
    instance_id: str
    user_id: str
    identifier: dict[str, str]
    """The primary identifier as the template spells it."""

    def settings(self) -> Values:
        """Return all settings as they are."""
        return self.connect.effective(self.instance_id, self.user_id)

    def tags(self) -> dict[str, str]:
        """Return the tags as they are."""
        return self.connect.tags(self.instance_id, self.user_id)


def hire(connect: LocalConnect) -> list[Agent]:
    """Make an instance and its agents."""
    instance_id, instance_arn = connect.create_instance()
    agents = []
    for name, (about, settings) in PEOPLE.items():
        user_id, user_arn = connect.create_user(instance_id, name.lower(), tags={"team": "sales"}, **settings)
        names = (instance_arn, user_arn) if name in _BY_ARN else (instance_id, user_id)
        identifier = dict(zip(("InstanceId", "UserId"), names, strict=True))
        agents.append(Agent(connect, name, about, instance_id, user_id, identifier))
    return agents
