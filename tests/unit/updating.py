"""Shared by the tests of updates without a record or a user."""

from unit.examples import CHAT_ACCEPT, IDENTITY, PERSISTENT, VOICE_ACCEPT, VOICE_ACW

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.kinds import Value

DECLARED: dict[SettingKey, Value] = {VOICE_ACCEPT: True, PERSISTENT: True, VOICE_ACW: 60}


PREVIOUS: dict[SettingKey, Value] = {VOICE_ACCEPT: True, CHAT_ACCEPT: True, VOICE_ACW: 30}


DECLARATION = Declaration(IDENTITY, DECLARED)
