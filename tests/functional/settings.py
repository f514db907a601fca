"""Settings as scenarios compare them: one value for each (array, channel, field path), as the local Connect
names them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Setting = tuple[str, str, tuple[str, ...]]
Values = dict[Setting, object]

PHONE_TYPE: Setting = ("PhoneNumberConfigs", "VOICE", ("PhoneType",))
PHONE_NUMBER: Setting = ("PhoneNumberConfigs", "VOICE", ("PhoneNumber",))
CHAT_ACW: Setting = (
    "AfterContactWorkConfigs",
    "CHAT",
    ("AfterContactWorkConfig", "AfterContactWorkTimeLimit"),
)
CHAT_ACW_CEILING = 5_400


def settings_of(properties: Mapping[str, Any]) -> Values:
    """Return every setting that `properties` name."""
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


def auto_accept(channel: str, accept: bool, *, callback: bool | None = None) -> dict[str, Any]:
    """Return an entry of AutoAcceptConfigs."""
    more = {} if callback is None else {"AgentFirstCallbackAutoAccept": callback}
    return {"Channel": channel, "AutoAccept": accept, **more}


def acw(channel: str, seconds: int, *, callback: int | None = None) -> dict[str, Any]:
    """Return an entry of AfterContactWorkConfigs."""
    limit = "AfterContactWorkTimeLimit"
    more = {} if callback is None else {"AgentFirstCallbackAfterContactWorkConfig": {limit: callback}}
    return {"Channel": channel, "AfterContactWorkConfig": {limit: seconds}, **more}


def phone(phone_type: str, number: str | None = None) -> list[dict[str, Any]]:
    """Return PhoneNumberConfigs."""
    more = {} if number is None else {"PhoneNumber": number}
    return [{"Channel": "VOICE", "PhoneType": phone_type, **more}]


def persistent(connection: bool) -> list[dict[str, Any]]:
    """Return PersistentConnectionConfigs."""
    return [{"Channel": "VOICE", "PersistentConnection": connection}]


def enhancement(mode: str) -> list[dict[str, Any]]:
    """Return VoiceEnhancementConfigs."""
    return [{"Channel": "VOICE", "VoiceEnhancementMode": mode}]
