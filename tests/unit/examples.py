"""Made-up identifiers, owners and users that the unit tests share."""

from collections.abc import Mapping

from custom_connect_userconfig.core.arrays import (
    AFTER_CONTACT_WORK,
    AUTO_ACCEPT,
    CHAT,
    PERSISTENT_CONNECTION,
    VOICE,
    VOICE_ENHANCEMENT,
    Array,
    SettingKey,
)
from custom_connect_userconfig.core.errors import SettingsError
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.kinds import RecordedValue, Value
from custom_connect_userconfig.core.ownership import Owner, OwnershipRecord
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import UserSettings

REGION = "us-east-1"
ACCOUNT = "123456789012"
ENVIRONMENT = Environment(REGION, ACCOUNT)
INSTANCE = "11111111-aaaa-4bbb-8ccc-111111111111"
USER = "22222222-aaaa-4bbb-8ccc-222222222222"
INSTANCE_ARN = f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/{INSTANCE}"
USER_ARN = f"{INSTANCE_ARN}/agent/{USER}"
NUMBER = "+15555550123"
OTHER_NUMBER = "+4930123456"

IDENTITY = Identity.parse(INSTANCE, USER, ENVIRONMENT)
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/sales/0a1b2c3d"
OTHER_STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/support/0a1b2c3d"
OWNER = Owner.of(IDENTITY, STACK, "Agent", "request-1")
LATER = Owner.of(IDENTITY, STACK, "Agent", "request-2")
"""The same resource, in a later request."""
OTHER_OWNER = Owner.of(IDENTITY, OTHER_STACK, "Agent", "request-3")
NO_STACK = Owner.of(IDENTITY, None, None, "token-1")


def every_class(of: type[SettingsError] = SettingsError) -> list[type[SettingsError]]:
    """Return every class of errors."""
    return [of, *(deeper for child in of.__subclasses__() for deeper in every_class(child))]


def only_field(array: Array, channel: str) -> SettingKey:
    """Return the setting that every entry of `array` has."""
    return array.key(channel, array.fields[0])


VOICE_ACCEPT = only_field(AUTO_ACCEPT, VOICE)
CHAT_ACCEPT = only_field(AUTO_ACCEPT, CHAT)
EMAIL_ACCEPT = only_field(AUTO_ACCEPT, "EMAIL")
TASK_ACCEPT = only_field(AUTO_ACCEPT, "TASK")
CALLBACK_ACCEPT = AUTO_ACCEPT.key(VOICE, AUTO_ACCEPT.fields[1])
VOICE_ACW = only_field(AFTER_CONTACT_WORK, VOICE)
CHAT_ACW = only_field(AFTER_CONTACT_WORK, CHAT)
CALLBACK_ACW = AFTER_CONTACT_WORK.key(VOICE, AFTER_CONTACT_WORK.fields[1])
PERSISTENT = only_field(PERSISTENT_CONNECTION, VOICE)
ENHANCEMENT = only_field(VOICE_ENHANCEMENT, VOICE)


def recorded(
    owner: Owner | None, values: Mapping[SettingKey, tuple[RecordedValue, RecordedValue]], *later: Owner
) -> OwnershipRecord:
    """Return the record of `values`, each a declared and an earlier value; `owner` and `later` wrote it."""
    requests = tuple(each.request for each in (owner, *later) if each and each.request)
    declared = {key: declared for key, (declared, _) in values.items()}
    return OwnershipRecord(owner, declared, {key: prior for key, (_, prior) in values.items()}, requests)


VOICE_RECORD = recorded(OWNER, {VOICE_ACCEPT: (True, False)})
"""The record of one setting."""


def live(
    settings: Mapping[SettingKey, Value] | None = None,
    tags: Mapping[str, str] | None = None,
    legacy: Mapping[str, Value] | None = None,
) -> LiveUser:
    """Return the user of the examples as a read might show it."""
    return LiveUser(USER_ARN, UserSettings(dict(settings or {}), dict(legacy or {})), dict(tags or {}))
