"""What a template has to declare of an agent so that its deployment changes no setting.

The values are those of DescribeUser. A value that no template can declare, or that a template would be warned
of, is left out and named.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from custom_connect_userconfig.core.arrays import (
    ARRAYS,
    CHAT,
    CHAT_ACW_LIMIT,
    DESK_PHONE,
    PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    VOICE,
    Array,
    SettingKey,
    field_of,
)
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID, Declaration
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.kinds import Seconds, Value
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.core.planning import plan_take
from custom_connect_userconfig.core.settings import Entry, expand

from .. import cells
from ..agent import Agent
from . import naming

REFERENCE: Final = "Ref"
NO_NUMBERS: Final = "is left out (--phone-numbers declares it)"
_ANY_STACK: Final = "arn:aws:cloudformation:us-east-1:111122223333:stack/adopting/1"
"""Stands for the stack to be; whose name it is makes no difference to what would be written."""


@dataclass(frozen=True)
class Adopted:
    """What the template declares of one agent."""

    id: str
    login: str
    arrays: Mapping[str, list[Entry]]
    """The five arrays as the template has them: a phone number is a reference to a parameter."""
    number: str = ""
    """The phone number that the parameter holds; empty if none is declared."""
    remarks: tuple[str, ...] = ()
    """The settings that are left out, with the reason."""
    is_imported: bool = False
    """Whether the record of another stack comes with the agent."""


@dataclass(frozen=True)
class LeftOut:
    """An agent that no template declares, and why."""

    id: str
    login: str
    why: str
    is_gone: bool = False
    """Whether the instance no longer has the agent."""


@dataclass(frozen=True)
class WouldChange:
    """An agent of which a deployment would write settings; what it would write."""

    id: str
    login: str
    what: tuple[str, ...]


Finding = Adopted | LeftOut | WouldChange


@dataclass
class _Values:
    """The values to declare, while they are collected."""

    settings: dict[SettingKey, Value] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def declare(
    agent: Agent,
    keys: Collection[SettingKey],
    instance_id: str,
    *,
    with_numbers: bool,
    is_imported: bool = False,
) -> Finding:
    """Return what a template declares of `agent`: the effective values of `keys`, as far as it can.

    The answer is tried with the planner of the resource type: if a deployment would write an array, it is
    `WouldChange`.
    """
    values, login = _values(agent, keys, with_numbers=with_numbers), naming.in_one_line(agent.username)
    if not values.settings:
        return LeftOut(agent.id, login, "; ".join(values.remarks) or "has none of these settings")
    try:
        arrays = expand(values.settings)
        would_write = _would_write(agent, arrays, instance_id)
    except InvalidRequest as error:
        return LeftOut(agent.id, login, str(error))
    if would_write:
        return WouldChange(agent.id, login, would_write)
    return Adopted(
        agent.id,
        login,
        _with_references(arrays, agent.id),
        number=str(values.settings.get(PHONE_NUMBER_KEY, "")),
        remarks=tuple(values.remarks),
        is_imported=is_imported,
    )


def _would_write(agent: Agent, arrays: Mapping[str, list[Entry]], instance_id: str) -> tuple[str, ...]:
    """Return the settings that deploying `arrays` would write; InvalidRequest if it would be refused."""
    properties = {INSTANCE_ID: instance_id, USER_ID: agent.id, **arrays}
    declaration = Declaration.parse(properties, Environment())
    owner = Owner.of(declaration.identity, _ANY_STACK, naming.logical_id(agent.id), "adopt")
    plan = plan_take(declaration.settings, owner, agent.record, agent.live)
    return plan.differences or tuple(plan.arrays)


def _values(agent: Agent, keys: Collection[SettingKey], *, with_numbers: bool) -> _Values:
    found = _Values()
    for array in ARRAYS:
        for channel in array.channels:
            entry = [array.key(channel, each) for each in array.fields_of(channel)]
            _add_entry(agent, [key for key in entry if key in keys], found, with_numbers=with_numbers)
        found.remarks += _unknown_channels(agent, array, keys)
    return found


def _add_entry(agent: Agent, entry: Sequence[SettingKey], found: _Values, *, with_numbers: bool) -> None:
    """Add the settings of one entry of an array; none if one that the entry must have cannot be declared."""
    values: dict[SettingKey, Value] = {}
    for key in entry:
        value = agent.effective(key)
        if value is None or _is_left_absent(agent, key, value):
            continue
        if problem := _problem(key, value, with_numbers=with_numbers):
            is_needed = _is_needed(key, values)
            rest = ", and the rest of its entry with it" if is_needed and values else ""
            found.remarks.append(f"{cells.setting(key)} {problem}{rest}")
            if is_needed:
                return
            continue
        values[key] = value
    if values.get(PHONE_TYPE_KEY) == DESK_PHONE and PHONE_NUMBER_KEY not in values:
        found.remarks.append(f"{cells.setting(PHONE_TYPE_KEY)} is a desk phone without a number: left out")
        return
    found.settings |= values


def _is_left_absent(agent: Agent, key: SettingKey, value: Value) -> bool:
    """Whether an optional field is not shown and has the value of an absent one."""
    return (
        not field_of(key).required and key not in agent.live.settings.shown and value == field_of(key).absent
    )


def _is_needed(key: SettingKey, values: Mapping[SettingKey, Value]) -> bool:
    needed = field_of(key).required_when
    is_needed_here = needed is not None and any(
        other.field == needed[0] and value == needed[1] for other, value in values.items()
    )
    return field_of(key).required or is_needed_here


def _problem(key: SettingKey, value: Value, *, with_numbers: bool) -> str:
    """Return why the value cannot be declared, empty if it can."""
    kind = field_of(key).kind
    if kind.sensitive and not with_numbers:
        return NO_NUMBERS
    try:
        kind.coerce(value)
    except ValueError as rule:
        shown = cells.worded(key, value)
        return f"is {shown}, which no template can declare: it {rule}"
    if key.channel == CHAT and isinstance(kind, Seconds) and int(value) > CHAT_ACW_LIMIT:
        return f"is {value:,} s, but Connect ends after-contact work on CHAT after {CHAT_ACW_LIMIT:,} s"
    return ""


def _unknown_channels(agent: Agent, array: Array, keys: Collection[SettingKey]) -> Iterator[str]:
    if not any(key.array == array.name for key in keys):
        return
    shown = (key.channel for key in agent.live.settings.shown if key.array == array.name)
    for channel in sorted(set(shown) - set(array.channels)):
        yield f"{array.tag_name} {channel} is of a channel that is not known here"


def _with_references(arrays: Mapping[str, list[Entry]], user_id: str) -> Mapping[str, list[Entry]]:
    if PHONE.name not in arrays:
        return arrays
    reference = {REFERENCE: naming.parameter(user_id)}
    number = field_of(PHONE_NUMBER_KEY).name
    phones = [
        {**entry, number: reference} if number in entry and entry["Channel"] == VOICE else entry
        for entry in arrays[PHONE.name]
    ]
    return {**arrays, PHONE.name: phones}
