"""Amazon Connect under load: users with settings and tags, token buckets, and calls that take time.

The buckets are the local Connect's, so that a quota means the same in both.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connect_local import Quota
from connect_local.conditions import QuotaBuckets
from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.errors import Throttling
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import Entry, UserSettings, flatten
from custom_connect_userconfig.ports import FoundUsers

from .simulation import Simulation

INSTANCE_ID: Final = "10000000-0000-4000-8000-000000000001"
_ARN: Final = f"arn:aws:connect:us-east-1:123456789012:instance/{INSTANCE_ID}/agent/"


@dataclass
class SimulatedUser:
    """One user."""

    settings: dict[SettingKey, Value] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass
class SimulatedConnect:
    """Implements the `Gateway` port; logs the calls that it admits and refuses."""

    simulation: Simulation
    quotas: Mapping[str, Quota]
    random: Callable[[], float]
    refused_cost: float = 0.0
    latency: float = 0.08
    """Seconds that a call takes on average."""
    users: dict[str, SimulatedUser] = field(default_factory=dict)
    admitted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    log: list[tuple[float, str, bool]] = field(default_factory=list)
    """Time, operation and admission of each call of a stack."""
    _buckets: QuotaBuckets = field(default_factory=QuotaBuckets)

    def user(self, number: int) -> str:
        """Return the id of the user with that number; create the user if there is none."""
        user_id = f"20000000-0000-4000-8000-{number:012d}"
        self.users.setdefault(user_id, SimulatedUser())
        return user_id

    def admits(self, operation: str) -> bool:
        """Take a token of `operation`; return whether there was one."""
        quota = self.quotas[operation]
        return self._buckets.admit((operation,), quota, self.simulation.now, self.refused_cost)

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user."""
        self._called("DescribeUser", instance_id)
        user = self.users[user_id]
        return LiveUser(_ARN + user_id, UserSettings(dict(user.settings), {}), dict(user.tags))

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Replace the arrays."""
        self._called("UpdateUserConfig", instance_id)
        user = self.users[user_id]
        kept = {key: value for key, value in user.settings.items() if key.array not in arrays}
        user.settings = {**kept, **flatten(arrays)}

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags."""
        self._called("TagResource", INSTANCE_ID)
        self.users[user_arn.removeprefix(_ARN)].tags.update(tags)

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags."""
        self._called("UntagResource", INSTANCE_ID)
        user = self.users[user_arn.removeprefix(_ARN)]
        user.tags = {key: value for key, value in user.tags.items() if key not in keys}

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether the user exists."""
        self._called("SearchUsers", instance_id)
        return user_id in self.users

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Not implemented: no stack operation searches."""
        raise NotImplementedError

    def _called(self, operation: str, instance_id: str) -> None:
        assert instance_id == INSTANCE_ID
        self.simulation.sleep(self.latency * (0.5 + self.random()))
        admitted = self.admits(operation)
        (self.admitted if admitted else self.refused)[operation] += 1
        self.log.append((self.simulation.now, operation, admitted))
        if not admitted:
            raise Throttling(f"Amazon Connect refused {operation}.")
