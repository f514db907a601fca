"""Each zip answers a whole round of events with nothing beside it but the standard library: no module, no
data is missing.
"""

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
"""What a cold start would pay for without using it."""


def seeded(url: str) -> tuple[str, str]:
    """Create a user in an instance of its own and return the ids of both."""
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
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def python() -> Path:
    """The runtime's Python, or this one: the zips run on both."""
    try:
        return bytecode.runtime_python()
    except bytecode.NoRuntime:
        return Path(sys.executable)


def strangers(told: dict[str, Any], folder: Path) -> list[str]:
    allowed = (str(folder), told["standard"], str(Path(__file__).parent), sys.base_prefix)
    return [file for file in told["files"] if not file.startswith(allowed)]


def check_the_registry(told: dict[str, Any], folder: Path) -> None:
    answers = told["answers"]
    assert {name: answer["status"] for name, answer in answers.items()} == {
        **dict.fromkeys(("CREATE", "READ", "UPDATE", "LIST", "DELETE", "INVOKED"), "SUCCESS"),
        "GONE": "FAILED",
    }, answers
    assert answers["GONE"]["errorCode"] == "NotFound"
    assert answers["READ"]["resourceModel"]["AutoAcceptConfigs"] == [{"Channel": "VOICE", "AutoAccept": True}]
    assert len(answers["LIST"]["resourceModels"]) == 1
    assert strangers(told, folder) == []
    assert NEVER_LOADED.isdisjoint(told["modules"])


def test_the_registry_s_code_answers_every_operation(provider: Path, connect_url: str) -> None:
    told = round_of(provider, "custom_connect_userconfig", "registry", connect_url, python())
    check_the_registry(told, provider)


def test_the_lines_of_the_log_and_the_metrics_arrive(provider: Path, connect_url: str) -> None:
    """The trimmed models of logs and cloudwatch are enough to deliver."""
    keys: Any = {
        "aws_access_key_id": "a",
        "aws_secret_access_key": "b",
        "region_name": "us-east-1",
        "endpoint_url": connect_url,
    }
    round_of(provider, "custom_connect_userconfig", "registry", connect_url, python())
    logs, metrics = boto3.client("logs", **keys), boto3.client("cloudwatch", **keys)  # type: ignore[call-overload]
    streams = logs.describe_log_streams(logGroupName="alone-logs")["logStreams"]
    lines = [
        event["message"]
        for stream in streams
        for event in logs.get_log_events(logGroupName="alone-logs", logStreamName=stream["logStreamName"])[
            "events"
        ]
    ]
    names = {metric["MetricName"] for metric in metrics.list_metrics()["Metrics"]}
    logs.close()
    metrics.close()
    assert any('"operation": "UpdateUserConfig"' in line for line in lines)
    assert {"HandlerInvocationCount", "HandlerInvocationDuration"} <= names


def test_an_organisation_s_own_name_answers_the_same(
    own_release: Path, connect_url: str, tmp_path: Path
) -> None:
    folder = unpacked(own_release / "acme-connect-userconfig.zip", tmp_path / "own")
    check_the_registry(round_of(folder, "acme_connect_userconfig", "registry", connect_url, python()), folder)


def test_the_function_s_code_answers_every_request(function: Path, connect_url: str) -> None:
    told = round_of(function, "custom_connect_userconfig", "function", connect_url, python())
    answers = told["answers"]
    assert [answers[name]["Status"] for name in ("CREATE", "UPDATE", "DELETE")] == ["SUCCESS"] * 3, answers
    assert answers["READ"]["InSync"] is True
    # There is no such function; what counts is that Lambda was asked, and its answer understood.
    assert answers["HANDOVER"] == "NotFound"
    assert strangers(told, function) == []
    assert NEVER_LOADED.isdisjoint(told["modules"])


@pytest.mark.parametrize(
    "missing", ["botocore_data/connect", "botocore/hooks.py", "botocore_data/endpoints.json"]
)
def test_the_round_notices_what_is_missing(function: Path, connect_url: str, missing: str) -> None:
    gone = function / missing
    if gone.is_dir():
        gone.rename(function / "elsewhere")
    else:
        gone.unlink()
        for compiled in gone.parent.glob(f"__pycache__/{gone.stem}.*.pyc"):
            compiled.unlink()
    with pytest.raises(AssertionError):
        test_the_function_s_code_answers_every_request(function, connect_url)
