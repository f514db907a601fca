"""A profile: settings that many agents share, and that one agent may override channel by channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol, TypeVar

from custom_connect_userconfig.core.arrays import (
    AFTER_CONTACT_WORK,
    AUTO_ACCEPT,
    PERSISTENT_CONNECTION,
    PHONE,
    VOICE,
    VOICE_ENHANCEMENT,
)

from .arguments import check_class, check_list
from .settings import AfterContactWork, AutoAccept, Boolean, Entry, Phone, VoiceEnhancement


class _Setting(Protocol):
    def to_entry(self) -> Entry: ...


class _OfChannel(_Setting, Protocol):
    @property
    def channel(self) -> str: ...


HAND_OVER: Final = "pass the object, not its name or its settings"
"""What to do if something else stands for a profile."""
_LISTS: Final[Sequence[tuple[str, type, str]]] = (
    ("auto_accept", AutoAccept, "AutoAccept.voice()"),
    ("after_contact_work", AfterContactWork, "AfterContactWork.chat(Duration.seconds(30))"),
)
_SINGLE: Final[Sequence[tuple[str, type, str]]] = (
    ("phone", Phone, "Phone.soft() or Phone.desk(NUMBER)"),
    ("voice_enhancement", VoiceEnhancement, "VoiceEnhancement.VOICE_ISOLATION"),
)
_C = TypeVar("_C", bound=_OfChannel)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Settings of agents. What is left out is not declared, and keeps the value that it has."""

    auto_accept: Sequence[AutoAccept] | None = None
    """Whether contacts are accepted at once, one entry a channel."""
    after_contact_work: Sequence[AfterContactWork] | None = None
    """Limits on after-contact work, one entry a channel."""
    phone: Phone | None = None
    """The phone on which the agents take calls."""
    persistent_connection: Boolean | None = None
    """Whether the line to an agent stays open between calls. Unless set, Connect takes false."""
    voice_enhancement: VoiceEnhancement | None = None
    """How the audio that the agents send is cleaned up."""

    def __post_init__(self) -> None:
        """Raise TypeError for a setting of another class; the core checks the values."""
        for name, wanted, example in _LISTS:
            if (value := getattr(self, name)) is not None:
                check_list(name, value, wanted, example)
        for name, wanted, example in _SINGLE:
            if (value := getattr(self, name)) is not None:
                check_class(name, value, wanted, f"write {example}")

    def over(self, base: "Profile | None") -> "Profile":
        """Return `base` with these settings in place of its own: an entry replaces the one of its channel."""
        if base is None:
            return self
        check_class("profile", base, Profile, HAND_OVER)
        if self == _NOTHING:
            return base
        connection = self.persistent_connection
        return Profile(
            auto_accept=_merged(base.auto_accept, self.auto_accept),
            after_contact_work=_merged(base.after_contact_work, self.after_contact_work),
            phone=self.phone or base.phone,
            persistent_connection=base.persistent_connection if connection is None else connection,
            voice_enhancement=self.voice_enhancement or base.voice_enhancement,
        )

    @cached_property
    def properties(self) -> Mapping[str, list[Entry]]:
        """The arrays as a template writes them."""
        connection: Entry = {"Channel": VOICE, "PersistentConnection": self.persistent_connection}
        arrays = {
            AUTO_ACCEPT.name: _entries(self.auto_accept),
            AFTER_CONTACT_WORK.name: _entries(self.after_contact_work),
            PHONE.name: _entries([self.phone] if self.phone else None),
            PERSISTENT_CONNECTION.name: None if self.persistent_connection is None else [connection],
            VOICE_ENHANCEMENT.name: _entries([self.voice_enhancement] if self.voice_enhancement else None),
        }
        return {name: entries for name, entries in arrays.items() if entries is not None}


_NOTHING = Profile()


def _merged(base: Sequence[_C] | None, own: Sequence[_C] | None) -> Sequence[_C] | None:
    if own is None:
        return base
    replaced = {each.channel for each in own}
    return [*(each for each in base or () if each.channel not in replaced), *own]


def _entries(declared: Sequence[_Setting] | None) -> list[Entry] | None:
    return None if declared is None else [each.to_entry() for each in declared]
