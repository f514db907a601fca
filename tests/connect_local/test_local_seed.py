"""A seed creates all that it names, or nothing."""

from typing import Any

import pytest

from connect_local import LocalConnect
from connect_local.seed import seed

BEFORE = {
    "id": "centre",
    "hierarchy_groups": [{"name": "Europe", "id": "g-1"}],
    "users": [{"username": "ann", "id": "u-1", "tags": {"team": "voice"}}],
}
GOOD = {"username": "ben", "id": "u-2", "tags": {"team": "chat"}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": "cleo", "RoutingProfileId": 7},
        {"username": "ben"},
        {"username": "cleo", "tags": {"aws:own": "x"}},
        {"username": "cleo", "system_tags": {"own": "x"}},
        {"id": "u-3"},
        5,
    ],
    ids=str,
)
@pytest.mark.parametrize("instance", ["centre", "another"])
def test_what_fails_halfway_leaves_everything_as_it_was(
    connect: LocalConnect, client: Any, instance: str, wrong: object
) -> None:
    seed(connect, {"instances": [BEFORE]})
    before = state(connect, client)
    first = {"id": "first", "users": [GOOD]}
    groups = [{"name": "Asia", "id": "g-2"}]
    second = {"id": instance, "hierarchy_groups": groups, "users": [GOOD, wrong]}
    with pytest.raises(Exception):  # noqa: B017, PT011 - each mistake has an error of its own
        seed(connect, {"instances": [first, second]})
    assert state(connect, client) == before


def test_what_failed_can_be_seeded_once_it_is_mended(connect: LocalConnect, client: Any) -> None:
    with pytest.raises(KeyError):
        seed(connect, {"instances": [{**BEFORE, "users": [*BEFORE["users"], {}]}]})
    assert seed(connect, {"instances": [BEFORE]}) == {"centre": {"ann": "u-1"}}
    assert client.describe_user(InstanceId="centre", UserId="u-1")["User"]["Tags"] == {"team": "voice"}


def state(connect: LocalConnect, client: Any) -> object:
    """Return all that the service shows."""
    backend = connect.backend()
    instances = [each["Id"] for each in client.list_instances()["InstanceSummaryList"]]
    tags = {arn: dict(each) for arn, each in backend.tagger.tags.items() if each}
    groups = {
        each: client.list_user_hierarchy_groups(InstanceId=each)["UserHierarchyGroupSummaryList"]
        for each in instances
    }
    found = {each: client.search_users(InstanceId=each)["Users"] for each in instances}
    return instances, tags, groups, found
