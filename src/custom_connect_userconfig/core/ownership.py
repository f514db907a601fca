"""The ownership record, and its form as tags on the user.

The record lives on the user itself: READ and DELETE are only guaranteed the primary identifier, and the
record must die with the user. People read the tags. A value has at most 256 characters of a limited set,
without commas and brackets. (The last value is wrapped here)::

    connect-user-config                 managed
    connect-user-config:owner           v1 5f0c2b9d41aa37e6 id.arn 77aa01bc.3f2a9c10 my-stack/SalesAgent
    connect-user-config:auto-accept     v1 VOICE=true CHAT=false was VOICE=false CHAT=true
    connect-user-config:phone-number    v1 VOICE=DESK_PHONE VOICE.number=unrecorded
                                        was VOICE=SOFT_PHONE VOICE.number=none

The first tag is the marker. Its value is ``releasing`` once a delete has begun, and ``handed-over`` if nobody
owns the settings any more and the next create takes them over. The owner tag holds a digest of the resource
to compare, the spellings of its identifiers, digests of the latest requests that wrote, by which an overtaken
event is recognized, and a label to show. The tag of an array holds each owned setting with its declared value
and, after the word ``was``, with its effective value before it was taken. A setting with an earlier value and
no declared one is being given back. No phone number is ever recorded.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Self

from .arrays import ARRAYS, Array, SettingKey, field_of
from .errors import RecordDamaged
from .identifiers import Identity, Spelling
from .kinds import RecordedValue, Unrecorded, Value
from .redaction import redact_international

MARKER_KEY: Final = "connect-user-config"
OWNER_KEY: Final = f"{MARKER_KEY}:owner"
MAX_TAG_VALUE: Final = 256
"""Characters (``TagValue`` of the service model)."""
MAX_TAGS: Final = 50
"""Tags on one user (``TagMap`` of the service model)."""

MAX_REQUESTS: Final = 8
"""Requests that a record holds."""

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


class Marker(Enum):
    """The values of the marker."""

    MANAGED = "managed"
    RELEASING = "releasing"
    """A delete has begun, or has left a tag that its read did not show."""
    HANDED_OVER = "handed-over"
    """Nobody owns the settings: the next create takes them over with their earlier values."""


MARKER_VALUES: Final = tuple(marker.value for marker in Marker)


@dataclass(frozen=True)
class Owner:
    """The resource that owns settings of a user: a digest to compare, a label to show."""

    digest: str
    label: str
    spellings: tuple[Spelling, Spelling]
    request: str = field(default="", compare=False)
    """The short digest of the request that acts for the owner; empty in a record, which lists several."""

    @classmethod
    def of(
        cls, identity: Identity, stack_id: str | None, logical_id: str | None, request_id: str | None = None
    ) -> Self:
        """Return the owner that a request acts for.

        The digest covers stack, logical id and both identifiers as given. So a new spelling of an identifier
        makes another owner: CloudFormation replaces the resource, and deleting the old one must not release
        the new one. Outside of stacks (Cloud Control) the request takes the place of the stack: retries share
        it, other requests do not.
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
        return cls(digest, _NOT_FOR_TAGS.sub("_", label), identity.spellings, _short_digest(request_id))

    @property
    def has_stack(self) -> bool:
        """Whether the resource is known to belong to a stack."""
        return not self.label.startswith(_NO_STACK)


def _short_digest(request_id: str | None) -> str:
    return _digest(request_id)[:_REQUEST_DIGITS] if request_id else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True)
