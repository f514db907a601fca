"""The construct of a fleet: hundreds or thousands of agents, spread over nested stacks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from aws_cdk import (
    Annotations,
    CfnParameter,
    CfnResource,
    NestedStack,
    Reference,
    RemovalPolicy,
    Tokenization,
)
from aws_cdk.aws_connect import CfnInstance
from constructs import Construct

from connect_user_config.declaring.agent import Agent
from connect_user_config.declaring.arguments import check_count, check_list
from connect_user_config.declaring.examining import InvalidUserConfig
from connect_user_config.declaring.pins import DEFAULT_FILE, check_pin
from connect_user_config.declaring.profile import Profile
from connect_user_config.declaring.roster import read_roster
from connect_user_config.declaring.tokens import is_token
from connect_user_config.lanes import LANES, lanes_of_shards, shard_of
from connect_user_config.lanes import lanes as chained
from custom_connect_userconfig.core.redaction import shown

from .dependencies import depend
from .located import located
from .user_config import IUserConfigSource, UserConfig

_MOST_LANES: Final = 20
_MOST_RESOURCES: Final = 500
"""Resources that a template takes."""
_NEARLY_FULL: Final = 400


class UserConfigs(Construct):
    """Owns settings of many agents, each as a `UserConfig` of its own.

    Agents are spread over a fixed number of nested stacks by their ids, and in each stack over lanes, so that
    Connect's quota is not asked for more than it gives. Adding or removing an agent changes no property of
    another one's resource; at most the resource behind it in its lane gets another DependsOn.

    The number of stacks is for ever: another one would move agents between stacks, which is refused when it
    is deployed. So it stands in a file that is committed with the app, and another number is refused at
    synthesis.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        provider: IUserConfigSource,
        instance: str | CfnInstance,
        agents: Sequence[Agent],
        shards: int,
        pins: str = DEFAULT_FILE,
        lanes: int = LANES,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        """Declare the settings of a fleet.

        provider: what serves the resources. It cannot change as long as a resource lives.
        instance: the Connect instance of the agents, by id or ARN.
        agents: the agents, in any order. One that is left out gets its earlier settings back.
        shards: the number of nested stacks, for ever. A stack takes 500 agents; 250 for each when the fleet
        is
            as large as it will ever be leaves room for an uneven spread.
        pins: the file that holds the number of stacks of each fleet. Default: shards.json in the folder in
            which the app runs.
        lanes: how many agents are configured at a time, 1 to 20. Default: 16.
        removal_policy: see `UserConfig.apply_removal_policy`. Default: RemovalPolicy.DESTROY.

        Raises PinError unless the file says the same; ValueError for a number out of its range, for an agent
        that is named twice or by a token, and for a stack that is too full; TypeError for a value of another
        class; an ExceptionGroup of InvalidUserConfig for agents whose settings are wrong.
        """
        super().__init__(scope, construct_id)
        path = self.node.path
        with located(path):
            if not isinstance(pins, str | Path):
                raise TypeError(f"pins: {shown(pins)} is no path: write the name of a file, as text")
            check_list("agents", agents, Agent, "Agent(user=ID, profile=PROFILE)")
        check_pin(Path(pins), path, shards)
        check_count(f"{path}: lanes", lanes, _MOST_LANES)
        self._configs: dict[str, UserConfig] = {}
        self._problems: list[InvalidUserConfig] = []
        self._path = path
        self._stacks: list[NestedStack] = []
        by_shard = self._spread(agents, shards)
        for shard, count in enumerate(lanes_of_shards(shards, lanes)):
            if found := by_shard.get(shard):
                stack = NestedStack(self, f"Shard{shard}", description=f"{path}: shard {shard} of {shards}")
                self._declare(stack, found, provider, instance, removal_policy)
                self._chain(found, count)
                self._stacks.append(stack)
        if self._problems:
            raise ExceptionGroup(f"{path}: the settings of {len(self._problems)} agents", self._problems)
        self._chain_stacks(lanes)

    @classmethod
    def from_file(
        cls,
        scope: Construct,
        construct_id: str,
        file: str,
        *,
        provider: IUserConfigSource,
        instance: str | CfnInstance,
        shards: int,
        profiles: Mapping[str, Profile] | None = None,
        pins: str = DEFAULT_FILE,
        lanes: int = LANES,
        removal_policy: RemovalPolicy | None = None,
    ) -> "UserConfigs":
        """Declare the settings of the agents in a roster, a CSV or YAML file (`guide/cdk.md`).

        profiles: those that the file may name, beside its own. The other arguments are the constructor's.

        Raises RosterError, with every problem and its place, if the file is wrong, and as the constructor
        does.
        """
        with located(f"{scope.node.path}/{construct_id}"):
            agents = read_roster(Path(file), profiles)
        return cls(
            scope,
            construct_id,
            provider=provider,
            instance=instance,
            agents=agents,
            shards=shards,
            pins=pins,
            lanes=lanes,
            removal_policy=removal_policy,
        )

    @property
    def user_configs(self) -> Sequence[UserConfig]:
        """The constructs of all agents."""
        return [*self._configs.values()]

    @property
    def stacks(self) -> Sequence[NestedStack]:
        """The nested stacks; one in which there is no agent is left out, as a template cannot be empty."""
        return [*self._stacks]

    def user_config(self, user: str) -> UserConfig:
        """Return the construct of an agent, by id or ARN; KeyError if the fleet has no such agent."""
        return self._configs[user.rpartition("/")[2]]

    def _spread(self, agents: Sequence[Agent], shards: int) -> Mapping[int, Sequence[Agent]]:
        found: dict[int, list[Agent]] = defaultdict(list)
        seen: dict[str, Agent] = {}
        for agent in agents:
            if is_token(agent.user):
                raise ValueError(f"{self._path}: a token names an agent, whose stack follows from its id")
            if seen.setdefault(agent.bare_id, agent) is not agent:
                raise ValueError(f"{self._path}: the agent {agent.bare_id} is named twice")
            found[shard_of(agent.bare_id, shards)].append(agent)
        for shard, there in found.items():
            there.sort(key=lambda agent: agent.bare_id)
            self._check_room(shard, len(there))
        return found

    def _check_room(self, shard: int, count: int) -> None:
        advice = "Put further agents into a second fleet"
        said = f"{count} agents are in shard {shard}, and a stack takes {_MOST_RESOURCES} resources"
        if count > _MOST_RESOURCES:
            raise ValueError(f"{self._path}: {said}. {advice}")
        if count > _NEARLY_FULL:
            Annotations.of(self).add_warning_v2("@connect-user-config:shard-nearly-full", f"{said}. {advice}")

    def _declare(
        self,
        stack: NestedStack,
        agents: Sequence[Agent],
        provider: IUserConfigSource,
        instance: str | CfnInstance,
        removal_policy: RemovalPolicy | None,
    ) -> None:
        for agent in agents:
            try:
                self._configs[agent.bare_id] = UserConfig(
                    stack,
                    _name(agent),
                    provider=provider,
                    instance=instance,
                    user=agent.user,
                    profile=_hidden(stack, agent),
                    removal_policy=removal_policy,
                )
            except InvalidUserConfig as problem:
                self._problems.append(problem)

    def _chain(self, agents: Sequence[Agent], count: int) -> None:
        ids = {_name(agent): agent.bare_id for agent in agents if agent.bare_id in self._configs}
        for name, before in chained([*ids], count).items():
            if before is not None:
                depend(self._configs[ids[name]].resource, self._configs[ids[before]].resource)

    def _chain_stacks(self, lanes: int) -> None:
        """With more stacks than lanes there is one lane in each, and only so many stacks at a time."""
        for earlier, later in zip(self._stacks, self._stacks[lanes:], strict=False):
            depend(_of_parent(later), _of_parent(earlier))


def _hidden(stack: NestedStack, agent: Agent) -> Profile:
    """Return the agent's settings, with a number that comes from the parent as a parameter with NoEcho.

    The parameter that the CDK itself makes for a reference into the parent would show it.
    """
    declared = agent.declared
    number = declared.phone.phone_number if declared.phone else None
    if declared.phone is None or number is None or not _is_reference(number):
        return declared
    # In a construct of its own, so that the ids a-b and ab give two names.
    parameter = CfnParameter(Construct(stack, f"Phone{agent.bare_id}"), "Number", no_echo=True)
    stack.set_parameter(stack.get_logical_id(parameter), number)
    return replace(declared, phone=replace(declared.phone, phone_number=parameter.value_as_string))


def _is_reference(text: str) -> bool:
    """Whether `text` holds references to parameters or attributes, and no other tokens, such as secrets."""
    tokens = Tokenization.reverse_string(text).tokens
    return bool(tokens) and all(map(Reference.is_reference, tokens))


def _name(agent: Agent) -> str:
    return f"Agent{agent.bare_id}"


def _of_parent(stack: NestedStack) -> CfnResource:
    """Return the resource that a nested stack always has in its parent."""
    return cast("CfnResource", stack.nested_stack_resource)
