"""What giving back means: the recorded value of each setting, and the one case where there is none to give.

A phone number is never recorded. So an earlier desk phone can be restored only while its number is still on the user, that is
while the number was never owned and the service has kept it; otherwise the phone is left as it is, and that is said.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from .arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from .kinds import PriorValue, Value, Withheld
from .settings import UserSettings

Wanted = Mapping[SettingKey, Value | None]
"""The value that each setting shall have; None means no phone number."""

LEFT_AS_IT_IS = "The agent had a desk phone before, and its number is not recorded: the phone settings are left as they are now."
NUMBER_LEFT = "The agent had another phone number before, which is not recorded: the number is left as it is now."
NUMBER_STAYED = "There was no phone number before, but the service does not let one be removed: the declared number stays."


@dataclass(frozen=True)
class Restoration:
    """The values to give back, and what has to be said about those that cannot be."""

    wanted: Wanted
    notes: tuple[str, ...] = ()


def restoration(given_up: Iterable[SettingKey], prior: Mapping[SettingKey, PriorValue], settings: UserSettings) -> Restoration:
    """Return how to give back the settings `given_up`, which were `prior` before they were taken."""
    given_up = set(given_up)
    wanted = {key: value for key in given_up if not isinstance(value := prior[key], Withheld)}
    if PHONE_TYPE_KEY in given_up and _desk_phone_is_lost(prior, settings):
        return Restoration({k: v for k, v in wanted.items() if k not in (PHONE_TYPE_KEY, PHONE_NUMBER_KEY)}, (LEFT_AS_IT_IS,))
    if PHONE_NUMBER_KEY in given_up and PHONE_NUMBER_KEY not in wanted:
        return Restoration(wanted, (NUMBER_LEFT,))
    return Restoration(wanted)


def still_owned(prior: Mapping[SettingKey, PriorValue], declared: Container[SettingKey]) -> dict[SettingKey, PriorValue]:
    """Return the record of what stays owned; it remembers an earlier desk phone whose number is lost with what is given up."""
    kept = {key: value for key, value in prior.items() if key in declared}
    if kept.get(PHONE_TYPE_KEY) == DESK_PHONE and PHONE_NUMBER_KEY in prior and PHONE_NUMBER_KEY not in kept:
        kept[PHONE_TYPE_KEY] = Withheld.NUMBER
    return kept


def _desk_phone_is_lost(prior: Mapping[SettingKey, PriorValue], settings: UserSettings) -> bool:
    """Whether there was a desk phone before whose number is not on the user: it was owned, or the service has dropped it."""
    if prior[PHONE_TYPE_KEY] == DESK_PHONE:
        return PHONE_NUMBER_KEY in prior or settings.effective(PHONE_NUMBER_KEY) is None
    return isinstance(prior[PHONE_TYPE_KEY], Withheld)
