"""Gives settings back: restores the recorded value of each, or leaves the setting as it is, with a note.

A phone number is never recorded. An earlier desk phone can be restored only if its number is still on the
user: the number was never owned, and the service has kept it. Otherwise the phone settings are left as they
are. So is any other setting whose earlier value is unrecorded.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from .arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from .kinds import RecordedValue, Unrecorded, Value
from .settings import UserSettings

Wanted = Mapping[SettingKey, Value | None]
"""The value that each setting is to have; None means no phone number."""

LEFT_AS_IT_IS = (
    "The agent's earlier phone is not fully recorded: the phone settings are left as they are now."
)
NUMBER_LEFT = (
    "The agent had another phone number before, which is not recorded: the number is left as it is now."
)
NUMBER_STAYED = (
    "There was no phone number before, but the service does not remove one: the declared number stays."
)

_PHONE = frozenset({PHONE_TYPE_KEY, PHONE_NUMBER_KEY})


@dataclass(frozen=True)
class Restoration:
    """The values to restore, and notes on the values that cannot be restored."""

    wanted: Wanted
    notes: tuple[str, ...] = ()


def restoration(
    given_up: Iterable[SettingKey], prior: Mapping[SettingKey, RecordedValue], settings: UserSettings
) -> Restoration:
    """Return how to give back the settings `given_up`; `prior` holds their values before they were taken."""
    given_up = set(given_up)
    wanted = {key: value for key in given_up if not isinstance(value := prior[key], Unrecorded)}
    unrecorded = given_up - wanted.keys()
    notes = []
    if PHONE_TYPE_KEY in given_up and (PHONE_TYPE_KEY in unrecorded or _desk_phone_is_lost(prior, settings)):
        # The type without its number, or the number without its type, is a phone that the agent never had.
        notes.append(LEFT_AS_IT_IS)
        unrecorded -= _PHONE
        wanted = {key: value for key, value in wanted.items() if key not in _PHONE}
    if PHONE_NUMBER_KEY in unrecorded:
        notes.append(NUMBER_LEFT)
        unrecorded -= {PHONE_NUMBER_KEY}
    if unrecorded:
        notes.append(left_as_they_are(unrecorded))
    return Restoration(wanted, tuple(notes))


def left_as_they_are(keys: Iterable[SettingKey]) -> str:
    """Return the note on settings whose earlier value is unrecorded."""
    named = ", ".join(sorted(map(str, keys)))
    return f"The earlier value of {named} is not recorded: it is left as it is now."


def still_owned(
    prior: Mapping[SettingKey, RecordedValue], declared: Container[SettingKey]
) -> dict[SettingKey, RecordedValue]:
    """Return the part of `prior` that stays owned.

    If the number of an earlier desk phone is given up, its phone type becomes unrecorded: the type alone
    cannot be restored.
    """
    kept = {key: value for key, value in prior.items() if key in declared}
    if kept.get(PHONE_TYPE_KEY) == DESK_PHONE and PHONE_NUMBER_KEY in prior and PHONE_NUMBER_KEY not in kept:
        kept[PHONE_TYPE_KEY] = Unrecorded.VALUE
    return kept


def _desk_phone_is_lost(prior: Mapping[SettingKey, RecordedValue], settings: UserSettings) -> bool:
    """Whether there was a desk phone whose number is gone: it was owned, or the service has dropped it."""
    return prior[PHONE_TYPE_KEY] == DESK_PHONE and (
        PHONE_NUMBER_KEY in prior or settings.effective(PHONE_NUMBER_KEY) is None
    )
