"""Plans the calls of a person who intervenes, outside of any stack: the record is all there is to go by."""

from collections.abc import Set as AbstractSet
from typing import Final

from .arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from .drift import differences
from .kinds import Unrecorded
from .ownership import Marker, Owner, OwnershipRecord, hand_over_request, our_keys, requests_with
from .planning import LiveUser, Plan, difference, missing_tags, writes

BEING_GIVEN_BACK: Final = "A delete has begun to give the settings back: nothing is written again."
HANDED_OVER: Final = (
    "The record has been handed over: nobody declares settings, and nothing is written again."
)
NUMBER_MISSING: Final = (
    "There is no phone number on the user, and the record does not hold the declared one: deploy the stack to"
    " write it."
)
DESK_PHONE_MISSING: Final = (
    "The declared phone is a desk phone, but there is no phone number on the user, and the record does not"
    " hold the declared one. The phone is left as it is: deploy the stack to write it."
)

_PHONE: Final = frozenset({PHONE_TYPE_KEY, PHONE_NUMBER_KEY})


def plan_reapply(record: OwnershipRecord, user: LiveUser) -> Plan:
    """Return the plan that writes the declared values of `record` which `drift.differences` finds different.

    No tag is written: the record and its requests stay. The record does not hold the declared phone number.
    A number that is there counts as the declared one; notes name the settings that cannot be written without
    one.
    """
    if record.is_ending:
        return Plan(notes=(BEING_GIVEN_BACK,))
    if record.is_handed_over:
        return Plan(notes=(HANDED_OVER,))
    different = {each.key for each in differences(record.declared, record, user.settings)}
    left, notes = _without_a_number(record, user, different)
    off = [key for key in record.declared if key in different - left]
    wanted = {key: value for key, value in record.declared.items() if not isinstance(value, Unrecorded)}
    return Plan(
        **writes(off, wanted, user.settings, wanted),
        differences=tuple(difference(key, wanted[key], user.settings) for key in off),
        notes=notes,
    )


def plan_hand_over(record: OwnershipRecord) -> Plan:
    """Return the plan after which nobody owns the settings of `record`, and the next create takes them over.

    One call sets the marker and adds a request, so that every earlier request of the former owner, delivered
    again, finds itself overtaken. The tags of the arrays, with the earlier values, stay. The plan for a
    record that is handed over already is empty.
    """
    if record.is_handed_over:
        return Plan()
    requests = requests_with(record.requests, hand_over_request(record.requests))
    return Plan(claim=OwnershipRecord(record.owner, {}, {}, requests, Marker.HANDED_OVER).to_tags())


def plan_take_charge(record: OwnershipRecord, owner: Owner, user: LiveUser) -> Plan:
    """Return the plan that makes `owner` the owner of the settings of `record`, which nobody else holds.

    A record that is gone from `user` stays so: somebody else has given the settings back.
    """
    tags = OwnershipRecord(owner, record.declared, record.prior).to_tags()
    return Plan(claim=missing_tags(tags, user.tags) if our_keys(user.tags) else {})


def plan_forget(user: LiveUser) -> Plan:
    """Return the plan that removes the record, and with it the earlier values; the settings stay."""
    return Plan(release=our_keys(user.tags))


def _without_a_number(
    record: OwnershipRecord, user: LiveUser, different: AbstractSet[SettingKey]
) -> tuple[AbstractSet[SettingKey], tuple[str, ...]]:
    """Return the settings of the phone that lack a number to write, and the note on them."""
    if user.settings.effective(PHONE_NUMBER_KEY) is not None:
        return frozenset(), ()
    if record.declared.get(PHONE_TYPE_KEY) == DESK_PHONE:
        return _PHONE, (DESK_PHONE_MISSING,)
    if PHONE_NUMBER_KEY in different:
        return frozenset({PHONE_NUMBER_KEY}), (NUMBER_MISSING,)
    return frozenset(), ()
