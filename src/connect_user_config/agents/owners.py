"""Asks CloudFormation whether the resource that a record names still exists."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from custom_connect_userconfig.core.identifiers import Environment, Identity, respell
from custom_connect_userconfig.core.ownership import Owner

from ..aws.region import Region
from ..problems import Problem
from .agent import Agent

_GONE: Final = ("DELETE_COMPLETE", "DELETE_SKIPPED")
"""The states of a resource that its stack no longer has."""

_NOBODY: Final = "connect-user-config release"


class State(Enum):
    """Whether the owner of an agent's settings exists."""

    ALIVE = "alive"
    ORPHAN = "orphan"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """What CloudFormation says of an owner, and the reason in words."""

    state: State
    reason: str = ""


@dataclass
class Owners:
    """The owners of one region's agents; each stack is asked for once."""

    region: Region
    _stacks: dict[str, "_Stack"] = field(default_factory=dict)

    def look_for(self, agent: Agent) -> Finding:
        """Return whether the owner of the agent's settings exists."""
        owner = agent.record.owner if agent.record else None
        if agent.damage:
            return Finding(State.UNKNOWN, "the record cannot be read")
        if not owner or not agent.is_held or owner == nobody(agent):
            return Finding(State.ORPHAN, _why_nobody(agent))
        if not owner.has_stack:
            return Finding(State.UNKNOWN, "the resource belongs to no stack (Cloud Control)")
        return self._look_in_stack(agent, owner)

    def _look_in_stack(self, agent: Agent, owner: Owner) -> Finding:
        name, _, logical_id = owner.label.partition("/")
        stack = self._stack(name)
        if stack.problem:
            return Finding(State.UNKNOWN, f"stack {name} cannot be looked at: {stack.problem}")
        if not stack.id:
            return Finding(State.ORPHAN, f"there is no stack {name}")
        if logical_id not in stack.resources:
            return Finding(State.ORPHAN, f"stack {name} has no resource {logical_id}")
        if Owner.of(identity_of(agent, owner), stack.id, logical_id).digest != owner.digest:
            problem = f"stack {name} was created anew, and its {logical_id} is another resource"
            return Finding(State.ORPHAN, problem)
        return Finding(State.ALIVE)

    def _stack(self, name: str) -> "_Stack":
        if name not in self._stacks:
            self._stacks[name] = self._look_at(name)
        return self._stacks[name]

    def _look_at(self, name: str) -> "_Stack":
        try:
            stack_id = self.region.read("cloudformation", "DescribeStacks", StackName=name)["Stacks"][0][
                "StackId"
            ]
            pages = self.region.pages("cloudformation", "ListStackResources", StackName=stack_id)
            resources = [each for page in pages for each in page["StackResourceSummaries"]]
        except Problem as problem:
            is_missing = problem.code == "ValidationError" and "does not exist" in problem.message
            return _Stack(problem="" if is_missing else problem.message)
        there = {each["LogicalResourceId"] for each in resources if each["ResourceStatus"] not in _GONE}
        return _Stack(stack_id, frozenset(there))


@dataclass(frozen=True)
class _Stack:
    """A stack as CloudFormation shows it; without an id there is none."""

    id: str = ""
    resources: frozenset[str] = frozenset()
    problem: str = ""


def nobody(agent: Agent) -> Owner:
    """Return the owner in a record that named none, as long as a person gives its settings back."""
    return Owner.of(identity_of(agent), None, None, _NOBODY)


def _why_nobody(agent: Agent) -> str:
    if agent.record and agent.record.is_handed_over:
        return f"{agent.owner} has handed the agent over, and no other resource has taken it"
    return "the release was interrupted" if agent.owner else "the record names no owner"


def identity_of(agent: Agent, owner: Owner | None = None) -> Identity:
    """Return the agent's identity, spelled as `owner` spells it."""
    instance_id = agent.live.arn.partition("/agent/")[0].rpartition("/")[2]
    given = respell(agent.id, agent.live.arn, owner.spellings) if owner else (instance_id, agent.id)
    return Identity.parse(*given, Environment())
