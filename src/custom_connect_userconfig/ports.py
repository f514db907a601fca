"""What the service needs from the world: Amazon Connect, and time. Tests and front ends bring their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .core.planning import LiveUser
from .core.settings import Entry


@dataclass(frozen=True)
class FoundUser:
    """One user that a search has found."""

    user_id: str
    arn: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class FoundUsers:
    """One page of a search."""

    users: Sequence[FoundUser]
    next_token: str | None


class Gateway(Protocol):
    """The calls on Amazon Connect. Each raises the errors of ``core.errors`` and nothing else; none retries."""

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user; NotFound when there is no such user or instance."""
        ...

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Write the arrays that are given; others are left alone."""
        ...

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of the user."""
        ...

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags of the user."""
        ...

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether a search finds the user; NotFound when there is no such instance."""
        ...

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Return a page of the users of the instance that carry the tag with one of the values."""
        ...


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> float:
        """Seconds since the epoch; comparable between invocations, may be set meanwhile."""
        ...

    def monotonic(self) -> float:
        """Seconds since some point; comparable within an invocation, never steps back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
