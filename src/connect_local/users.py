"""One user: its stored state, the state that a read shows, and its three wire forms.

`models` creates and keeps users. The backend's tagger keeps their tags, so methods get tags as an argument.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from .behaviour import AcwUnit, Behaviour
from .settings import Settings, show_arrays, show_phone_config

PROFILE_MEMBERS = (
    "IdentityInfo",
    "DirectoryUserId",
    "SecurityProfileIds",
    "RoutingProfileId",
    "HierarchyGroupId",
)
_SEARCHED_NAMES = ("FirstName", "LastName")
_ACW_ARRAY = "AfterContactWorkConfigs"
_ACW_LIMIT = "AfterContactWorkTimeLimit"


@dataclass(frozen=True)
class UserState:
    """The state of a user at one moment, as a read may show it."""

    settings: Settings
    tags: Mapping[str, str]
    modified_at: float


@dataclass
class PendingWrite:
    """A write that is not visible yet: reads show `before` until both limits are reached."""

    before: UserState
    reads_left: int
    visible_at: float

    def is_visible(self, now: float) -> bool:
        return self.reads_left <= 0 and self.visible_at <= now


# Not moto's BaseModel, which keeps every instance until the process ends: thousands of tests create users.
@dataclass
class User:
    """One agent; `number` is its position in the order of creation."""

    id: str
    arn: str
    instance_id: str
    username: str
    number: int
    profile: Mapping[str, object]
    settings: Settings
    modified_at: float
    hidden_reads: int = 0
    indexed_at: float = 0.0
    pending: list[PendingWrite] = field(default_factory=list)
    unindexed: list[PendingWrite] = field(default_factory=list)

    @property
    def identity(self) -> Mapping[str, object]:
        return self.profile.get("IdentityInfo") or {}  # type: ignore[return-value]  # its form is that of the service's model

    def remember_before(self, tags: Mapping[str, str], now: float, behaviour: Behaviour) -> None:
        """Keeps the state that reads show while the write is not visible; to be called before every write."""
        before = self._state(dict(tags))
        if behaviour.search_stale_seconds > 0:
            self.unindexed.append(PendingWrite(before, 0, now + behaviour.search_stale_seconds))
        if behaviour.stale_reads > 0 or behaviour.stale_seconds > 0:
            self.pending.append(PendingWrite(before, behaviour.stale_reads, now + behaviour.stale_seconds))
        self.modified_at = now

    def visible_state(self, tags: Mapping[str, str], now: float) -> UserState:
        """The state before the first write that is not visible yet; the call counts as a read."""
        while self.pending and self.pending[0].is_visible(now):
            self.pending.pop(0)
        for write in self.pending:
            write.reads_left -= 1
        return self.pending[0].before if self.pending else self._state(tags)

    def indexed_state(self, tags: Mapping[str, str], now: float) -> UserState:
        """The state that a search shows: before the first write that the index does not have yet."""
        while self.unindexed and self.unindexed[0].is_visible(now):
            self.unindexed.pop(0)
        return self.unindexed[0].before if self.unindexed else self._state(tags)

    def _state(self, tags: Mapping[str, str]) -> UserState:
        return UserState(self.settings, tags, self.modified_at)

    def description(self, state: UserState, region: str, behaviour: Behaviour) -> dict[str, object]:
        """The `User` of `DescribeUser`."""
        return {
            **self.summary(region),
            **deepcopy(dict(self.profile)),
            **_settings_wire(state.settings, behaviour),
            **_tags_wire(state.tags),
            "LastModifiedTime": state.modified_at,
        }

    def summary(self, region: str) -> dict[str, object]:
        """The `UserSummary` of `ListUsers`."""
        return {
            "Id": self.id,
            "Arn": self.arn,
            "Username": self.username,
            "LastModifiedTime": self.modified_at,
            "LastModifiedRegion": region,
        }

    def search_summary(self, state: UserState, behaviour: Behaviour) -> dict[str, object]:
        """The `UserSearchSummary` of `SearchUsers`."""
        return {
            "Id": self.id,
            "Arn": self.arn,
            "Username": self.username,
            **deepcopy({name: value for name, value in self.profile.items() if name != "IdentityInfo"}),
            "IdentityInfo": {name: self.identity[name] for name in _SEARCHED_NAMES if name in self.identity},
            **_searched_settings(state.settings, behaviour),
            **_tags_wire(state.tags),
        }


def _settings_wire(settings: Settings, behaviour: Behaviour) -> dict[str, object]:
    phone_config = show_phone_config(settings, behaviour)
    return {**({"PhoneConfig": phone_config} if phone_config else {}), **show_arrays(settings, behaviour)}


def _searched_settings(settings: Settings, behaviour: Behaviour) -> dict[str, object]:
    is_scaled = behaviour.search_acw_unit is AcwUnit.MILLISECONDS
    scaled = {"PhoneConfig", _ACW_ARRAY} if is_scaled else {"PhoneConfig"}
    shown = _settings_wire(settings, behaviour)
    return {name: _in_milliseconds(name, value) if name in scaled else value for name, value in shown.items()}


def _tags_wire(tags: Mapping[str, str]) -> dict[str, object]:
    return {"Tags": dict(tags)} if tags else {}


def _in_milliseconds(name: str, value: object) -> object:
    if isinstance(value, dict):
        return {inner: _in_milliseconds(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [_in_milliseconds(name, item) for item in value]
    return value * 1000 if name == _ACW_LIMIT and isinstance(value, int) else value
