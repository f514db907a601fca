"""Parses switches and faults of the command line (`cli`) and of JSON (`control`).

Every field of `Behaviour` is a switch, without a second list here.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from enum import Enum

from .arrays import CHANNELS
from .behaviour import DOCUMENTED_QUOTAS, Behaviour, Quota
from .faults import Fault, FaultKind

_WORDS_FOR_TRUE = {"true", "yes", "on", "1"}
_WORDS_FOR_FALSE = {"false", "no", "off", "0"}
_WORDS_FOR_ALWAYS = {"inf", "forever"}
_CHOICES = {
    "quotas": "none, documented, or Operation=RATE:BURST,...",
    "refused_channels": f"none, or some of {','.join(CHANNELS)}",
}
SWITCH_NAMES = tuple(field.name for field in fields(Behaviour))


def behaviour_with(base: Behaviour, switches: Mapping[str, object]) -> Behaviour:
    """The behaviour with these switches set; ValueError for an unknown switch or value."""
    unknown = switches.keys() - set(SWITCH_NAMES)
    if unknown:
        raise ValueError(f"no such switch: {', '.join(sorted(unknown))}; there are {', '.join(SWITCH_NAMES)}")
    parsed = {name: _parse(name, value) for name, value in switches.items()}
    return replace(base, **parsed)  # type: ignore[arg-type]  # parsed as the member they are for


def choices(switch: str) -> str:
    """The values of a switch, for a help text."""
    default = getattr(Behaviour(), switch)
    if isinstance(default, Enum):
        return ", ".join(str(member.value) for member in type(default))
    if isinstance(default, bool):
        return "true, false"
    return _CHOICES.get(switch, "a number")


def fault_from_words(words: str) -> Fault:
    """A fault from `Operation:Kind[:on_call[:times]]`; `times` may be `forever`."""
    return fault_from(dict(zip(("operation", "kind", "on_call", "times"), words.split(":"), strict=False)))


def fault_from(members: Mapping[str, object]) -> Fault:
    """A fault from its members by name; a kind that is not a `FaultKind` is an error code."""
    unknown = members.keys() - {field.name for field in fields(Fault)}
    if unknown or not {"operation", "kind"} <= members.keys():
        optional = ", ".join(field.name for field in fields(Fault)[2:])
        raise ValueError(f"a fault has operation, kind and, optionally, {optional}")
    kind = str(members["kind"])
    known = {member.value: member for member in FaultKind}
    numbers = {name: _number(members[name]) for name in ("times", "hold_seconds") if name in members}
    whole = {name: int(str(members[name])) for name in ("on_call", "status") if members.get(name) is not None}
    return Fault(**{**members, "kind": known.get(kind, kind), **numbers, **whole})  # type: ignore[arg-type]  # parsed as the member they are for


def _parse(name: str, value: object) -> object:
    default = getattr(Behaviour(), name)
    if name in _PARSERS:
        return _PARSERS[name](value)
    if isinstance(default, Enum):
        return type(default)(value)
    if isinstance(default, bool):
        return _truth(name, value)
    return type(default)(str(value))


def _truth(name: str, value: object) -> bool:
    word = str(value).lower()
    if word not in _WORDS_FOR_TRUE | _WORDS_FOR_FALSE:
        raise ValueError(f"{name} takes true or false, not {value}")
    return word in _WORDS_FOR_TRUE


def _number(value: object) -> float:
    return math.inf if str(value) in _WORDS_FOR_ALWAYS else float(str(value))


def _quotas(value: object) -> Mapping[str, Quota] | None:
    if value is None or value == "none":
        return None
    if value == "documented":
        return DOCUMENTED_QUOTAS
    if isinstance(value, Mapping):
        return {str(operation): _quota(words) for operation, words in value.items()}
    pairs = (item.partition("=") for item in str(value).split(","))
    return {operation: _quota(words) for operation, _, words in pairs}


def _quota(words: object) -> Quota:
    rate, _, burst = str(words).partition(":")
    return Quota(float(rate), float(burst or rate))


def _channels(value: object) -> frozenset[str]:
    words = value if isinstance(value, list) else [w for w in str(value).split(",") if w not in ("", "none")]
    unknown = [str(word) for word in words if word not in CHANNELS]
    if unknown:
        raise ValueError(f"no such channel: {', '.join(unknown)}; there are {', '.join(CHANNELS)}")
    return frozenset(words)


_PARSERS: Mapping[str, Callable[[object], object]] = {"quotas": _quotas, "refused_channels": _channels}
