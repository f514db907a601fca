"""A Connect of a few dictionaries behind the `Gateway` port; its calls may fail, and show late."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from unit.examples import INSTANCE, USER, USER_ARN

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.errors import NotFound
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import Entry, UserSettings, flatten
from custom_connect_userconfig.ports import FoundUsers
from support.clock import FakeClock

T = TypeVar("T")

DESCRIBE, SEARCH = "DescribeUser", "SearchUsers"
WRITES = UPDATE, TAG, UNTAG = "UpdateUserConfig", "TagResource", "UntagResource"


@dataclass(frozen=True)
class Answer:
    """The outcome of one call: an error, before or after the service acts, or an event after the call."""

    error: BaseException | None = None
    acted: bool = False
    afterwards: Callable[[], None] = lambda: None


@dataclass
class FakeConnect:
    """One user with settings and tags; a written array replaces the one before."""

    clock: FakeClock
    settings: dict[SettingKey, Value] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    legacy: dict[str, Value] = field(default_factory=dict)
    exists: bool = True
    is_found: bool = False
    """Whether a search finds the user although other calls do not."""
    pages: dict[str | None, FoundUsers] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    sent: list[tuple[str, object]] = field(default_factory=list)
    latency: dict[str, float] = field(default_factory=dict)
    stale_reads: int = 0
    """How many reads after a write still show the state before it."""
    freeze_reads: bool = False
    """Whether all reads after the next write show the state before it."""
    store: Callable[[dict[SettingKey, Value]], dict[SettingKey, Value]] = lambda settings: settings
    """Returns the settings that the service stores of those that it gets."""
    _script: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    _shown: LiveUser | None = None
    _stale_left: int = 0

    def script(self, operation: str, *answers: Answer | BaseException | None) -> None:
        """Script the next calls of `operation`; None is an ordinary answer."""
        for answer in answers:
            self._script[operation].append(answer if isinstance(answer, Answer) else Answer(answer))

    def always(self, operation: str, error: Exception) -> None:
        """Let each of the next 500 calls of `operation` fail."""
        self.script(operation, *(error for _ in range(500)))

    def clear_faults(self) -> None:
        """Forget the script."""
        self._script.clear()

    @property
    def writes(self) -> list[str]:
        """The calls that change something, in order."""
        return [call for call in self.calls if call in WRITES]

    def count(self, operation: str) -> int:
        """Return how often `operation` was called."""
        return self.calls.count(operation)

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        assert (instance_id, user_id) == (INSTANCE, USER)
        return self._call(DESCRIBE, None, self._describe)

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        assert (instance_id, user_id) == (INSTANCE, USER)
        self._call(UPDATE, arrays, lambda: self._update(arrays))

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        assert user_arn == USER_ARN
        self._call(TAG, dict(tags), lambda: self._write(tags={**self.tags, **tags}))

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        assert user_arn == USER_ARN
        left = {key: value for key, value in self.tags.items() if key not in keys}
        self._call(UNTAG, tuple(keys), lambda: self._write(tags=left))

    def has_user(self, instance_id: str, user_id: str) -> bool:
        assert (instance_id, user_id) == (INSTANCE, USER)
        return self._call(SEARCH, user_id, lambda: self.is_found, of_user=False)

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        return self._call(SEARCH, (instance_id, tag_key, tuple(tag_values), token), lambda: self.pages[token])

    def _call(self, operation: str, sent: object, act: Callable[[], T], *, of_user: bool = True) -> T:
        self.calls.append(operation)
        self.sent.append((operation, sent))
        self.clock.seconds += self.latency.get(operation, 0.0)
        waiting = self._script[operation]
        answer = waiting.popleft() if waiting else Answer()
        if answer.error and not answer.acted:
            raise answer.error
        if of_user and not self.exists:
            raise NotFound("There is no such user.")
        result = act()
        answer.afterwards()
        if answer.error:
            raise answer.error
        return result

    def _now(self) -> LiveUser:
        return LiveUser(USER_ARN, UserSettings(dict(self.settings), dict(self.legacy)), dict(self.tags))

    def _describe(self) -> LiveUser:
        if self._shown is not None and (self.freeze_reads or self._stale_left > 0):
            self._stale_left -= 1
            return self._shown
        self._shown = None
        return self._now()

    def _write(
        self, *, settings: dict[SettingKey, Value] | None = None, tags: dict[str, str] | None = None
    ) -> None:
        if self._shown is None and (self.freeze_reads or self.stale_reads):
            self._shown = self._now()
        self._stale_left = self.stale_reads
        self.settings = self.settings if settings is None else settings
        self.tags = self.tags if tags is None else tags

    def _update(self, arrays: Mapping[str, Sequence[Entry]]) -> None:
        kept = {key: value for key, value in self.settings.items() if key.array not in arrays}
        self._write(settings=self.store({**kept, **flatten(arrays)}))
