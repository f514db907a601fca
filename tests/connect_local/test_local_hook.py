"""The parts of moto that the local Connect hooks into: these tests fail if moto moves them."""

import ast
import importlib
from pathlib import Path

import boto3
from moto.backends import get_backend
from moto.connect.models import ConnectBackend, connect_backends
from moto.core.base_backend import BackendDict

import connect_local
from connect_local import LocalConnect, activate
from connect_local.models import LocalConnectBackend
from connect_local.responses import LocalConnectResponse

ADVICE = "moto has changed; adapt connect_local/hook.py"


def test_moto_registry_still_keeps_the_class_that_it_instantiates() -> None:
    fresh = BackendDict(ConnectBackend, "connect")
    assert fresh.backend is ConnectBackend, ADVICE
    fresh.backend = LocalConnectBackend
    assert isinstance(fresh["123456789012"]["us-east-1"], LocalConnectBackend), ADVICE


def test_moto_reaches_connect_through_the_registry_that_is_hooked() -> None:
    assert get_backend("connect") is connect_backends, ADVICE
    responses = importlib.import_module("moto.connect.responses")
    assert responses.connect_backends is connect_backends, ADVICE


def test_moto_finds_our_paths_beside_our_backend(connect: LocalConnect) -> None:
    paths = connect.backend().url_paths
    assert paths == {"/.*$": LocalConnectResponse.dispatch}, ADVICE


def test_a_second_activation_keeps_the_instances(connect: LocalConnect) -> None:
    instance_id, _ = connect.create_instance()
    activate()
    assert instance_id in connect.backend().instances


def test_the_rest_of_moto_and_of_its_connect_still_work(connect: LocalConnect) -> None:
    assert boto3.client("sts").get_caller_identity()["Account"] == connect.account_id
    client = boto3.client("connect")
    created = client.create_instance(
        IdentityManagementType="SAML",
        InboundCallsEnabled=True,
        OutboundCallsEnabled=False,
        Tags={"team": "voice"},
    )
    client.untag_resource(resourceArn=created["Arn"], tagKeys=["team"])
    assert "Tags" not in client.describe_instance(InstanceId=created["Id"])["Instance"]
    assert [i["Id"] for i in client.list_instances()["InstanceSummaryList"]] == [created["Id"]]


def test_users_appear_in_the_tagging_api(connect: LocalConnect, instance_id: str) -> None:
    _, arn = connect.create_user(instance_id, "ann", tags={"team": "voice"})
    found = boto3.client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "team"}])
    assert [mapping["ResourceARN"] for mapping in found["ResourceTagMappingList"]] == [arn]


def test_the_local_connect_does_not_import_the_resource_type() -> None:
    for path in Path(connect_local.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith("custom_connect_userconfig")], path.name
