"""What tags record, read by the README's description and not by the code that writes them.

A tag of an array holds the declared values, the word ``was`` and the earlier values: ``v1 VOICE=30 was VOICE=0``. Without that word
all of them are earlier values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Setting = tuple[str, str, str]
"""Array, channel, and the dotted path of the field; equal to the `SettingKey` of the same setting."""
Value = bool | int | str | None

MARKER: Final = "connect-user-config"
OWNER: Final = f"{MARKER}:owner"
UNRECORDED: Final = ("withheld", "unrecorded")
"""The words for an earlier value that no tag holds."""
DESK_PHONE: Final = "DESK_PHONE"

_LIMIT: Final = "AfterContactWorkTimeLimit"
_FIELDS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "auto-accept": ("AutoAcceptConfigs", {"": "AutoAccept", "agent-first-callback": "AgentFirstCallbackAutoAccept"}),
    "after-contact-work": (
        "AfterContactWorkConfigs",
        {"": f"AfterContactWorkConfig.{_LIMIT}", "agent-first-callback": f"AgentFirstCallbackAfterContactWorkConfig.{_LIMIT}"},
    ),
    "phone-number": ("PhoneNumberConfigs", {"": "PhoneType", "number": "PhoneNumber"}),
    "persistent-connection": ("PersistentConnectionConfigs", {"": "PersistentConnection"}),
    "voice-enhancement": ("VoiceEnhancementConfigs", {"": "VoiceEnhancementMode"}),
}


@dataclass(frozen=True)
class Recorded:
    """What the tags of a user say."""

    owner: str | None
    """The owner's digest."""
    earlier: Mapping[Setting, Value]
    declared: Mapping[Setting, Value]


def is_ours(key: str) -> bool:
    """Whether a tag belongs to a record."""
    return key.partition(":")[0] == MARKER


def read_record(tags: Mapping[str, str]) -> Recorded:
    """Return what `tags` record; a tag that is in no such form, as tests write by hand, records nothing."""
    earlier: dict[Setting, Value] = {}
    declared: dict[Setting, Value] = {}
    for key, value in tags.items():
        version, _, rest = value.partition(" ")
        array = _FIELDS.get(key.partition(":")[2]) if is_ours(key) else None
        if array is None or version != "v1":
            continue
        words = rest.split()
        before, after = (words[: words.index("was")], words[words.index("was") + 1 :]) if "was" in words else ([], words)
        declared |= _settings(array, before)
        earlier |= _settings(array, after)
    owner = tags.get(OWNER, "").split()
    return Recorded(owner[1] if len(owner) > 1 else None, earlier, declared)


def _settings(array: tuple[str, Mapping[str, str]], words: list[str]) -> dict[Setting, Value]:
    name, fields = array
    found: dict[Setting, Value] = {}
    for word in words:
        place, equals, text = word.partition("=")
        channel, _, field = place.partition(".")
        if equals and field in fields:
            found[name, channel, fields[field]] = _value(text)
    return found


def _value(text: str) -> Value:
    named: dict[str, Value] = {"true": True, "false": False, "none": None}
    return named[text] if text in named else int(text) if text.isdigit() else text
