"""What the tags of an agent record, read by the README's description and not by the code that writes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .settings import PHONE_NUMBER, Setting

OURS: Final = "connect-user-config"
OWNER: Final = f"{OURS}:owner"
UNRECORDED: Final = object()
"""An earlier value that nobody knows."""

_REQUESTS: Final = re.compile(r"^(v1 \w+ \w+\.\w+) [0-9a-f.]+")

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


@dataclass(frozen=True)
class Recorded:
    """The words for each recorded setting."""

    declared: Mapping[Setting, str]
    earlier: Mapping[Setting, str]


def recorded(tags: Mapping[str, str]) -> Recorded:
    """Return what the tags say is declared, and what was before."""
    declared: dict[Setting, str] = {}
    earlier: dict[Setting, str] = {}
    for key, value in tags.items():
        if is_ours(key) and key not in (OURS, OWNER):
            of_array = _FIELDS[key.partition(":")[2]]
            version, *words = value.split(" ")
            assert version == "v1", value
            middle = words.index("was")
            declared |= _settings(of_array, words[:middle])
            earlier |= _settings(of_array, words[middle + 1 :])
    return Recorded(declared, earlier)


def _settings(of_array: tuple[str, Mapping[str, tuple[str, ...]]], words: list[str]) -> dict[Setting, str]:
    array, fields = of_array
    named = [word.partition("=") for word in words]
    places = [(name.partition("."), word) for name, _, word in named]
    return {(array, channel, fields[field]): word for (channel, _, field), word in places}


def words_for(setting: Setting, value: object) -> str:
    """Return how a record must put a value; of a number only that there is one."""
    if value is UNRECORDED:
        return "unrecorded"
    if setting == PHONE_NUMBER:
        return "none" if value is None else "unrecorded"
    return str(value).lower() if isinstance(value, bool) else str(value)


def without_requests(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags as they are whichever requests have written them."""
    return {key: _REQUESTS.sub(r"\1 -", value) if key == OWNER else value for key, value in tags.items()}
