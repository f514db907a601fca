"""A seed creates all that it names, or nothing, and says what is wrong in it, and where."""

import re
from typing import Any

import pytest

from connect_local import LocalConnect
from connect_local.seed import WrongSeed, seed

BEFORE = {
    "id": "centre",
    "hierarchy_groups": [{"name": "Europe", "id": "g-1"}],
    "users": [{"username": "ann", "id": "u-1", "tags": {"team": "voice"}}],
}
GOOD = {"username": "ben", "id": "u-2", "tags": {"team": "chat"}}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"username": "cleo", "RoutingProfileId": 7}, ": CreateUser.RoutingProfileId must be of type string"),
        ({"username": "cleo", "AutoAcept": []}, ": Additional properties are not allowed ('AutoAcept'"),
        ({"username": "ben"}, ": A user with the name ben already exists"),
        ({"username": "cleo", "tags": {"aws:own": "x"}}, ": "),
        ({"username": "cleo", "tags": {"team": 7}}, ".tags.team: 7 is not of type 'string'"),
        ({"username": "cleo", "system_tags": {"own": "x"}}, ": system tags begin with aws:, unlike own"),
        ({"id": "u-3"}, ": 'username' is a required property"),
        (5, ": 5 is not of type 'object'"),
    ],
    ids=str,
)
@pytest.mark.parametrize("instance", ["centre", "another"])
def test_what_fails_halfway_leaves_everything_as_it_was_and_says_where_it_stands(
    connect: LocalConnect, client: Any, instance: str, wrong: object, reason: str
) -> None:
    seed(connect, {"instances": [BEFORE]})
    before = state(connect, client)
    first = {"id": "first", "users": [GOOD]}
    groups = [{"name": "Asia", "id": "g-2"}]
    second = {"id": instance, "hierarchy_groups": groups, "users": [GOOD, wrong]}
    with pytest.raises(WrongSeed, match=re.escape(f"$.instances[1].users[1]{reason}")):
        seed(connect, {"instances": [first, second]})
    assert state(connect, client) == before


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "$: [] is not of type 'object'"),
        ({"instanses": []}, "$: Additional properties are not allowed ('instanses' was unexpected)"),
        ({"instances": [{"id": ""}]}, "$.instances[0].id: '' should be non-empty"),
        (
            {"instances": [{"hierarchy_groups": [{"name": "Europe", "parent": "g-0"}]}]},
            "$.instances[0].hierarchy_groups[0]: No agent-group g-0 in ",
        ),
    ],
    ids=str,
)
def test_a_wrong_document_is_told_by_its_place(connect: LocalConnect, document: object, problem: str) -> None:
    with pytest.raises(WrongSeed, match=re.escape(problem)):
        seed(connect, document)


def test_what_failed_can_be_seeded_once_it_is_mended(connect: LocalConnect, client: Any) -> None:
    with pytest.raises(WrongSeed):
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
