"""The users that `SearchUsers` searches: an index that may be late.

A late index shows deleted users, and does not show new ones. Each user keeps its own earlier states.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from .users import User, UserState

Tags: TypeAlias = Mapping[str, str]


class Indexed(NamedTuple):
    """A user in the state that a search shows."""

    user: User
    state: UserState

    @property
    def number(self) -> int:
        return self.user.number


class SearchIndex:
    """The deleted users of one backend that searches still show."""

    def __init__(self) -> None:
        self._deleted: dict[str, list[User]] = {}

    def keep(self, deleted: User) -> None:
        """Keeps a deleted user; its `unindexed` states, the deletion among them, say for how long."""
        self._deleted.setdefault(deleted.instance_id, []).append(deleted)

    def drop(self, instance_id: str) -> None:
        """Forgets the deleted users of a deleted instance."""
        self._deleted.pop(instance_id, None)

    def shown(self, instance_id: str, present: Iterable[tuple[User, Tags]], now: float) -> list[Indexed]:
        """The users of an instance as the index has them, in any order; `present` are those that exist."""
        deleted = [(user, user.indexed_state({}, now)) for user in self._deleted.get(instance_id, [])]
        self._deleted[instance_id] = [user for user, _ in deleted if user.unindexed]
        states = [(user, user.indexed_state(tags, now)) for user, tags in present]
        states += [(user, state) for user, state in deleted if user.unindexed]
        return [Indexed(user, state) for user, state in states if user.indexed_at <= now]
