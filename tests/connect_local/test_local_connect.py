"""`LocalConnect` itself: the effects of its start, end and reset on the process."""

import os
from itertools import combinations

import boto3
import pytest
from mypy_boto3_connect import ConnectClient

from connect_local import (
    Behaviour,
    Fault,
    LocalConnect,
    every_read_write_combination,
    where_every_two_switches_meet,
)
from connect_local.conditions import current


def test_resetting_forgets_everything(connect: LocalConnect, client: ConnectClient) -> None:
    instance_id, _ = connect.create_instance("fixed")
    connect.create_user(instance_id, "ann", user_id="fixed-user")
    connect.plant(Fault("ListUsers", "Planted"))
    client.describe_user(InstanceId=instance_id, UserId="fixed-user")
    connect.reset(Behaviour(stale_reads=1))
    assert (connect.calls, connect.behaviour.stale_reads) == ([], 1)
    connect.create_instance("fixed")
    assert client.list_users(InstanceId="fixed")["UserSummaryList"] == []


def test_only_one_at_a_time(connect: LocalConnect) -> None:
    instance_id, _ = connect.create_instance()
    with pytest.raises(RuntimeError, match="active already"), LocalConnect():
        pass
    assert instance_id in connect.backend().instances


def test_the_environment_is_safe(connect: LocalConnect) -> None:
    credentials = boto3.Session().get_credentials()
    assert credentials is not None
    assert connect.account_id not in credentials.access_key
    assert os.environ["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert os.environ["AWS_DEFAULT_REGION"] == connect.region


def test_the_conditions_are_those_of_the_process(connect: LocalConnect) -> None:
    connect.behaviour = Behaviour(stale_reads=7)
    assert current().behaviour.stale_reads == 7


def test_accounts_and_regions_are_apart(connect: LocalConnect, instance_id: str) -> None:
    assert instance_id not in connect.backend(region="eu-west-2").instances
    assert instance_id not in connect.backend(account_id="111111111111").instances
    client = boto3.client("connect", region_name="eu-west-2")
    assert client.list_instances()["InstanceSummaryList"] == []


def test_calls_by_operation(
    connect: LocalConnect, client: ConnectClient, instance_id: str, user_id: str
) -> None:
    client.list_users(InstanceId=instance_id)
    client.describe_user(InstanceId=instance_id, UserId=user_id)
    assert [call.user_id for call in connect.calls_of("DescribeUser")] == [user_id]
    assert [call.user_id for call in connect.calls_of("ListUsers")] == [None]
    connect.forget_calls()
    assert connect.calls == []


def test_every_combination_occurs_once_and_has_its_own_label() -> None:
    combinations = every_read_write_combination()
    assert len(combinations) == len(set(combinations)) == len({str(each) for each in combinations}) == 2**8


def test_any_two_values_of_any_two_switches_meet_in_a_small_choice() -> None:
    chosen = where_every_two_switches_meet(stale_reads=0)
    assert len({str(each) for each in chosen}) == len(chosen) <= 16
    writes = ("array_write", "entry_write", "phone_config", "refused_channels", "channel_refusal")
    searches = ("search_stale_seconds", "search_acw_unit")
    for one, other in combinations((*writes, *searches, "reads", "accept_arns"), 2):
        assert len({(getattr(each, one), getattr(each, other)) for each in chosen}) == 4, (one, other)
    assert {each.stale_reads for each in chosen} == {0}
