"""The page about security: what it lists is whole, and what it says of the artefact bucket is so."""

import ast
import json
import re
from typing import Any

import boto3
from moto import mock_aws

from support.template_values import evaluated

from .roles import ROLES, ROOT

SOURCES = ROOT / "src" / "custom_connect_userconfig"
BUCKET = "acme-us-east-1"


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
                found.setdefault(str(event.value), set()).update(str(word.arg) for word in node.keywords)
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


def statements(organisation: str) -> list[dict[str, Any]]:
    """The statements of the artefact bucket's policy."""
    template = text_of("deploy/artefact-bucket.yml")
    of_the_bucket = {"Bucket": {"Ref": BUCKET, "Arn": f"arn:aws:s3:::{BUCKET}"}}
    values = evaluated(template, {"OrganizationId": organisation}, "us-east-1", "123456789012", of_the_bucket)
    policy = values.properties["BucketPolicy"]["PolicyDocument"]
    with mock_aws():
        s3 = boto3.client("s3", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    return list(policy["Statement"])


def test_the_bucket_s_policy_lets_the_organisation_read_and_nobody_write() -> None:
    denied, allowed = statements("o-a1b2c3d4e5")
    assert (denied["Effect"], denied["Action"]) == ("Deny", "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert (allowed["Action"], allowed["Resource"]) == (
        "s3:GetObject",
        f"arn:aws:s3:::{BUCKET}/connect-user-config/*",
    )
    assert allowed["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}


def test_without_an_organisation_the_bucket_s_policy_gives_nobody_anything() -> None:
    assert [each["Effect"] for each in statements("")] == ["Deny"]