class OwnershipRecord:
    """The owner of a user's settings, with their declared and earlier values.

    `owner` is None if there are tags of a record but no owner tag: somebody has edited them. It is the former
    owner if the record is handed over.
    """

    owner: Owner | None
    declared: Mapping[SettingKey, RecordedValue]
    """The values that the owner's template declares; of a phone number only that there is one."""
    prior: Mapping[SettingKey, RecordedValue]
    """The effective values before the take; a setting without a declared value is being given back."""
    requests: tuple[str, ...] = ()
    """The short digests of the latest requests that wrote, oldest first."""
    marker: Marker = Marker.MANAGED

    @property
    def is_ending(self) -> bool:
        """Whether a delete has begun."""
        return self.marker is Marker.RELEASING

    @property
    def is_handed_over(self) -> bool:
        """Whether nobody owns the settings, so that the next create takes the record over."""
        return self.marker is Marker.HANDED_OVER

    def to_tags(self) -> dict[str, str]:
        """Return the tags that hold this record."""
        owner = {OWNER_KEY: self._owner_value(self.owner)} if self.owner else {}
        arrays = {tag_key(array): value for array in ARRAYS if (value := self._array_value(array))}
        return {MARKER_KEY: self.marker.value, **owner, **arrays}

    def _owner_value(self, owner: Owner) -> str:
        instance, user = owner.spellings
        requests = ".".join(self.requests) or _NO_REQUEST
        value = f"{_VERSION} {owner.digest} {instance.value}.{user.value} {requests} {owner.label}"
        return value[:MAX_TAG_VALUE]

    def _array_value(self, array: Array) -> str:
        prior = _words(array, self.prior)
        return " ".join((_VERSION, *_words(array, self.declared), _WAS, *prior)) if prior else ""

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> Self | None:
        """Return the record in a user's tags, None if there is none; RecordDamaged if it cannot be parsed."""
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
        return cls(owner, declared, prior, requests, _parse_marker(tags))

    @staticmethod
    def owner_of(tags: Mapping[str, str]) -> Owner | None:
        """Return the owner in a user's tags, None if there is none or its tag cannot be parsed."""
        try:
            return _parse_owner(tags[OWNER_KEY])[0]
        except (KeyError, RecordDamaged):
            return None

    def owned_by(self, owner: Owner) -> bool:
        """Whether the record names `owner`, who may have handed it over."""
        return self.owner is not None and self.owner.digest == owner.digest

    @property
    def latest_request(self) -> str:
        """The short digest of the latest request that wrote, empty if none is known."""
        return self.requests[-1] if self.requests else ""

    def ends_with(self, request: str) -> bool:
        """Whether `request`, a short digest, is the latest that wrote."""
        return bool(request) and self.latest_request == request

    def has_overtaken(self, request: str) -> bool:
        """Whether another request has written since `request`, a short digest."""
        return request in self.requests[:-1]


def requests_with(requests: tuple[str, ...], request: str) -> tuple[str, ...]:
    """Return `requests` after `request`, a short digest, has written; an empty one adds nothing."""
    return requests if not request or requests[-1:] == (request,) else (*requests, request)[-MAX_REQUESTS:]


def hand_over_request(requests: tuple[str, ...]) -> str:
    """Return the short digest that a hand-over adds to `requests`; no request of a stack has it."""
    return _short_digest(f"hand-over after {'.'.join(requests)}")


def tag_key(array: Array) -> str:
    """Return the key of the tag that records `array`."""
    return f"{MARKER_KEY}:{array.tag_name}"


_KNOWN_KEYS: Final = {MARKER_KEY, OWNER_KEY, *(tag_key(array) for array in ARRAYS)}


def our_keys(tags: Iterable[str]) -> tuple[str, ...]:
    """Return, sorted, the keys among `tags` that belong to a record; all other tags are somebody else's."""
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
    """Return the form of `value` in a tag."""
    return value.value if isinstance(value, Unrecorded) else field_of(key).kind.to_tag(value)


def as_recorded(key: SettingKey, value: Value | None) -> RecordedValue:
    """Return the recorded form of `value`: a phone number is unrecorded, any other value is itself."""
    return Unrecorded.VALUE if value is not None and field_of(key).kind.sensitive else value


def _parse_owner(value: str) -> tuple[Owner, tuple[str, ...]]:
    found = _OWNER.fullmatch(value)
    if not found:
        raise _damaged(OWNER_KEY, value)
    requests = () if found["requests"] == _NO_REQUEST else tuple(found["requests"].split("."))
    spellings = Spelling(found["instance"]), Spelling(found["user"])
    return Owner(found["digest"], found["label"], spellings), requests


def _parse_marker(tags: Mapping[str, str]) -> Marker:
    if MARKER_KEY not in tags and OWNER_KEY not in tags:
        # A release removes both, and leaves a tag that its read did not show.
        return Marker.RELEASING
    return next((marker for marker in Marker if marker.value == tags.get(MARKER_KEY)), Marker.MANAGED)


def _parse_array(
    array: Array, value: str
) -> tuple[dict[SettingKey, RecordedValue], dict[SettingKey, RecordedValue]]:
    """Return the declared and the earlier values."""
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
        " that this version of the resource type understands: it was edited by hand, or written by a newer"
        " version. Put back its last value or install the newer version; to release the user with the"
        f" settings it has now, remove all its tags that start with {MARKER_KEY}."
    )
