"""What the tags of an agent record, read by the README's description and not by the code that writes them."""

from collections.abc import Mapping
from typing import Final

from functional.settings import PHONE_NUMBER, Setting

OURS: Final = "connect-user-config"
OWNER: Final = f"{OURS}:owner"

_LIMIT: Final = "AfterContactWorkTimeLimit"
_FIELDS: Final[Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]]] = {
    "auto-accept": ("AutoAcceptConfigs", {"": ("AutoAccept",), "agent-first-callback": ("AgentFirstCallbackAutoAccept",)}),
    "after-contact-work": (
        "AfterContactWorkConfigs",
        {
            "": ("AfterContactWorkConfig", _LIMIT),
            "agent-first-callback": ("AgentFirstCallbackAfterContactWorkConfig", _LIMIT),
        },
    ),
    "phone-number": ("PhoneNumberConfigs", {"": ("PhoneType",), "number": ("PhoneNumber",)}),
    "persistent-connection": ("PersistentConnectionConfigs", {"": ("PersistentConnection",)}),
    "voice-enhancement": ("VoiceEnhancementConfigs", {"": ("VoiceEnhancementMode",)}),
}


def is_ours(key: str) -> bool:
    """Whether a tag belongs to a record."""
    return key.partition(":")[0] == OURS


def recorded(tags: Mapping[str, str]) -> dict[Setting, str]:
    """Return each recorded setting with the words for its earlier value."""
    found: dict[Setting, str] = {}
    for key, value in tags.items():
        if is_ours(key) and key not in (OURS, OWNER):
            array, fields = _FIELDS[key.partition(":")[2]]
            version, *words = value.split(" ")
            assert version == "v1", value
            for word in words:
                name, _, earlier = word.partition("=")
                channel, _, field = name.partition(".")
                found[array, channel, fields[field]] = earlier
    return found


def words_for(setting: Setting, value: object) -> str:
    """Return how a record must put an earlier value; of a number only that there was one."""
    if setting == PHONE_NUMBER:
        return "none" if value is None else "withheld"
    return str(value).lower() if isinstance(value, bool) else str(value)
