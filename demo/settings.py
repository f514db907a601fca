"""Settings as the demo and the tests compare them: one value for each field of each entry of an array."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Setting = tuple[str, str, tuple[str, ...]]
Values = Mapping[Setting, object]

LIMIT: Final = ("AfterContactWorkConfig", "AfterContactWorkTimeLimit")
PHONE_TYPE: Final[Setting] = ("PhoneNumberConfigs", "VOICE", ("PhoneType",))
PHONE_NUMBER: Final[Setting] = ("PhoneNumberConfigs", "VOICE", ("PhoneNumber",))

ROWS: Final[Mapping[str, Setting]] = {
    "Auto-accept VOICE": ("AutoAcceptConfigs", "VOICE", ("AutoAccept",)),
    "Auto-accept CHAT": ("AutoAcceptConfigs", "CHAT", ("AutoAccept",)),
    "Auto-accept TASK": ("AutoAcceptConfigs", "TASK", ("AutoAccept",)),
    "After-contact VOICE": ("AfterContactWorkConfigs", "VOICE", LIMIT),
    "After-contact CHAT": ("AfterContactWorkConfigs", "CHAT", LIMIT),
    "After-contact TASK": ("AfterContactWorkConfigs", "TASK", LIMIT),
    "Phone": PHONE_TYPE,
    "Persistent connection": ("PersistentConnectionConfigs", "VOICE", ("PersistentConnection",)),
    "Voice enhancement": ("VoiceEnhancementConfigs", "VOICE", ("VoiceEnhancementMode",)),
}
"""The settings that the tables show; the checks compare all settings."""

_LABELS: Final = {setting: label for label, setting in ROWS.items()}


def label(setting: Setting) -> str:
    """Return the name of `setting` in the tables, or its path."""
    array, channel, path = setting
    return _LABELS.get(setting, f"{array}[{channel}].{'.'.join(path)}")


def settings_of(properties: Mapping[str, Any]) -> dict[Setting, object]:
    """Return every setting that the arrays among `properties` name, with its value."""
    return {
        (array, entry["Channel"], path): value
        for array, entries in properties.items()
        if isinstance(entries, list)
        for entry in entries
        for path, value in _leaves(entry)
        if path != ("Channel",)
    }


def _leaves(
    entry: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in entry.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, name))
        elif value is not None:
            yield (*above, name), value


def shown(setting: Setting, values: Values) -> str:
    """Return the value of `setting` as people read it; a phone number only by its ends."""
    value = values[setting]
    if setting == PHONE_NUMBER:
        return _masked(value)
    if setting == PHONE_TYPE:
        number = values.get(PHONE_NUMBER)
        phone = "desk" if value == "DESK_PHONE" else "soft"
        return f"{phone} {_masked(number)}" if number else phone
    if isinstance(value, bool):
        return "yes" if value else "no"
    if setting[2] == LIMIT:
        return f"{value} s" if value else "no limit"
    return str(value).replace("_", " ").lower()


def _masked(number: object) -> str:
    text = str(number or "")
    return f"{text[:2]}…{text[-4:]}" if text else "none"
