"""The command as a process of its own, against a local cloud: the custom resource installed, used by a stack,
and taken away.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.installation import instance_arn
from demo.local_cloud import ACCOUNT, KEY, REGION, ROOT, LocalCloud
from demo.servers import NotStarted
from demo.stacks import Stacks

pytestmark = [pytest.mark.stacks, pytest.mark.slow]
INSTANCE = "10000000-0000-4000-8000-000000000001"
EXPORT = "ConnectUserConfigServiceToken"
ARTEFACT = ("--artefact", "build/custom-resource.zip")
INSTALL = ("install", "custom-resource", "--instance", instance_arn(INSTANCE), *ARTEFACT)
UNINSTALL = ("uninstall", "custom-resource", "--region", REGION)


@dataclass
class Shell:
    """Where the command runs: the environment of somebody whose account is the local cloud."""

    cloud: LocalCloud
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "AWS_ENDPOINT_URL": self.cloud.aws_url,
            "PYTHONPATH": str(ROOT / "src"),
        }
        command = [sys.executable, "-m", "connect_user_config", *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def answer(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run it, insist on the exit code, and return what it tells of the region."""
        ran = self.run(*arguments, "--json")
        assert ran.returncode == code, ran.stdout + ran.stderr
        region: dict[str, Any] = json.loads(ran.stdout)["regions"][0]
        return region

    def hire(self) -> str:
        """Make an agent who accepts nothing by itself."""
        made = self.cloud.client("connect").create_user(
            InstanceId=INSTANCE,
            Username=f"agent-{len(self.cloud.control('GET', 'users')['users'])}",
            SecurityProfileIds=["profile"],
            RoutingProfileId="profile",
            AutoAcceptConfigs=[{"Channel": "VOICE", "AutoAccept": False}],
        )
        return str(made["UserId"])

    def accepts(self, user: str) -> bool:
        """Whether the agent's voice contacts are accepted by themselves."""
        users = self.cloud.control("GET", "users")["users"]
        effective = next(each for each in users if each["user_id"] == user)["effective"]
        (value,) = (
            each["value"]
            for each in effective
            if (each["array"], each["channel"], each["field"])
            == ("AutoAcceptConfigs", "VOICE", ["AutoAccept"])
        )
        return bool(value)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("shell")
    builder = [
        sys.executable,
        "-m",
        "tools.artefact",
        "function",
        "--to",
        str(folder / "build" / "custom-resource.zip"),
    ]
    subprocess.run(builder, check=True, capture_output=True, timeout=300, cwd=ROOT)
    try:
        cloud = LocalCloud().__enter__()
    except NotStarted as problem:
        pytest.fail(str(problem), pytrace=False)
    try:
        cloud.control("POST", "seed", {"instances": [{"id": INSTANCE}]})
        yield Shell(cloud, folder)
    finally:
        cloud.__exit__(None, None, None)


def template(user: str, token: object) -> str:
    properties = {
        "ServiceToken": token,
        "InstanceId": INSTANCE,
        "UserId": user,
        "AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}],
    }
    return json.dumps(
        {"Resources": {"Agent": {"Type": "Custom::ConnectUserConfig", "Properties": properties}}}
    )


