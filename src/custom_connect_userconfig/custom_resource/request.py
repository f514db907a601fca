"""Parses the event of a custom resource.

CloudFormation checks nothing for custom resources, so every member may have any value. Only
``custom_resource`` uses this.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from ..core.declaration import parse_identity, parse_previous
from ..core.errors import InvalidRequest
from ..core.identifiers import Environment, Identity
from ..core.ownership import Owner
from ..core.settings import Settings

_OF_CLOUDFORMATION: Final = ("ServiceToken", "ServiceTimeout")
_ARN: Final = re.compile(r"arn:[^:]{1,40}:[^:]{1,40}:(?P<region>[a-z0-9-]{1,40}):(?P<account>[0-9]{12}):")
_SERVICE_TIMEOUT: Final = 3600.0
"""Seconds that CloudFormation waits for a response: its default, and its maximum."""


@dataclass(frozen=True)
class CustomRequest:
    """One request of CloudFormation for one custom resource."""

    event: Mapping[str, object]
    """The event as received, for a handover; it holds the presigned URL and must not be logged."""
    kind: str
    stack_id: str
    logical_id: str
    request_id: str
    physical_id: str
    """Empty on Create."""
    properties: Mapping[str, object]
    """The properties in the template, without those for CloudFormation itself."""
    timeout: float
    """Seconds after which CloudFormation stops waiting."""

    @classmethod
    def parse(cls, event: Mapping[str, object]) -> Self:
        """Return the request in `event`; a malformed member gets its default."""
        raw = event.get("ResourceProperties")
        properties = raw if isinstance(raw, Mapping) else {}
        return cls(
            event=event,
            kind=_text(event, "RequestType"),
            stack_id=_text(event, "StackId"),
            logical_id=_text(event, "LogicalResourceId"),
            request_id=_text(event, "RequestId"),
            physical_id=_text(event, "PhysicalResourceId"),
            properties=_of_template(properties),
            timeout=_seconds(properties.get("ServiceTimeout")),
        )

    @property
    def response_url(self) -> str:
        """The presigned URL for the response: a credential, never to be shown."""
        return _text(self.event, "ResponseURL")

    @property
    def environment(self) -> Environment:
        """The region and the account of the stack."""
        return environment_of(self.stack_id)

    def owner(self, identity: Identity) -> Owner:
        """Return the owner that this request acts for."""
        return Owner.of(identity, self.stack_id, self.logical_id, self.request_id)

    @property
    def previous(self) -> Settings | None:
        """The settings declared before an Update; None if the old properties are invalid."""
        old = self._old_properties
        return None if old is None else parse_previous(old, self.environment)

    @property
    def previous_identity(self) -> Identity | None:
        """The user named before an Update; None if the old properties are invalid."""
        try:
            return parse_identity(self._old_properties or {}, self.environment)
        except InvalidRequest:
            return None

    @property
    def _old_properties(self) -> Mapping[str, object] | None:
        old = self.event.get("OldResourceProperties")
        return _of_template(old) if isinstance(old, Mapping) else None

    def named_identity(self) -> Identity:
        """Return the user in the physical id or, if CloudFormation generated that id, in the properties.

        Raises InvalidRequest if neither names a user.
        """
        instance_id, bar, user_id = self.physical_id.partition("|")
        if bar:
            return Identity.parse(instance_id, user_id, self.environment)
        return parse_identity(self.properties, self.environment)


def physical_id(identity: Identity) -> str:
    """Return the physical id of the resource: both identifiers as given, as the registry joins them."""
    return f"{identity.instance.given}|{identity.user_given}"


def fallback_id(request: CustomRequest) -> str:
    """Return the physical id of a failed request: the current one, or of its properties, or its RequestId."""
    if request.physical_id:
        return request.physical_id
    try:
        return physical_id(parse_identity(request.properties, request.environment))
    except InvalidRequest:
        return request.request_id or "no-request-id"


def environment_of(arn: str) -> Environment:
    """Return the region and the account of an ARN; None for both if the ARN is malformed."""
    found = _ARN.match(arn)
    return Environment(found["region"], found["account"]) if found else Environment()


def _of_template(properties: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in properties.items() if name not in _OF_CLOUDFORMATION}


def _text(event: Mapping[str, object], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _seconds(raw: object) -> float:
    if not isinstance(raw, str | int | float):
        return _SERVICE_TIMEOUT
    try:
        return min(max(float(raw), 1.0), _SERVICE_TIMEOUT)
    except (ValueError, OverflowError):
        return _SERVICE_TIMEOUT
