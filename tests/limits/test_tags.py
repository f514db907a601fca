"""Users whose tags are nearly used up: the record fits exactly or is refused before anything is written."""

from typing import Any

import pytest
from functional.settings import acw, auto_accept, enhancement, persistent, phone
from functional.world import Agent, World, done, refused

from connect_local.models import LocalConnectBackend

MOST = 50
MARKER_AND_OWNER = 2
BY_AWS = (0, 9)
"""Tags that AWS's own services set, and that do not count."""
ARRAYS: dict[str, list[dict[str, Any]]] = {
    "AutoAcceptConfigs": [auto_accept("VOICE", False), auto_accept("CHAT", True)],
    "AfterContactWorkConfigs": [acw("VOICE", 30), acw("CHAT", 60)],
    "PhoneNumberConfigs": phone("SOFT_PHONE"),
    "PersistentConnectionConfigs": persistent(False),
    "VoiceEnhancementConfigs": enhancement("VOICE_ISOLATION"),
}
NEARLY_OURS = {
    "connect-user-config-too": "1",
    "Connect-User-Config": "managed",
    "connect-user-confi": "ownér",
}

pytestmark = pytest.mark.parametrize("front_end", ["registry", "custom resource"], indirect=True)


def foreign(number: int) -> dict[str, str]:
    """Return tags of somebody else's: the longest that there are, and some that look like ours."""
    others = {f"{'ключ ' * 25}{place:03}": "値" * 256 for place in range(number)}
    return dict(list((NEARLY_OURS | others).items())[:number])


def system(number: int) -> dict[str, str]:
    """Return tags of AWS's own."""
    return {f"aws:servicecatalog:{place}": "x" * 256 for place in range(number)}


def first(number: int) -> dict[str, Any]:
    """Return the first `number` arrays."""
    return dict(list(ARRAYS.items())[:number])


def all_of(agent: Agent) -> tuple[object, object]:
    """Return all that must not change."""
    return agent.effective(), agent.tags()


@pytest.mark.parametrize("by_aws", BY_AWS)
@pytest.mark.parametrize("arrays", range(1, 6))
def test_a_record_that_fits_exactly_is_written_and_removed(world: World, arrays: int, by_aws: int) -> None:
    agent, resource = world.agent("dense", tags=foreign(MOST - MARKER_AND_OWNER - arrays)), world.resource()
    agent.tag_by_aws(system(by_aws))
    properties = agent.declare(**first(arrays))
    done(resource.create(properties))
    assert len(agent.tags()) == MOST + by_aws
    done(resource.read(properties))
    changed = {**properties, "AutoAcceptConfigs": [auto_accept("VOICE", True), auto_accept("CHAT", False)]}
    done(resource.update(changed, properties))
    done(resource.delete(changed))
    assert agent.tags() == agent.foreign


@pytest.mark.parametrize("by_aws", BY_AWS)
@pytest.mark.parametrize(("others", "arrays"), [(49, 1), (48, 1), (50, 1), (47, 2), (44, 5)])
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
        f"holds {MOST} at most",
        "Remove tags",
    )
    refused(resource.driver.create(agent.declare(**first(arrays))), "InvalidRequest", *words)
    assert [call.operation for call in world.connect.calls] == ["DescribeUser"]
    refused(resource.create(agent.declare(**first(arrays))), "InvalidRequest")


@pytest.mark.parametrize("gives_back", [False, True])
def test_an_update_that_does_not_fit_changes_nothing_and_can_be_rolled_back(
    world: World, gives_back: bool
) -> None:
    """What is taken is recorded before what is given back is released, so both need room."""
    agent, resource = world.agent("dense", tags=foreign(44)), world.resource()
    before = agent.declare(**first(4))
    done(resource.create(before))
    after = {**before, "VoiceEnhancementConfigs": ARRAYS["VoiceEnhancementConfigs"]}
    if gives_back:
        del after["AutoAcceptConfigs"]
    truth = all_of(agent)
    refused(
        resource.driver.update(after, before), "InvalidRequest", "has 50 tags", "needs 1 more", "together 51"
    )
    assert all_of(agent) == truth
    done(resource.update(before, after))
    done(resource.delete(before))


def test_a_full_user_can_give_back_and_change(world: World) -> None:
    agent, resource = world.agent("dense", tags=foreign(43)), world.resource()
    wide = agent.declare(**ARRAYS)
    done(resource.create(wide))
    narrow = agent.declare(**(first(3) | {"AutoAcceptConfigs": [auto_accept("VOICE", True)]}))
    done(resource.update(narrow, wide))
    done(resource.update(wide, narrow))
    assert len(agent.tags()) == MOST
    done(resource.delete(wide))


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_tags_that_come_between_read_and_claim_leave_nothing_half_taken(
    world: World, missing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, resource = world.agent("dense", tags=foreign(MOST - 3)), world.resource()
    properties = agent.declare(**first(1))
    before = agent.effective()
    fill(world, agent, monkeypatch, "tag_resource", missing)
    message = refused(resource.driver.create(properties), "InvalidRequest").message
    assert "at most 50 tags" in message
    assert (agent.effective(), agent.tags()) == (before, agent.foreign)
    cleaned_up = resource.driver.clean_up(properties)
    assert cleaned_up is None or cleaned_up.found_nothing


def test_tags_that_come_after_the_claim_are_in_nobody_s_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, resource = world.agent("dense", tags=foreign(10)), world.resource()
    properties = agent.declare(**ARRAYS)
    fill(world, agent, monkeypatch, "update_user_config", MOST - 10 - MARKER_AND_OWNER - len(ARRAYS))
    done(resource.create(properties))
    assert len(agent.tags()) == MOST
    done(resource.delete(properties))
    assert len(agent.tags()) == MOST - MARKER_AND_OWNER - len(ARRAYS)


def fill(world: World, agent: Agent, monkeypatch: pytest.MonkeyPatch, operation: str, number: int) -> None:
    """Let somebody add tags just before the first call of `operation`."""
    tag = LocalConnectBackend.tag_resource
    served = getattr(LocalConnectBackend, operation)
    waiting = [{f"late {place}": "x" for place in range(number)}]

    def meanwhile(backend: LocalConnectBackend, *arguments: Any) -> None:
        while waiting:
            late = waiting.pop()
            agent.foreign |= late
            tag(backend, agent.arn, late)
        served(backend, *arguments)

    monkeypatch.setattr(LocalConnectBackend, operation, meanwhile)
