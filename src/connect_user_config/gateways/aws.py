"""One region of one account: the only place where a call leaves."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import boto3
from botocore import xform_name
from botocore.config import Config

from ..core.calls import Call, Content, is_settled
from ..core.problems import Wrong
from .errors import translated

_ANY_REGION: Final = "us-east-1"
_CONFIG: Final = Config(
    retries={"mode": "standard", "total_max_attempts": 8}, connect_timeout=10, read_timeout=60
)

MakeSession = Callable[[str], Any]


def make_session(profile: str | None) -> MakeSession:
    """Return what makes the session of a region."""

    def session(region: str) -> Any:  # noqa: ANN401 - the services' clients have no types of their own
        with translated("the AWS configuration", "loading", region):
            return boto3.Session(profile_name=profile, region_name=region)

    return session


def check_regions(make: MakeSession, regions: Sequence[str]) -> None:
    """Raise Wrong when there is no such region: asking one that is not there would take long to fail."""
    session = make(_ANY_REGION)
    known = {
        each
        for part in session.get_available_partitions()
        for each in session.get_available_regions("cloudformation", part)
    }
    for region in regions:
        if region not in known:
            close = difflib.get_close_matches(region, known, n=1)
            advice = (
                f"did you mean {close[0]}?"
                if close
                else "write it as in eu-west-1; for a region that is newer than your boto3, renew that"
            )
            raise Wrong("no-such-region", f"there is no region {region!r}", advice)


class Aws:
    """The clients of one region, made when they are first needed."""

    def __init__(self, make: MakeSession, region: str) -> None:
        self.region = region
        self._session = make(region)
        self._clients: dict[str, Any] = {}

    @property
    def account(self) -> str:
        """The account of the credentials in use."""
        with translated("sts", "GetCallerIdentity", self.region):
            return str(self.read("sts", "GetCallerIdentity")["Account"])

    def read(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the call takes
        """Make a call that changes nothing; raises Problem."""
        with translated(service, operation, self.region):
            answer: dict[str, Any] = getattr(self._client(service), xform_name(operation))(**parameters)
            return answer

    def pages(self, service: str, operation: str, **parameters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - the same
        """Make a call that lists, page by page; raises Problem."""
        with translated(service, operation, self.region):
            client = self._client(service)
        if client.can_paginate(xform_name(operation)):
            with translated(service, operation, self.region):
                yield from client.get_paginator(xform_name(operation)).paginate(**parameters)
            return
        # botocore knows no pages of some lists of the registry.
        page = self.read(service, operation, **parameters)
        yield page
        while token := page.get("NextToken"):
            page = self.read(service, operation, **parameters, NextToken=token)
            yield page

    def perform(self, call: Call) -> dict[str, Any]:
        """Make a call that changes something; raises Problem."""
        if not is_settled(call.parameters):
            raise ValueError(f"{call.operation} holds a value that is still to come: {call.shown()}")
        parameters = {name: _sent(call.service, value) for name, value in call.parameters.items()}
        with translated(call.service, call.operation, self.region):
            answer: dict[str, Any] = getattr(self._client(call.service), xform_name(call.operation))(
                **parameters
            )
            return answer

    def _client(self, service: str) -> Any:  # noqa: ANN401 - the services' clients have no types of their own
        if service not in self._clients:
            self._clients[service] = self._session.client(service, config=_CONFIG)
        return self._clients[service]


def _sent(service: str, value: object) -> object:
    if isinstance(value, Content):
        return value.data if service == "s3" else value.text
    if isinstance(value, Mapping):
        return {key: _sent(service, each) for key, each in value.items()}
    return value
