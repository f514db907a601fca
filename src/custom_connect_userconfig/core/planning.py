"""Plans the calls of an operation, from the declared, the recorded and the live values.

A plan has three steps. It can be cut off between any two calls and computed again:

1. `claim`: before settings are taken, tags record their earlier values and the request;
2. `arrays`: one ``UpdateUserConfig`` writes the settings;
3. `amend`, `release`: after settings are given back, their record is removed.

An empty plan means that nothing is left to do.
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
from .ownership import MAX_TAGS, Marker, Owner, OwnershipRecord, as_recorded, our_keys, requests_with
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
    """The calls that are left to make."""

    claim: Mapping[str, str] = field(default_factory=dict)
    prior: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """The earlier values of all declared settings, as `claim` records them."""
    arrays: Mapping[str, list[Entry]] = field(default_factory=dict)
    narrower: tuple[Mapping[str, list[Entry]], ...] = ()
    """`arrays` without channels that an instance may refuse, as alternatives to try in this order.

    No read shows the omitted channels, and their values are the wanted ones. The first alternatives omit only
    undeclared channels: one channel, the newest first, then two, and so on, because the value of an omitted
    channel may change. The last ones omit declared channels too.
    """
    amend: Mapping[str, str] = field(default_factory=dict)
    release: tuple[str, ...] = ()
    given_back: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """The settings that a take drops, with their earlier values; they are given back once `arrays` is
    written."""
    differences: tuple[str, ...] = ()
    """For messages: each setting that differs, with the wanted and the found value."""
    notes: tuple[str, ...] = ()
    """For messages: the settings that cannot be given back, and the reason."""
    is_stamp: bool = False
    """Whether `claim` is the only step, and records only the request."""
    removes_number: bool = False
    """Whether the phone number is removed; a service that merges entries keeps it, which needs a note."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.claim or self.arrays or self.amend or self.release)


@dataclass(frozen=True)
class Knowledge:
    """The facts that an operation knows about a user, in addition to one read."""

    prior: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """The earlier values that it has recorded; they hold even if a read no longer shows the record."""
    own: Collection[Settings] = ()
    """Values that the resource may have written before its record was lost; they are no earlier values."""
    claimed: bool = False
    """Whether it has written the record."""
    given_back: Mapping[SettingKey, RecordedValue] = field(default_factory=dict)
    """Settings that it has given back, with their earlier values. It does not record them again: the end of
    its first try may show, and end the operation, before a second record of them shows."""
    stamps: bool = False
    """Whether the record must show the request before the plan is empty: the read may predate the request."""
    distrusts: bool = False
    """Whether the read contradicts the request; the request is then recorded before anything else."""
    written: bool = False
    """Whether our write is old enough to be visible; a dropped or clamped value then counts as in place."""


def plan_take(
    declared: Settings,
    owner: Owner,
    record: OwnershipRecord | None,
    user: LiveUser,
    knowledge: Knowledge = Knowledge(),
) -> Plan:
    """Return the plan that applies `declared` to `user`, owned by `owner`.

    Newly declared settings are taken, dropped ones given back. The first claim of an operation writes the
    whole record, even tags that seem to be there: a late read shows tags that are gone. A later claim leaves
    out the settings that the operation has given back. Raises InvalidRequest if the user has no room for the
    tags.
    """
    record = record or OwnershipRecord(None, {}, {})
    taken = {
        key: _earlier_value(key, value, user.settings, knowledge)
        for key, value in declared.items()
        if key not in record.prior
    }
    dropped = record.prior.keys() - declared.keys()
    restored = {key for key, _ in record.prior.items() & knowledge.given_back.items()}
    prior = {**record.prior, **taken}
    during = OwnershipRecord(
        owner,
        {key: as_recorded(key, value) for key, value in declared.items()},
        still_owned(prior, declared.keys() | (dropped - restored)),
        record.requests,
    )
    back = restoration(dropped, record.prior, user.settings)
    # Dropped settings are written even if the read shows the earlier value: it may predate the take.
    off = [*_not_as_declared(declared, user.settings, written=knowledge.written), *back.wanted]
    requests = requests_with(record.requests, owner.request)
    must_stamp = knowledge.stamps and requests != record.requests
    _check_room(user.tags, during.to_tags())
    if not (off or dropped or missing_tags(during.to_tags(), user.tags)) or knowledge.distrusts:
        return plan_stamp(owner, record) if must_stamp else Plan()
    during = replace(during, requests=requests)
    after = replace(during, prior=still_owned(prior, declared))
    tags = during.to_tags()
    claim = tags if missing_tags(tags, user.tags) or not knowledge.claimed else {}
    wanted: Wanted = {**back.wanted, **declared}
    return Plan(
        claim=claim,
        prior={key: during.prior[key] for key in declared},
        **writes(off, wanted, user.settings, declared),
        amend=missing_tags(after.to_tags(), tags),
        release=tuple(key for key in our_keys({**user.tags, **claim}) if key not in after.to_tags()),
        given_back={key: record.prior[key] for key in dropped},
        differences=tuple(difference(key, wanted[key], user.settings) for key in off),
        notes=back.notes,
        removes_number=_removes_number(off, wanted),
    )


