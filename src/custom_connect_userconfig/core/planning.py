"""What is left to do, computed from what is declared, what is recorded and what is live: nothing else is remembered.

A plan has three steps in this order, and can be cut off between any two calls and computed anew:

1. `claim`   tags that record what is taken, before it is taken;
2. `arrays`  the settings, one ``UpdateUserConfig``;
3. `amend`, `release`   tags that no longer record what was given back, after it was.

An empty plan means that all is as wanted: that is the test of "done" as well as of "nothing to do".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .arrays import (
    ARRAYS,
    CHAT,
    CHAT_ACW_LIMIT,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
    field_of,
)
from .errors import InvalidRequest
from .kinds import PriorValue, Seconds, Value, Withheld
from .ownership import MAX_TAGS, Owner, OwnershipRecord, our_keys
from .restoration import Wanted, restoration, still_owned
from .settings import Entry, Settings, UserSettings


@dataclass(frozen=True)
class LiveUser:
    """A user as one read shows it."""

    arn: str
    settings: UserSettings
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """What is left to do."""

    claim: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, list[Entry]] = field(default_factory=dict)
    amend: Mapping[str, str] = field(default_factory=dict)
    release: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    """For people: each setting that is not as wanted, with the value wanted and the value found."""
    notes: tuple[str, ...] = ()
    """For people: what cannot be given back, and why."""
    removes_number: bool = False
    """Whether the phone number shall go; a service that merges entries keeps it, and then that has to be said."""

    @property
    def is_empty(self) -> bool:
        """Whether all is as wanted."""
        return not (self.claim or self.arrays or self.amend or self.release)


def plan_take(declared: Settings, owner: Owner, record: OwnershipRecord | None, user: LiveUser, *, written: bool = False) -> Plan:
    """Return what makes `user` carry `declared`, owned by `owner`: newly declared settings are recorded, dropped ones given back.

    With `written` (long enough ago to show), a value that the service may drop or clamp counts as held when it was. Raises
    InvalidRequest when the user cannot hold the tags.
    """
    held = record.prior if record else {}
    taken = {key: prior_value(key, user.settings) for key in declared if key not in held}
    back = restoration((key for key in held if key not in declared), held, user.settings)
    during = OwnershipRecord(owner, {**held, **taken})
    after = OwnershipRecord(owner, still_owned(during.prior, declared))
    claim = _missing(during.to_tags(), user.tags)
    _check_room(user.tags, claim)
    off = [
        *(key for key, value in declared.items() if not _as_declared(key, value, user.settings, written=written)),
        # Given back without asking whether it seems to be as before already: a late read would say so too soon.
        *back.wanted,
    ]
    wanted: Wanted = {**back.wanted, **declared}
    return Plan(
        claim=claim,
        arrays=_arrays(off, wanted, user.settings),
        amend=_missing(after.to_tags(), during.to_tags()),
        release=tuple(key for key in our_keys({**user.tags, **claim}) if key not in after.to_tags()),
        differences=tuple(_difference(key, wanted[key], user.settings) for key in off),
        notes=back.notes,
        removes_number=_removes_number(off, wanted),
    )


def plan_give_back(record: OwnershipRecord, user: LiveUser, *, believe_read: bool = False) -> Plan:
    """Return what restores every setting that `record` holds and then removes the record.

    Settings are written even where they seem to be as before, since the read may be from before they were taken. With
    `believe_read` only those are written that are not shown as before: the caller knows that they were never taken, or has
    restored them.
    """
    back = restoration(record.prior, record.prior, user.settings)
    off = [key for key, value in back.wanted.items() if not believe_read or user.settings.effective(key) != value]
    return Plan(
        arrays=_arrays(off, back.wanted, user.settings),
        release=our_keys(user.tags),
        notes=back.notes,
        removes_number=_removes_number(off, back.wanted),
    )


def owned_now(record: OwnershipRecord, settings: UserSettings) -> Settings:
    """Return the live value of every owned setting; an owned phone number that is gone has none."""
    live = {key: settings.effective(key) for key in record.prior}
    return {key: value for key, value in live.items() if value is not None}


def prior_value(key: SettingKey, settings: UserSettings) -> PriorValue:
    """Return what is recorded of a setting that is about to be taken: its effective value, of a number only its existence."""
    value = settings.effective(key)
    return Withheld.NUMBER if value is not None and field_of(key).kind.sensitive else value


def _removes_number(off: Sequence[SettingKey], wanted: Wanted) -> bool:
    return PHONE_NUMBER_KEY in off and wanted[PHONE_NUMBER_KEY] is None


def _arrays(off: Iterable[SettingKey], wanted: Wanted, settings: UserSettings) -> dict[str, list[Entry]]:
    touched = {key.array for key in off}
    return {array.name: settings.lay_over(array, wanted) for array in ARRAYS if array.name in touched}


def _as_declared(key: SettingKey, declared: Value, settings: UserSettings, *, written: bool) -> bool:
    found = settings.effective(key)
    if found == declared:
        return True
    if not written:
        return False
    if key == PHONE_NUMBER_KEY:
        # Whether a number survives under SOFT_PHONE is not documented: after one try, a dropped one is left at that, and so is
        # an older one that shows in its place.
        return settings.effective(PHONE_TYPE_KEY) == SOFT_PHONE
    return found is not None and is_clamped(key, declared, found)


def is_clamped(key: SettingKey, declared: Value, found: Value) -> bool:
    """Whether `found` is what the service may make of `declared`: work on CHAT ends after 90 minutes, whatever is set."""
    is_chat_work = key.channel == CHAT and isinstance(field_of(key).kind, Seconds)
    return is_chat_work and found == CHAT_ACW_LIMIT and isinstance(declared, int) and declared > CHAT_ACW_LIMIT


def _missing(wanted: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in wanted.items() if there.get(key) != value}


def _check_room(tags: Mapping[str, str], claim: Mapping[str, str]) -> None:
    total = len({*tags, *claim})
    if total > MAX_TAGS:
        raise InvalidRequest(
            f"The user has {len(tags)} tags, and the record of what is owned needs {len(claim.keys() - tags.keys())} more: together"
            f" {total}, but a user holds {MAX_TAGS} at most. Remove tags from the user, or declare fewer of the arrays."
        )


def _difference(key: SettingKey, wanted: Value | None, settings: UserSettings) -> str:
    found = settings.effective(key)
    if field_of(key).kind.sensitive:
        return f"{key}: wanted {'the declared number' if wanted else 'none'}, found {'another number' if found else 'none'}"
    return f"{key}: wanted {_shown(wanted)}, found {_shown(found)}"


def _shown(value: Value | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
