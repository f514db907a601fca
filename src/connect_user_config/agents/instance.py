"""One instance: its agents by search or one by one, and the names of its profiles and groups.

Every call leaves here: in its turn (`pace`), with the caller's credentials, and with the errors of the
resource type.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final

from custom_connect_userconfig.aws.clients import ONE_TRY
from custom_connect_userconfig.aws.errors import translated
from custom_connect_userconfig.core.errors import AccessDenied, NotFound
from custom_connect_userconfig.core.identifiers import InstanceRef

from ..aws.region import Region, method_of
from .agent import Agent, from_description, from_summary
from .pace import Pace
from .summaries import Units

PAGE_SIZE: Final = 100
"""Agents on a page of a search: the maximum of the administrator guide; the service model allows 500."""
_NAMES: Final = {
    "ListRoutingProfiles": "RoutingProfileSummaryList",
    "ListSecurityProfiles": "SecurityProfileSummaryList",
    "ListUserHierarchyGroups": "UserHierarchyGroupSummaryList",
}
_LONGEST_LIST: Final = 1000
_DENIALS: Final = 3
"""Refusals after which nobody may be read, it seems, if nobody could be."""


_Begun = Future[dict[str, Any]]
"""An answer that is under way."""


@dataclass
class Instance:
    """The agents of one instance."""

    region: Region
    ref: InstanceRef
    pace: Pace
    workers: int = 4
    """Calls at the same time, so that slow answers do not slow the rate down."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Ids of agents whom the caller may not read, with the reason."""
    _units: Units = field(default_factory=Units)
    _has_described: bool = False

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - the clients have no types of their own
        return self.region.client("connect", ONE_TRY)

    def call(self, operation: str, user_id: str = "", **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the call takes
        """Make a call of Connect on this instance; raises SettingsError."""
        return self.pace.call(operation, lambda: self._once(operation, user_id, **parameters))

    def _once(self, operation: str, user_id: str = "", **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - the same
        about = f"user {user_id} of instance {self.ref.bare}" if user_id else f"instance {self.ref.bare}"
        user = {"UserId": user_id} if user_id else {}
        with translated(operation, about):
            method = getattr(self._client, method_of(operation))
            answer: dict[str, Any] = method(InstanceId=self.ref.bare, **user, **parameters)
            return answer

    def search(self, criteria: Mapping[str, Any]) -> Iterator[Agent]:
        """Yield the agents that a search finds, in the service's order; `criteria` are its parameters.

        An index may be minutes late: a new agent may be missing, a changed one as it was.
        """
        for page in self._pages("SearchUsers", MaxResults=PAGE_SIZE, **criteria):
            for summary in page.get("Users", []):
                if agent := self._agent_of(summary):
                    yield agent

    def _agent_of(self, summary: Mapping[str, Any]) -> Agent | None:
        settings = self._units.settings_of(summary)
        if settings is not None:
            return from_summary(summary, settings)
        agent = self.describe_if_possible(summary["Id"])
        if agent:
            self._units.learn(summary, agent.live.settings)
        return agent

    def describe(self, user_id: str, begun: _Begun | None = None) -> Agent:
        """Return one agent as DescribeUser shows it; NotFound if it is gone.

        `begun` is a try that has begun in its turn.
        """
        once = partial(self._once, "DescribeUser", user_id)
        first = begun.result if begun else None
        return from_description(self.pace.call("DescribeUser", once, first)["User"])

    def describe_if_possible(self, user_id: str, begun: _Begun | None = None) -> Agent | None:
        """Return one agent; None if it is gone, or if this agent may not be read, which is noted.

        Raises AccessDenied if the caller seems to have no permission at all.
        """
        try:
            agent = self.describe(user_id, begun)
        except NotFound:
            return None
        except AccessDenied as error:
            self.unreadable[user_id] = str(error)
            if not self._has_described and len(self.unreadable) >= _DENIALS:
                raise
            return None
        self._has_described = True
        return agent

    def exactly(self, agents: Iterable[Agent]) -> Iterator[Agent]:
        """Yield the agents as DescribeUser shows them; those who cannot be read are left out."""
        for _, agent in self.describe_each(agent.id for agent in agents):
            if agent:
                yield agent

    def describe_each(self, user_ids: Iterable[str]) -> Iterator[tuple[str, Agent | None]]:
        """Yield each agent as DescribeUser shows it, in order; None as `describe_if_possible` says."""
        begun: deque[tuple[str, _Begun]] = deque()
        pool = ThreadPoolExecutor(self.workers)
        try:
            for user_id in user_ids:
                # This thread does all the waiting, so that Ctrl-C is heard at once.
                self.pace.wait("DescribeUser")
                begun.append((user_id, pool.submit(self._once, "DescribeUser", user_id)))
                if len(begun) >= self.workers:
                    yield self._ended(*begun.popleft())
            while begun:
                yield self._ended(*begun.popleft())
        finally:
            # After an error or Ctrl-C no further call is made.
            pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, user_id: str, begun: _Begun) -> tuple[str, Agent | None]:
        return user_id, self.describe_if_possible(user_id, begun)

    def names(self, operation: str) -> dict[str, str]:
        """Return the names that `operation`, one of `_NAMES`, lists, by id."""
        return {
            each["Id"]: each.get("Name") or each["Id"]
            for page in self._pages(operation, MaxResults=_LONGEST_LIST)
            for each in page.get(_NAMES[operation], [])
        }

    @cached_property
    def routing_profiles(self) -> Mapping[str, str]:
        """The names of the routing profiles, by id."""
        return self.names("ListRoutingProfiles")

    @cached_property
    def security_profiles(self) -> Mapping[str, str]:
        """The names of the security profiles, by id."""
        return self.names("ListSecurityProfiles")

    @cached_property
    def hierarchy_groups(self) -> Mapping[str, str]:
        """The names of the hierarchy groups, by id."""
        return self.names("ListUserHierarchyGroups")

    def _pages(self, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - the same
        page: dict[str, Any] = {}
        while not page or page.get("NextToken"):
            token = {"NextToken": page["NextToken"]} if page else {}
            page = self.call(operation, **parameters, **token)
            yield page
