"""Declarations of every array, with every field, on every channel.

They follow the table of the local Connect, so a new array is in every test that declares all of them.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from botocore.model import ListShape, StringShape, StructureShape
from botocore.session import get_session

from connect_local.arrays import ARRAYS, PHONE_NUMBER, PHONE_TYPE, Array, Field

NAMES: Final = tuple(ARRAYS)
VOICE_ONLY: Final = tuple(name for name, array in ARRAYS.items() if len(array.channels) == 1)
PER_CHANNEL: Final = tuple(name for name in NAMES if name not in VOICE_ONLY)


def entries_of_all(*, differ: bool, number: str | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return all arrays with all entries and all fields.

    Each value is the one of a setting that nobody has set; with `differ` each is another one.
    With `number` the phone is a desk phone, otherwise a soft phone without a number.
    """
    return {
        name: [_entry(array, channel, differ, number) for channel in array.channels]
        for name, array in ARRAYS.items()
    }


def _entry(array: Array, channel: str, differ: bool, number: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"Channel": channel}
    for field in array.fields_of(channel):
        value = _value(array, field, differ, number)
        *parents, last = field.path
        inner = entry
        for parent in parents if value is not None else ():
            inner = inner.setdefault(parent, {})
        if value is not None:
            inner[last] = value
    return entry


def _value(array: Array, field: Field, differ: bool, number: str | None) -> object:
    if (array.name, field.path) == (PHONE_NUMBER.array, PHONE_NUMBER.field):
        return number
    if (array.name, field.path) == (PHONE_TYPE.array, PHONE_TYPE.field):
        return "DESK_PHONE" if number else "SOFT_PHONE"
    if not differ:
        return field.default
    match field.default:
        case bool(default):
            return not default
        case int(default):
            return default + 30
        case default:
            return next(name for name in names_of(array, field) if name != default)


@cache
def names_of(array: Array, field: Field) -> list[str]:
    """Return the values of a field that the service's model names."""
    shape = get_session().get_service_model("connect").shape_for("User").members[array.name]  # type: ignore[attr-defined]
    assert isinstance(shape, ListShape)
    inner = shape.member
    for member in field.path:
        assert isinstance(inner, StructureShape)
        inner = inner.members[member]
    assert isinstance(inner, StringShape)
    return inner.enum


def without(arrays: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return all of `arrays` but one."""
    return {other: entries for other, entries in arrays.items() if other != name}
