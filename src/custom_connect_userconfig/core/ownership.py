"""The record of what is owned, and its form as tags on the user.

The record lives on the user itself: READ and DELETE are only guaranteed the primary identifier, and the record must die with
the user. A tag value has at most 256 characters of a limited set, no comma or bracket among them, and is meant to be read by
people::

    connect-user-config                     managed
    connect-user-config:owner               v1 5f0c2b9d41aa37e6 id.arn my-stack/SalesAgent
    connect-user-config:auto-accept         v1 VOICE=false VOICE.agent-first-callback=false CHAT=true
    connect-user-config:phone-number        v1 VOICE=SOFT_PHONE VOICE.number=none

An array's tag names each owned setting with the value in force before it was taken. Of a phone number only whether there
was one is recorded.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from .arrays import ARRAYS, Array, SettingKey, field_of
from .errors import RecordDamaged
from .identifiers import Identity, Spelling
from .kinds import PriorValue
from .redaction import redact_international

MARKER_KEY: Final = "connect-user-config"
MARKER_VALUE: Final = "managed"
OWNER_KEY: Final = f"{MARKER_KEY}:owner"
MAX_TAG_VALUE: Final = 256
"""Characters (``TagValue`` of the service model)."""
MAX_TAGS: Final = 50
"""Tags on one user (``TagMap`` of the service model)."""

_VERSION: Final = "v1"
_OWNER: Final = re.compile(rf"{_VERSION} (?P<digest>[0-9a-f]{{16}}) (?P<instance>id|arn)\.(?P<user>id|arn) (?P<label>.*)")
_NO_STACK: Final = "-/"
_NOT_FOR_TAGS: Final = re.compile(r"[^A-Za-z0-9_.:/=+\-@]")


@dataclass(frozen=True)
class Owner:
    """The resource that owns settings of a user: a digest to compare and a label to show."""

    digest: str
    label: str
    spellings: tuple[Spelling, Spelling]

    @classmethod
    def of(cls, identity: Identity, stack_id: str | None, logical_id: str | None, token: str | None = None) -> Self:
        """Return the owner that a request speaks for.

        The digest covers stack, logical id and both identifiers as given, so that a resource whose identifiers are merely
        spelled anew counts as another one: CloudFormation replaces it, and the removal of the old one must not strip the new.
        Outside of stacks (Cloud Control) the request's `token` stands in for the stack: retries share it, requests do not.
        """
        parts = (stack_id or "", logical_id or "", "" if stack_id else token or "", identity.instance.given, identity.user_given)
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        stack_name = stack_id.split("/")[1] if stack_id and stack_id.count("/") >= 1 else stack_id
        label = f"{stack_name or '-'}/{logical_id or '-'}"
        return cls(digest, _NOT_FOR_TAGS.sub("_", label), identity.spellings)

    @property
    def has_stack(self) -> bool:
        """Whether a stack is known."""
        return not self.label.startswith(_NO_STACK)

    def to_tag(self) -> str:
        """Return the tag value; the label is cut to fit."""
        instance, user = self.spellings
        return f"{_VERSION} {self.digest} {instance.value}.{user.value} {self.label}"[:MAX_TAG_VALUE]

    @classmethod
    def from_tag(cls, value: str) -> Self:
        """Return the owner that a tag names; RecordDamaged when it names none."""
        found = _OWNER.fullmatch(value)
        if not found:
            raise _damaged(OWNER_KEY, value)
        return cls(found["digest"], found["label"], (Spelling(found["instance"]), Spelling(found["user"])))


@dataclass(frozen=True)
class OwnershipRecord:
    """Which settings of a user are owned, by whom, and what each was before.

    `owner` is None when the user carries tags of a record but no owner's tag: somebody has edited them.
    """

    owner: Owner | None
    prior: Mapping[SettingKey, PriorValue]

    def to_tags(self) -> dict[str, str]:
        """Return the tags that hold this record."""
        owner = {OWNER_KEY: self.owner.to_tag()} if self.owner else {}
        arrays = {tag_key(array): value for array in ARRAYS if (value := self._array_value(array))}
        return {MARKER_KEY: MARKER_VALUE, **owner, **arrays}

    def _array_value(self, array: Array) -> str:
        words = [
            f"{_word(array, key)}={field_of(key).kind.to_tag(self.prior[key])}"
            for key in sorted(self.prior, key=_table_order)
            if key.array == array.name
        ]
        return " ".join((_VERSION, *words)) if words else ""

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> Self | None:
        """Return the record that a user's tags hold, None when there is none; RecordDamaged when it cannot be understood."""
        if not our_keys(tags):
            return None
        unknown = set(our_keys(tags)) - _KNOWN_KEYS
        if unknown:
            key = min(unknown)
            raise _damaged(key, tags[key])
        owner = Owner.from_tag(tags[OWNER_KEY]) if OWNER_KEY in tags else None
        prior: dict[SettingKey, PriorValue] = {}
        for array in ARRAYS:
            if tag_key(array) in tags:
                prior |= _parse_array(array, tags[tag_key(array)])
        return cls(owner, prior)

    @staticmethod
    def owner_of(tags: Mapping[str, str]) -> Owner | None:
        """Return the owner that a user's tags name, None where they name none that can be understood."""
        try:
            return Owner.from_tag(tags[OWNER_KEY])
        except (KeyError, RecordDamaged):
            return None

    def owned_by(self, owner: Owner) -> bool:
        """Whether `owner` is the one that the record names."""
        return self.owner is not None and self.owner.digest == owner.digest


def tag_key(array: Array) -> str:
    """Return the key of the tag that records `array`."""
    return f"{MARKER_KEY}:{array.tag_name}"


_KNOWN_KEYS: Final = {MARKER_KEY, OWNER_KEY, *(tag_key(array) for array in ARRAYS)}


def our_keys(tags: Iterable[str]) -> tuple[str, ...]:
    """Return, sorted, the keys among `tags` that belong to a record; every other tag is somebody else's."""
    return tuple(sorted(key for key in tags if key == MARKER_KEY or key.startswith(f"{MARKER_KEY}:")))


def _word(array: Array, key: SettingKey) -> str:
    name = array.by_name[key.field].tag_name
    return f"{key.channel}.{name}" if name else key.channel


_WORDS: Final = {
    array.name: {
        _word(array, key): key
        for channel in array.channels
        for field in array.fields_of(channel)
        for key in (array.key(channel, field),)
    }
    for array in ARRAYS
}
_ORDER: Final = {key: place for place, key in enumerate(key for words in _WORDS.values() for key in words.values())}


def _table_order(key: SettingKey) -> int:
    return _ORDER[key]


def _parse_array(array: Array, value: str) -> dict[SettingKey, PriorValue]:
    version, *words = value.split() or [""]
    found = dict(word.split("=", 1) for word in words if "=" in word)
    if version != _VERSION or len(found) != len(words):
        raise _damaged(tag_key(array), value)
    try:
        keys = {_WORDS[array.name][name]: text for name, text in found.items()}
        return {key: field_of(key).kind.from_tag(text) for key, text in keys.items()}
    except (KeyError, ValueError) as error:
        raise _damaged(tag_key(array), value) from error


def _damaged(key: str, value: str) -> RecordDamaged:
    return RecordDamaged(
        f"The tag {key} of the user has the value {redact_international(repr(value))}, which is not a record that this version"
        " of the resource type understands: it was edited by hand, or written by a newer version. Put back its last value or"
        " install the newer version; to release the user with the settings it has now, remove all its tags that start with"
        f" {MARKER_KEY}."
    )
