"""One region of one account: every call of the installer leaves here.

A call that changes something is recorded as a step. In a dry run it is recorded and not made.
"""

import difflib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import boto3
from botocore import xform_name
from botocore.config import Config

from ..problems import Failed, UsageError
from .errors import translated

_ANY_REGION: Final = "us-east-1"
_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=10, read_timeout=60
)
_PAUSES: Final = (0.5, 0.75, 1.1, 1.7, 2.5, 3.8)
"""Seconds between two looks at an operation under way, the first ones; then `_LONGEST_PAUSE`."""
_LONGEST_PAUSE: Final = 5.0

MakeSession = Callable[[str | None], boto3.Session]


class Clock(Protocol):
    """Time, so that tests need not wait."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


def make_session(profile: str | None) -> MakeSession:
    """Return a maker of the session of a region, or of the configured one."""

    def make(region: str | None) -> boto3.Session:
        with translated("the AWS configuration", "loading", region or "its region"):
            return boto3.Session(profile_name=profile, region_name=region)

    return make


def configured_region(make: MakeSession) -> str:
    """Return the region of the AWS configuration; UsageError if it names none."""
    region = make(None).region_name
    if not region:
        raise UsageError("no-region", "no region is named", "add --region, or configure one (AWS_REGION)")
    return region


def check_regions(make: MakeSession, regions: Sequence[str]) -> None:
    """Raise UsageError if there is no such region: a call to one would take long to fail."""
    session = make(_ANY_REGION)
    known = {
        each
        for part in session.get_available_partitions()
        for each in session.get_available_regions("cloudformation", part)
    }
    for region in regions:
        if region not in known:
            close = difflib.get_close_matches(region, known, n=1)
            renew = "write it as in eu-west-1; if it is newer than your boto3, upgrade boto3"
            advice = f"did you mean {close[0]}?" if close else renew
            raise UsageError("no-such-region", f"there is no region {region!r}", advice)


@dataclass(frozen=True)
class Step:
    """A call that changes something, with the words for it."""

    does: str
    service: str
    operation: str
    parameters: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the step in JSON's types; the size stands in place of contents."""
        return {
            "does": self.does,
            "service": self.service,
            "operation": self.operation,
            "parameters": {name: _shown(name, value) for name, value in self.parameters.items()},
        }


def _shown(name: str, value: object) -> object:
    return (
        f"<{len(value):,} bytes>"
        if name in ("Body", "TemplateBody") and isinstance(value, bytes | str)
        else value
    )


@dataclass
class Region:
    """The clients of one region, and the steps taken."""

    name: str
    make: MakeSession
    is_dry: bool = False
    clock: Clock = time
    ends: float = float("inf")
    """When time runs out, on the monotonic clock."""
    tell: Callable[[str], None] = lambda _: None
    """Shows people what the region is doing."""
    steps: list[Step] = field(default_factory=list)
    doing: str = "wait for the first answer of AWS"
    _account: str = ""
    _session: boto3.Session | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The account of the credentials in use; only the first look calls AWS."""
        # No cached_property: up to Python 3.11 its lock would make all regions wait for the slowest call.
        self._account = self._account or str(self.read("sts", "GetCallerIdentity")["Account"])
        return self._account

    def read(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the call takes
        """Make a call that changes nothing; raises Problem."""
        with translated(service, operation, self.name):
            answer: dict[str, Any] = getattr(self._client(service), xform_name(operation))(**parameters)
            # An answer without the member that is asked of it is a LookupError of this block too.
            return answer

    def pages(self, service: str, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - the same
        """Make a call that lists, page by page; raises Problem."""
        client = self._client(service)
        if client.can_paginate(xform_name(operation)):
            with translated(service, operation, self.name):
                yield from client.get_paginator(xform_name(operation)).paginate(**parameters)
            return
        # Not all lists of CloudFormation have a paginator in botocore.
        page = self.read(service, operation, **parameters)
        yield page
        while token := page.get("NextToken"):
            page = self.read(service, operation, **parameters, NextToken=token)
            yield page

    def change(self, does: str, service: str, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - the same
        """Make a call that changes something, unless this is a dry run; raises Problem."""
        self.show(does)
        self.steps.append(Step(does, service, operation, parameters))
        return {} if self.is_dry else self.read(service, operation, **parameters)

    def show(self, doing: str) -> None:
        """Tell people what is done now; a timeout names it too."""
        self.doing = doing
        self.tell(doing)

    def waiting(self, doing: str) -> Iterator[None]:
        """Yield after each pause, short ones first; raises Failed if time runs out."""
        for pause in _endless(_PAUSES, _LONGEST_PAUSE):
            self.show(doing)
            if self.clock.monotonic() + pause > self.ends:
                raise out_of_time(doing)
            self.clock.sleep(pause)
            yield

    def client(self, service: str, config: Config = _CONFIG) -> Any:  # noqa: ANN401 - the clients have no types of their own
        """Return a new client of the region, with the region's credentials."""
        # One session for all services: some profiles ask a person or a program for each session's
        # credentials.
        self._session = self._session or self.make(self.name)
        with translated(service, "its client", self.name):
            return self._session.client(service, config=config)  # type: ignore[call-overload]  # the name is no literal

    def _client(self, service: str) -> Any:  # noqa: ANN401 - the same
        if service not in self._clients:
            self._clients[service] = self.client(service)
        return self._clients[service]


def method_of(operation: str) -> str:
    """Return the name of the client's method for an operation."""
    return str(xform_name(operation))


def _endless(first: Sequence[float], then: float) -> Iterator[float]:
    yield from first
    while True:
        yield then


def out_of_time(doing: str) -> Failed:
    """Return the problem of a command whose time is over."""
    return Failed("timeout", f"time ran out in: {doing}", "run the same command again: it goes on from there")
