"""A gateway whose calls fail, act without an answer, or end the process; level-triggered code must cope."""

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
    """The process is gone; no handler of errors may catch this."""


@dataclass(frozen=True)
class Trouble:
    """The failure of a call: an error or, with None, the process's end; before or after the service acts."""

    error: type[SettingsError] | None
    acted: bool = False

    def exception(self) -> BaseException:
        """Return the exception to raise."""
        return Killed() if self.error is None else self.error("planted")


@dataclass(frozen=True)
class Write:
    """A write that the service has carried out, and the caller's latest read before it."""

    operation: str
    arrays: frozenset[str] = frozenset()
    """The arrays in an ``UpdateUserConfig``."""
    shown: LiveUser | None = None
    """The user in the latest read."""


@dataclass
class UnreliableGateway:
    """Implements the `Gateway` port on another gateway; counts calls from 1."""

    inner: Gateway
    troubles: Mapping[int, Trouble] = field(default_factory=dict)
    meanwhile: Mapping[int, Callable[[], None]] = field(default_factory=dict)
    """Acts of others just before a call."""
    watch: Callable[[Write], None] = lambda _: None
    """Gets each write after the service has acted."""
    before: Callable[[str], None] = lambda _: None
    """Gets the operation of each call just before it."""
    calls: list[str] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    """The writes that the service has carried out."""
    met: list[Trouble] = field(default_factory=list)
    """The troubles that calls have met."""
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
        self.met.append(trouble)
        if trouble.acted:
            act()
        raise trouble.exception()


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
    """Troubles, each with the number of calls before it and the number of calls that meet it."""
    any_trouble = st.tuples(st.integers(1, 5), KILLS | _ERRORS, st.sampled_from([1, 1, 2, 5]))
    # Enough refusals to hand back to CloudFormation, then a crash: the event can continue from a context.
    storm = st.tuples(st.integers(1, 4), st.just(Trouble(Throttling)), st.integers(4, 12))
    crash = st.tuples(st.integers(1, 3), KILLS, st.just(1))
    return (
        st.lists(any_trouble, max_size=2)
        | st.lists(any_trouble, max_size=2)
        | st.tuples(storm, crash).map(list)
    )


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Draw the troubles of the calls of an operation: mostly none, sometimes one for many calls in a row."""
    schedule: Schedule = {}
    number = 0
    for gap, trouble, times in draw(_bursts()):
        number += gap
        for _ in range(times):
            schedule[number] = trouble
            number += 1
    return schedule
