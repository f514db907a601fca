"""Reads the record in a user's tags by the description in guide/owning.md, without the code that writes it.

The tag of an array holds the declared values, the word ``was`` and the earlier values:
``v1 VOICE=30 was VOICE=0``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connect_local.arrays import ARRAYS

Setting = tuple[str, str, str]
"""Array, channel, and the dotted path of the field; equal to the `SettingKey` of the same setting."""
Value = bool | int | str | None

MARKER: Final = "connect-user-config"
OWNER: Final = f"{MARKER}:owner"
HANDED_OVER: Final = "handed-over"
"""The marker's value in a record that nobody owns."""
UNRECORDED: Final = "unrecorded"
"""The word for an earlier value that no tag holds."""
DESK_PHONE: Final = "DESK_PHONE"

_OPTIONAL: Final = {
    "AgentFirstCallbackAutoAccept": "agent-first-callback",
    "AgentFirstCallbackAfterContactWorkConfig": "agent-first-callback",
    "PhoneNumber": "number",
}
"""The names of fields that an entry may lack, by the first member of their paths."""


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.removesuffix("Configs")).lower()


FIELDS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    _words(name): (
        name,
        {_OPTIONAL.get(field.path[0], ""): ".".join(field.path) for field in array.fields},
    )
    for name, array in ARRAYS.items()
}
"""By the name of a tag: its array, and the dotted path of each field by the field's name in the tag."""


@dataclass(frozen=True)
class Recorded:
    """The record in the tags of a user."""

    owner: str | None
    """The owner's digest."""
    earlier: Mapping[Setting, Value]
    declared: Mapping[Setting, Value]


def is_ours(key: str) -> bool:
    """Whether a tag belongs to a record."""
    return key.partition(":")[0] == MARKER


def read_record(tags: Mapping[str, str]) -> Recorded:
    """Return the record in `tags`; a tag in another form, as tests write by hand, records nothing."""
    earlier: dict[Setting, Value] = {}
    declared: dict[Setting, Value] = {}
    for key, value in tags.items():
        version, _, rest = value.partition(" ")
        array = FIELDS.get(key.partition(":")[2]) if is_ours(key) else None
        words = rest.split()
        if array is None or version != "v1" or "was" not in words:
            continue
        middle = words.index("was")
        declared |= {setting: _value(word) for setting, word in words_of(array, words[:middle]).items()}
        earlier |= {setting: _value(word) for setting, word in words_of(array, words[middle + 1 :]).items()}
    owner = tags.get(OWNER, "").split()
    return Recorded(owner[1] if len(owner) > 1 else None, earlier, declared)


def words_of(array: tuple[str, Mapping[str, str]], words: list[str]) -> dict[Setting, str]:
    """Return the value of each setting in one half of a tag, such as ``VOICE=30 CHAT=0``."""
    name, fields = array
    found: dict[Setting, str] = {}
    for word in words:
        key, equals, text = word.partition("=")
        channel, _, field = key.partition(".")
        if equals and field in fields:
            found[name, channel, fields[field]] = text
    return found


def _value(text: str) -> Value:
    named: dict[str, Value] = {"true": True, "false": False, "none": None}
    return named[text] if text in named else int(text) if text.isdigit() else text
