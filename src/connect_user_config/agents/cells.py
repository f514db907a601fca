"""Values and arrays in the words of a table: short, and plain without colour."""

from collections.abc import Callable, Iterable
from typing import Final

from custom_connect_userconfig.core.arrays import ARRAYS, Array, SettingKey, field_of
from custom_connect_userconfig.core.drift import Difference
from custom_connect_userconfig.core.kinds import RecordedValue, Seconds, Unrecorded
from custom_connect_userconfig.core.redaction import REDACTED

from .agent import Agent

OWNED: Final = "*"
"""Marks a value that a stack's resource owns."""


def worded(key: SettingKey, value: RecordedValue, *, with_numbers: bool = False) -> str:
    """Return `value` of the setting `key` for people; a phone number only `with_numbers`."""
    kind = field_of(key).kind
    if isinstance(value, Unrecorded):
        return "a number" if kind.sensitive else value.value
    if value is None:
        return "no number"
    if kind.sensitive:
        return str(value) if with_numbers else REDACTED
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(kind, Seconds):
        return f"{value} s" if value else "no limit"
    return str(value)


def array_cell(array: Array, agent: Agent, keys: Iterable[SettingKey], *, with_numbers: bool = False) -> str:
    """Return the settings of one array: equal channels together, `OWNED` behind what is owned."""

    def word(key: SettingKey) -> str:
        mark = OWNED if agent.owns(key) else ""
        return f"{worded(key, agent.effective(key), with_numbers=with_numbers)}{mark}"

    keys = [key for key in keys if key.array == array.name]
    first, *others = array.fields
    main = {key.channel: word(key) for key in keys if key.field == first.name}
    rest = [
        f"{field.tag_name.replace('-', ' ')} {word(key)}"
        for field in others
        for key in keys
        if key.field == field.name and is_worth_a_word(agent, key)
    ]
    return ", ".join(part for part in (_folded(main), *rest) if part)


# The further fields of the table are for VOICE only, so their channel needs no word.
def is_worth_a_word(agent: Agent, key: SettingKey) -> bool:
    """Whether a further field says anything: it is owned, or has another value than an absent one."""
    return agent.owns(key) or agent.effective(key) != field_of(key).absent


def _folded(main: dict[str, str]) -> str:
    """Return `VOICE on, else off` for channels of which most have one value."""
    if len(set(main.values())) <= 1:
        return next(iter(main.values()), "")
    words = list(main.values())
    most = max(words, key=words.count)
    if words.count(most) == 1:
        return ", ".join(f"{channel} {word}" for channel, word in main.items())
    named = [f"{channel} {word}" for channel, word in main.items() if word != most]
    return ", ".join((*named, f"else {most}"))


def difference(each: Difference) -> str:
    """Return a setting with its declared and its live value."""
    live, declared = worded(each.key, each.live), worded(each.key, each.declared)
    return f"{setting(each.key)}: {declared} declared, {live} in force"


def setting(key: SettingKey) -> str:
    """Return the short name of a setting, such as `after-contact-work VOICE`."""
    array = next(each for each in ARRAYS if each.name == key.array)
    field = field_of(key).tag_name
    return " ".join(part for part in (array.tag_name, key.channel, field) if part)


Cell = Callable[[Agent], str]


def agents(count: int) -> str:
    """Return `1 agent`, `2 agents`."""
    return f"{count:,} {'agent' if count == 1 else 'agents'}"