def plan_stamp(owner: Owner, record: OwnershipRecord) -> Plan:
    """Return the plan that records only the request of `owner`; a read that shows it shows earlier writes."""
    return Plan(claim=_stamp(owner, record.requests, owner.request), is_stamp=True)


def _stamp(
    owner: Owner | None, requests: tuple[str, ...], request: str, marker: Marker = Marker.MANAGED
) -> dict[str, str]:
    return OwnershipRecord(owner, {}, {}, requests_with(requests, request), marker).to_tags()


def plan_give_back(
    record: OwnershipRecord, user: LiveUser, *, request: str = "", trust_read: bool = False
) -> Plan:
    """Return the plan that restores every setting of `record` and then removes the record.

    With `request`, the request is recorded first. Otherwise an earlier request that is delivered late or
    twice would take a restored setting for one that somebody has changed. Settings are written even if the
    read shows the earlier value, because the read may predate the take. With `trust_read` only settings that
    show another value are written: the caller knows that the others were never taken or are restored.
    """
    back = restoration(record.prior, record.prior, user.settings)
    settings = user.settings
    off = [key for key, value in back.wanted.items() if not trust_read or settings.effective(key) != value]
    claim = _stamp(record.owner, record.requests, request, Marker.RELEASING) if request else {}
    return Plan(
        claim=claim,
        **writes(off, back.wanted, settings),
        release=our_keys({**user.tags, **claim}),
        notes=back.notes,
        removes_number=_removes_number(off, back.wanted),
    )


def plan_give_back_again(found: OwnershipRecord, user: LiveUser) -> Plan:
    """Return the plan that restores settings of the removed record `found` that show its declared value.

    They were restored before the record was removed, and an earlier request wrote them again in between.
    """
    wanted = restoration(found.prior, found.prior, user.settings).wanted
    shown = {key: user.settings.effective(key) for key in found.declared}
    off = [
        key for key, value in shown.items() if key in wanted and value == found.declared[key] != wanted[key]
    ]
    return Plan(**writes(off, {key: wanted[key] for key in off}, user.settings))


def plan_concede(
    written: Collection[SettingKey],
    prior: Mapping[SettingKey, RecordedValue],
    record: OwnershipRecord | None,
    user: LiveUser,
) -> Plan:
    """Return the plan that undoes the writes of an operation whose claim is gone from the user.

    Each setting in `written` gets the value that `record` declares, whose owner gives it back later; without
    such a value it gets its earlier value. That includes a setting that `record` is giving back: it may have
    been restored before this operation wrote it, and the record forgets it next. `prior` holds all earlier
    values that the operation has recorded, also of other settings: a phone is given back whole or not at all.
    """
    theirs = record or OwnershipRecord(None, {}, {})
    # Once its delete has begun, the other resource wants only the earlier values.
    wants = {} if theirs.is_ending else theirs.declared
    back = restoration(set(written) - wants.keys(), {**prior, **theirs.prior}, user.settings)
    declared = {key: value for key, value in wants.items() if not isinstance(value, Unrecorded)}
    off = [
        *back.wanted,
        *(key for key, value in declared.items() if key in written or user.settings.effective(key) != value),
    ]
    return Plan(**writes(off, {**back.wanted, **declared}, user.settings), notes=back.notes)


def owned_now(record: OwnershipRecord, settings: UserSettings) -> Settings:
    """Return the live values of the settings that `record` declares; a missing phone number is left out."""
    return live(record.declared, settings)


