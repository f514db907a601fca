"""Reads what a template declares: every property checked, every problem named, before anything is written.

Both front ends parse with it, because neither can rely on what stands before it: CloudFormation checks
nothing for custom resources and turns their scalars into strings; for registry types it checks the schema,
whose dialect cannot say everything (one entry a channel, say), and the stock deserializer cuts 3.5 down to 3.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from .arrays import ARRAY_BY_NAME, ARRAYS, CHANNELS, Array, Field, SettingKey
from .errors import InvalidRequest
from .identifiers import Environment, Identity, InstanceRef, UserRef
from .kinds import Seconds, Value
from .messages import numbered
from .redaction import reference_in, shown
from .settings import Settings

INSTANCE_ID: Final = "InstanceId"
USER_ID: Final = "UserId"
USER_ARN: Final = "UserArn"
_KNOWN: Final = (INSTANCE_ID, USER_ID, USER_ARN, *ARRAY_BY_NAME)
_ADVISED: Final = 20
"""Unknown names of one object for which a known one is looked for, which takes long."""
_LONGEST_NAME: Final = 60
"""Characters of a name in which a known one is looked for."""


@dataclass(frozen=True)
class Declaration:
    """What one resource of a template declares: whose settings, and which value for each."""

    identity: Identity
    settings: Settings

    @classmethod
    def parse(cls, properties: Mapping[str, object], environment: Environment) -> Self:
        """Return the declaration that `properties` make.

        Scalars may be strings where only one reading is possible. Raises InvalidRequest, naming each property
        at fault with its value (unless it is a phone number) and the rule.
        """
        settings: dict[SettingKey, Value] = {}
        identity, problems = _identify(properties, environment)
        if identity:
            problems += _arn_problems(identity, properties, environment)
        problems += _unknown("", properties, _KNOWN)
        for array in ARRAYS:
            raw = properties.get(array.name)
            if raw is not None:
                problems += _parse_array(array, raw, settings)
        if not any(properties.get(array.name) is not None for array in ARRAYS):
            problems.append(f"declare at least one of {', '.join(ARRAY_BY_NAME)}")
        if identity is None or problems:
            raise InvalidRequest(numbered(problems))
        return cls(identity, settings)


def parse_previous(properties: Mapping[str, object] | None, environment: Environment) -> Settings | None:
    """Return the settings that were declared before; None where that is not known or not legible, which is no
    error.
    """
    try:
        return Declaration.parse(properties, environment).settings if properties else None
    except InvalidRequest:
        return None


def parse_identity(properties: Mapping[str, object], environment: Environment) -> Identity:
    """Return whom `properties` are about; InvalidRequest, naming each, when an identifier is missing or
    malformed.
    """
    identity, problems = _identify(properties, environment)
    if identity is None:
        raise InvalidRequest(numbered(problems))
    return identity


def parse_instance(properties: Mapping[str, object], environment: Environment) -> InstanceRef:
    """Return the instance that `properties` name; InvalidRequest when it is missing or malformed."""
    return InstanceRef.parse(_text(properties, INSTANCE_ID), environment)


def _identify(
    properties: Mapping[str, object], environment: Environment
) -> tuple[Identity | None, list[str]]:
    instance = user = None
    problems = []
    try:
        instance = parse_instance(properties, environment)
    except InvalidRequest as error:
        problems.append(str(error))
    try:
        user = UserRef.parse(_text(properties, USER_ID), environment, instance)
    except InvalidRequest as error:
        problems.append(str(error))
    return (Identity.of(instance, user) if instance and user else None), problems


def _arn_problems(
    identity: Identity, properties: Mapping[str, object], environment: Environment
) -> Iterator[str]:
    if properties.get(USER_ARN) is None:
        return
    try:
        identity.check_arn(USER_ARN, properties[USER_ARN], environment)
    except InvalidRequest as error:
        yield str(error)


def _text(properties: Mapping[str, object], name: str) -> str:
    value = properties.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRequest(f"{name}: is required, as an id or an ARN.")
    if problem := _unresolved(value):
        raise InvalidRequest(f"{name}: {problem}")
    return value


def _unresolved(raw: object) -> str | None:
    """Return what is wrong with a dynamic reference that CloudFormation has not replaced by its value."""
    reference = reference_in(raw) if isinstance(raw, str) else None
    return reference and (
        f"is {reference}: CloudFormation resolves no references to secure values (ssm-secure,"
        " secretsmanager) in custom resources."
        " Use a parameter with NoEcho, or a plain ssm reference"
    )


def _unknown(where: str, found: Iterable[str], known: Sequence[str]) -> Iterator[str]:
    for index, name in enumerate(name for name in found if name not in known):
        yield f"{where}{shown(name)} is not a known property{_advice(name, known) if index < _ADVISED else ''}"


def _advice(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name[:_LONGEST_NAME], known, n=1, cutoff=0.5)
    return f": did you mean {close[0]}?" if close else f": known are {', '.join(known)}"


def _parse_array(array: Array, raw: object, settings: dict[SettingKey, Value]) -> Iterator[str]:
    if not isinstance(raw, list):
        yield f"{array.name}: must be a list of entries, not {_shown(raw, array)}"
        return
    if not raw:
        yield f"{array.name}: is an empty list, which would own nothing: remove the property or add an entry"
    seen: dict[str, int] = {}
    for index, entry in enumerate(raw):
        where = f"{array.name}[{index}]"
        if not isinstance(entry, Mapping):
            yield f"{where}: must be an object with a Channel, not {_shown(entry, array)}"
            continue
        channel = entry.get("Channel")
        problem = _channel_problem(array, channel)
        if problem or not isinstance(channel, str):
            yield f"{where}.Channel: {problem}"
        elif channel in seen:
            yield f"{where}.Channel: {channel} has an entry already, {array.name}[{seen[channel]}]: one entry a channel"
        else:
            seen[channel] = index
            yield from _parse_entry(array, channel, entry, where, settings)


def _channel_problem(array: Array, channel: object) -> str | None:
    if problem := _unresolved(channel):
        return problem
    if channel is None:
        return f"is required, and must be {' or '.join(array.channels)}"
    if channel in array.channels:
        return None
    if channel in CHANNELS:
        return f"{channel} is not supported here: {array.name} takes {' or '.join(array.channels)} only"
    return f"{_shown(channel, array)} must be {' or '.join(array.channels)}"


def _parse_entry(
    array: Array, channel: str, entry: Mapping[str, object], where: str, settings: dict[SettingKey, Value]
) -> Iterator[str]:
    yield from _unknown_members(array, entry, where)
    own: dict[SettingKey, Value] = {}
    for field in array.fields:
        raw, problem = _get_path(entry, field, where)
        if problem:
            yield problem
        elif raw is None:
            yield from _absence_problem(field, entry, where)
        elif channel not in field.channels:
            yield f"{where}.{field.path[0]}: applies to {' or '.join(field.channels)} only, not to {channel}"
        else:
            try:
                own[array.key(channel, field)] = field.kind.coerce(raw)
            except ValueError as rule:
                yield f"{where}.{field.name}: {_unresolved(raw) or f'{_shown_value(raw, array, field)} {rule}'}"
    settings.update(own)


def _unknown_members(array: Array, entry: Mapping[str, object], where: str) -> Iterator[str]:
    yield from _unknown(f"{where}.", entry, ("Channel", *(field.path[0] for field in array.fields)))
    for field in array.fields:
        outer = entry.get(field.path[0])
        if len(field.path) > 1 and isinstance(outer, Mapping):
            yield from _unknown(f"{where}.{field.path[0]}.", outer, field.path[1:])


def _get_path(entry: Mapping[str, object], field: Field, where: str) -> tuple[object, str | None]:
    inner: object = entry.get(field.path[0])
    for depth, member in enumerate(field.path[1:], 1):
        at = f"{where}.{'.'.join(field.path[:depth])}"
        if inner is None:
            return None, None
        if not isinstance(inner, Mapping):
            return None, f"{at}: must be an object with {member}, not {shown(inner)}"
        if inner.get(member) is None:
            return None, f"{at}.{member}: is required"
        inner = inner.get(member)
    return inner, None


def _absence_problem(field: Field, entry: Mapping[str, object], where: str) -> Iterator[str]:
    if field.required:
        yield f"{where}.{field.name}: is required"
    elif field.required_when:
        other, value = field.required_when
        if entry.get(other) == value:
            yield f"{where}.{field.name}: is required when {other} is {value}"


def _shown_value(raw: object, array: Array, field: Field) -> str:
    return (
        "the value" if field.kind.sensitive else _shown(raw, array, as_number=isinstance(field.kind, Seconds))
    )


def _shown(raw: object, array: Array, *, as_number: bool = False) -> str:
    text = shown(raw, as_number=as_number)
    if any(field.kind.sensitive for field in array.fields) and any(map(str.isdigit, text)):
        return "the value"  # a phone number in the wrong place is one all the same
    return text
