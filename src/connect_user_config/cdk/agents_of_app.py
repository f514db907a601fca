"""What only synthesis knows of agents: two constructs for one of them, and ARNs of another region or account.

Each stack asks once, for all of its agents: a callback for each agent would take longer than all the rest.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import jsii
from aws_cdk import Stack, Stage, Token
from constructs import IConstruct, IValidation

from connect_user_config.check.duplicates import user_key
from connect_user_config.declaring.tokens import is_token, known
from custom_connect_userconfig.core.declaration import INSTANCE_ID, USER_ID, examine
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.problems import IDENTIFIER

if TYPE_CHECKING:
    from .user_config import UserConfig

_C = TypeVar("_C", bound=IConstruct)
_T = TypeVar("_T")
_Key = tuple[str, ...]


@dataclass(frozen=True)
class _Agent:
    config: "UserConfig"
    path: str
    properties: Mapping[str, object]

    @property
    def ids(self) -> tuple[str, str]:
        return str(self.properties[INSTANCE_ID]), str(self.properties[USER_ID])

    @property
    def is_there(self) -> bool:
        """Whether nobody has removed the construct from the tree."""
        scope = self.config.node.scope
        return scope is not None and scope.node.try_find_child(self.config.node.id) is self.config

    @property
    def is_conditional(self) -> bool:
        return self.config.resource.cfn_options.condition is not None


class _AgentsOfApp:
    """The agents of all stacks, by a key that is the same for one agent."""

    def __init__(self, root: IConstruct) -> None:
        # The CDK hands out one object for the root only as long as somebody holds it.
        self._root = root
        self.by_key: dict[_Key, list[_Agent]] = {}


@jsii.implements(IValidation)
class _Validation:
    """The agents of one stack. No dataclass: the CDK would take one for data."""

    def __init__(self, stack: Stack, app: _AgentsOfApp) -> None:
        self.stack = stack
        self.app = app
        self.agents: list[_Agent] = []
        self._environment = Environment(_known(stack.region), _known(stack.account))
        # Instances that are replicated in two regions have one id, and their agents too: only agents of one
        # environment are compared, and of one stage if it is not known.
        self._place = _place(stack, self._environment)

    def add(self, agent: _Agent) -> None:
        """Let the agent take part."""
        self.agents.append(agent)
        self.app.by_key.setdefault(self._key(agent), []).append(agent)

    def validate(self) -> list[str]:
        """Return what is wrong; the CDK calls it at synthesis."""
        return [*self._elsewhere(), *self._duplicates()]

    def _elsewhere(self) -> Iterator[str]:
        for agent in self.agents:
            found = examine(known(agent.properties), self._environment)
            problems = [each for each in found.problems if each.rule is IDENTIFIER]
            if problems and agent.is_there:
                yield from (f"{agent.path}: {problem.message}" for problem in problems)

    def _duplicates(self) -> Iterator[str]:
        of_stack: dict[_Key, list[_Agent]] = {}
        for agent in self.agents:
            same = (self.app.by_key[self._key(agent)], self._same_when_resolved(agent, of_stack))
            first = next((each[0] for each in same if each[0] is not agent), None)
            if first is None or not _clash(first, agent):
                continue
            yield (
                f"{agent.path}: declares settings of the agent of {first.path} too, which the deployment"
                " refuses. Declare all settings of an agent in one construct"
            )

    def _key(self, agent: _Agent) -> _Key:
        """Return place, instance and user to be compared; equal texts of tokens are the same value."""
        instance, user = agent.ids
        return (*self._place, *(user_key(instance, user) or (instance, user)))

    def _same_when_resolved(self, agent: _Agent, of_stack: dict[_Key, list[_Agent]]) -> list[_Agent]:
        """Return the agents of the stack that differ only in the tokens by which they are named, this one
        last.
        """
        if not any(map(is_token, agent.ids)):
            return [agent]
        key = (json.dumps(self.stack.resolve(list(agent.ids)), sort_keys=True),)
        same = of_stack.setdefault(key, [])
        same.append(agent)
        return same


class AgentsOfStack:
    """The agents of the stack that a construct is in; found out once for each construct that holds agents."""

    def __init__(self, scope: IConstruct) -> None:
        self.path = scope.node.path
        """The path of the construct that holds the agents."""
        self._validation = _attached(Stack.of(scope), "_agents_of_stack", _validation)

    @classmethod
    def at(cls, scope: IConstruct) -> "AgentsOfStack":
        """Return the agents of the stack that `scope` is in."""
        return _attached(scope, "_agents_of_scope", cls)

    def add(self, config: "UserConfig", construct_id: str, properties: Mapping[str, object]) -> None:
        """Let the agent take part in the checks of its stack."""
        agent = _Agent(config, f"{self.path}/{construct_id}", properties)
        self._validation.add(agent)


def _validation(stack: Stack) -> _Validation:
    made = _Validation(stack, _attached(stack.node.root, "_agents_of_app", _AgentsOfApp))
    stack.node.add_validation(made)
    return made


def _attached(construct: _C, name: str, make: Callable[[_C], _T]) -> _T:
    """Return what `construct` keeps under `name`; made once.

    The constructs themselves keep it, so that it lives as long as they do.
    """
    if name not in construct.__dict__:
        construct.__dict__[name] = make(construct)
    kept: _T = construct.__dict__[name]
    return kept


def _clash(one: _Agent, other: _Agent) -> bool:
    # Conditions may exclude each other; the check of the synthesized template looks at them.
    return one.is_there and other.is_there and not (one.is_conditional or other.is_conditional)


def _known(value: str) -> str | None:
    return None if Token.is_unresolved(value) else value


def _place(stack: Stack, environment: Environment) -> _Key:
    if environment.account and environment.region:
        return environment.account, environment.region
    stage = Stage.of(stack)
    return (stage.node.path if stage else "",)
