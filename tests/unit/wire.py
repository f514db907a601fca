"""Stands in for the network: keeps each HTTP request of a client, and answers from a list."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from unit.examples import USER, USER_ARN

from custom_connect_userconfig.aws.clients import kept_client
from support.http_answer import http_answer


@dataclass(frozen=True)
class Sent:
    """One request, as it would have gone out."""

    method: str
    path: str
    query: str
    body: Any
    authorization: str
    token: str


@dataclass
class Wire:
    """Gives the answers in the order in which they were added; repeats the last one."""

    sent: list[Sent] = field(default_factory=list)
    _answers: list[tuple[int, bytes, dict[str, str]] | Exception] = field(default_factory=list)

    def answer(self, body: object = None, status: int = 200, **headers: str) -> None:
        """Add an answer; text stays text, anything else becomes JSON."""
        text = body if isinstance(body, str) else json.dumps(body if body is not None else {})
        self._answers.append((status, text.encode(), headers))

    def error(self, code: str, message: str | None = "It went wrong.", status: int = 400) -> None:
        """Add an error, in the service's form."""
        self._answers.append((status, json.dumps({"message": message}).encode(), {"x-amzn-ErrorType": code}))

    def fail(self, error: Exception) -> None:
        """Add a failure of the connection."""
        self._answers.append(error)

    def __call__(self, request: AWSPreparedRequest, **_more: object) -> AWSResponse:
        """Take a request in place of the network."""
        parts = urlsplit(request.url)
        body = request.body
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        self.sent.append(
            Sent(
                request.method,
                unquote(parts.path),
                parts.query,
                json.loads(body) if isinstance(body, str | bytes) and body else None,
                headers.get("authorization", ""),
                headers.get("x-amz-security-token", ""),
            )
        )
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, content, extra = answer
        return http_answer(request, status, {"Content-Type": "application/json", **extra}, content)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def wired(region: str, service: str = "connect") -> Iterator[Wire]:
    """Put a `Wire` under the kept client of `service` in `region`."""
    wire = Wire()
    events: Any = kept_client(service, region).meta.events
    events.register_first(f"before-send.{service}", wire, unique_id="wire")
    try:
        yield wire
    finally:
        events.unregister(f"before-send.{service}", wire, unique_id="wire")


def user_answer(**more: object) -> Mapping[str, object]:
    """Return an answer of ``DescribeUser``."""
    return {"User": {"Id": USER, "Arn": USER_ARN, "Username": "ann", **more}}
