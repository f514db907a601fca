"""What one request does to the settings of one agent, worked out by the plans that the handlers follow."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from custom_connect_userconfig.core.arrays import SettingKey, field_of
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import Marker, Owner, OwnershipRecord, as_recorded
from custom_connect_userconfig.core.planning import Plan, is_clamped, plan_give_back, plan_take
from custom_connect_userconfig.core.settings import Settings, UserSettings, flatten

from ..agent import ALL_KEYS, Agent

_NO_RECORD: Final = OwnershipRecord(None, {}, {})
_SOME_NUMBER: Final = "+10"
"""Stands for a phone number that nobody knows; it goes into no message and no call."""


class Kind(Enum):
    """What happens to a setting."""

    TAKEN = "taken over"
    CHANGED = "changed"
    GIVEN_BACK = "given back"


@dataclass(frozen=True)
class Change:
    """One setting before and after; both values are the same if only its ownership changes."""

    key: SettingKey
    kind: Kind
    now: Value | None
    """The value in force; None if there is no phone number."""
    then: Value | None

    @property
    def is_of_value(self) -> bool:
        """Whether the value changes."""
        return self.now != self.then


@dataclass(frozen=True)
class Effect:
    """What a request does to an agent."""

    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    """On settings that cannot be given back."""
    changes_record: bool = False
    """Whether tags of the ownership record change."""

    @property
    def changes_settings(self) -> bool:
        """Whether the value of a setting changes."""
        return any(change.is_of_value for change in self.changes)


def of_take(
    declared: Settings,
    owner: Owner,
    agent: Agent,
    uncertain: Collection[SettingKey] = (),
) -> Effect:
    """Return what a create or update with the settings `declared` does.

    `uncertain` are settings of which it is not known whether they are declared, or as what; nothing is said
    of them. Raises InvalidRequest if the agent has no room for the tags of the record.
    """
    record, settings = agent.record or _NO_RECORD, agent.live.settings
    kept = {
        key: _SOME_NUMBER if (value := settings.effective(key)) is None else value
        for key in uncertain
        if key in record.prior
    }
    plan = plan_take({**kept, **declared}, owner, agent.record, agent.live)
    then = _settings_after(plan, settings)
    # A value that the service has cut is written again at every update, and cut again.
    cut = [key for key, value in declared.items() if _is_cut(key, value, record, settings)]
    then |= {key: settings.effective(key) for key in cut}
    certain = [key for key in ALL_KEYS if key not in uncertain]
    found = (Change(key, _kind(key, declared, record), settings.effective(key), then[key]) for key in certain)
    return Effect(
        tuple(each for each in found if each.is_of_value or _changes_owner(each.key, declared, record)),
        plan.notes,
        _changes_record(declared, owner, record, certain),
    )


def of_release(record: OwnershipRecord, agent: Agent) -> Effect:
    """Return what the delete of the resource that wrote `record` does."""
    plan, settings = plan_give_back(record, agent.live), agent.live.settings
    then = _settings_after(plan, settings)
    changes = (
        Change(key, Kind.GIVEN_BACK, settings.effective(key), then[key])
        for key in ALL_KEYS
        if key in record.prior
    )
    return Effect(tuple(changes), plan.notes, changes_record=True)


def _settings_after(plan: Plan, settings: UserSettings) -> dict[SettingKey, Value | None]:
    """Return every setting after the writes of `plan`; an array that is written is written whole."""
    written = flatten(plan.arrays)
    return {
        key: written.get(key, field_of(key).absent) if key.array in plan.arrays else settings.effective(key)
        for key in ALL_KEYS
    }


def _is_cut(key: SettingKey, value: Value, record: OwnershipRecord, settings: UserSettings) -> bool:
    live = settings.effective(key)
    return record.declared.get(key) == value and live is not None and is_clamped(key, value, live)


def _kind(key: SettingKey, declared: Settings, record: OwnershipRecord) -> Kind:
    if key not in declared:
        return Kind.GIVEN_BACK
    return Kind.CHANGED if key in record.prior else Kind.TAKEN


def _changes_owner(key: SettingKey, declared: Settings, record: OwnershipRecord) -> bool:
    return (key in declared) is not (key in record.prior)


def _changes_record(
    declared: Settings, owner: Owner, record: OwnershipRecord, certain: Iterable[SettingKey]
) -> bool:
    wanted = {key: as_recorded(key, value) for key, value in declared.items()}
    return (
        record.marker is not Marker.MANAGED
        or not record.owned_by(owner)
        or any(
            wanted.get(key) != record.declared.get(key) or _changes_owner(key, declared, record)
            for key in certain
        )
    )
