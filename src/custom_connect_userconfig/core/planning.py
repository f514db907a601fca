"""What is left to do, computed from what is declared, what is recorded and what is live: nothing else is
remembered.

A plan has three steps in this order, and can be cut off between any two calls and computed anew:

1. `claim`   tags that record what is taken, before it is taken, and the request that takes it;
2. `arrays`  the settings, one ``UpdateUserConfig``;
3. `amend`, `release`   tags that no longer record what was given back, after it was.

An empty plan means that all is as wanted: that is the test of "done" as well as of "nothing to do".
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final, TypedDict

from .arrays import (
    ARRAYS,
    CHANNELS,
    CHAT,
    CHAT_ACW_LIMIT,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
    field_of,
)
from .errors import InvalidRequest
from .kinds import RecordedValue, Seconds, Unrecorded, Value
from .ownership import MAX_TAGS, Owner, OwnershipRecord, as_recorded, our_keys, requests_with
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
    prior: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """The earlier values of all that is declared, as `claim` records them."""
    arrays: Mapping[str, list[Entry]] = field(default_factory=dict)
    narrower: tuple[Mapping[str, list[Entry]], ...] = ()
    """`arrays` without channels that an instance may refuse: no read shows them, and they are as wanted.

    First those that nobody declares, one channel alone, the newest first, then two, and so on: what an
    unnamed channel rests on may move, so that none is left out without need. Last those that are declared,
    and in force already.
    """
    amend: Mapping[str, str] = field(default_factory=dict)
    release: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    """For people: each setting that is not as wanted, with the value wanted and the value found."""
    notes: tuple[str, ...] = ()
    """For people: what cannot be given back, and why."""
    is_stamp: bool = False
    """Whether `claim` is all, and holds no more than the request."""
    removes_number: bool = False
    """Whether the phone number shall go; a service that merges entries keeps it, and then that has to be
    said.
    """

    @property
    def is_empty(self) -> bool:
        """Whether all is as wanted."""
        return not (self.claim or self.arrays or self.amend or self.release)


@dataclass(frozen=True)
class Knowledge:
    """What an operation knows of a user beside what one read shows."""

    prior: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """Earlier values that it has recorded. They are not forgotten if a read no longer shows the record."""
    own: Collection[Settings] = ()
    """Values that the resource may have written before its record was lost: no earlier values."""
    claimed: bool = False
    """Whether it has written the record already."""
    stamps: bool = False
    """Whether its request must show in the record before all is as wanted: reads may be from before the
    request.
    """
    distrusts: bool = False
    """Whether what a read shows contradicts what the request says. Then the request is recorded before
    anything else.
    """
    written: bool = False
    """Whether its writes are old enough to be visible. A value that the service dropped or clamped then
    counts as in place.
    """


def plan_take(
    declared: Settings,
    owner: Owner,
    record: OwnershipRecord | None,
    user: LiveUser,
    knowledge: Knowledge = Knowledge(),
) -> Plan:
    """Return what makes `user` carry `declared`, owned by `owner`: newly declared settings are recorded,
    dropped ones given back.

    The first claim of an operation writes the whole record, even the tags that seem to be there: a late read
    shows tags that are gone. Raises InvalidRequest if the user cannot hold the tags.
    """
    record = record or OwnershipRecord(None, {}, {})
    taken = {
        key: _earlier_value(key, declared[key], user.settings, knowledge)
        for key in declared
        if key not in record.prior
    }
    during = OwnershipRecord(
        owner,
        {key: as_recorded(key, value) for key, value in declared.items()},
        {**record.prior, **taken},
        record.requests,
    )
    dropped = record.prior.keys() - declared.keys()
    back = restoration(dropped, record.prior, user.settings)
    off = [
        *(
            key
            for key, value in declared.items()
            if not _as_declared(key, value, user.settings, written=knowledge.written)
        ),
        # Given back without asking whether it seems to be as before already: a late read would say so too
        # soon.
        *back.wanted,
    ]
    must_stamp = knowledge.stamps and requests_with(record.requests, owner.request) != record.requests
    _check_room(user.tags, during.to_tags())
    if not (off or dropped or _missing(during.to_tags(), user.tags)) or knowledge.distrusts:
        return plan_stamp(owner, record) if must_stamp else Plan()
    during = replace(during, requests=requests_with(record.requests, owner.request))
    after = replace(during, prior=still_owned(during.prior, declared))
    tags = during.to_tags()
    claim = tags if _missing(tags, user.tags) or not knowledge.claimed else {}
    wanted: Wanted = {**back.wanted, **declared}
    return Plan(
        claim=claim,
        prior={key: during.prior[key] for key in declared},
        **_writes(off, wanted, user.settings, declared),
        amend=_missing(after.to_tags(), tags),
        release=tuple(key for key in our_keys({**user.tags, **claim}) if key not in after.to_tags()),
        differences=tuple(_difference(key, wanted[key], user.settings) for key in off),
        notes=back.notes,
        removes_number=_removes_number(off, wanted),
    )


def plan_stamp(owner: Owner, record: OwnershipRecord) -> Plan:
    """Return what records the request of `owner` and nothing else: a read that shows it shows all that went
    before.
    """
    return Plan(claim=_stamp(owner, record.requests, owner.request), is_stamp=True)


def _stamp(
    owner: Owner | None, requests: tuple[str, ...], request: str, *, is_ending: bool = False
) -> dict[str, str]:
    return OwnershipRecord(owner, {}, {}, requests_with(requests, request), is_ending).to_tags()


def plan_give_back(
    record: OwnershipRecord, user: LiveUser, *, request: str = "", trust_read: bool = False
) -> Plan:
    """Return what restores every setting that `record` holds and then removes the record.

    With `request`, that is recorded first: an earlier request that comes late or twice would otherwise take a
    setting that is given back for one that somebody has changed. Settings are written even if they seem to be
    as before, since the read may be from before they were taken. With `trust_read` only those are written
    that are not shown as before: the caller knows that they were never taken, or has restored them.
    """
    back = restoration(record.prior, record.prior, user.settings)
    off = [
        key for key, value in back.wanted.items() if not trust_read or user.settings.effective(key) != value
    ]
    return Plan(
        claim=_stamp(record.owner, record.requests, request, is_ending=True) if request else {},
        **_writes(off, back.wanted, user.settings),
        release=our_keys(user.tags),
        notes=back.notes,
        removes_number=_removes_number(off, back.wanted),
    )


def plan_give_back_again(found: OwnershipRecord, user: LiveUser) -> Plan:
    """Return what restores the settings of `found`, a record that is gone, that show the value which was
    declared in it.

    They were given back before the record went: an earlier request has written them between.
    """
    wanted = restoration(found.prior, found.prior, user.settings).wanted
    shown = {key: user.settings.effective(key) for key in found.declared}
    off = [
        key for key, value in shown.items() if key in wanted and value == found.declared[key] != wanted[key]
    ]
    return Plan(**_writes(off, {key: wanted[key] for key in off}, user.settings))


def plan_concede(
    written: Collection[SettingKey],
    prior: Mapping[SettingKey, RecordedValue],
    record: OwnershipRecord | None,
    user: LiveUser,
) -> Plan:
    """Return what undoes the writes of an operation that another one has overtaken: its claim is gone from
    the user.

    Each setting that it has `written` gets back its earlier value, unless it is declared in `record`: then it
    gets the declared value, and whoever the record names gives it back. One that the record is giving back
    may have been given back before this operation wrote it, and the record forgets it next. `prior` holds all
    earlier values that the operation has recorded, those of other settings too: a phone is given back as a
    whole or not at all.
    """
    theirs = record or OwnershipRecord(None, {}, {})
    # A delete that has begun wants nothing but the earlier values.
    wants = {} if theirs.is_ending else theirs.declared
    back = restoration(set(written) - wants.keys(), {**prior, **theirs.prior}, user.settings)
    declared = {key: value for key, value in wants.items() if not isinstance(value, Unrecorded)}
    off = [
        *back.wanted,
        *(key for key, value in declared.items() if key in written or user.settings.effective(key) != value),
    ]
    return Plan(**_writes(off, {**back.wanted, **declared}, user.settings), notes=back.notes)


def owned_now(record: OwnershipRecord, settings: UserSettings) -> Settings:
    """Return the live value of every declared setting of a record; a declared phone number that is gone has
    none.
    """
    return live(record.declared, settings)


def live(keys: Iterable[SettingKey], settings: UserSettings) -> Settings:
    """Return the effective value of each setting; a phone number that is not there has none."""
    values = {key: settings.effective(key) for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def _earlier_value(
    key: SettingKey, declared: Value, settings: UserSettings, knowledge: Knowledge
) -> RecordedValue:
    """Return what is recorded of a setting that is about to be taken: its effective value, unless that may be
    our own write.
    """
    if key in knowledge.prior and _as_declared(key, declared, settings, written=True):
        return knowledge.prior[key]
    value = settings.effective(key)
    if value is not None and any(_may_come_of(key, own.get(key), value) for own in knowledge.own):
        return Unrecorded.VALUE
    return as_recorded(key, value)


def _may_come_of(key: SettingKey, written: Value | None, found: Value) -> bool:
    return written is not None and (found == written or is_clamped(key, written, found))


def _removes_number(off: Sequence[SettingKey], wanted: Wanted) -> bool:
    return PHONE_NUMBER_KEY in off and wanted[PHONE_NUMBER_KEY] is None


class _Writes(TypedDict):
    arrays: Mapping[str, list[Entry]]
    narrower: tuple[Mapping[str, list[Entry]], ...]


def _writes(
    off: Collection[SettingKey], wanted: Wanted, settings: UserSettings, declared: Collection[SettingKey] = ()
) -> _Writes:
    touched = [array for array in ARRAYS if any(key.array == array.name for key in off)]
    arrays = {array.name: settings.overlay(array, wanted) for array in touched}
    changes = [key for key, value in wanted.items() if settings.effective(key) != value]
    needed = {(key.array, key.channel) for key in (*changes, *settings.shown)}
    spare = {(array.name, channel) for array in touched for channel in array.channels} - needed
    undeclared = spare - {(key.array, key.channel) for key in declared}
    narrower = [
        {
            name: kept
            for name, entries in arrays.items()
            if (kept := [e for e in entries if (name, e["Channel"]) not in left_out])
        }
        for left_out in (
            *_choices(undeclared),
            *(choice for choice in _choices(spare) if not choice <= undeclared),
        )
    ]
    return {"arrays": arrays, "narrower": tuple(narrower)}


def _choices(spare: AbstractSet[tuple[str, object]]) -> Iterator[set[tuple[str, object]]]:
    """Yield what may be left out of a write, as little as possible first: all entries of one channel, of two,
    and so on.
    """
    channels = [channel for channel in reversed(CHANNELS) if any(spared[1] == channel for spared in spare)]
    for number in range(1, len(channels) + 1):
        for chosen in combinations(channels, number):
            yield {spared for spared in spare if spared[1] in chosen}


def _as_declared(key: SettingKey, declared: Value, settings: UserSettings, *, written: bool) -> bool:
    found = settings.effective(key)
    if found == declared:
        return True
    if not written:
        return False
    if key == PHONE_NUMBER_KEY:
        # Whether a number survives under SOFT_PHONE is not documented: after one try, a dropped one is left
        # at that, and so is an older one that shows in its place.
        return settings.effective(PHONE_TYPE_KEY) == SOFT_PHONE
    return found is not None and is_clamped(key, declared, found)


def is_clamped(key: SettingKey, declared: Value, found: Value) -> bool:
    """Whether `found` is what the service may make of `declared`: work on CHAT ends after 90 minutes,
    whatever is set.
    """
    is_chat_work = key.channel == CHAT and isinstance(field_of(key).kind, Seconds)
    return (
        is_chat_work and found == CHAT_ACW_LIMIT and isinstance(declared, int) and declared > CHAT_ACW_LIMIT
    )


def _missing(wanted: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in wanted.items() if there.get(key) != value}


_SYSTEM_TAGS: Final = "aws:"
"""How the keys of tags begin that AWS sets itself, and does not count."""


def _check_room(tags: Mapping[str, str], claim: Mapping[str, str]) -> None:
    counted = [key for key in tags if not key.startswith(_SYSTEM_TAGS)]
    total = len({*counted, *claim})
    if total > MAX_TAGS:
        raise InvalidRequest(
            f"The user has {len(counted)} tags, and the record of what is owned needs"
            f" {len(claim.keys() - tags.keys())} more:"
            f" together {total}, but a user holds {MAX_TAGS} at most. Remove tags from the user, or declare"
            " fewer of the arrays."
        )


def _difference(key: SettingKey, wanted: Value | None, settings: UserSettings) -> str:
    found = settings.effective(key)
    if field_of(key).kind.sensitive:
        return f"{key}: wanted {'the declared number' if wanted else 'none'}, found {'another number' if found else 'none'}"
    return f"{key}: wanted {_shown(wanted)}, found {_shown(found)}"


def _shown(value: Value | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
