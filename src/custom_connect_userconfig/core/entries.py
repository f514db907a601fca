"""Reads the arrays of a declaration, entry by entry: the settings that they declare, and every problem.

Only `declaration` calls it. No problem hides another: an entry with a wrong channel is read on, so that a
wrong value beside it is told in the same message.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Final

from .advice import about_name, did_you_mean, unresolved
from .arrays import AFTER_CONTACT_WORK, CHANNELS, CHAT, CHAT_ACW_LIMIT, Array, Field, SettingKey
from .kinds import OneOf, Seconds, Value
from .problems import (
    CHAT_WORK_LIMIT,
    DUPLICATE_CHANNEL,
    NO_WORK_LIMIT,
    NOTHING_DECLARED,
    REQUIRED,
    UNKNOWN_PROPERTY,
    UNRESOLVED_REFERENCE,
    WRONG_CHANNEL,
    WRONG_SHAPE,
    WRONG_VALUE,
    PartlyKnown,
    Path,
    Problem,
    Rule,
    Unknown,
    dotted,
)
from .redaction import shown

CHANNEL: Final = "Channel"
_TOLD: Final = object()
"""Stands for a value whose place is at fault, which has been told."""
_ADVISED: Final = 20
"""Unknown names of one object for which a known one is looked for, which takes long."""


def read_array(array: Array, raw: object, settings: dict[SettingKey, Value]) -> Iterator[Problem]:
    """Add the settings of `array` to `settings`, and yield every problem of it."""
    path: Path = (array.name,)
    if isinstance(raw, Unknown):
        return
    if not isinstance(raw, list):
        yield Problem(path, WRONG_SHAPE, f"{array.name}: must be a list of entries, not {_shown(raw, array)}")
        return
    if not raw:
        yield Problem(
            path,
            NOTHING_DECLARED,
            f"{array.name}: is an empty list, which would own nothing: remove the property or add an entry",
        )
    seen: dict[object, int] = {}
    for index, entry in enumerate(raw):
        if isinstance(entry, Mapping):
            yield from _Entry(array, entry, index).read(seen, settings)
        elif not isinstance(entry, Unknown):
            at = (array.name, index)
            said = f"{dotted(at)}: must be an object with a Channel, not {_shown(entry, array)}"
            yield Problem(at, WRONG_SHAPE, said)


def unknown_names(path: Path, found: Iterable[str], known: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each name of an object at `path` that is not among `known`."""
    where = f"{dotted(path)}." if path else ""
    for index, name in enumerate(name for name in found if name not in known):
        advice = about_name(name, known) if index < _ADVISED else ""
        said = f"{where}{shown(name)} is not a known property{advice}"
        yield Problem((*path, name), UNKNOWN_PROPERTY, said)


