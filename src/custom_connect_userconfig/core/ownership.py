"""The record of what is owned, and its form as tags on the user.

The record lives on the user itself: READ and DELETE are only guaranteed the primary identifier, and the
record must die with the user. A tag value has at most 256 characters of a limited set, no comma or bracket
among them, and is meant to be read by people::

    connect-user-config                     managed
    connect-user-config:owner               v1 5f0c2b9d41aa37e6 id.arn 77aa01bc.3f2a9c10 my-stack/SalesAgent
    connect-user-config:auto-accept         v1 VOICE=true CHAT=false was VOICE=false CHAT=true
    connect-user-config:phone-number        v1 VOICE=DESK_PHONE VOICE.number=unrecorded was VOICE=SOFT_PHONE VOICE.number=none

The owner's tag names the resource (a digest to compare, the spelling of its identifiers, a label to show)
and, between them, the latest requests that wrote, so that an event which has been overtaken is known. The
first tag says ``releasing`` once a delete has begun. An array's tag names each owned setting with the value
that is declared and, after the word ``was``, with the value that was in force before the setting was taken. A
setting with an earlier value and no declared one is being given back. No phone number is ever recorded.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from .arrays import ARRAYS, Array, SettingKey, field_of
from .errors import RecordDamaged
from .identifiers import Identity, Spelling
from .kinds import RecordedValue, Unrecorded, Value
from .redaction import redact_international

MARKER_KEY: Final = "connect-user-config"
MARKER_VALUE: Final = "managed"
ENDING_VALUE: Final = "releasing"
"""Of the marker, once a delete has begun."""
MARKER_VALUES: Final = (MARKER_VALUE, ENDING_VALUE)
OWNER_KEY: Final = f"{MARKER_KEY}:owner"
MAX_TAG_VALUE: Final = 256
"""Characters (``TagValue`` of the service model)."""
MAX_TAGS: Final = 50
"""Tags on one user (``TagMap`` of the service model)."""

MAX_REQUESTS: Final = 8
"""Requests that the record remembers."""

_VERSION: Final = "v1"
_WAS: Final = "was"
_REQUEST_DIGITS: Final = 8
_REQUEST: Final = f"[0-9a-f]{{{_REQUEST_DIGITS}}}"
_NO_REQUEST: Final = "-"
_OWNER: Final = re.compile(
    rf"{_VERSION} (?P<digest>[0-9a-f]{{16}}) (?P<instance>id|arn)\.(?P<user>id|arn)"
    rf" (?P<requests>{_NO_REQUEST}|{_REQUEST}(?:\.{_REQUEST}){{0,{MAX_REQUESTS - 1}}}) (?P<label>.*)"
)
_NO_STACK: Final = "-/"
_NOT_FOR_TAGS: Final = re.compile(r"[^A-Za-z0-9_.:/=+\-@]")


@dataclass(frozen=True)
class Owner:
    """The resource that owns settings of a user: a digest to compare and a label to show."""

    digest: str
    label: str
    spellings: tuple[Spelling, Spelling]
    request: str = field(default="", compare=False)
    """The mark of the request that speaks for the owner; empty in a record, which has a list of them."""

    @classmethod
    def of(
        cls, identity: Identity, stack_id: str | None, logical_id: str | None, request_id: str | None = None
    ) -> Self:
        """Return the owner that a request speaks for.

        The digest covers stack, logical id and both identifiers as given, so that a resource whose
        identifiers are merely spelled anew counts as another one: CloudFormation replaces it, and the removal
        of the old one must not strip the new. Outside of stacks (Cloud Control) the request stands in for the
        stack: retries share it, other requests do not.
        """
        parts = (
            stack_id or "",
            logical_id or "",
            "" if stack_id else request_id or "",
            identity.instance.given,
            identity.user_given,
        )
        digest = _digest("\0".join(parts))[:16]
        stack_name = stack_id.split("/")[1] if stack_id and stack_id.count("/") >= 1 else stack_id
        label = f"{stack_name or '-'}/{logical_id or '-'}"
        return cls(digest, _NOT_FOR_TAGS.sub("_", label), identity.spellings, _mark(request_id))

    @property
    def has_stack(self) -> bool:
        """Whether a stack is known."""
        return not self.label.startswith(_NO_STACK)


def _mark(request_id: str | None) -> str:
    return _digest(request_id)[:_REQUEST_DIGITS] if request_id else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True)
class OwnershipRecord:
    """Which settings of a user are owned, by whom, what each is declared to be, and what each was before.

    `owner` is None if the user carries tags of a record but no owner's tag: somebody has edited them.
    """

    owner: Owner | None
    declared: Mapping[SettingKey, RecordedValue]
    """What the owner's template declares; of a phone number only that there is one."""
    prior: Mapping[SettingKey, RecordedValue]
    """The effective value before each setting was taken; a setting that is not in `declared` is being given
    back.
    """
    requests: tuple[str, ...] = ()
    """The marks of the latest requests that wrote, oldest first."""
    is_ending: bool = False
    """Whether a delete has begun to give everything back."""

    def to_tags(self) -> dict[str, str]:
        """Return the tags that hold this record."""
        owner = {OWNER_KEY: self._owner_value(self.owner)} if self.owner else {}
        arrays = {tag_key(array): value for array in ARRAYS if (value := self._array_value(array))}
        return {MARKER_KEY: ENDING_VALUE if self.is_ending else MARKER_VALUE, **owner, **arrays}

    def _owner_value(self, owner: Owner) -> str:
        instance, user = owner.spellings
        requests = ".".join(self.requests) or _NO_REQUEST
        return f"{_VERSION} {owner.digest} {instance.value}.{user.value} {requests} {owner.label}"[
            :MAX_TAG_VALUE
        ]

    def _array_value(self, array: Array) -> str:
        prior = _words(array, self.prior)
        return " ".join((_VERSION, *_words(array, self.declared), _WAS, *prior)) if prior else ""

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> Self | None:
        """Return the record that a user's tags hold, None when there is none; RecordDamaged when it cannot be
        understood.
        """
        if not our_keys(tags):
            return None
        unknown = set(our_keys(tags)) - _KNOWN_KEYS
        if unknown:
            key = min(unknown)
            raise _damaged(key, tags[key])
        owner, requests = _parse_owner(tags[OWNER_KEY]) if OWNER_KEY in tags else (None, ())
        declared: dict[SettingKey, RecordedValue] = {}
        prior: dict[SettingKey, RecordedValue] = {}
        for array in ARRAYS:
            if tag_key(array) in tags:
                of_array = _parse_array(array, tags[tag_key(array)])
                declared |= of_array[0]
                prior |= of_array[1]
        return cls(owner, declared, prior, requests, is_ending=tags.get(MARKER_KEY) == ENDING_VALUE)

    @staticmethod
    def owner_of(tags: Mapping[str, str]) -> Owner | None:
        """Return the owner that a user's tags name, None where they name none that can be understood."""
        try:
            return _parse_owner(tags[OWNER_KEY])[0]
        except (KeyError, RecordDamaged):
            return None

    def owned_by(self, owner: Owner) -> bool:
        """Whether `owner` is the one that the record names."""
        return self.owner is not None and self.owner.digest == owner.digest

    def ends_with(self, request: str) -> bool:
        """Whether `request`, a mark, is the latest that wrote."""
        return bool(request) and self.requests[-1:] == (request,)

    def has_overtaken(self, request: str) -> bool:
        """Whether another request has written since `request`, a mark."""
        return request in self.requests[:-1]


