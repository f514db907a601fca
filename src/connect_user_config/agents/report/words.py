"""Settings in the words of a supervisor, as HTML that is safe to show."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from custom_connect_userconfig.core.arrays import ARRAY_BY_NAME, Array, SettingKey, field_of
from custom_connect_userconfig.core.drift import Difference
from custom_connect_userconfig.core.kinds import OneOf, RecordedValue, Seconds
from custom_connect_userconfig.core.redaction import REDACTED

from ..agent import Agent
from ..cells import is_worth_a_word, worded
from ..columns import View

_HIDDEN: Final = "number not shown"
_NO_BREAK: Final = "\u00a0"
"""The space where no line may end: between a channel, a number and its unit."""


def titled(tag_name: str) -> str:
    """Return the name of an array or a field as a title, such as `After contact work`."""
    return tag_name.replace("-", " ").capitalize()


def value(key: SettingKey, of: RecordedValue, view: View) -> str:
    """Return a value in words, not escaped; a phone number only if the view has numbers."""
    words = worded(key, of, with_numbers=view.with_numbers)
    if words == REDACTED:
        return _HIDDEN
    if isinstance(field_of(key).kind, Seconds):
        return words.replace(" ", _NO_BREAK)
    return words.replace("_", " ").lower() if isinstance(field_of(key).kind, OneOf) else words


def array_cell(array: Array, agent: Agent, view: View) -> str:
    """Return the settings of one array, equal channels together; `<b>` is what a stack owns.

    If only one value is that of several channels, they are called "Others".
    """
    keys = [key for key in view.keys if key.array == array.name]
    first, *others = array.fields
    lines = list(_by_value([key for key in keys if key.field == first.name], agent, view))
    for field in others:
        lines += [
            f"{_label(field.tag_name)}{_marked(key, agent, view)}"
            for key in keys
            if key.field == field.name and is_worth_a_word(agent, key)
        ]
    return "<br>".join(lines)


# A number speaks for itself; "agent first callback" does not.
def _label(tag_name: str) -> str:
    return "" if tag_name == "number" else f"{titled(tag_name)}: "


def _by_value(keys: Iterable[SettingKey], agent: Agent, view: View) -> Iterator[str]:
    channels: dict[str, list[str]] = {}
    for key in keys:
        channels.setdefault(_marked(key, agent, view), []).append(key.channel.capitalize())
    if len(channels) == 1:
        yield from channels
        return
    groups = [names for names in channels.values() if len(names) > 1]
    for words, names in channels.items():
        yield f"{'Others' if groups == [names] else ', '.join(names)}:{_NO_BREAK}{words}"


def _marked(key: SettingKey, agent: Agent, view: View) -> str:
    words = escape(value(key, agent.effective(key), view))
    return f"<b>{words}</b>" if agent.owns(key) else words


def difference(each: Difference, view: View) -> str:
    """Return a setting with its live value and the declared one, escaped."""
    live, declared = (value(each.key, of, view) for of in (each.live, each.declared))
    return escape(f"{setting(each.key)}: {live} instead of {declared}")


def setting(key: SettingKey) -> str:
    """Return the name of a setting, such as `After contact work, Voice`; the channel if there are several."""
    array = ARRAY_BY_NAME[key.array]
    field = field_of(key).tag_name.replace("-", " ")
    channel = key.channel.capitalize() if len(array.channels) > 1 else ""
    return ", ".join(part for part in (titled(array.tag_name), channel, field) if part)
