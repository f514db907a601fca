"""The code answers a whole round of events in both flavours with nothing beside it but the standard library:
no module, no data is missing.
"""

import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

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


def round_of(folder: Path, front_end: str, url: str, python: Path) -> dict[str, Any]:
    script = Path(__file__).with_name("alone.py")
    done = subprocess.run(
        [str(python), "-I", "-S", str(script), str(folder), front_end, *seeded(url)],
        env={"AWS_ENDPOINT_URL": url, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def strangers(told: dict[str, Any], folder: Path) -> list[str]:
    allowed = (str(folder), told["standard"], str(Path(__file__).parent))
    return [file for file in told["files"] if not file.startswith(allowed)]


def test_the_registry_s_code_answers_every_operation(code: Path, connect_url: str, runtime: Path) -> None:
    told = round_of(code, "registry", connect_url, runtime)
    answers = told["answers"]
    assert {name: answer["status"] for name, answer in answers.items()} == {
        **dict.fromkeys(("CREATE", "READ", "UPDATE", "LIST", "DELETE", "INVOKED"), "SUCCESS"),
        "GONE": "FAILED",
    }, answers
    assert answers["GONE"]["errorCode"] == "NotFound"
    assert answers["READ"]["resourceModel"]["AutoAcceptConfigs"] == [{"Channel": "VOICE", "AutoAccept": True}]
    assert len(answers["LIST"]["resourceModels"]) == 1
    assert strangers(told, code) == []
    assert NEVER_LOADED.isdisjoint(told["modules"])


def test_the_lines_of_the_log_and_the_metrics_arrive_under_the_name_of_the_event(
    code: Path, connect_url: str, runtime: Path
) -> None:
    """The trimmed models of logs and cloudwatch are enough to deliver."""
    keys: Any = {
        "aws_access_key_id": "a",
        "aws_secret_access_key": "b",
        "region_name": "us-east-1",
        "endpoint_url": connect_url,
    }
    round_of(code, "registry", connect_url, runtime)
    logs, metrics = boto3.client("logs", **keys), boto3.client("cloudwatch", **keys)
    streams = logs.describe_log_streams(logGroupName="alone-logs")["logStreams"]
    lines = [
        event["message"]
        for stream in streams
        for event in logs.get_log_events(logGroupName="alone-logs", logStreamName=stream["logStreamName"])[
            "events"
        ]
    ]
    told = metrics.list_metrics()["Metrics"]
    logs.close()
    metrics.close()
    assert any('"operation": "UpdateUserConfig"' in line for line in lines)
    assert {"HandlerInvocationCount", "HandlerInvocationDuration"} <= {each["MetricName"] for each in told}
    assert {each["Namespace"] for each in told} == {"AWS/CloudFormation/Acme/Connect/UserConfig"}
    assert "Custom::" not in json.dumps(told)


def test_the_function_s_code_answers_every_request(code: Path, connect_url: str, runtime: Path) -> None:
    told = round_of(code, "function", connect_url, runtime)
    answers = told["answers"]
    assert [answers[name]["Status"] for name in ("CREATE", "UPDATE", "DELETE")] == ["SUCCESS"] * 3, answers
    assert answers["READ"]["InSync"] is True
    # There is no such function; what counts is that Lambda was asked, and its answer understood.
    assert answers["HANDOVER"] == "NotFound"
    assert strangers(told, code) == []
    assert NEVER_LOADED.isdisjoint(told["modules"])
    # What only the other flavour needs is in the zip and costs no start.
    assert not {name for name in told["modules"] if name.startswith("cloudformation_cli_python_lib")}


@pytest.mark.parametrize(
    "missing", ["botocore_data/connect", "botocore/hooks.py", "botocore_data/endpoints.json"]
)
def test_the_round_notices_what_is_missing(code: Path, connect_url: str, runtime: Path, missing: str) -> None:
    gone = code / missing
    if gone.is_dir():
        gone.rename(code / "elsewhere")
    else:
        gone.unlink()
        for compiled in gone.parent.glob(f"__pycache__/{gone.stem}.*.pyc"):
            compiled.unlink()
    with pytest.raises(AssertionError):
        test_the_function_s_code_answers_every_request(code, connect_url, runtime)
