"""The settings in the summaries of SearchUsers, whose unit of after-contact work is not documented for all.

The service model says "milliseconds" of the legacy `PhoneConfig` in a search, and seconds of the arrays. So
the unit of each is worked out: the first agent with a limit above 0 is read with DescribeUser as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from custom_connect_userconfig.core.arrays import AFTER_CONTACT_WORK, SettingKey
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.settings import UserSettings, flatten

_LEGACY: Final = AFTER_CONTACT_WORK.fields[0].legacy or ""
_SECOND: Final = (1, 1000)
"""The units that a second may have."""


@dataclass
class Units:
    """How many units make a second, in the arrays and in the legacy members; None as long as nobody tells."""

    arrays: int | None = None
    legacy: int | None = None

    def settings_of(self, summary: Mapping[str, Any]) -> UserSettings | None:
        """Return the settings of a summary in seconds; None if it has a limit whose unit is not known yet."""
        shown, legacy = flatten(summary), _phone_config(summary)
        limits = _limits(shown)
        if (any(limits.values()) and not self.arrays) or (legacy.get(_LEGACY) and not self.legacy):
            return None
        seconds = {key: int(value) // (self.arrays or 1) for key, value in limits.items()}
        if _LEGACY in legacy:
            legacy[_LEGACY] = int(legacy[_LEGACY]) // (self.legacy or 1)
        return UserSettings({**shown, **seconds}, legacy)

    def learn(self, summary: Mapping[str, Any], described: UserSettings) -> None:
        """Note the units if the limits of a summary are those of the same agent in DescribeUser."""
        for key, value in _limits(flatten(summary)).items():
            self.arrays = self.arrays or _unit(value, described.shown.get(key))
        self.legacy = self.legacy or _unit(_phone_config(summary).get(_LEGACY), described.legacy.get(_LEGACY))


def _unit(searched: object, described: object) -> int | None:
    if not isinstance(searched, int) or not isinstance(described, int) or not described:
        return None
    return next((unit for unit in _SECOND if searched == described * unit), None)


def _limits(shown: Mapping[SettingKey, Value]) -> dict[SettingKey, Value]:
    return {key: value for key, value in shown.items() if key.array == AFTER_CONTACT_WORK.name}


def _phone_config(summary: Mapping[str, Any]) -> dict[str, Any]:
    return dict(summary.get("PhoneConfig") or {})
