"""The rules of CloudFormation's documentation for the reply of a custom resource."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

MAX_BYTES: Final = 4096
MAX_ID_BYTES: Final = 1024
SIGNATURE: Final = "4c0ffeec0ffee5ec2e7"
"""Part of every URL for a reply. Such a URL is a credential: no reply and no log line may hold it."""

_ECHOED: Final = ("StackId", "RequestId", "LogicalResourceId")
_MEMBERS: Final = {"Status", "Reason", "PhysicalResourceId", *_ECHOED, "NoEcho", "Data"}


def breaches(event: Mapping[str, Any], method: str, headers: Mapping[str, str], body: bytes) -> list[str]:
    """Return every rule that the reply to `event` breaks."""
    return [*_of_http(method, headers, body), *_of_content(event, body)]


def _of_http(method: str, headers: Mapping[str, str], body: bytes) -> Iterator[str]:
    if method != "PUT":
        yield f"a reply is a PUT, not a {method}"
    if headers.get("Content-Type"):
        yield f"the URL is signed for an empty content type, not {headers['Content-Type']}"
    if len(body) > MAX_BYTES:
        yield f"the reply has {len(body)} bytes"
    if SIGNATURE.encode() in body:
        yield "the reply holds its URL"


def _of_content(event: Mapping[str, Any], body: bytes) -> Iterator[str]:
    try:
        reply = json.loads(body)
    except ValueError:
        reply = None
    if not isinstance(reply, dict):
        yield f"the reply is not a JSON object: {body[:80]!r}"
        return
    if unknown := reply.keys() - _MEMBERS:
        yield f"unknown members: {unknown}"
    if reply.get("Status") not in ("SUCCESS", "FAILED"):
        yield f"Status is {reply.get('Status')!r}"
    if reply.get("Status") == "FAILED" and not str(reply.get("Reason") or "").strip():
        yield "a failure without a reason"
    for name in _ECHOED:
        sent = event.get(name)
        if reply.get(name) != (sent if isinstance(sent, str) else ""):
            yield f"{name} is {reply.get(name)!r}, not as sent"
    yield from _of_id(event, reply)
    data = reply.get("Data")
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        yield f"Data is {data!r}"


def _of_id(event: Mapping[str, Any], reply: Mapping[str, Any]) -> Iterator[str]:
    name, sent = reply.get("PhysicalResourceId"), event.get("PhysicalResourceId")
    if not isinstance(name, str) or not name or len(name.encode()) > MAX_ID_BYTES:
        yield f"PhysicalResourceId is {name!r}"
    fixed = event.get("RequestType") == "Delete" or (
        event.get("RequestType") == "Update" and reply.get("Status") == "FAILED"
    )
    if fixed and isinstance(sent, str) and sent and name != sent:
        yield f"the id of a {event['RequestType']} became {name!r}"
