"""CloudFormation's contract suite against the packaged registry handlers, as a Lambda with their own role."""

import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.conftest import environment, tree  # noqa: F401  # fixtures, asked for by name
from contract.test_cfn_test import PASSING, SKIPPED

from demo.local_cloud import ACCOUNT, ROOT, LocalCloud
from demo.stacks import Stacks
from tools.artefact import build

from .world import OWN, ended

pytestmark = [pytest.mark.contract, pytest.mark.slow]


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """A cloud of its own: the suite's user has a fixed id, and the command does not sign."""
    with LocalCloud(takes_unsigned=True) as cloud:
        yield cloud


@pytest.mark.exhaustive  # by day in process, in `tests/contract`
def test_the_packaged_handlers_pass_on_a_real_lambda(
    tree: Path,  # noqa: F811 - the imported fixture
    environment: dict[str, str],  # noqa: F811 - the imported fixture
    cloud: LocalCloud,
    release: Path,
    tmp_path: Path,
) -> None:
    artefact = release / build.REGISTRY
    with zipfile.ZipFile(artefact) as package:
        package.extract("ResourceProvider.zip", tmp_path)
        entrypoint = json.loads(package.read(".rpdk-config"))["entrypoint"]
    stacks = Stacks(cloud)
    template = (ROOT / "resource-role.yaml").read_text("utf-8")
    ended(stacks.create("role", template, Capabilities=["CAPABILITY_IAM"]), "CREATE_COMPLETE")
    role = stacks.outputs("role")["ExecutionRoleArn"]
    cloud.hold_to_policies_of(role)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="code")
    s3.upload_file(str(tmp_path / "ResourceProvider.zip"), "code", "provider.zip")
    options = {"Runtime": "python3.12", "Role": role, "Handler": entrypoint, "Timeout": 60, "MemorySize": 256}
    code = {"S3Bucket": "code", "S3Key": "provider.zip"}
    cloud.client("lambda").create_function(FunctionName="TypeFunction", Code=code, **options)
    created = json.loads((tree / "inputs" / "inputs_1_create.json").read_text("utf-8"))
    user = {"username": "agent", "id": created["UserId"], "tags": {"team": "returns"}, **OWN}
    cloud.control("POST", "seed", {"instances": [{"id": created["InstanceId"], "users": [user]}]})
    before = cloud.control("GET", "users")

    # One input set: the other two run in process, in tests/contract.
    for file in (tree / "inputs").glob("inputs_[23]_*.json"):
        file.unlink()
    report = tmp_path / "report.jsonl"
    path = os.pathsep.join((environment["PYTHONPATH"], str(ROOT / "tests" / "contract"), str(ROOT / "tests")))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("suite_on_ministack.py")), cloud.aws_url],
        cwd=tree,
        # The command asks moto for the account of its requests; the users of this cloud belong to that one.
        env={**environment, "PYTHONPATH": path, "CONTRACT_REPORT": str(report), "MOTO_ACCOUNT_ID": ACCOUNT},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    outcomes = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
    assert Counter(line["outcome"] for line in outcomes) == {"passed": len(PASSING), "skipped": len(SKIPPED)}
    assert {line["test"] for line in outcomes if line["outcome"] == "passed"} == PASSING
    calls = cloud.control("GET", "calls")["calls"]
    writes = {"UpdateUserConfig", "TagResource", "UntagResource"}
    assert {*writes, "SearchUsers"} <= {call["operation"] for call in calls}
    assert cloud.control("GET", "users") == before
