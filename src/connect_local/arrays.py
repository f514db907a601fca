"""The table of the five per-channel arrays: their fields, channels and fallbacks.

A test compares it, member by member, with botocore's model of the service.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

Value: TypeAlias = bool | int | str
Path: TypeAlias = tuple[str, ...]

VOICE = "VOICE"
CHANNELS = (VOICE, "CHAT", "TASK", "EMAIL")


class Setting(NamedTuple):
    """The address of one field of one channel of one array; equal to the plain tuple of its parts."""

    array: str
    channel: str
    field: Path


@dataclass(frozen=True)
class Field:
    """A leaf of an entry; `legacy` names the `PhoneConfig` member that holds its value if it is missing."""

    path: Path
    default: Value | None
    legacy: str | None = None
    required: bool = False
    voice_only: bool = False


@dataclass(frozen=True)
class Array:
    """One array of per-channel entries; an entry has its `required_structures` even if they are empty."""

    name: str
    channels: tuple[str, ...]
    fields: tuple[Field, ...]
    required_structures: tuple[str, ...] = ()

    def fields_of(self, channel: str) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if channel == VOICE or not field.voice_only)


_LIMIT = "AfterContactWorkTimeLimit"

_TABLE = (
    Array(
        "AutoAcceptConfigs",
        CHANNELS,
        (
            Field(("AutoAccept",), False, legacy="AutoAccept", required=True),
            Field(("AgentFirstCallbackAutoAccept",), False, voice_only=True),
        ),
    ),
    Array(
        "AfterContactWorkConfigs",
        CHANNELS,
        (
            Field(("AfterContactWorkConfig", _LIMIT), 0, legacy=_LIMIT),
            Field(("AgentFirstCallbackAfterContactWorkConfig", _LIMIT), 0, voice_only=True),
        ),
        required_structures=("AfterContactWorkConfig",),
    ),
    Array(
        "PhoneNumberConfigs",
        (VOICE,),
        (
            Field(("PhoneType",), "SOFT_PHONE", legacy="PhoneType", required=True),
            Field(("PhoneNumber",), None, legacy="DeskPhoneNumber"),
        ),
    ),
    Array(
        "PersistentConnectionConfigs",
        (VOICE,),
        (Field(("PersistentConnection",), False, legacy="PersistentConnection", required=True),),
    ),
    Array(
        "VoiceEnhancementConfigs",
        (VOICE,),
        (Field(("VoiceEnhancementMode",), "NONE", required=True),),
    ),
)

ARRAYS = {array.name: array for array in _TABLE}

FIELDS_OF = {
    (array.name, channel): {
        Setting(array.name, channel, field.path): field for field in array.fields_of(channel)
    }
    for array in _TABLE
    for channel in array.channels
}
"""The settings of each channel of each array, in the order of the table."""

FIELDS = {setting: field for fields in FIELDS_OF.values() for setting, field in fields.items()}
"""All settings, in the order of the table."""

LEGACY_DEFAULTS = {field.legacy: field.default for field in FIELDS.values() if field.legacy}
"""The members of `PhoneConfig`, with the value of each before it is set."""

PHONE_TYPE = Setting("PhoneNumberConfigs", VOICE, ("PhoneType",))
PHONE_NUMBER = Setting("PhoneNumberConfigs", VOICE, ("PhoneNumber",))
CHAT_ACW = Setting("AfterContactWorkConfigs", "CHAT", ("AfterContactWorkConfig", _LIMIT))
