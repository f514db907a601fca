"""The users that `SearchUsers` searches: an index that may be late.

A late index shows deleted users, and does not show new ones. Each user keeps its own earlier states.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from .users import User, UserState

Tags: TypeAlias = Mapping[str, str]


class Entry(NamedTuple):
    """A user as a search sees it; its state is found when a condition or a page asks for it."""

    user: User
    tags_of: Callable[[User], Tags]
    now: float

    @property
    def number(self) -> int:
        return self.user.number

    @property
    def state(self) -> UserState:
        return self.user.indexed_state(self.tags_of(self.user), self.now)


class SearchIndex:
    """The deleted users of one backend that searches still show; `tags_of` returns a user's current tags."""

    def __init__(self, tags_of: Callable[[User], Tags]) -> None:
        self._tags_of = tags_of
        self._deleted: dict[str, list[User]] = {}

    def keep(self, deleted: User) -> None:
        """Keeps a user that searches show until its deletion, its last write, reaches the index."""
        self._deleted.setdefault(deleted.instance_id, []).append(deleted)

    def drop(self, instance_id: str) -> None:
        """Forgets the deleted users of a deleted instance."""
        self._deleted.pop(instance_id, None)

    def entries(self, instance_id: str, present: Iterable[User], now: float) -> list[Entry]:
        """The users of an instance as the index has them, in any order; `present` are those that exist."""
        deleted = [
            user for user in self._deleted.get(instance_id, []) if not user.unindexed[-1].is_visible(now)
        ]
        return [Entry(user, self._tags_of, now) for user in [*present, *deleted] if user.indexed_at <= now]
