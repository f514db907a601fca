"""The response to CloudFormation: built within its size limits, delivered with retries, its URL never shown.

Without a response a stack hangs for up to an hour, so delivery does not give up early. If a response cannot
be delivered, the invocation must end with an error, because Lambda then delivers the event again.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from socket import SHUT_RDWR
from threading import Thread
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from ..core.redaction import redact_international
from ..logs import log_event
from ..ports import Clock

MAX_BYTES: Final = 4096
"""Bytes of the whole response (documentation of custom resource response objects)."""
_MOST_OF_THE_ID: Final = 1024
"""Bytes of the physical id (the same documentation)."""
_MOST_OF_A_NAME: Final = 400
"""Bytes of each other identifier and attribute, if they must be cut."""
_ROOM_FOR_A_REASON: Final = 200
"""Bytes of the reason that must have room."""
_WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try."""
TRY: Final = 8.0
"""Seconds that a try takes at most, from the name of the host to the status of the answer."""
_SHORTEST_TRY: Final = 1.0
"""Seconds for a try if the function is about to end."""
_TAKEN: Final = range(200, 300)
_REFUSED: Final = range(400, 500)
_CUT: Final = "…"
_TOO_LATE: Final = "no answer in time"
_THREAD: Final = "response"
_CONNECTIONS: Final = {"http": HTTPConnection, "https": HTTPSConnection}


class NotDelivered(Exception):
    """The response could not be delivered; the text gives the reason, without the URL."""


@dataclass(frozen=True)
class Response:
    """The response to a request of CloudFormation."""

    succeeded: bool
    physical_id: str
    reason: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, stack_id: str, request_id: str, logical_id: str) -> bytes:
        """Return the body of the response, with the reason cut to fit `MAX_BYTES`.

        Identifiers are cut too if they leave no room; those of CloudFormation are never that long.
        """
        if len(self._body(stack_id, request_id, logical_id, "")) > MAX_BYTES - _ROOM_FOR_A_REASON:
            names = (_beginning(text, _MOST_OF_A_NAME) for text in (stack_id, request_id, logical_id))
            data = {name: _beginning(value, _MOST_OF_A_NAME) for name, value in self.data.items()}
            return replace(self, data=data).to_json(*names)
        reason = redact_international(self.reason)
        if len(body := self._body(stack_id, request_id, logical_id, reason)) <= MAX_BYTES:
            return body
        # A character takes 1 to 6 bytes in JSON, so the longest beginning that fits is searched for.
        least, most = 0, len(reason)
        while least < most:
            middle = (least + most + 1) // 2
            fits = len(self._body(stack_id, request_id, logical_id, reason[:middle] + _CUT)) <= MAX_BYTES
            least, most = (middle, most) if fits else (least, middle - 1)
        return self._body(stack_id, request_id, logical_id, reason[:least] + _CUT)

    def _body(self, stack_id: str, request_id: str, logical_id: str, reason: str) -> bytes:
        return _encoded(
            {
                "Status": "SUCCESS" if self.succeeded else "FAILED",
                "Reason": reason,
                "PhysicalResourceId": _beginning(self.physical_id, _MOST_OF_THE_ID),
                "StackId": stack_id,
                "RequestId": request_id,
                "LogicalResourceId": logical_id,
                "NoEcho": False,
                "Data": dict(self.data),
            }
        )


def _encoded(value: object) -> bytes:
    # UTF-8 cannot hold half of a surrogate pair; JSON can, as an escape.
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace")


def _beginning(text: str, most: int) -> str:
    """Return a beginning of `text` that takes at most `most` bytes in JSON."""
    text = text[:most]
    while len(_encoded(text)) > most + 2:  # its quotes
        text = text[: len(text) * 3 // 4]
    return text


def deliver(url: str, body: bytes, clock: Clock, until: float) -> None:
    """Put `body` to `url`, with retries until the monotonic time `until`; NotDelivered if all tries fail."""
    problem = ""
    for wait in (0.0, *_WAITS):
        if wait and clock.monotonic() + wait + _SHORTEST_TRY > until:
            break
        clock.sleep(wait)
        seconds = min(TRY, max(until - clock.monotonic(), _SHORTEST_TRY))
        problem, final = _put(url, body, seconds)
        if not problem:
            return
        log_event("response", outcome=problem)
        if final:
            break
    raise NotDelivered(f"The response could not be delivered: {problem}.")


def _put(url: str, body: bytes, seconds: float) -> tuple[str, bool]:
    """Return the problem, empty if there is none, and whether another try is useless."""
    attempt = _Attempt(url, body, seconds)
    # The time limit of a socket starts again with every byte. A thread's limit covers the whole try, with
    # name resolution and handshakes.
    thread = Thread(target=attempt.run, name=_THREAD, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        attempt.give_up()
        return _TOO_LATE, False
    return attempt.outcome


class _Attempt:
    """One try, in a thread of its own; it reads only the head of the answer, which `http.client` bounds."""

    def __init__(self, url: str, body: bytes, seconds: float) -> None:
        self.outcome = ("no answer", False)
        self._url, self._body, self._seconds = url, body, seconds
        self._connection: HTTPConnection | None = None

    def run(self) -> None:
        """Make the try, and note its outcome."""
        try:
            status = self._status()
        except (ValueError, InvalidURL) as error:  # the text of either may hold the URL
            self.outcome = type(error).__name__, True
        except TimeoutError:
            self.outcome = _TOO_LATE, False
        except (OSError, HTTPException) as error:
            self.outcome = type(error).__name__, False
        else:
            problem = "" if status in _TAKEN else f"HTTP {status}"
            self.outcome = problem, status in _TAKEN or status in _REFUSED

    def _status(self) -> int:
        parts = urlsplit(self._url)
        make = _CONNECTIONS.get(parts.scheme)
        if make is None or not parts.hostname:
            raise InvalidURL("neither http nor https, or without a host")
        self._connection = make(parts.hostname, parts.port, timeout=self._seconds)
        try:
            # The URL is signed for an empty content type.
            target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
            self._connection.request("PUT", target, self._body, {"Content-Type": ""})
            return self._connection.getresponse().status
        finally:
            self._connection.close()

    def give_up(self) -> None:
        """Shut the connection down, so that the thread ends."""
        connection = self._connection
        if connection and (opened := connection.sock):
            with suppress(OSError):
                opened.shutdown(SHUT_RDWR)
