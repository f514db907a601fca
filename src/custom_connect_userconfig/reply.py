"""The reply to CloudFormation: built within its limits, sent once, tried again within bounds, its URL never shown.

Without a reply a stack hangs for up to an hour, so nothing in here gives up early; but a reply that cannot be delivered must end
the invocation with an error, since Lambda then delivers the event anew.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import urllib3

from .core.redaction import redact_international
from .logs import log_event
from .ports import Clock

MAX_BYTES: Final = 4096
"""Of the whole reply (documentation of custom resource responses)."""
_WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try."""
_TIMEOUT: Final = urllib3.Timeout(connect=3.0, read=5.0)
_TAKEN: Final = range(200, 300)
_REFUSED: Final = range(400, 500)
_CUT: Final = "…"

# Its lines hold the presigned URL, some of them at the level of warnings.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class NotDelivered(Exception):
    """The reply could not be delivered; the text says why, without the URL."""


@dataclass(frozen=True)
class Reply:
    """What CloudFormation is told."""

    succeeded: bool
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, stack_id: str, request_id: str, logical_id: str) -> bytes:
        """Return the body of the reply: at most `MAX_BYTES`, the reason cut where it has to be."""
        reason = redact_international(self.reason)
        if len(body := self._body(stack_id, request_id, logical_id, reason)) <= MAX_BYTES:
            return body
        # A character may take up to 12 bytes in JSON, so the longest beginning that fits is searched for.
        least, most = 0, len(reason)
        while least < most:
            middle = (least + most + 1) // 2
            fits = len(self._body(stack_id, request_id, logical_id, reason[:middle] + _CUT)) <= MAX_BYTES
            least, most = (middle, most) if fits else (least, middle - 1)
        return self._body(stack_id, request_id, logical_id, reason[:least] + _CUT)

    def _body(self, stack_id: str, request_id: str, logical_id: str, reason: str) -> bytes:
        reply = {
            "Status": "SUCCESS" if self.succeeded else "FAILED",
            "Reason": reason,
            "PhysicalResourceId": self.physical_id,
            "StackId": stack_id,
            "RequestId": request_id,
            "LogicalResourceId": logical_id,
            "NoEcho": False,
            "Data": dict(self.data),
        }
        return json.dumps(reply, ensure_ascii=False).encode()


def deliver(url: str, body: bytes, clock: Clock, until: float) -> None:
    """Put `body` to `url`; tries again after faults while the monotonic time is before `until`. Raises NotDelivered."""
    problem = "no URL was given" if not url else ""
    for wait in (0.0, *_WAITS):
        if not url or (wait and clock.monotonic() + wait > until):
            break
        clock.sleep(wait)
        problem, final = _put(url, body)
        if not problem:
            return
        log_event("reply", outcome=problem)
        if final:
            break
    raise NotDelivered(f"The reply could not be delivered: {problem}.")


def _put(url: str, body: bytes) -> tuple[str, bool]:
    """Return what went wrong, empty when nothing did, and whether another try is useless."""
    try:
        # The URL is signed for an empty content type.
        answer = urllib3.request(
            "PUT", url, body=body, headers={"Content-Type": ""}, retries=False, redirect=False, timeout=_TIMEOUT
        )
    except urllib3.exceptions.HTTPError as error:
        # Only the class: the text of urllib3's errors holds the URL.
        return type(error).__name__, isinstance(error, urllib3.exceptions.LocationValueError)
    if answer.status in _TAKEN:
        return "", True
    return f"HTTP {answer.status}", answer.status in _REFUSED
