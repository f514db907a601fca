"""The table of the arrays of ``UpdateUserConfig``: channels, fields, and the meaning of an absent field.

Parsing, reading, writing, recording and giving back all follow this table: a new array is a row here and a
property in the schema. A test compares the table with the schema, the generated models and the service model,
member by member.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from .kinds import Boolean, Kind, OneOf, PhoneNumber, Seconds, Value

VOICE: Final = "VOICE"
CHAT: Final = "CHAT"
CHANNELS: Final = (VOICE, CHAT, "TASK", "EMAIL")

SOFT_PHONE: Final = "SOFT_PHONE"
DESK_PHONE: Final = "DESK_PHONE"

CHAT_ACW_LIMIT: Final = 90 * 60
"""Seconds after which work on CHAT ends, whatever its limit (documentation of ``AfterContactWorkConfig``)."""


class SettingKey(NamedTuple):
    """The name of one setting: one field of one channel of one array."""

    array: str
    channel: str
    field: str

    def __str__(self) -> str:
        return f"{self.array}[{self.channel}].{self.field}"


@dataclass(frozen=True)
class Field:
    """One field of the entries of an array."""

    path: tuple[str, ...]
    """The members of an entry that lead to the value, outermost first."""
    kind: Kind
    absent: Value | None
    """The value of an absent field that has no legacy value; None only for a phone number."""
    tag_name: str = ""
    """The name in the ownership tag; empty for the one field that every entry of the array has."""
    required: bool = True
    """Whether every entry must have the field."""
    required_when: tuple[str, str] | None = None
    """Another field of the entry, and the value of it that makes this field required."""
    legacy: str | None = None
    """The member of the older ``PhoneConfig`` that stands in for a missing entry."""
    channels: tuple[str, ...] = CHANNELS

    @property
    def name(self) -> str:
        """The dotted path, as it appears in messages and in a `SettingKey`."""
        return ".".join(self.path)


@dataclass(frozen=True)
class Array:
    """One array of ``UpdateUserConfig``: at most one entry a channel."""

    name: str
    tag_name: str
    channels: tuple[str, ...]
    fields: tuple[Field, ...]

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by dotted path."""
        return {field.name: field for field in self.fields}

    def fields_of(self, channel: str) -> tuple[Field, ...]:
        """Return the fields that an entry of `channel` can have."""
        return tuple(field for field in self.fields if channel in field.channels or channel not in CHANNELS)

    def key(self, channel: str, field: Field) -> SettingKey:
        """Return the name of the setting."""
        return SettingKey(self.name, channel, field.name)


PHONE_TYPE: Final = Field(("PhoneType",), OneOf((SOFT_PHONE, DESK_PHONE)), SOFT_PHONE, legacy="PhoneType")
PHONE_NUMBER: Final = Field(
    ("PhoneNumber",),
    PhoneNumber(),
    None,
    tag_name="number",
    required=False,
    required_when=(PHONE_TYPE.name, DESK_PHONE),
    legacy="DeskPhoneNumber",
)

_ACW_SECONDS: Final = Seconds(2_000_000)

AUTO_ACCEPT: Final = Array(
    "AutoAcceptConfigs",
    "auto-accept",
    CHANNELS,
    (
        Field(("AutoAccept",), Boolean(), absent=False, legacy="AutoAccept"),
        Field(
            ("AgentFirstCallbackAutoAccept",),
            Boolean(),
            absent=False,
            tag_name="agent-first-callback",
            required=False,
            channels=(VOICE,),
        ),
    ),
)
AFTER_CONTACT_WORK: Final = Array(
    "AfterContactWorkConfigs",
    "after-contact-work",
    CHANNELS,
    (
        Field(
            ("AfterContactWorkConfig", "AfterContactWorkTimeLimit"),
            _ACW_SECONDS,
            absent=0,
            legacy="AfterContactWorkTimeLimit",
        ),
        Field(
            ("AgentFirstCallbackAfterContactWorkConfig", "AfterContactWorkTimeLimit"),
            _ACW_SECONDS,
            absent=0,
            tag_name="agent-first-callback",
            required=False,
            channels=(VOICE,),
        ),
    ),
)
PHONE: Final = Array("PhoneNumberConfigs", "phone-number", (VOICE,), (PHONE_TYPE, PHONE_NUMBER))
PERSISTENT_CONNECTION: Final = Array(
    "PersistentConnectionConfigs",
    "persistent-connection",
    (VOICE,),
    (Field(("PersistentConnection",), Boolean(), absent=False, legacy="PersistentConnection"),),
)
VOICE_ENHANCEMENT: Final = Array(
    "VoiceEnhancementConfigs",
    "voice-enhancement",
    (VOICE,),
    (Field(("VoiceEnhancementMode",), OneOf(("VOICE_ISOLATION", "NOISE_SUPPRESSION", "NONE")), "NONE"),),
)

ARRAYS: Final = (AUTO_ACCEPT, AFTER_CONTACT_WORK, PHONE, PERSISTENT_CONNECTION, VOICE_ENHANCEMENT)
ARRAY_BY_NAME: Final = {array.name: array for array in ARRAYS}

PHONE_TYPE_KEY: Final = PHONE.key(VOICE, PHONE_TYPE)
PHONE_NUMBER_KEY: Final = PHONE.key(VOICE, PHONE_NUMBER)


def field_of(key: SettingKey) -> Field:
    """Return the field that `key` names; KeyError if the table has no such array or field."""
    return ARRAY_BY_NAME[key.array].by_name[key.field]
