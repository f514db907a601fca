"""Routing profiles, security profiles and hierarchy groups: created outside of the API, listed, described."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session
from mypy_boto3_connect import ConnectClient

from connect_local import DOCUMENTED_QUOTAS, Behaviour, LocalConnect, Permissions, Quota
from connect_local.organisation import Kind
from connect_local.seed import seed

LISTS = {
    "routing-profile": ("list_routing_profiles", "RoutingProfileSummaryList"),
    "security-profile": ("list_security_profiles", "SecurityProfileSummaryList"),
    "agent-group": ("list_user_hierarchy_groups", "UserHierarchyGroupSummaryList"),
}
CREATE = {
    "routing-profile": LocalConnect.create_routing_profile,
    "security-profile": LocalConnect.create_security_profile,
    "agent-group": LocalConnect.create_hierarchy_group,
}
DESCRIBE = {
    "routing-profile": ("describe_routing_profile", "RoutingProfileId", "RoutingProfile"),
    "security-profile": ("describe_security_profile", "SecurityProfileId", "SecurityProfile"),
    "agent-group": ("describe_user_hierarchy_group", "HierarchyGroupId", "HierarchyGroup"),
}
SUMMARIES = {
    "routing-profile": "RoutingProfileSummary",
    "security-profile": "SecurityProfileSummary",
    "agent-group": "HierarchyGroupSummary",
}
MODEL: Any = get_session().get_service_model("connect")
every_kind = pytest.mark.parametrize("kind", LISTS)


def listed(client: Any, kind: str, **arguments: Any) -> Any:
    operation, member = LISTS[kind]
    return getattr(client, operation)(**arguments)[member]


def describe(client: Any, kind: str, instance_id: str, identifier: str) -> Any:
    operation, member, answer = DESCRIBE[kind]
    return getattr(client, operation)(InstanceId=instance_id, **{member: identifier})[answer]


@every_kind
def test_a_list_has_the_name_the_arn_and_the_time_of_creation(
    connect: LocalConnect, client: ConnectClient, advance: Callable[[float], None], kind: str
) -> None:
    instance_id, instance_arn = connect.create_instance()
    before = listed(client, kind, InstanceId=instance_id)
    advance(60)
    created = CREATE[kind](connect, instance_id, "Sales", "sales")
    assert created == ("sales", f"{instance_arn}/{kind}/sales")
    *others, new = listed(client, kind, InstanceId=instance_id)
    assert others == before
    assert (new["Id"], new["Arn"], new["Name"]) == (*created, "Sales")
    assert new["LastModifiedRegion"] == connect.region
    (other_kind,) = listed(client, "routing-profile", InstanceId=connect.create_instance()[0])
    assert (new["LastModifiedTime"] - other_kind["LastModifiedTime"]).total_seconds() == 0
    assert all((new["LastModifiedTime"] - each["LastModifiedTime"]).total_seconds() == 60 for each in others)


@every_kind
def test_a_summary_has_the_members_of_the_model(connect: LocalConnect, instance_id: str, kind: str) -> None:
    CREATE[kind](connect, instance_id, "Sales")
    (summary, *_), _ = connect.backend().organisation(instance_id).summaries(Kind(kind), None, None)
    assert set(summary) == set(MODEL.shape_for(SUMMARIES[kind]).members)


@every_kind
def test_lists_go_page_by_page_in_the_order_of_creation(
    connect: LocalConnect, client: Any, instance_id: str, kind: str
) -> None:
    first = [each["Name"] for each in listed(client, kind, InstanceId=instance_id)]
    names = [f"name {number}" for number in range(250)]
    for name in names:
        CREATE[kind](connect, instance_id, name)
    operation, member = LISTS[kind]
    pages = list(client.get_paginator(operation).paginate(InstanceId=instance_id))
    assert [len(each[member]) for each in pages] == [100, 100, 50 + len(first)]
    assert [each["Name"] for page in pages for each in page[member]] == first + names
    assert len(listed(client, kind, InstanceId=instance_id, MaxResults=1000)) == 250 + len(first)
    with pytest.raises(ClientError, match="at most 1000"):
        listed(client, kind, InstanceId=instance_id, MaxResults=1001)


@every_kind
def test_each_instance_has_its_own(connect: LocalConnect, client: Any, instance_id: str, kind: str) -> None:
    CREATE[kind](connect, instance_id, "Sales", "sales")
    other, _ = connect.create_instance()
    CREATE[kind](connect, other, "Sales", "sales")
    client.delete_instance(InstanceId=other)
    assert describe(client, kind, instance_id, "sales")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        listed(client, kind, InstanceId=other)
    connect.create_instance(other)
    with pytest.raises(ClientError, match=f"ResourceNotFoundException.*No {kind} sales in .*{other}"):
        describe(client, kind, other, "sales")


@every_kind
def test_a_name_or_an_identifier_occurs_once(connect: LocalConnect, instance_id: str, kind: str) -> None:
    CREATE[kind](connect, instance_id, "Sales", "sales")
    for name, identifier in (("Sales", None), ("Service", "sales")):
        with pytest.raises(Exception, match=f"The {kind} {name}, .* exists already"):
            CREATE[kind](connect, instance_id, name, identifier)


def test_a_user_has_by_default_the_profiles_that_every_instance_has(
    connect: LocalConnect, client: Any, instance_id: str, user_id: str
) -> None:
    user = client.describe_user(InstanceId=instance_id, UserId=user_id)["User"]
    (routing,) = listed(client, "routing-profile", InstanceId=instance_id)
    (security,) = listed(client, "security-profile", InstanceId=instance_id)
    assert (routing["Id"], routing["Name"]) == (user["RoutingProfileId"], "Basic Routing Profile")
    assert ([security["Id"]], security["Name"]) == (user["SecurityProfileIds"], "Agent")
    assert listed(client, "agent-group", InstanceId=instance_id) == []


def test_profiles_are_described_with_their_names(
    connect: LocalConnect, client: Any, instance_id: str
) -> None:
    _, routing_arn = connect.create_routing_profile(instance_id, "Sales", "r-1")
    _, security_arn = connect.create_security_profile(instance_id, "Supervisor", "s-1")
    routing = describe(client, "routing-profile", instance_id, "r-1")
    security = describe(client, "security-profile", instance_id, "s-1")
    assert routing.pop("LastModifiedTime") == security.pop("LastModifiedTime")
    assert routing == {
        "InstanceId": instance_id,
        "RoutingProfileId": "r-1",
        "RoutingProfileArn": routing_arn,
        "Name": "Sales",
        "LastModifiedRegion": "us-east-1",
    }
    assert security == {
        "Id": "s-1",
        "Arn": security_arn,
        "SecurityProfileName": "Supervisor",
        "LastModifiedRegion": "us-east-1",
        "Type": "CUSTOMER_MANAGED",
    }


def test_a_group_is_described_with_all_groups_above_it(
    connect: LocalConnect, client: Any, instance_id: str
) -> None:
    connect.create_hierarchy_group(instance_id, "Europe", "g-1")
    connect.create_hierarchy_group(instance_id, "Sales", "g-2", "g-1")
    connect.create_hierarchy_group(instance_id, "Night", "g-3", "g-2")
    groups = {group["Id"]: group for group in listed(client, "agent-group", InstanceId=instance_id)}
    described = describe(client, "agent-group", instance_id, "g-2")
    assert described["HierarchyPath"] == {"LevelOne": groups["g-1"], "LevelTwo": groups["g-2"]}
    assert {name: described[name] for name in groups["g-2"]} == groups["g-2"]
    levels = [describe(client, "agent-group", instance_id, group)["LevelId"] for group in groups]
    assert levels == ["local-level-1", "local-level-2", "local-level-3"]


def test_two_groups_may_have_one_name_below_different_parents(
    connect: LocalConnect, client: Any, instance_id: str
) -> None:
    for parent in ("Europe", "Asia"):
        connect.create_hierarchy_group(instance_id, parent, parent)
        connect.create_hierarchy_group(instance_id, "Sales", None, parent)
    names = [group["Name"] for group in listed(client, "agent-group", InstanceId=instance_id)]
    assert names == ["Europe", "Sales", "Asia", "Sales"]
    with pytest.raises(Exception, match=r"The agent-group Sales, .* exists already"):
        connect.create_hierarchy_group(instance_id, "Sales", None, "Asia")


def test_a_hierarchy_has_five_levels(connect: LocalConnect, instance_id: str) -> None:
    parent = None
    for level in range(5):
        parent, _ = connect.create_hierarchy_group(instance_id, f"level {level}", None, parent)
    with pytest.raises(Exception, match="at most 5 levels"):
        connect.create_hierarchy_group(instance_id, "too deep", None, parent)
    with pytest.raises(Exception, match="No agent-group nothing"):
        connect.create_hierarchy_group(instance_id, "orphan", None, "nothing")


def test_a_seed_has_profiles_groups_and_their_users(connect: LocalConnect, client: Any) -> None:
    members = {"RoutingProfileId": "r-1", "SecurityProfileIds": ["s-1"], "HierarchyGroupId": "g-2"}
    identity = {"FirstName": "Ann", "LastName": "Lee"}
    instance = {
        "id": "centre",
        "routing_profiles": [{"name": "Sales", "id": "r-1"}],
        "security_profiles": [{"name": "Supervisor", "id": "s-1"}],
        "hierarchy_groups": [
            {"name": "Europe", "id": "g-1"},
            {"name": "Sales", "id": "g-2", "parent": "g-1"},
        ],
        "users": [{"username": "ann", "IdentityInfo": identity, **members}],
    }
    seed(connect, {"instances": [instance]})
    (user,) = client.search_users(InstanceId="centre")["Users"]
    assert {name: user[name] for name in members} == members
    assert user["IdentityInfo"] == identity
    assert describe(client, "routing-profile", "centre", "r-1")["Name"] == "Sales"
    assert describe(client, "security-profile", "centre", "s-1")["SecurityProfileName"] == "Supervisor"
    path = describe(client, "agent-group", "centre", "g-2")["HierarchyPath"]
    assert [level["Name"] for level in path.values()] == ["Europe", "Sales"]


def test_a_second_seed_of_an_instance_adds_to_it(connect: LocalConnect, client: Any) -> None:
    seed(connect, {"instances": [{"id": "centre", "hierarchy_groups": [{"name": "Europe", "id": "g-1"}]}]})
    below = {"name": "Sales", "parent": "g-1"}
    seed(connect, {"instances": [{"id": "centre", "hierarchy_groups": [below]}]})
    assert len(listed(client, "agent-group", InstanceId="centre")) == 2


@every_kind
def test_a_role_needs_the_instance_to_list_and_the_resource_to_describe(
    connect: LocalConnect, kind: str
) -> None:
    instance_id, instance_arn = connect.create_instance()
    _, arn = CREATE[kind](connect, instance_id, "Sales", "sales")
    session: Any = boto3.Session("ASIAEXAMPLEEXAMPLE01", "secret", "token", region_name="us-east-1")
    client = session.client("connect")
    actions = {
        name: "connect:" + "".join(word.capitalize() for word in name.split("_"))
        for name in (LISTS[kind][0], DESCRIBE[kind][0])
    }
    to_list, to_describe = actions.values()
    for resource, refused in ((instance_arn, to_describe), (arn, to_list)):
        statement = {"Effect": "Allow", "Action": [to_list, to_describe], "Resource": resource}
        connect.permissions = Permissions.of("arn:role", [{"Version": "2012-10-17", "Statement": statement}])
        attempts: dict[str, Callable[[], object]] = {
            to_list: lambda: listed(client, kind, InstanceId=instance_id),
            to_describe: lambda: describe(client, kind, instance_id, "sales"),
        }
        named = arn if refused == to_describe else instance_arn
        with pytest.raises(ClientError, match=f"perform: {refused} on resource: {named} because"):
            attempts.pop(refused)()
        (allowed,) = attempts.values()
        assert allowed()


@every_kind
def test_listing_and_describing_have_quotas_of_their_own(
    connect: LocalConnect, client: Any, instance_id: str, kind: str
) -> None:
    CREATE[kind](connect, instance_id, "Sales", "sales")
    connect.behaviour = Behaviour(quotas=DOCUMENTED_QUOTAS)
    calls: tuple[Callable[[], object], ...] = (
        lambda: listed(client, kind, InstanceId=instance_id),
        lambda: describe(client, kind, instance_id, "sales"),
    )
    for call in calls:
        for _ in range(5):
            call()
        with pytest.raises(ClientError, match="ThrottlingException"):
            call()
    assert {DOCUMENTED_QUOTAS[call.operation] for call in connect.calls} == {Quota(2, 5)}