def live(keys: Iterable[SettingKey], settings: UserSettings) -> Settings:
    """Return the effective value of each setting; a missing phone number is left out."""
    values = {key: settings.effective(key) for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def _earlier_value(
    key: SettingKey, declared: Value, settings: UserSettings, knowledge: Knowledge
) -> RecordedValue:
    """Return the earlier value to record: the effective one, or unrecorded if we may have written it."""
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


class Writes(TypedDict):
    """The members of a plan that write settings."""

    arrays: Mapping[str, list[Entry]]
    narrower: tuple[Mapping[str, list[Entry]], ...]


def writes(
    off: Collection[SettingKey], wanted: Wanted, settings: UserSettings, declared: Collection[SettingKey] = ()
) -> Writes:
    """Return the write of the arrays of `off`, whole, with `wanted` over the live values, and narrower ones.

    `declared` are the settings whose channels are omitted last.
    """
    touched = [array for array in ARRAYS if any(key.array == array.name for key in off)]
    arrays = {array.name: settings.overlay(array, wanted) for array in touched}
    different = [key for key, value in wanted.items() if settings.effective(key) != value]
    needed = {(key.array, key.channel) for key in (*different, *settings.shown)}
    spare = {(array.name, channel) for array in touched for channel in array.channels} - needed
    undeclared = spare - {(key.array, key.channel) for key in declared}
    omissions = [*_choices(undeclared), *(choice for choice in _choices(spare) if not choice <= undeclared)]
    return {"arrays": arrays, "narrower": tuple(_without(omitted, arrays) for omitted in omissions)}


def _without(
    omitted: Collection[tuple[str, object]], arrays: Mapping[str, list[Entry]]
) -> dict[str, list[Entry]]:
    kept = {
        name: [entry for entry in entries if (name, entry["Channel"]) not in omitted]
        for name, entries in arrays.items()
    }
    return {name: entries for name, entries in kept.items() if entries}


def _choices(spare: AbstractSet[tuple[str, object]]) -> Iterator[set[tuple[str, object]]]:
    """Yield the entries to omit from a write, few first: all of one channel, of two channels, and so on."""
    channels = [channel for channel in reversed(CHANNELS) if any(spared[1] == channel for spared in spare)]
    for number in range(1, len(channels) + 1):
        for chosen in combinations(channels, number):
            yield {spared for spared in spare if spared[1] in chosen}


def _not_as_declared(declared: Settings, settings: UserSettings, *, written: bool) -> Iterator[SettingKey]:
    for key, value in declared.items():
        if not _as_declared(key, value, settings, written=written):
            yield key


def _as_declared(key: SettingKey, declared: Value, settings: UserSettings, *, written: bool) -> bool:
    found = settings.effective(key)
    if found == declared:
        return True
    if not written:
        return False
    if key == PHONE_NUMBER_KEY:
        # It is not documented whether a number survives under SOFT_PHONE. So after one write a dropped
        # number counts as declared, and so does an older one that shows instead.
        return settings.effective(PHONE_TYPE_KEY) == SOFT_PHONE
    return found is not None and is_clamped(key, declared, found)


def is_clamped(key: SettingKey, declared: Value, found: Value) -> bool:
    """Whether the service may show `found` for `declared`: it may cut a CHAT limit to `CHAT_ACW_LIMIT`."""
    is_chat_work = key.channel == CHAT and isinstance(field_of(key).kind, Seconds)
    is_longer = isinstance(declared, int) and declared > CHAT_ACW_LIMIT
    return is_chat_work and is_longer and found == CHAT_ACW_LIMIT


def missing_tags(wanted: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of `wanted` that are not `there` with their values."""
    return {key: value for key, value in wanted.items() if there.get(key) != value}


_SYSTEM_TAGS: Final = "aws:"
"""The prefix of tags that AWS sets itself and does not count."""


def _check_room(tags: Mapping[str, str], claim: Mapping[str, str]) -> None:
    counted = [key for key in tags if not key.startswith(_SYSTEM_TAGS)]
    total = len({*counted, *claim})
    if total > MAX_TAGS:
        more = len(claim.keys() - tags.keys())
        raise InvalidRequest(
            f"The user has {len(counted)} tags, and the ownership record needs {more} more: together {total},"
            f" but a user holds {MAX_TAGS} at most. Remove tags from the user, or declare fewer arrays."
        )


def difference(key: SettingKey, wanted: Value | None, settings: UserSettings) -> str:
    """Return the text of a setting that has not the wanted value; a phone number is not shown."""
    found = settings.effective(key)
    if not field_of(key).kind.sensitive:
        return f"{key}: wanted {_shown(wanted)}, found {_shown(found)}"
    wanted_number = "the declared number" if wanted else "none"
    found_number = "another number" if found else "none"
    return f"{key}: wanted {wanted_number}, found {found_number}"


def _shown(value: Value | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
