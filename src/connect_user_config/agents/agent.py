"""One agent as the commands see it: who it is, its settings in force, and who owns which of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from custom_connect_userconfig.core.arrays import ARRAYS, SettingKey
from custom_connect_userconfig.core.drift import Difference, differences
from custom_connect_userconfig.core.errors import RecordDamaged
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import UserSettings, flatten

ALL_KEYS: Final = tuple(
    array.key(channel, field)
    for array in ARRAYS
    for channel in array.channels
    for field in array.fields_of(channel)
)
"""Every setting of an agent, in the order of the table."""


@dataclass(frozen=True)
class Agent:
    """One agent, as a search or DescribeUser shows it."""

    id: str
    username: str
    live: LiveUser
    first_name: str = ""
    last_name: str = ""
    routing_profile_id: str = ""
    security_profile_ids: tuple[str, ...] = ()
    hierarchy_group_id: str = ""
    record: OwnershipRecord | None = None
    damage: str = ""
    """Why the record cannot be read; empty if it can, or if there is none."""
    is_confirmed: bool = field(default=False, compare=False)
    """Whether DescribeUser shows the agent so; a search may be late."""

    @property
    def owner(self) -> str:
        """The stack and the resource that own settings, as `stack/LogicalId`; empty if nobody is named."""
        return self.record.owner.label if self.record and self.record.owner else ""

    @property
    def is_held(self) -> bool:
        """Whether the record names a resource that has not handed it over."""
        return bool(self.record and self.record.owner and not self.record.is_handed_over)

    @property
    def is_owned(self) -> bool:
        """Whether a record, legible or not, is on the agent."""
        return self.record is not None or bool(self.damage)

    def effective(self, key: SettingKey) -> Value | None:
        """Return the value in force; None means that there is no phone number."""
        return self.live.settings.effective(key)

    def owns(self, key: SettingKey) -> bool:
        """Whether a resource owns the setting; one that is being given back counts."""
        return self.record is not None and key in self.record.prior

    def drift(self) -> tuple[Difference, ...]:
        """Return the owned settings whose live value is not the declared one."""
        record = self.record if self.record and not self.record.is_handed_over else None
        return tuple(differences(record.declared, record, self.live.settings)) if record else ()


def from_description(user: Mapping[str, Any]) -> Agent:
    """Return the agent in the `User` of DescribeUser."""
    return _agent(user, UserSettings(flatten(user), user.get("PhoneConfig") or {}), is_confirmed=True)


def from_summary(summary: Mapping[str, Any], settings: UserSettings) -> Agent:
    """Return the agent in a summary of SearchUsers, whose `settings` are in seconds."""
    return _agent(summary, settings, is_confirmed=False)


def _agent(shown: Mapping[str, Any], settings: UserSettings, *, is_confirmed: bool) -> Agent:
    tags = cast("dict[str, str]", shown.get("Tags") or {})
    names = shown.get("IdentityInfo") or {}
    record, damage = _record(tags)
    return Agent(
        id=shown["Id"],
        username=shown.get("Username") or shown["Id"],
        live=LiveUser(shown["Arn"], settings, tags),
        first_name=names.get("FirstName") or "",
        last_name=names.get("LastName") or "",
        routing_profile_id=shown.get("RoutingProfileId") or "",
        security_profile_ids=tuple(shown.get("SecurityProfileIds") or ()),
        hierarchy_group_id=shown.get("HierarchyGroupId") or "",
        record=record,
        damage=damage,
        is_confirmed=is_confirmed,
    )


def _record(tags: Mapping[str, str]) -> tuple[OwnershipRecord | None, str]:
    try:
        return OwnershipRecord.from_tags(tags), ""
    except RecordDamaged as error:
        return None, str(error)


def in_order(agents: Iterable[Agent]) -> list[Agent]:
    """Return the agents by name, as people look for them."""
    return sorted(agents, key=lambda agent: (agent.username.casefold(), agent.id))