def requests_with(requests: tuple[str, ...], request: str) -> tuple[str, ...]:
    """Return the marks after `request` has written; one without a mark leaves none."""
    return requests if not request or requests[-1:] == (request,) else (*requests, request)[-MAX_REQUESTS:]


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
_ORDER: Final = {
    key: index for index, key in enumerate(key for words in _WORDS.values() for key in words.values())
}


def _words(array: Array, values: Mapping[SettingKey, RecordedValue]) -> list[str]:
    keys = sorted((key for key in values if key.array == array.name), key=_ORDER.__getitem__)
    return [f"{_word(array, key)}={to_word(key, values[key])}" for key in keys]


def to_word(key: SettingKey, value: RecordedValue) -> str:
    """Return the word of a tag that records `value`."""
    return value.value if isinstance(value, Unrecorded) else field_of(key).kind.to_tag(value)


def as_recorded(key: SettingKey, value: Value | None) -> RecordedValue:
    """Return what a record says of `value`: itself, of a phone number only that there is one."""
    return Unrecorded.VALUE if value is not None and field_of(key).kind.sensitive else value


def _parse_owner(value: str) -> tuple[Owner, tuple[str, ...]]:
    found = _OWNER.fullmatch(value)
    if not found:
        raise _damaged(OWNER_KEY, value)
    requests = () if found["requests"] == _NO_REQUEST else tuple(found["requests"].split("."))
    return Owner(
        found["digest"], found["label"], (Spelling(found["instance"]), Spelling(found["user"]))
    ), requests


def _parse_array(
    array: Array, value: str
) -> tuple[dict[SettingKey, RecordedValue], dict[SettingKey, RecordedValue]]:
    """Return what is declared and what was before."""
    version, *words = value.split() or [""]
    try:
        middle = words.index(_WAS)
        declared, prior = _parse_words(array, words[:middle]), _parse_words(array, words[middle + 1 :])
    except (KeyError, ValueError) as error:
        raise _damaged(tag_key(array), value) from error
    if version != _VERSION or not declared.keys() <= prior.keys():
        raise _damaged(tag_key(array), value)
    return declared, prior


def _parse_words(array: Array, words: Sequence[str]) -> dict[SettingKey, RecordedValue]:
    found = {_WORDS[array.name][name]: text for name, text in (word.split("=", 1) for word in words)}
    if len(found) != len(words):
        raise ValueError("a setting is named twice")
    return {key: _from_word(key, text) for key, text in found.items()}


def _from_word(key: SettingKey, text: str) -> RecordedValue:
    return Unrecorded.VALUE if text == Unrecorded.VALUE.value else field_of(key).kind.from_tag(text)


def _damaged(key: str, value: str) -> RecordDamaged:
    return RecordDamaged(
        f"The tag {key} of the user has the value {redact_international(repr(value))}, which is not a record"
        " that this version"
        " of the resource type understands: it was edited by hand, or written by a newer version. Put back"
        " its last value or"
        " install the newer version; to release the user with the settings it has now, remove all its tags"
        " that start with"
        f" {MARKER_KEY}."
    )
