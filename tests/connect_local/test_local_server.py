"""The server in a process of its own: its API, its control endpoints, and its end by a signal."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

import connect_local
from connect_local import Behaviour, Fault, FaultKind, LocalConnect, ThrottlingCode
from connect_local.behaviour import DOCUMENTED_QUOTAS, AcwUnit, ArrayWrite, Quota
from connect_local.cli import main
from connect_local.switches import behaviour_with, fault_from_words

INSTANCE, USER = "11111111-aaaa-4aaa-8aaa-111111111111", "22222222-bbbb-4bbb-8bbb-222222222222"
SYSTEM = {"aws:cloudformation:stack-name": "agents"}
ANN = {"id": USER, "username": "ann", "tags": {"team": "voice"}, "system_tags": SYSTEM}
SEED = {"instances": [{"id": INSTANCE, "users": [ANN]}]}
ACCOUNT = "000000000000"

Control = Callable[..., Any]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    seed = tmp_path_factory.mktemp("seed") / "seed.json"
    seed.write_text(json.dumps(SEED), encoding="utf-8")
    flags = ["--seed", str(seed), "--account-id", ACCOUNT, "--array-write", "merge", "--accept-arns", "true"]
    flags += ["--refused-channels", "EMAIL"]
    flags += ["--fault", "ListUsers:ThrottlingException:2:1"]
    environment = {**os.environ, "PYTHONPATH": str(Path(connect_local.__file__).parents[1])}
    command = [sys.executable, "-m", "connect_local", "--host", "127.0.0.1", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=10) == 0
        assert server.stdout.read() == ""


@pytest.fixture
def control(url: str) -> Control:
    def call(method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{url}/connect-local/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    return call


def client_of(url: str, service: str, **options: Any) -> Any:
    config = Config(retries={"max_attempts": 0}, **options)
    session: Any = boto3.Session("testing", "testing", region_name="us-east-1")
    return session.client(service, endpoint_url=url, config=config)


def test_the_seed_the_flags_and_the_rest_of_moto(url: str, control: Control) -> None:
    client = client_of(url, "connect")
    user = client.describe_user(InstanceId=INSTANCE, UserId=USER)["User"]
    assert (user["Username"], user["Tags"]) == ("ann", {"team": "voice"} | SYSTEM)
    assert f":{ACCOUNT}:instance/{INSTANCE}/agent/{USER}" in user["Arn"]
    instance_arn = user["Arn"].partition("/agent/")[0]
    assert client.describe_user(InstanceId=instance_arn, UserId=user["Arn"])["User"]["Id"] == USER
    client.tag_resource(resourceArn=user["Arn"], tags={"a b": "c/d"})
    client.untag_resource(resourceArn=user["Arn"], tagKeys=["a b"])
    client.list_users(InstanceId=INSTANCE)
    with pytest.raises(ClientError, match="ThrottlingException"):
        client.list_users(InstanceId=INSTANCE)
    behaviour = control("GET", "behaviour")
    assert (behaviour["array_write"], behaviour["refused_channels"]) == ("merge", ["EMAIL"])
    assert client_of(url, "sts").get_caller_identity()["Account"] == ACCOUNT


@pytest.mark.parametrize(
    ("kind", "exception"),
    [
        (FaultKind.CONNECTION_RESET_BEFORE, ConnectionClosedError),
        (FaultKind.CONNECTION_RESET_AFTER, ConnectionClosedError),
        (FaultKind.ENDPOINT_UNREACHABLE, ConnectionClosedError),
        (FaultKind.READ_TIMEOUT_BEFORE, ReadTimeoutError),
        (FaultKind.READ_TIMEOUT_AFTER, ReadTimeoutError),
    ],
)
def test_connections_really_break(
    url: str, control: Control, kind: FaultKind, exception: type[BotoCoreError]
) -> None:
    control("DELETE", "calls")
    control("POST", "faults", {"operation": "UpdateUserConfig", "kind": kind.value})
    accepts = "After" in kind.value
    client = client_of(url, "connect", read_timeout=0.3)
    configs = [{"Channel": "CHAT", "AutoAccept": accepts}]
    with pytest.raises(exception):
        client.update_user_config(InstanceId=INSTANCE, UserId=USER, AutoAcceptConfigs=configs)
    (call,) = control("GET", "calls?operation=UpdateUserConfig")["calls"]
    assert (call["outcome"], call["acted"]) == (kind.value, accepts)


def test_the_control_endpoints(url: str, control: Control) -> None:
    control("POST", "reset", {"phone_config": "mirrors-voice"})
    assert control("POST", "seed", SEED) == {INSTANCE: {"ann": USER}}
    change = {"quotas": {"DescribeUser": "0:0"}, "throttling_code": "TooManyRequestsException"}
    control("POST", "behaviour", change)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        client_of(url, "connect").describe_user(InstanceId=INSTANCE, UserId=USER)
    update = {"AutoAcceptConfigs": [{"Channel": "TASK", "AutoAccept": True}]}
    control("POST", "admin-update", {"InstanceId": INSTANCE, "UserId": USER, **update})
    (user,) = control("GET", "users")["users"]
    on = [setting for setting in user["effective"] if setting["value"] is True]
    assert on == [{"array": "AutoAcceptConfigs", "channel": "TASK", "field": ["AutoAccept"], "value": True}]
    assert (user["user_id"], user["tags"]) == (USER, {"team": "voice"} | SYSTEM)


def test_profiles_and_groups_are_created_by_control_endpoints(url: str, control: Control) -> None:
    control("POST", "reset")
    control("POST", "seed", SEED)
    created = [
        control("POST", kind, {"instance_id": INSTANCE, "name": "Sales", "id": "sales"})
        for kind in ("routing-profiles", "security-profiles", "hierarchy-groups")
    ]
    below = {"instance_id": INSTANCE, "name": "Night", "parent": "sales"}
    night = control("POST", "hierarchy-groups", below)
    kinds = ("routing-profile", "security-profile", "agent-group")
    assert [each["id"] for each in created] == ["sales"] * 3
    assert [each["arn"].rpartition(f"{INSTANCE}/")[2] for each in created] == [f"{k}/sales" for k in kinds]
    client = client_of(url, "connect")
    described = client.describe_user_hierarchy_group(InstanceId=INSTANCE, HierarchyGroupId=night["id"])
    assert described["HierarchyGroup"]["HierarchyPath"]["LevelOne"]["Name"] == "Sales"
    profiles = client.list_routing_profiles(InstanceId=INSTANCE)["RoutingProfileSummaryList"]
    assert [each["Name"] for each in profiles] == ["Basic Routing Profile", "Sales"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "behaviour", {"no_such": 1}, 400),
        ("POST", "behaviour", {"reads": "blurred"}, 400),
        ("POST", "behaviour", {"accept_arns": "perhaps"}, 400),
        ("POST", "behaviour", {"refused_channels": "FAX"}, 400),
        ("POST", "behaviour", {"refused_channels": [["EMAIL"]]}, 400),
        ("POST", "faults", {"operation": "ListUsers"}, 400),
        ("POST", "permissions", {"principal": "arn", "policies": [{}]}, 400),
        ("POST", "admin-update", {"InstanceId": "nowhere", "UserId": "unknown"}, 404),
        ("POST", "seed", {"instances": [5]}, 400),
        ("POST", "hierarchy-groups", {"name": "Sales"}, 400),
        ("POST", "hierarchy-groups", {"instance_id": "nowhere", "name": "Sales"}, 404),
        ("POST", "routing-profiles", {"instance_id": INSTANCE, "name": "Sales", "parent": "x"}, 400),
        ("GET", "users?region=nowhere-1", None, 400),
        ("GET", "nothing", None, 404),
    ],
)
def test_control_endpoints_explain_refusals(
    control: Control, method: str, path: str, body: object, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        control(method, path, body)
    assert error.value.code == status
    assert json.load(error.value)["message"]


def test_switches_in_words() -> None:
    assert behaviour_with(Behaviour(), {}) == Behaviour()
    words = {"array_write": "merge", "stale_seconds": "1.5", "clamp_chat_acw": "on", "quotas": "documented"}
    expected = Behaviour(
        array_write=ArrayWrite.MERGE, stale_seconds=1.5, clamp_chat_acw=True, quotas=DOCUMENTED_QUOTAS
    )
    assert behaviour_with(Behaviour(), words) == expected
    words = {"search_stale_seconds": "60", "search_acw_unit": "seconds"}
    expected = Behaviour(search_stale_seconds=60.0, search_acw_unit=AcwUnit.SECONDS)
    assert behaviour_with(Behaviour(), words) == expected
    quotas = behaviour_with(Behaviour(), {"quotas": "ListUsers=2:5,TagResource=1"}).quotas
    assert quotas == {"ListUsers": Quota(2, 5), "TagResource": Quota(1, 1)}
    code = behaviour_with(Behaviour(), {"throttling_code": "TooManyRequestsException"}).throttling_code
    assert code is ThrottlingCode.TOO_MANY_REQUESTS_EXCEPTION


@pytest.mark.parametrize(
    ("words", "channels"),
    [
        ("EMAIL", {"EMAIL"}),
        ("EMAIL,TASK", {"EMAIL", "TASK"}),
        (["CHAT"], {"CHAT"}),
        ("none", set()),
        ([], set()),
    ],
)
def test_refused_channels_in_words(words: object, channels: set[str]) -> None:
    assert behaviour_with(Behaviour(), {"refused_channels": words}).refused_channels == channels


def test_faults_in_words(connect: LocalConnect) -> None:
    expected = Fault("TagResource", FaultKind.THROTTLING, on_call=2, times=float("inf"))
    assert fault_from_words("TagResource:ThrottlingException:2:forever") == expected
    assert fault_from_words("TagResource:MadeUp") == Fault("TagResource", "MadeUp")


@pytest.mark.parametrize("port", ["99999", "-1", "x"])
def test_a_text_that_is_no_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--port", port])
    message = f"argument --port: {port!r} is not a port: name one up to 65535, or 0 for a free one"
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b'{"instances": [5]}', "$.instances[0]: 5 is not of type 'object'"),
        (b"[", "Expecting value"),
        (b"\xff", "'utf-8' codec can't decode"),
        (None, "No such file"),
    ],
)
def test_a_seed_that_cannot_be_created_is_refused(
    document: bytes | None, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "seed.json"
    if document is not None:
        path.write_bytes(document)
    with pytest.raises(SystemExit):
        main(["--seed", str(path)])
    assert re.search(
        re.escape(f"argument --seed: {path}: ") + ".*" + re.escape(problem), capsys.readouterr().err
    )
