"""One class for each array of settings, made by one method for each channel; a value may be a token.

No value is checked here: the constructs let the core check all that is declared of an agent at once.
"""

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, Self

from custom_connect_userconfig.core.arrays import CHAT, DESK_PHONE, SOFT_PHONE, VOICE
from custom_connect_userconfig.core.redaction import shown

from .tokens import Resolvable

Entry = dict[str, object]
"""An entry of an array, as templates write it."""
Boolean = bool | Resolvable
TASK: Final = "TASK"
EMAIL: Final = "EMAIL"


class Limit(Protocol):
    """A length of time: ``aws_cdk.Duration``, or `AfterContactWork.UNLIMITED`."""

    def to_seconds(self, *, integral: bool | None = None) -> float:
        """Return the number of seconds."""
        ...


@dataclass(frozen=True)
class _Unlimited:
    """No limit, which Connect writes as 0."""

    def to_seconds(self, *, integral: bool | None = None) -> float:  # noqa: ARG002 - as Duration is asked
        """Return 0."""
        return 0


@dataclass(frozen=True)
class AutoAccept:
    """Whether the agent is connected at once to contacts of one channel. Unless set, Connect takes false.

    Without it, or once it is removed, the channel has the value that it had before the stack declared it.
    """

    channel: str
    enabled: Boolean
    agent_first_callback: Boolean | None = None

    @classmethod
    def voice(cls, *, enabled: Boolean = True, agent_first_callback: Boolean | None = None) -> Self:
        """Accept voice contacts; `agent_first_callback` is the same choice for agent-first callbacks, and
        stays as it is if it is left out.
        """
        return cls(VOICE, enabled, agent_first_callback)

    @classmethod
    def chat(cls, *, enabled: Boolean = True) -> Self:
        """Accept chats."""
        return cls(CHAT, enabled)

    @classmethod
    def task(cls, *, enabled: Boolean = True) -> Self:
        """Accept tasks."""
        return cls(TASK, enabled)

    @classmethod
    def email(cls, *, enabled: Boolean = True) -> Self:
        """Accept emails."""
        return cls(EMAIL, enabled)

    def to_entry(self) -> Entry:
        """Return the entry of AutoAcceptConfigs."""
        entry: Entry = {"Channel": self.channel, "AutoAccept": self.enabled}
        if self.agent_first_callback is not None:
            entry["AgentFirstCallbackAutoAccept"] = self.agent_first_callback
        return entry


@dataclass(frozen=True)
class AfterContactWork:
    """How long the agent may work on a contact of one channel after it has ended.

    A limit is in whole seconds from 1 to 2,000,000, or `UNLIMITED`: the agent ends the work by hand. Unless
    set, Connect sets no limit. Without it, or once it is removed, the channel has the limit that it had
    before the stack declared it.
    """

    UNLIMITED: ClassVar[Limit] = _Unlimited()

    channel: str
    seconds: float
    agent_first_callback_seconds: float | None = None

    @classmethod
    def voice(cls, limit: Limit, *, agent_first_callback: Limit | None = None) -> Self:
        """Limit work on voice contacts; `agent_first_callback` limits it after agent-first callbacks, and
        stays as it is if it is left out.
        """
        callback = None if agent_first_callback is None else _seconds(agent_first_callback)
        return cls(VOICE, _seconds(limit), callback)

    @classmethod
    def chat(cls, limit: Limit) -> Self:
        """Limit work on chats; Connect ends it after 5,400 seconds in any case."""
        return cls(CHAT, _seconds(limit))

    @classmethod
    def task(cls, limit: Limit) -> Self:
        """Limit work on tasks."""
        return cls(TASK, _seconds(limit))

    @classmethod
    def email(cls, limit: Limit) -> Self:
        """Limit work on emails."""
        return cls(EMAIL, _seconds(limit))

    def to_entry(self) -> Entry:
        """Return the entry of AfterContactWorkConfigs."""
        entry: Entry = {"Channel": self.channel, "AfterContactWorkConfig": _limit(self.seconds)}
        if self.agent_first_callback_seconds is not None:
            entry["AgentFirstCallbackAfterContactWorkConfig"] = _limit(self.agent_first_callback_seconds)
        return entry


@dataclass(frozen=True)
class Phone:
    """The phone on which the agent takes calls. Unless set, Connect takes a softphone.

    Once it is removed, a softphone is restored; a desk phone of before stays as it is found, because no
    record holds its number.
    """

    phone_type: str
    phone_number: str | None = None

    @classmethod
    def soft(cls) -> Self:
        """Let the agent talk through the browser."""
        return cls(SOFT_PHONE)

    @classmethod
    def desk(cls, phone_number: str) -> Self:
        """Let Connect call `phone_number`, in E.164 form: + and 2 to 15 digits, the first not 0.

        Whoever reads the template reads a number that is written into it: take it from a parameter with
        `no_echo`.
        """
        return cls(DESK_PHONE, phone_number)

    def to_entry(self) -> Entry:
        """Return the entry of PhoneNumberConfigs."""
        entry: Entry = {"Channel": VOICE, "PhoneType": self.phone_type}
        if self.phone_number is not None:
            entry["PhoneNumber"] = self.phone_number
        return entry


@dataclass(frozen=True)
class VoiceEnhancement:
    """How the audio that the agent sends is cleaned up. Unless set, Connect takes `NONE`."""

    NONE: ClassVar["VoiceEnhancement"]
    """The audio stays as it is."""
    NOISE_SUPPRESSION: ClassVar["VoiceEnhancement"]
    """Background noise is dampened."""
    VOICE_ISOLATION: ClassVar["VoiceEnhancement"]
    """Only the nearest voice is kept."""

    mode: str

    @classmethod
    def of(cls, mode: str) -> Self:
        """Return a mode that is not named here, such as one from a parameter."""
        return cls(mode)

    def to_entry(self) -> Entry:
        """Return the entry of VoiceEnhancementConfigs."""
        return {"Channel": VOICE, "VoiceEnhancementMode": self.mode}


VoiceEnhancement.NONE = VoiceEnhancement("NONE")
VoiceEnhancement.NOISE_SUPPRESSION = VoiceEnhancement("NOISE_SUPPRESSION")
VoiceEnhancement.VOICE_ISOLATION = VoiceEnhancement("VOICE_ISOLATION")


def _seconds(limit: Limit) -> float:
    if not hasattr(limit, "to_seconds"):
        advice = "write Duration.seconds(30) or AfterContactWork.UNLIMITED"
        raise TypeError(f"limit: {shown(limit)} is no length of time: {advice}")
    # A part of a second is refused by the core, with the place of the construct.
    return limit.to_seconds(integral=False)


def _limit(seconds: float) -> Entry:
    return {"AfterContactWorkTimeLimit": seconds}
