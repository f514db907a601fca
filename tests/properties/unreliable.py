"""A gateway on which calls fail, act without an answer, or end the process: the world that level-triggered
code is for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

from custom_connect_userconfig.core.errors import (
    AccessDenied,
    NetworkFailure,
    ResourceConflict,
    ServiceInternalError,
    SettingsError,
    Throttling,
)
from custom_connect_userconfig.core.planning import LiveUser
from custom_connect_userconfig.core.settings import Entry
from custom_connect_userconfig.ports import FoundUsers, Gateway

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone; nothing that handles errors may notice."""


@dataclass(frozen=True)
class Trouble:
    """What becomes of one call: an error or, with None, the end of the process; after the service has acted,
    or before.
    """

    error: type[SettingsError] | None
    acted: bool = False

    def strike(self) -> BaseException:
        """Return what to raise."""
        return Killed() if self.error is None else self.error("planted")


@dataclass(frozen=True)
class Write:
    """A write that the service has carried out, and what the caller had read before it."""

    operation: str
    arrays: frozenset[str] = frozenset()
    """The arrays that an ``UpdateUserConfig`` has named."""
    shown: LiveUser | None = None
    """The user as the latest read has shown it."""


@dataclass
class UnreliableGateway:
    """Implements the `Gateway` port over another; calls are counted from 1, and `watch` looks on after each
    write that acted.
    """

    inner: Gateway
    troubles: Mapping[int, Trouble] = field(default_factory=dict)
    meanwhile: Mapping[int, Callable[[], None]] = field(default_factory=dict)
    """What somebody else does just before a call."""
    watch: Callable[[Write], None] = lambda _: None
    before: Callable[[str], None] = lambda _: None
    """Told of each call by its operation, just before it."""
    calls: list[str] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    """The writes that the service has carried out."""
    struck: list[Trouble] = field(default_factory=list)
    shown: LiveUser | None = None

    def describe_user(self, instance_id: str, user_id: str) -> LiveUser:
        """Return the user."""

        def read() -> LiveUser:
            self.shown = self.inner.describe_user(instance_id, user_id)
            return self.shown

        return self._call("DescribeUser", read)

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Write the arrays that are given."""
        self._write(
            "UpdateUserConfig",
            lambda: self.inner.update_user_config(instance_id, user_id, arrays),
            frozenset(arrays),
        )

    def tag_user(self, user_arn: str, tags: Mapping[str, str]) -> None:
        """Set tags of the user."""
        self._write("TagResource", lambda: self.inner.tag_user(user_arn, tags))

    def untag_user(self, user_arn: str, keys: Sequence[str]) -> None:
        """Remove tags of the user."""
        self._write("UntagResource", lambda: self.inner.untag_user(user_arn, keys))

    def has_user(self, instance_id: str, user_id: str) -> bool:
        """Return whether a search finds the user."""
        return self._call("SearchUsers", lambda: self.inner.has_user(instance_id, user_id))

    def search_tagged_users(
        self, instance_id: str, tag_key: str, tag_values: Sequence[str], token: str | None
    ) -> FoundUsers:
        """Return a page of users."""
        return self._call(
            "SearchUsers", lambda: self.inner.search_tagged_users(instance_id, tag_key, tag_values, token)
        )

    def _write(self, operation: str, act: Callable[[], None], arrays: frozenset[str] = frozenset()) -> None:
        def write() -> None:
            act()
            self.writes.append(Write(operation, arrays, self.shown))
            self.watch(self.writes[-1])

        self._call(operation, write)

    def _call(self, operation: str, act: Callable[[], T]) -> T:
        self.before(operation)
        self.calls.append(operation)
        number = len(self.calls)
        self.meanwhile.get(number, lambda: None)()
        trouble = self.troubles.get(number)
        if trouble is None:
            return act()
        self.struck.append(trouble)
        if trouble.acted:
            act()
        raise trouble.strike()


_ERRORS = st.sampled_from(
    [
        *(
            Trouble(error)
            for error in (Throttling, ServiceInternalError, NetworkFailure, ResourceConflict, AccessDenied)
        ),
        *(Trouble(error, acted=True) for error in (ServiceInternalError, NetworkFailure)),
    ]
)
KILLS = st.sampled_from([Trouble(None), Trouble(None, acted=True)])

Schedule = dict[int, Trouble]


def _bursts() -> st.SearchStrategy[list[tuple[int, Trouble, int]]]:
    """Kinds of trouble, each with the calls since the one before and for how many calls in a row."""
    any_trouble = st.tuples(st.integers(1, 5), KILLS | _ERRORS, st.sampled_from([1, 1, 2, 5]))
    # Enough refusals to hand back to CloudFormation, and then a crash: something to go on from.
    storm = st.tuples(st.integers(1, 4), st.just(Trouble(Throttling)), st.integers(4, 12))
    crash = st.tuples(st.integers(1, 3), KILLS, st.just(1))
    return (
        st.lists(any_trouble, max_size=2)
        | st.lists(any_trouble, max_size=2)
        | st.tuples(storm, crash).map(list)
    )


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw which calls of an operation meet which trouble: mostly none, sometimes one kind for many calls in
    a row.
    """
    schedule: Schedule = {}
    number = 0
    for gap, trouble, times in draw(_bursts()):
        number += gap
        for _ in range(times):
            schedule[number] = trouble
            number += 1
    return schedule
