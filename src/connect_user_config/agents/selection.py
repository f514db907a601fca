"""Which agents a command is about, and which of their settings: one grammar for all commands.

Values of one option are alternatives; different options must all hold. SearchUsers narrows down what it can.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from custom_connect_userconfig.core.arrays import ARRAY_BY_NAME, SettingKey
from custom_connect_userconfig.core.errors import InvalidRequest, NotFound
from custom_connect_userconfig.core.identifiers import Environment, UserRef

from ..problems import UsageError
from .agent import ALL_KEYS, Agent
from .instance import Instance

BELOW: Final = "/**"
"""The end of a hierarchy group's name that means the groups below it as well."""


@dataclass(frozen=True)
class Selection:
    """The values of the options."""

    users: tuple[str, ...] = ()
    """Ids, ARNs or login names."""
    names: tuple[str, ...] = ()
    """Globs of login names, in any case."""
    routing_profiles: tuple[str, ...] = ()
    security_profiles: tuple[str, ...] = ()
    hierarchy_groups: tuple[str, ...] = ()
    """Names or ids, perhaps with `BELOW`."""
    tags: tuple[tuple[str, str], ...] = ()
    arrays: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[SettingKey, ...]:
        """The settings that the command looks at."""
        return tuple(
            key
            for key in ALL_KEYS
            if (not self.arrays or key.array in self.arrays)
            and (not self.channels or key.channel in self.channels)
        )

    @property
    def is_everybody(self) -> bool:
        """Whether no option narrows the agents down."""
        narrow = (self.users, self.names, self.routing_profiles, self.security_profiles)
        return not any((*narrow, self.hierarchy_groups, self.tags))

    def agents(self, instance: Instance) -> Iterator[Agent]:
        """Yield the selected agents; UsageError if a name or a user that is named does not exist."""
        criteria = self._criteria(instance)
        if not self.users:
            yield from filter(self._matches, instance.search(criteria))
            return
        found: dict[str, Agent] = {}
        for user in dict.fromkeys(self.users):
            agent = _named(instance, user)
            found[agent.id] = agent
        if narrow := criteria.get("SearchCriteria"):
            # A description does not show the groups above the agent's own.
            inside = {agent.id for agent in instance.search({"SearchCriteria": narrow})}
            found = {user_id: agent for user_id, agent in found.items() if user_id in inside}
        yield from filter(self._matches, found.values())

    def _matches(self, agent: Agent) -> bool:
        return _any_glob(self.names, agent.username) and all(
            any(agent.live.tags.get(key) == value for other, value in self.tags if other == key)
            for key, _ in self.tags
        )

    def _criteria(self, instance: Instance) -> dict[str, Any]:
        """Return the parameters of SearchUsers that narrow the search down.

        Not by names: it is not documented whether the service minds their case.
        """
        alternatives = [
            [
                _string("RoutingProfileId", id_, "EXACT")
                for name in self.routing_profiles
                for id_ in _ids("routing profile", name, instance.routing_profiles)
            ],
            [
                _string("SecurityProfileId", id_, "EXACT")
                for name in self.security_profiles
                for id_ in _ids("security profile", name, instance.security_profiles)
            ],
            [_group(id_, name) for name, id_ in self._groups(instance)],
        ]
        conditions = [each[0] if len(each) == 1 else {"OrConditions": each} for each in alternatives if each]
        criteria = conditions[0] if len(conditions) == 1 else {"AndConditions": conditions}
        tags = _tag_filter(self.tags)
        return {
            **({"SearchCriteria": criteria} if conditions else {}),
            **({"SearchFilter": {"TagFilter": tags}} if tags else {}),
        }

    def _groups(self, instance: Instance) -> Iterator[tuple[str, str]]:
        for name in self.hierarchy_groups:
            for id_ in _ids("hierarchy group", name.removesuffix(BELOW), instance.hierarchy_groups):
                yield name, id_


def parse_tag(given: str) -> tuple[str, str]:
    """Return key and value of KEY=VALUE; UsageError if there is no equals sign."""
    key, equals, value = given.partition("=")
    if not key or not equals:
        raise UsageError("bad-tag", f"--tag {given!r} is not KEY=VALUE", "write --tag Team=Sales")
    return key, value


def parse_array(given: str) -> str:
    """Return the name of the array that is meant: AutoAcceptConfigs or auto-accept; UsageError if none is."""
    by_name = {name.casefold(): name for name in ARRAY_BY_NAME}
    by_name |= {array.tag_name: array.name for array in ARRAY_BY_NAME.values()}
    if name := by_name.get(given.casefold()):
        return name
    known = ", ".join(array.tag_name for array in ARRAY_BY_NAME.values())
    raise UsageError("no-such-array", f"there is no array {given!r}", f"name one of {known}")


def _named(instance: Instance, user: str) -> Agent:
    """Return the one agent with the id, ARN or login name, confirmed; UsageError if there is none."""
    environment = Environment(instance.region.name)
    try:
        return instance.describe(UserRef.parse(user, environment, instance.ref).bare)
    except (InvalidRequest, NotFound):
        # It may be a login name: those may look like ids.
        by_name = {"SearchCriteria": _string("Username", user, "EXACT")}
        for agent in instance.search(by_name):
            if agent.username.casefold() == user.casefold():
                return instance.describe(agent.id)
    raise UsageError(
        "no-such-agent",
        f"instance {instance.ref.bare} has no agent {user!r}, neither by id nor by login name",
        f"look for it: connect-user-config agents --instance {instance.ref.bare} --find {user}",
    )


def _ids(kind: str, name: str, names: Mapping[str, str]) -> Sequence[str]:
    if name in names:
        return (name,)
    found = [id_ for id_, each in names.items() if each.casefold() == name.casefold()]
    if not found:
        known = ", ".join(sorted(names.values())[:10]) or "none"
        raise UsageError("no-such-name", f"there is no {kind} {name!r}", f"there are: {known}")
    return found


def _string(field: str, value: str, comparison: str) -> dict[str, Any]:
    return {"StringCondition": {"FieldName": field, "Value": value, "ComparisonType": comparison}}


def _group(id_: str, name: str) -> dict[str, Any]:
    match = "WITH_CHILD_GROUPS" if name.endswith(BELOW) else "EXACT"
    return {"HierarchyGroupCondition": {"Value": id_, "HierarchyGroupMatchType": match}}


def _any_glob(globs: Collection[str], name: str) -> bool:
    return not globs or any(fnmatchcase(name.casefold(), glob.casefold()) for glob in globs)


def _tag_filter(tags: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the filter for tags: it takes alternatives of conjunctions."""
    keys = list(dict.fromkeys(key for key, _ in tags))
    groups: list[list[dict[str, str]]] = [[]]
    for key in keys:
        values = [value for other, value in tags if other == key]
        groups = [[*group, {"TagKey": key, "TagValue": value}] for group in groups for value in values]
    return {"OrConditions": groups} if keys else {}