class _Entry:
    """One entry of an array."""

    def __init__(self, array: Array, entry: Mapping[str, object], index: int) -> None:
        self._array = array
        self._entry = entry
        self._path: Path = (array.name, index)
        self._channel = entry.get(CHANNEL)

    def read(self, seen: dict[object, int], settings: dict[SettingKey, Value]) -> Iterator[Problem]:
        """Add the settings of the entry to `settings`, and its channel to `seen`; yield every problem."""
        yield from self._channel_problems(seen)
        yield from self._unknown_members()
        for field in self._array.fields:
            yield from self._read_field(field, settings)

    def _channel_problems(self, seen: dict[object, int]) -> Iterator[Problem]:
        channel, array, at = self._channel, self._array, (*self._path, CHANNEL)
        if isinstance(channel, Unknown):
            if channel.same_as:
                yield from self._duplicate(seen, "this channel")
        elif problem := unresolved(channel):
            yield self._problem(at, UNRESOLVED_REFERENCE, problem)
        elif channel is None:
            if not isinstance(self._entry, PartlyKnown):
                yield self._problem(at, REQUIRED, f"is required, and must be {' or '.join(array.channels)}")
        elif channel in array.channels:
            yield from self._duplicate(seen, str(channel))
        elif channel in CHANNELS:
            only = f"{array.name} takes {' or '.join(array.channels)} only"
            yield self._problem(at, WRONG_CHANNEL, f"{channel} is not supported here: {only}")
        else:
            said = f"{_shown(channel, array)} must be {' or '.join(array.channels)}"
            yield self._problem(at, WRONG_CHANNEL, said + did_you_mean(channel, array.channels))

    def _duplicate(self, seen: dict[object, int], name: str) -> Iterator[Problem]:
        first = seen.setdefault(self._channel, int(self._path[-1]))
        if first != self._path[-1]:
            said = f"{name} has an entry already, {self._array.name}[{first}]: one entry a channel"
            yield self._problem((*self._path, CHANNEL), DUPLICATE_CHANNEL, said)

    def _unknown_members(self) -> Iterator[Problem]:
        fields = self._array.fields
        yield from unknown_names(self._path, self._entry, (CHANNEL, *(field.path[0] for field in fields)))
        for field in fields:
            outer = self._entry.get(field.path[0])
            if len(field.path) > 1 and isinstance(outer, Mapping):
                yield from unknown_names((*self._path, field.path[0]), outer, field.path[1:])

    def _read_field(self, field: Field, settings: dict[SettingKey, Value]) -> Iterator[Problem]:
        if self._entry.get(field.path[0]) is not None:
            yield from self._misplaced(field)
        raw = yield from self._raw(field)
        if raw is None:
            yield from self._absence(field)
        elif raw is not _TOLD and not isinstance(raw, Unknown):
            yield from self._read_value(field, raw, settings)

    def _misplaced(self, field: Field) -> Iterator[Problem]:
        channel = self._channel
        if channel in self._array.channels and channel not in field.channels:
            only = f"applies to {' or '.join(field.channels)} only, not to {channel}"
            yield self._problem((*self._path, field.path[0]), WRONG_CHANNEL, only)

    def _read_value(self, field: Field, raw: object, settings: dict[SettingKey, Value]) -> Iterator[Problem]:
        at = (*self._path, *field.path)
        try:
            value = field.kind.coerce(raw)
        except ValueError as rule:
            if reference := unresolved(raw):
                yield self._problem(at, UNRESOLVED_REFERENCE, reference)
            else:
                names = field.kind.names if isinstance(field.kind, OneOf) else ()
                said = f"{self._shown_value(raw, field)} {rule}{did_you_mean(raw, names)}"
                yield self._problem(at, WRONG_VALUE, said)
            return
        if isinstance(self._channel, str):
            settings.setdefault(self._array.key(self._channel, field), value)
        if self._array is AFTER_CONTACT_WORK:
            yield from self._remarks_on_work(at, value)

    def _raw(self, field: Field) -> Generator[Problem, None, object]:
        """Return the value at the path of `field`, None if there is none."""
        inner: object = self._entry.get(field.path[0])
        for depth, member in enumerate(field.path[1:], 1):
            at = (*self._path, *field.path[:depth])
            if inner is None or isinstance(inner, Unknown):
                return inner
            if not isinstance(inner, Mapping):
                said = f"must be an object with {member}, not {shown(inner)}"
                yield self._problem(at, WRONG_SHAPE, said)
                return _TOLD
            value = inner.get(member)
            if value is None:
                if not isinstance(inner, PartlyKnown):
                    yield self._problem((*at, member), REQUIRED, "is required")
                return _TOLD
            inner = value
        return inner

    def _absence(self, field: Field) -> Iterator[Problem]:
        at = (*self._path, *field.path)
        if isinstance(self._entry, PartlyKnown):
            return
        if field.required:
            yield self._problem(at, REQUIRED, "is required")
        elif field.required_when:
            other, value = field.required_when
            if self._entry.get(other) == value:
                yield self._problem(at, REQUIRED, f"is required when {other} is {value}")

    def _remarks_on_work(self, at: Path, value: Value) -> Iterator[Problem]:
        if value == 0:
            yield self._problem(
                at, NO_WORK_LIMIT, "0 sets no limit: the agent ends after-contact work by hand"
            )
        elif self._channel == CHAT and isinstance(value, int) and value > CHAT_ACW_LIMIT:
            ends = f"Connect ends after-contact work on CHAT after {CHAT_ACW_LIMIT:,} seconds"
            yield self._problem(at, CHAT_WORK_LIMIT, f"{value:,} has no effect beyond that: {ends}")

    @staticmethod
    def _problem(path: Path, rule: Rule, said: str) -> Problem:
        return Problem(path, rule, f"{dotted(path)}: {said}")

    def _shown_value(self, raw: object, field: Field) -> str:
        if field.kind.sensitive:
            return "the value"
        return _shown(raw, self._array, as_number=isinstance(field.kind, Seconds))


def _shown(raw: object, array: Array, *, as_number: bool = False) -> str:
    text = shown(raw, as_number=as_number)
    if any(field.kind.sensitive for field in array.fields) and any(map(str.isdigit, text)):
        return "the value"  # a phone number in the wrong place is one all the same
    return text
