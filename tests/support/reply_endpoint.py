"""Takes the replies: a real HTTP server on a free port that checks every reply of every test.

It stands for the bucket behind CloudFormation's presigned URLs, and is stricter. A test may script it to fail
first.
"""

import json
import socket
import struct
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Self

from .clock import FakeClock
from .reply_rules import SIGNATURE, breaches

Event = dict[str, Any]


class Fault(Enum):
    """What may happen to a reply, apart from an HTTP status."""

    RESET = "the connection is reset before anything is taken"
    LOST_ANSWER = "the reply is taken, but the connection is reset before the answer"
    GARBLED_ANSWER = "the reply is taken, and the answer has a header line that is none"


@dataclass(frozen=True)
class Taken:
    """A reply that was taken, and the time."""

    at: float
    body: Mapping[str, Any]


@dataclass
class Awaited:
    """A request, and the replies to it."""

    event: Mapping[str, Any]
    deliveries: int = 1
    """How often the request was delivered; so many replies may be taken."""
    tries: int = 0
    taken: list[Taken] = field(default_factory=list)


@dataclass
class ReplyEndpoint:
    """Takes replies; `check` fails if any reply has broken a rule."""

    clock: FakeClock
    port: int = 0
    script: deque[int | Fault] = field(default_factory=deque)
    """What happens to the next tries; those after it go well."""
    awaited: dict[str, Awaited] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    @contextmanager
    def serving(cls, clock: FakeClock) -> Iterator[Self]:
        """Listen until the block ends."""
        endpoint = cls(clock)
        with ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(endpoint)) as server:
            server.daemon_threads = True
            endpoint.port = server.server_port
            thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield endpoint
            finally:
                server.shutdown()
                thread.join()

    def url(self, request_id: str) -> str:
        """Return the URL for the reply to a request."""
        return f"http://127.0.0.1:{self.port}/{request_id}?X-Amz-Expires=7200&X-Amz-Signature={SIGNATURE}"

    def expect(self, event: Event) -> None:
        """Await the reply to `event`."""
        self.awaited[str(event["ResponseURL"]).partition("?")[0].rpartition("/")[2]] = Awaited(event)

    def forget(self) -> None:
        """Forget everything, for the next test."""
        self.script.clear()
        self.awaited.clear()
        self.problems.clear()

    def check(self) -> None:
        """Fail if a reply has broken a rule."""
        assert not self.problems, self.problems

    def receive(self, request: BaseHTTPRequestHandler) -> int | Fault:
        """Take one try, and return the answer."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        path, _, query = request.path.lstrip("/").partition("?")
        with self._lock:
            verdict = self.script.popleft() if self.script else 200
            awaited = self.awaited.get(path)
            if awaited is None or SIGNATURE not in query:
                self.problems.append(f"a reply that nobody awaits: {path}")
                return 403
            awaited.tries += 1
            found = breaches(awaited.event, request.command, dict(request.headers), body)
            if verdict in (200, Fault.LOST_ANSWER, Fault.GARBLED_ANSWER) and not found:
                awaited.taken.append(Taken(self.clock.now(), json.loads(body)))
                if len(awaited.taken) > awaited.deliveries:
                    found.append(f"{len(awaited.taken)} replies to {awaited.deliveries} deliveries")
            self.problems += found
            return 400 if found else verdict


def _handler_of(endpoint: ReplyEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answer = endpoint.receive(self)
            if answer is Fault.GARBLED_ANSWER:
                self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nno header\r\n\r\n")
            elif isinstance(answer, Fault):
                # The caller sees a reset, not the end of a connection.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                self.send_response(answer)
                self.send_header("Location", f"http://127.0.0.1:{endpoint.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_POST = do_GET = do_PUT  # noqa: N815 - the base class names them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    return Handler
