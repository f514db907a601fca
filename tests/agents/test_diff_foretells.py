"""What `diff` foretells is what the handler does: cases drawn at random, deployed by the real function.

A stack has custom resources. Somebody edits agents, another stack owns some. Then `diff` compares a second
template, and the stack is updated to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import ContactCentre
from agents.deployed_stack import DeployedStack, deployed_stack
from agents.templates_of_agents import Differ, Told
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from properties import strategies

from connect_local import ArrayWrite, Behaviour, EntryWrite, PhoneConfigLink, Reads
from custom_connect_userconfig.core.settings import Settings, expand
from support.clock import FakeClock
from support.exhaustive import EXHAUSTIVE

_AGENTS = 3
_NAMES = ("Ada", "Ben", "Cy")
_BEHAVIOURS = (
    Behaviour(),
    Behaviour(
        array_write=ArrayWrite.MERGE,
        entry_write=EntryWrite.MERGE,
        reads=Reads.SPARSE,
        phone_config=PhoneConfigLink.MIRRORS_VOICE,
    ),
)


@dataclass(frozen=True)
class One:
    """One resource: whose settings, spelled how, and which."""

    agent: int | None
    """Its number; None means the agent that the resource is named after."""
    as_arn: bool
    declared: Settings


_Deployment = dict[str, One]


@dataclass(frozen=True)
class Case:
    """What happens before and in the deployment that is foretold."""

    legacy: list[dict[str, Any]]
    others: dict[int, Settings]
    """What another stack declares, by agent."""
    first: _Deployment
    edits: dict[int, Settings]
    second: _Deployment
    kept: set[str] = field(default_factory=set)
    """Resources of the first deployment that are the same in the second."""


_ONE = st.builds(
    One,
    st.sampled_from([None] * 5 + [0, 1, 2]),
    st.sampled_from([False] * 5 + [True]),
    strategies.settings(),
)
_DEPLOYMENTS = st.dictionaries(st.sampled_from(_NAMES), _ONE, min_size=1, max_size=3)
_BY_AGENT = st.dictionaries(st.integers(0, _AGENTS - 1), strategies.settings(), max_size=2)
_CASES = st.builds(
    Case,
    st.lists(strategies.legacy_configs(), min_size=_AGENTS, max_size=_AGENTS),
    st.one_of(st.just({}), _BY_AGENT),
    _DEPLOYMENTS,
    _BY_AGENT,
    _DEPLOYMENTS,
    st.sets(st.sampled_from(_NAMES), max_size=2),
)


_drawn = settings(
    suppress_health_check=list(HealthCheck),
    deadline=None,
    database=None,
    print_blob=True,
    derandomize=not EXHAUSTIVE,
    max_examples=200 if EXHAUSTIVE else 8,
)


@pytest.fixture(params=_BEHAVIOURS, ids=str)
def behaviour(request: pytest.FixtureRequest) -> Behaviour:
    return request.param  # type: ignore[no-any-return]  # a fixture is given any object


@pytest.fixture
def stack(centre: ContactCentre, clock: FakeClock) -> Iterator[DeployedStack]:
    with deployed_stack(clock) as stack:
        yield stack


class _World:
    """The agents of one case."""

    def __init__(self, centre: ContactCentre, stack: DeployedStack, case: Case) -> None:
        made = centre.connect.create_instance()
        self.centre = ContactCentre(centre.connect, centre.clock, *made, centre.session)
        self.stack = DeployedStack(stack.clock, stack.function, stack.endpoint)
        self.ids = [
            self.centre.agent(f"agent{index}", phone_config=legacy)
            for index, legacy in enumerate(case.legacy)
        ]
        other = DeployedStack(stack.clock, stack.function, stack.endpoint, "support")
        for index, declared in case.others.items():
            assert not other.deploy({f"Of{index}": self.properties("", One(index, False, declared))})

    def properties(self, name: str, one: One) -> dict[str, Any]:
        user_id = self.ids[_NAMES.index(name) if one.agent is None else one.agent]
        given = f"{self.centre.arn}/agent/{user_id}" if one.as_arn else user_id
        return {"InstanceId": self.centre.instance_id, "UserId": given, **expand(one.declared)}

    def resources(self, deployment: _Deployment) -> dict[str, dict[str, Any]]:
        return {name: self.properties(name, one) for name, one in deployment.items()}

    def edit(self, edits: dict[int, Settings]) -> None:
        for index, values in edits.items():
            self.centre.edit(self.ids[index], **expand(values))

    def settings(self) -> dict[tuple[str, str, str, str], object]:
        """Every setting, by login name, array, channel and field."""
        return {
            (f"agent{index}", array, channel, ".".join(path)): value
            for index, user_id in enumerate(self.ids)
            for (array, channel, path), value in self.centre.connect.effective(
                self.centre.instance_id, user_id
            ).items()
        }

    def tags(self) -> list[dict[str, str]]:
        return [self.centre.tags(user_id) for user_id in self.ids]


def _foretold(told: Told, before: dict[tuple[str, str, str, str], object]) -> dict[Any, object]:
    changes = {
        (each["username"], one["array"], one["channel"], one["field"]): one
        for each in told.json["resources"]
        for one in each["settings"]
    }
    for key, one in changes.items():
        assert before[key] == one["now"], f"{key} is not {one['now']}"
    return before | {key: one["then"] for key, one in changes.items()}


def _same(foretold: dict[Any, object], found: dict[Any, object], behaviour: Behaviour) -> bool:
    """Tell whether both are the same; a service that merges entries keeps a number that is to go."""
    merges = behaviour.entry_write is EntryWrite.MERGE
    return all(
        foretold[key] == value or (merges and key[3] == "PhoneNumber" and foretold[key] is None)
        for key, value in found.items()
    )


@_drawn
@given(case=_CASES)
def test_the_update_of_a_stack_does_what_diff_foretells(
    centre: ContactCentre, stack: DeployedStack, behaviour: Behaviour, tmp_path: Path, case: Case
) -> None:
    world = _World(centre, stack, case)
    assume(not world.stack.deploy(world.resources(case.first)))
    world.edit(case.edits)
    second = {**case.second, **{name: case.first[name] for name in case.kept if name in case.first}}
    wanted = world.resources(second)
    before, tags = world.settings(), world.tags()
    with world.stack.answering():
        tree = DeployedStack.literal(wanted)
        told = Differ(world.centre, tmp_path).told(tree, "--stack", "sales", "--phone-numbers")
    assert (world.settings(), world.tags()) == (before, tags), "diff wrote something"
    refused = [each["refusal"] for each in told.json["resources"] if each["refusal"]]
    failed = world.stack.deploy(wanted)
    event("refused" if refused else f"exit code {told.exit_code}")
    if refused:
        assert told.exit_code == 1
        assert failed, f"foretold: {refused}"
        return
    assert not failed, f"not foretold: {failed}"
    assert _same(_foretold(told, before), world.settings(), behaviour)
    assert (told.exit_code == 0) is (world.settings() == before and world.tags() == tags)


@_drawn
@given(case=_CASES)
def test_an_update_without_a_look_at_the_stack_does_what_diff_foretells(
    centre: ContactCentre, stack: DeployedStack, behaviour: Behaviour, tmp_path: Path, case: Case
) -> None:
    world = _World(centre, stack, case)
    assume(not world.stack.deploy(world.resources(case.first)))
    world.edit(case.edits)
    # The same agents and resources, other settings: nothing is removed, and each resource gets a request.
    second = {
        name: One(one.agent, one.as_arn, case.second[name].declared)
        for name, one in case.first.items()
        if name in case.second and case.second[name].declared != one.declared
    }
    assume(second)
    before = world.settings()
    tree = DeployedStack.literal(world.resources(second))
    told = Differ(world.centre, tmp_path).told(tree, "--phone-numbers")
    assert not [each["refusal"] for each in told.json["resources"] if each["refusal"]]
    assert not world.stack.deploy({**world.resources(case.first), **world.resources(second)})
    assert _same(_foretold(told, before), world.settings(), behaviour)