def test_installs_serves_stacks_and_goes(shell: Shell) -> None:
    installed = shell.answer(*INSTALL)
    assert installed["outcome"] == "done"
    token = installed["result"]["serviceToken"]
    assert shell.cloud.hold_to_policies_of(
        shell.cloud.client("lambda").get_function(FunctionName=token)["Configuration"]["Role"]
    )
    assert shell.answer(*INSTALL)["outcome"] == "unchanged"

    stacks = Stacks(shell.cloud)
    by_token, by_import, by_name, nested = (shell.hire() for _ in range(4))
    assert stacks.create("by-token", template(by_token, token)).status == "CREATE_COMPLETE"
    assert (
        stacks.create("by-import", template(by_import, {"Fn::ImportValue": EXPORT})).status
        == "CREATE_COMPLETE"
    )
    but_last = token.rpartition(":")[2][:-1]
    computed = {
        "Fn::Sub": f"arn:aws:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{but_last}${{Last}}"
    }
    parameters = {"Last": token[-1]}
    computing = {"Parameters": {"Last": {"Type": "String"}}, **json.loads(template(by_name, computed))}
    assert stacks.create("by-name", json.dumps(computing), parameters).status == "CREATE_COMPLETE"
    s3 = shell.cloud.client("s3")
    s3.create_bucket(Bucket="nested")
    s3.put_object(
        Bucket="nested",
        Key="t.json",
        Body=json.dumps({**computing, **json.loads(template(nested, computed))}),
    )
    child = {"TemplateURL": f"{shell.cloud.aws_url}/nested/t.json", "Parameters": parameters}
    parent = {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": child}}}
    assert stacks.create("parent", json.dumps(parent)).status == "CREATE_COMPLETE"
    assert all(shell.accepts(each) for each in (by_token, by_import, by_name, nested))

    status = shell.answer("status", "--region", REGION)["result"]["customResources"]
    assert [(each["stack"], each["serviceToken"], each["importedBy"]) for each in status] == [
        ("ConnectUserConfig", token, ["by-import"])
    ]

    refused = shell.answer(*UNINSTALL, code=4)
    assert refused["outcome"] == "refused"
    assert "by-import, by-name, by-token, parent-Child" in refused["problem"]["message"]
    for name in ("by-import", "by-token"):
        assert stacks.delete(name).status == "DELETE_COMPLETE"
    # Those that compute the token are seen without the others.
    assert "by-name, parent-Child" in shell.answer(*UNINSTALL, code=4)["problem"]["message"]
    s3.delete_object(Bucket="nested", Key="t.json")
    s3.delete_bucket(Bucket="nested")
    for name in ("by-name", "parent"):
        assert stacks.delete(name).status == "DELETE_COMPLETE"
    assert not shell.accepts(by_token)

    gone = shell.answer(*UNINSTALL)
    assert gone["outcome"] == "done"
    assert shell.answer(*UNINSTALL)["outcome"] == "unchanged"
    assert shell.cloud.client("s3").list_buckets()["Buckets"] == []
    assert shell.cloud.client("lambda").list_functions()["Functions"] == []


@pytest.mark.exhaustive
def test_living_resources_go_on_after_an_uninstall_by_force_and_an_install(shell: Shell) -> None:
    """CloudFormation lets nobody change a ServiceToken, so the second installation must have the same."""
    token = shell.answer(*INSTALL)["result"]["serviceToken"]
    stacks, user = Stacks(shell.cloud), shell.hire()
    assert stacks.create("living", template(user, token)).status == "CREATE_COMPLETE"
    assert shell.answer(*UNINSTALL, "--force")["outcome"] == "done"
    assert shell.answer(*INSTALL)["result"]["serviceToken"] == token
    assert shell.accepts(user)
    assert stacks.delete("living").status == "DELETE_COMPLETE"
    assert not shell.accepts(user)
    shell.answer(*UNINSTALL)


@pytest.mark.exhaustive
def test_a_second_installation_stands_beside_it(shell: Shell) -> None:
    first = shell.answer(*INSTALL)["result"]["serviceToken"]
    second = shell.answer(*INSTALL, "--name", "TeamB", "--parameter", "MemorySize=512")["result"]
    assert second["exportName"] == "TeamBServiceToken"
    assert second["serviceToken"].rpartition(":")[2] == "TeamB" != first
    stacks, user = Stacks(shell.cloud), shell.hire()
    imported = template(user, {"Fn::ImportValue": "TeamBServiceToken"})
    assert stacks.create("team-b", imported).status == "CREATE_COMPLETE"
    assert shell.answer(*UNINSTALL)["outcome"] == "done"
    assert shell.answer(*UNINSTALL, "--name", "TeamB", code=4)["outcome"] == "refused"
    assert stacks.delete("team-b").status == "DELETE_COMPLETE"
    assert not shell.accepts(user)
    assert shell.answer(*UNINSTALL, "--name", "TeamB")["outcome"] == "done"


@pytest.mark.exhaustive
def test_a_new_zip_is_deployed(shell: Shell) -> None:
    shell.answer(*INSTALL)
    lambdas = shell.cloud.client("lambda")
    before = lambdas.list_functions()["Functions"][0]["CodeSha256"]
    built = shell.folder / "build" / "custom-resource.zip"
    changed = built.with_name("changed.zip")
    # A comment behind the end of a zip is still the same zip, with another digest.
    data = built.read_bytes()
    changed.write_bytes(data[:-2] + (4).to_bytes(2, "little") + b"note")
    answer = shell.answer(*INSTALL, "--artefact", str(changed))
    assert [step["does"].partition(" ")[0] for step in answer["steps"]] == ["upload", "update"]
    assert lambdas.list_functions()["Functions"][0]["CodeSha256"] != before
    shell.answer(*UNINSTALL)


@pytest.mark.exhaustive
def test_what_a_failed_creation_has_left_makes_way(shell: Shell) -> None:
    stacks = Stacks(shell.cloud)
    failing = {
        "Description": "connect-user-config custom resource: an earlier attempt",
        "Resources": {
            "Nobody": {
                "Type": "Custom::Nobody",
                "Properties": {"ServiceToken": "arn:aws:lambda:us-east-1:0:function:no"},
            }
        },
    }
    assert stacks.create("ConnectUserConfig", json.dumps(failing)).status == "ROLLBACK_COMPLETE"
    answer = shell.answer(*INSTALL)
    assert "delete the rest of the failed creation of stack ConnectUserConfig" in [
        step["does"] for step in answer["steps"]
    ]
    assert answer["result"]["serviceToken"]
    shell.answer(*UNINSTALL)


@pytest.mark.exhaustive
def test_a_stack_that_is_somebody_elses_is_left_alone(shell: Shell) -> None:
    stacks = Stacks(shell.cloud)
    assert (
        stacks.create("theirs", json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})).status
        == "CREATE_COMPLETE"
    )
    answer = shell.answer(*INSTALL, "--name", "theirs", code=1)
    assert answer["problem"]["code"] == "name-taken"
    assert shell.answer(*UNINSTALL, "--name", "theirs", code=1)["problem"]["code"] == "name-taken"
    assert stacks.outputs("theirs") == {}
    shell.answer(*UNINSTALL)


@pytest.mark.exhaustive
def test_people_get_plain_lines_and_a_bucket_that_is_private_encrypted_versioned_and_tls_only(
    shell: Shell,
) -> None:
    ran = shell.run(*INSTALL)
    assert ran.returncode == 0
    assert "us-east-1: done" in ran.stdout
    assert "  ServiceToken  arn:aws:lambda:us-east-1:" in ran.stdout
    assert "us-east-1: create stack ConnectUserConfig" in ran.stderr
    assert "\x1b" not in ran.stdout + ran.stderr
    s3 = shell.cloud.client("s3")
    (bucket,) = shell.answer("status", "--region", REGION)["result"]["buckets"]
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"][0]["Effect"] == "Deny"
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert (
        ACCOUNT in shell.answer("status", "--region", REGION)["result"]["customResources"][0]["serviceToken"]
    )
    shell.answer(*UNINSTALL)
