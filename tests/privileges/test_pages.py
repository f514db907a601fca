"""The pages about security and rolling out: what they list is whole, what they show works."""

import ast
import json
import re

import boto3
import pytest
from moto import mock_aws

from .roles import ROLES, ROOT, load

SOURCES = ROOT / "src" / "custom_connect_userconfig"


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def logged() -> dict[str, set[str]]:
    """Every event that the sources log, with the fields of all its lines."""
    found: dict[str, set[str]] = {}
    for source in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "log_event":
                (event,) = node.args
                assert isinstance(event, ast.Constant), f"{source.name}: the event is not spelled out"
                assert all(word.arg for word in node.keywords), (
                    f"{source.name}: the fields are not spelled out"
                )
                found.setdefault(event.value, set()).update(str(word.arg) for word in node.keywords)
    return found


def test_the_page_lists_what_is_logged() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (`[`\w ]+) \|$", text_of("guide/security.md"), re.MULTILINE)
    assert {event: set(re.findall(r"\w+", fields)) for event, fields in rows} == logged()


def test_nothing_else_is_logged() -> None:
    """No line that goes past `log_event`, which withholds numbers."""
    for source in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
            ):
                assert node.func.value.id not in ("LOG", "logger") or source.name == "logs.py", (
                    f"{source.name}:{node.lineno}"
                )
            assert not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            ), source.name


def test_the_page_lists_every_action_of_the_roles() -> None:
    table = text_of("guide/security.md").partition("## What each role may do")[2].partition("- **Exactly")[0]
    listed = set(re.findall(r"`((?:connect|logs|lambda|cloudwatch):\w+)`", table))
    assert listed == {action for role in ROLES for action in role.granted}


@pytest.mark.parametrize("template", ["registry.yml", "custom-resource.yml"])
def test_parameters_in_commands_are_the_templates(template: str) -> None:
    named = set(re.findall(r"ParameterKey=(\w+)", text_of("guide/rolling-out.md")))
    of_the_type = set(load(ROOT / "deploy" / "registry.yml")["Parameters"])
    assert named == of_the_type
    assert {"ArtefactBucketPrefix", "ArtefactKey", "InstanceArns"} <= set(
        load(ROOT / "deploy" / template)["Parameters"]
    )


def test_the_bucket_s_policy_lets_the_organisation_read_and_nobody_write() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", text_of("guide/rolling-out.md"), re.DOTALL)
    policy = json.loads(shown)
    allowed = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert [(each["Action"], each["Condition"]) for each in allowed] == [
        ("s3:GetObject", {"StringEquals": {"aws:PrincipalOrgID": "o-EXAMPLE"}})
    ]
    bucket = load(ROOT / "deploy" / "artefact-bucket.yml")["Resources"]["BucketPolicy"]["Properties"][
        "PolicyDocument"
    ]
    (denied,) = [each for each in policy["Statement"] if each["Effect"] == "Deny"]
    (own,) = bucket["Statement"]
    assert {**denied, "Resource": None} == {**own, "Resource": None}
    with mock_aws():
        s3 = boto3.client("s3", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
        s3.create_bucket(Bucket="prefix-region")
        s3.put_bucket_policy(Bucket="prefix-region", Policy=shown.replace("PREFIX-REGION", "prefix-region"))
