"""The pairs of operations that run at the same time, and the history of each pair."""

from dataclasses import dataclass, field
from typing import Final

from properties.custom_stack import CustomStack
from properties.stacks import Action, Stack

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.settings import Settings

V: Final = SettingKey("AutoAcceptConfigs", "VOICE", "AutoAccept")
C: Final = SettingKey("AutoAcceptConfigs", "CHAT", "AutoAccept")
P: Final = SettingKey("PersistentConnectionConfigs", "VOICE", "PersistentConnection")
W: Final = SettingKey("AfterContactWorkConfigs", "VOICE", "AfterContactWorkConfig.AfterContactWorkTimeLimit")
"""V, C, P, W: auto-accept of VOICE and of CHAT, persistent connection, after-contact work of VOICE."""

INITIAL: Final[dict[SettingKey, Value]] = {V: False, C: False, P: False, W: 120}
"""The agent's settings before any stack owns them; every stack declares other values."""

REGISTRY: Final = Stack
CUSTOM: Final = CustomStack


@dataclass(frozen=True)
class Operation:
    """One event of a stack."""

    by: str
    action: Action
    declared: Settings = field(default_factory=dict)
    again: int | None = None
    """The index of the event in the history that is delivered once more, instead of a new event."""
    is_abandoned: bool = False
    """Whether CloudFormation no longer waits for the answer."""


DUPLICATE: Final = Operation("", Action.CREATE)
"""Stands for the other event of the pair, delivered twice at the same time."""


@dataclass(frozen=True)
class Pair:
    """Two operations at the same time."""

    name: str
    history: tuple[Operation, ...]
    one: Operation
    other: Operation
    front_ends: tuple[type[Stack], ...] = (REGISTRY, CUSTOM)


def _create(*keys: SettingKey, by: str = "sales", work: int = 30) -> Operation:
    return Operation(by, Action.CREATE, _values(keys, work))


def _update(*keys: SettingKey, work: int = 30, is_abandoned: bool = False) -> Operation:
    return Operation("sales", Action.UPDATE, _values(keys, work), is_abandoned=is_abandoned)


def _again(number: int) -> Operation:
    return Operation("sales", Action.CREATE, again=number)


def _values(keys: tuple[SettingKey, ...], work: int) -> Settings:
    return {key: work if key == W else True for key in keys}


_DELETE: Final = Operation("sales", Action.DELETE)
_RIVAL: Final = "support"
_DUPLICATES: Final = (CUSTOM,)

PAIRS: Final = (
    Pair("create | create: same channel", (), _create(W), _create(W, by=_RIVAL, work=45)),
    Pair("create | create: same value", (), _create(V), _create(V, by=_RIVAL)),
    Pair("create | create: other channel of the array", (), _create(V), _create(C, by=_RIVAL)),
    Pair("create | create: other array", (), _create(V), _create(W, by=_RIVAL)),
    Pair("create | create: overlapping", (), _create(V, P), _create(V, W, by=_RIVAL)),
    Pair("create | the owner's update drops", (_create(V, P),), _update(P), _create(V, W, by=_RIVAL)),
    Pair("create | the owner's update adds", (_create(P),), _update(P, W), _create(V, W, by=_RIVAL, work=45)),
    Pair("create | the owner's delete", (_create(V, P),), _DELETE, _create(V, W, by=_RIVAL)),
    Pair("update drops | delete", (_create(V, P),), _update(P, is_abandoned=True), _DELETE),
    Pair("update adds | delete", (_create(V, P),), _update(V, P, W, is_abandoned=True), _DELETE),
    Pair("update drops | create again", (_create(V, P),), _update(P), _again(0), _DUPLICATES),
    Pair("update adds | create again", (_create(V, P),), _update(V, P, W), _again(0), _DUPLICATES),
    Pair("update changes | create again", (_create(W, P),), _update(W, P, work=45), _again(0), _DUPLICATES),
    Pair("update drops | itself again", (_create(V, P),), _update(P), DUPLICATE, _DUPLICATES),
    Pair("update adds | itself again", (_create(P),), _update(V, P, W), DUPLICATE, _DUPLICATES),
    Pair(
        "update drops | earlier update again", (_create(P), _update(V, P)), _update(P), _again(1), _DUPLICATES
    ),
    Pair(
        "update adds | earlier update again",
        (_create(V, P), _update(P)),
        _update(V, P),
        _again(1),
        _DUPLICATES,
    ),
    Pair("delete | create again", (_create(V, P),), _DELETE, _again(0), _DUPLICATES),
    Pair("delete | update again", (_create(P), _update(V, P)), _DELETE, _again(1), _DUPLICATES),
    Pair("delete | itself again", (_create(V, P),), _DELETE, DUPLICATE, _DUPLICATES),
    Pair("create | itself again", (), _create(V, W), DUPLICATE, _DUPLICATES),
)
