"""The routing profiles, security profiles and hierarchy groups of one instance.

Only `Administration` and the seed create them; the API here lists and describes them. `models` keeps one
`Organisation` for each instance.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from .exceptions import DuplicateResourceException, InvalidParameterException, ResourceNotFoundException
from .pages import page

_LEVELS = ("LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive")
_PAGE = 100


class Kind(Enum):
    """What an instance has by name; the value is its word in ARNs."""

    ROUTING_PROFILE = "routing-profile"
    SECURITY_PROFILE = "security-profile"
    HIERARCHY_GROUP = "agent-group"


DEFAULT_ROUTING_PROFILE = "local-routing-profile"
DEFAULT_SECURITY_PROFILE = "local-security-profile"


@dataclass(frozen=True)
class Named:
    """A profile or a group; `number` is its position in the order of creation."""

    kind: Kind
    id: str
    name: str
    number: int
    modified_at: float
    parent: "Named | None" = None

    @property
    def path(self) -> "list[Named]":
        """The group and those above it, the highest first."""
        return [*(self.parent.path if self.parent else []), self]


class Organisation:
    """All profiles and groups of an instance; a new one has the two profiles that a user has by default."""

    def __init__(self, instance_arn: str, region: str, now: float) -> None:
        self._instance_arn = instance_arn
        self._region = region
        self._all: dict[Kind, dict[str, Named]] = {kind: {} for kind in Kind}
        self.add(Kind.ROUTING_PROFILE, "Basic Routing Profile", DEFAULT_ROUTING_PROFILE, now)
        self.add(Kind.SECURITY_PROFILE, "Agent", DEFAULT_SECURITY_PROFILE, now)

    def add(
        self, kind: Kind, name: str, identifier: str | None, now: float, parent_id: str | None = None
    ) -> Named:
        """A new profile or group; its name must be new among those of its kind with the same parent."""
        others = self._all[kind]
        parent = self.find(kind, parent_id) if parent_id is not None else None
        new = Named(kind, identifier or str(uuid.uuid4()), name, len(others), now, parent)
        if new.id in others or any((other.name, other.parent) == (name, parent) for other in others.values()):
            raise DuplicateResourceException(f"The {kind.value} {name}, or its id {new.id}, exists already")
        if len(new.path) > len(_LEVELS):
            raise InvalidParameterException(f"A hierarchy has at most {len(_LEVELS)} levels")
        others[new.id] = new
        return new

    def arn(self, named: Named) -> str:
        return f"{self._instance_arn}/{named.kind.value}/{named.id}"

    def find(self, kind: Kind, identifier: str) -> Named:
        found = self._all[kind].get(identifier)
        if found is None:
            raise ResourceNotFoundException(f"No {kind.value} {identifier} in {self._instance_arn}")
        return found

    def summaries(
        self, kind: Kind, size: int | None, token: str | None
    ) -> tuple[list[dict[str, object]], str | None]:
        """The summaries of one page, and the token of the next."""
        shown, after = page(self._all[kind].values(), size or _PAGE, token)
        return [self._summary(named) for named in shown], after

    def _summary(self, named: Named) -> dict[str, object]:
        return {"Id": named.id, "Arn": self.arn(named), "Name": named.name, **self._more(named)}

    def _more(self, named: Named) -> dict[str, object]:
        modified = {"LastModifiedTime": named.modified_at, "LastModifiedRegion": self._region}
        is_typed = named.kind is Kind.SECURITY_PROFILE
        return {**modified, **({"Type": "CUSTOMER_MANAGED"} if is_typed else {})}

    def routing_profile(self, identifier: str) -> dict[str, object]:
        """The `RoutingProfile` of `DescribeRoutingProfile`."""
        named = self.find(Kind.ROUTING_PROFILE, identifier)
        arn = self.arn(named)
        names = {"RoutingProfileId": named.id, "RoutingProfileArn": arn, "Name": named.name}
        return {"InstanceId": self._instance_arn.rpartition("/")[2], **names, **self._more(named)}

    def security_profile(self, identifier: str) -> dict[str, object]:
        """The `SecurityProfile` of `DescribeSecurityProfile`."""
        named = self.find(Kind.SECURITY_PROFILE, identifier)
        names = {"Id": named.id, "Arn": self.arn(named), "SecurityProfileName": named.name}
        return {**names, **self._more(named)}

    def hierarchy_group(self, identifier: str) -> dict[str, object]:
        """The `HierarchyGroup` of `DescribeUserHierarchyGroup`, with the groups above it."""
        group = self.find(Kind.HIERARCHY_GROUP, identifier)
        path = {level: self._summary(above) for level, above in zip(_LEVELS, group.path, strict=False)}
        level = f"local-level-{len(group.path)}"
        return {**self._summary(group), "LevelId": level, "HierarchyPath": path}

    def group_and_below(self, identifier: str) -> Collection[str]:
        """The identifiers of the group and of all groups below it, at any depth."""
        groups = self._all[Kind.HIERARCHY_GROUP].values()
        return {group.id for group in groups if identifier in [above.id for above in group.path]}
