"""Each zip answers events of every kind with the standard library alone: no module or data is missing."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from tools.artefact import bytecode

from .conftest import unpacked

NEVER_LOADED = {
    "boto3",
    "requests",
    "s3transfer",
    "multiprocessing",
    "importlib.metadata",
    "cloudformation_cli_python_lib.boto3",
}
"""Modules that would slow down a cold start and that nothing uses."""


def seeded(url: str) -> tuple[str, str]:
    """Create a user in an instance of its own; return the ids of both."""
    instance, user = str(uuid4()), str(uuid4())
    document = {"instances": [{"id": instance, "users": [{"username": user, "id": user}]}]}
    with urllib.request.urlopen(f"{url}/connect-local/seed", json.dumps(document).encode(), timeout=30):
        return instance, user


def round_of(folder: Path, package: str, front_end: str, url: str, python: Path) -> dict[str, Any]:
    script = Path(__file__).with_name("alone.py")
    done = subprocess.run(
        [str(python), "-I", "-S", str(script), str(folder), package, front_end, *seeded(url)],
        env={"AWS_ENDPOINT_URL": url, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def python() -> Path:
    """Return the runtime's Python, or this one: the zips run on both."""
    try:
        return bytecode.runtime_python()
    except bytecode.NoRuntime:
        return Path(sys.executable)


def foreign_files(report: dict[str, Any], folder: Path) -> list[str]:
    allowed = (str(folder), report["standard"], str(Path(__file__).parent), sys.base_prefix)
    return [file for file in report["files"] if not file.startswith(allowed)]


def check_the_registry(report: dict[str, Any], folder: Path) -> None:
    answers = report["answers"]
    assert {name: answer["status"] for name, answer in answers.items()} == {
        **dict.fromkeys(("CREATE", "READ", "UPDATE", "LIST", "DELETE", "INVOKED"), "SUCCESS"),
        "GONE": "FAILED",
    }, answers
    assert answers["GONE"]["errorCode"] == "NotFound"
    assert answers["READ"]["resourceModel"]["AutoAcceptConfigs"] == [{"Channel": "VOICE", "AutoAccept": True}]
    assert len(answers["LIST"]["resourceModels"]) == 1
    assert foreign_files(report, folder) == []
    assert NEVER_LOADED.isdisjoint(report["modules"])


def test_the_registrys_code_answers_every_operation(provider: Path, connect_url: str) -> None:
    report = round_of(provider, "custom_connect_userconfig", "registry", connect_url, python())
    check_the_registry(report, provider)


def test_log_lines_and_metrics_arrive(provider: Path, connect_url: str) -> None:
    """The trimmed models of logs and cloudwatch suffice for a delivery."""
    keys: Any = {
        "aws_access_key_id": "a",
        "aws_secret_access_key": "b",
        "region_name": "us-east-1",
        "endpoint_url": connect_url,
    }
    round_of(provider, "custom_connect_userconfig", "registry", connect_url, python())
    logs, metrics = boto3.client("logs", **keys), boto3.client("cloudwatch", **keys)  # type: ignore[call-overload]
    streams = logs.describe_log_streams(logGroupName="alone-logs")["logStreams"]
    group = {"logGroupName": "alone-logs"}
    answers = [logs.get_log_events(**group, logStreamName=stream["logStreamName"]) for stream in streams]
    lines = [event["message"] for answer in answers for event in answer["events"]]
    names = {metric["MetricName"] for metric in metrics.list_metrics()["Metrics"]}
    logs.close()
    metrics.close()
    assert any('"operation": "UpdateUserConfig"' in line for line in lines)
    assert {"HandlerInvocationCount", "HandlerInvocationDuration"} <= names


def test_code_with_an_organisations_own_name_answers_the_same(
    own_release: Path, connect_url: str, tmp_path: Path
) -> None:
    folder = unpacked(own_release / "acme-connect-userconfig.zip", tmp_path / "own")
    check_the_registry(round_of(folder, "acme_connect_userconfig", "registry", connect_url, python()), folder)


def test_the_functions_code_answers_every_request(function: Path, connect_url: str) -> None:
    report = round_of(function, "custom_connect_userconfig", "function", connect_url, python())
    answers = report["answers"]
    assert [answers[name]["Status"] for name in ("CREATE", "UPDATE", "DELETE")] == ["SUCCESS"] * 3, answers
    assert answers["READ"]["InSync"] is True
    # There is no such function: the code called Lambda and understood its answer.
    assert answers["HANDOVER"] == "NotFound"
    assert foreign_files(report, function) == []
    assert NEVER_LOADED.isdisjoint(report["modules"])


@pytest.mark.parametrize(
    "missing", ["botocore_data/connect", "botocore/hooks.py", "botocore_data/endpoints.json"]
)
def test_the_round_notices_a_missing_file(function: Path, connect_url: str, missing: str) -> None:
    gone = function / missing
    if gone.is_dir():
        gone.rename(function / "elsewhere")
    else:
        gone.unlink()
        for compiled in gone.parent.glob(f"__pycache__/{gone.stem}.*.pyc"):
            compiled.unlink()
    with pytest.raises(AssertionError):
        test_the_functions_code_answers_every_request(function, connect_url)
