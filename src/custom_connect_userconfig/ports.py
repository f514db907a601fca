"""The service's interfaces to Amazon Connect and to the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .core.planning import LiveUser
from .core.settings import Entry


@dataclass(frozen=True)
class FoundUser:
    """One user in the result of a search."""

    user_id: str
    arn: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class FoundUsers:
    """One page of a search."""

    users: Sequence[FoundUser]
    next_token: str | None


class Gateway(Protocol):
    """The calls on Amazon Connect. They raise only the errors of ``core.errors``, and never retry."""

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user; NotFound if there is no such user or instance."""
        ...

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Write the given arrays and no others."""
        ...

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of the user."""
        ...

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags of the user."""
        ...

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether a search finds the user; NotFound if there is no such instance."""
        ...

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Return a page of the users of the instance that have the tag with one of the values."""
        ...


class Clock(Protocol):
    """The clock; tests replace it and do not wait."""

    def now(self) -> float:
        """Return seconds since the epoch, comparable between invocations; the clock can be set."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never step back, comparable within an invocation."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
