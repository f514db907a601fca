"""Users with nearly 50 tags: the record fits exactly, or the operation is refused before any write."""

from typing import Any

import pytest
from functional.settings import auto_accept
from functional.world import Agent, World, done, refused

from connect_local.models import LocalConnectBackend
from support.every_array import entries_of_all

MAX_TAGS = 50
MARKER_AND_OWNER = 2
BY_AWS = (0, 9)
"""Numbers of tags by AWS's own services, which do not count."""
ARRAYS = entries_of_all(differ=False)
ALL = len(ARRAYS)
NEARLY_OURS = {
    "connect-user-config-too": "1",
    "Connect-User-Config": "managed",
    "connect-user-confi": "ownér",
}

pytestmark = pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)


def foreign(number: int) -> dict[str, str]:
    """Return tags of others: the longest possible, and some that look like ours."""
    others = {f"{'ключ ' * 25}{index:03}": "値" * 256 for index in range(number)}
    return dict(list((NEARLY_OURS | others).items())[:number])


def system(number: int) -> dict[str, str]:
    """Return tags by AWS's own services."""
    return {f"aws:servicecatalog:{index}": "x" * 256 for index in range(number)}


def first(number: int) -> dict[str, Any]:
    """Return the first `number` arrays."""
    return dict(list(ARRAYS.items())[:number])


def all_of(agent: Agent) -> tuple[object, object]:
    """Return the settings and the tags."""
    return agent.effective(), agent.tags()


@pytest.mark.parametrize("by_aws", BY_AWS)
@pytest.mark.parametrize("arrays", range(1, ALL + 1))
def test_a_record_that_fits_exactly_is_written_and_removed(world: World, arrays: int, by_aws: int) -> None:
    agent, resource = (
        world.agent("dense", tags=foreign(MAX_TAGS - MARKER_AND_OWNER - arrays)),
        world.resource(),
    )
    agent.tag_by_aws(system(by_aws))
    properties = agent.declare(**first(arrays))
    done(resource.create(properties))
    assert len(agent.tags()) == MAX_TAGS + by_aws
    done(resource.read(properties))
    changed = {**properties, "AutoAcceptConfigs": [auto_accept("VOICE", True), auto_accept("CHAT", False)]}
    done(resource.update(changed, properties))
    done(resource.delete(changed))
    assert agent.tags() == agent.foreign


@pytest.mark.parametrize("by_aws", BY_AWS)
@pytest.mark.parametrize(("others", "arrays"), [(49, 1), (48, 1), (50, 1), (47, 2), (49 - ALL, ALL)])
def test_a_record_that_does_not_fit_is_refused_before_anything_is_written(
    world: World, others: int, arrays: int, by_aws: int
) -> None:
    agent, resource = world.agent("dense", tags=foreign(others)), world.resource()
    agent.tag_by_aws(system(by_aws))
    world.connect.forget_calls()
    needed = MARKER_AND_OWNER + arrays
    words = (
        f"has {others} tags",
        f"needs {needed} more",
        f"together {others + needed}",
        f"holds {MAX_TAGS} at most",
        "Remove tags",
    )
    refused(resource.driver.create(agent.declare(**first(arrays))), "InvalidRequest", *words)
    assert [call.operation for call in world.connect.calls] == ["DescribeUser"]
    refused(resource.create(agent.declare(**first(arrays))), "InvalidRequest")


@pytest.mark.parametrize("gives_back", [False, True])
def test_an_update_that_does_not_fit_changes_nothing_and_can_be_rolled_back(
    world: World, gives_back: bool
) -> None:
    """The record gains new settings before it loses old ones, so both need room."""
    agent = world.agent("dense", tags=foreign(MAX_TAGS - MARKER_AND_OWNER - (ALL - 1)))
    resource = world.resource()
    before = agent.declare(**first(ALL - 1))
    done(resource.create(before))
    after = agent.declare(**ARRAYS)
    if gives_back:
        del after["AutoAcceptConfigs"]
    truth = all_of(agent)
    outcome = resource.driver.update(after, before)
    refused(outcome, "InvalidRequest", "has 50 tags", "needs 1 more", "together 51")
    assert all_of(agent) == truth
    done(resource.update(before, after))
    done(resource.delete(before))


def test_a_full_user_can_give_back_and_change(world: World) -> None:
    agent, resource = world.agent("dense", tags=foreign(MAX_TAGS - MARKER_AND_OWNER - ALL)), world.resource()
    wide = agent.declare(**ARRAYS)
    done(resource.create(wide))
    narrow = agent.declare(**(first(3) | {"AutoAcceptConfigs": [auto_accept("VOICE", True)]}))
    done(resource.update(narrow, wide))
    done(resource.update(wide, narrow))
    assert len(agent.tags()) == MAX_TAGS
    done(resource.delete(wide))


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_tags_that_come_between_read_and_claim_let_the_create_fail_without_a_trace(
    world: World, missing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, resource = world.agent("dense", tags=foreign(MAX_TAGS - 3)), world.resource()
    properties = agent.declare(**first(1))
    before = agent.effective()
    fill(world, agent, monkeypatch, "tag_resource", missing)
    message = refused(resource.driver.create(properties), "InvalidRequest").message
    assert "at most 50 tags" in message
    assert (agent.effective(), agent.tags()) == (before, agent.foreign)
    cleaned_up = resource.driver.clean_up(properties)
    assert cleaned_up is None or cleaned_up.found_nothing


def test_tags_that_come_after_the_claim_do_no_harm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    agent, resource = world.agent("dense", tags=foreign(10)), world.resource()
    properties = agent.declare(**ARRAYS)
    fill(world, agent, monkeypatch, "update_user_config", MAX_TAGS - 10 - MARKER_AND_OWNER - len(ARRAYS))
    done(resource.create(properties))
    assert len(agent.tags()) == MAX_TAGS
    done(resource.delete(properties))
    assert len(agent.tags()) == MAX_TAGS - MARKER_AND_OWNER - len(ARRAYS)


def fill(world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch, operation: str, number: int) -> None:
    """Let somebody add tags just before the first call of `operation`."""
    tag = LocalConnectBackend.tag_resource
    served = getattr(LocalConnectBackend, operation)
    waiting = [{f"late {index}": "x" for index in range(number)}]

    def meanwhile(backend: LocalConnectBackend, *arguments: Any) -> None:
        while waiting:
            late = waiting.pop()
            agent.foreign |= late
            tag(backend, agent.arn, late)
        served(backend, *arguments)

    monkeypatch.setattr(LocalConnectBackend, operation, meanwhile)
