"""Shared by the tests of plans: records by short names, and the user after a plan."""

from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    NUMBER,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    VOICE_ACCEPT,
    live,
    recorded,
)

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.kinds import RecordedValue, Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.planning import Knowledge, LiveUser, Plan
from custom_connect_userconfig.core.settings import flatten

KEYS = {
    "voice": VOICE_ACCEPT,
    "chat": CHAT_ACCEPT,
    "task": TASK_ACCEPT,
    "persistent": PERSISTENT,
    "chat_acw": CHAT_ACW,
}


SETTLED = Knowledge(written=True)


def record(**values: tuple[RecordedValue, RecordedValue]) -> OwnershipRecord:
    """Return the record of settings, pairs of a declared and an earlier value."""
    return recorded(OWNER, {KEYS[name]: value for name, value in values.items()})


def found(plan: Plan, user: LiveUser) -> OwnershipRecord:
    """Return the record on the user after the claim of `plan`."""
    record = OwnershipRecord.from_tags({**user.tags, **plan.claim})
    assert record is not None
    return record


def carried_out(plan: Plan, user: LiveUser) -> LiveUser:
    """Return `user` after every call of `plan`, on a service that replaces written arrays."""
    kept = {key: value for key, value in user.settings.shown.items() if key.array not in plan.arrays}
    tags = {k: v for k, v in {**user.tags, **plan.claim, **plan.amend}.items() if k not in plan.release}
    return live({**kept, **flatten(plan.arrays)}, tags, user.settings.legacy)


SOFT_WITH_NUMBER: dict[SettingKey, Value] = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: NUMBER}
