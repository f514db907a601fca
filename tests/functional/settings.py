"""Entries of the five arrays as scenarios declare them, and the settings that scenarios name."""

from typing import Any

from demo.settings import LIMIT, PHONE_NUMBER, PHONE_TYPE, Setting, settings_of

__all__ = [
    "CHAT_ACW",
    "CHAT_ACW_CEILING",
    "PHONE_NUMBER",
    "PHONE_TYPE",
    "Setting",
    "Values",
    "acw",
    "auto_accept",
    "enhancement",
    "persistent",
    "phone",
    "settings_of",
]

Values = dict[Setting, object]

CHAT_ACW: Setting = ("AfterContactWorkConfigs", "CHAT", LIMIT)
CHAT_ACW_CEILING = 5_400


def auto_accept(channel: str, accept: object, *, callback: bool | None = None) -> dict[str, Any]:
    """Return an entry of AutoAcceptConfigs."""
    more = {} if callback is None else {"AgentFirstCallbackAutoAccept": callback}
    return {"Channel": channel, "AutoAccept": accept, **more}


def acw(channel: str, seconds: object, *, callback: int | None = None) -> dict[str, Any]:
    """Return an entry of AfterContactWorkConfigs."""
    limit = "AfterContactWorkTimeLimit"
    more = {} if callback is None else {"AgentFirstCallbackAfterContactWorkConfig": {limit: callback}}
    return {"Channel": channel, "AfterContactWorkConfig": {limit: seconds}, **more}


def phone(phone_type: str, number: object = None) -> list[dict[str, Any]]:
    """Return PhoneNumberConfigs."""
    more = {} if number is None else {"PhoneNumber": number}
    return [{"Channel": "VOICE", "PhoneType": phone_type, **more}]


def persistent(connection: bool) -> list[dict[str, Any]]:
    """Return PersistentConnectionConfigs."""
    return [{"Channel": "VOICE", "PersistentConnection": connection}]


def enhancement(mode: str) -> list[dict[str, Any]]:
    """Return VoiceEnhancementConfigs."""
    return [{"Channel": "VOICE", "VoiceEnhancementMode": mode}]
