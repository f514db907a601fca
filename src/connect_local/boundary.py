"""Serves one call: checks quota and permission, applies a planted fault, acts, logs, in this order.

`responses` sends every call through `serve`. A call that is over its quota or not permitted does not count
for a fault. In process, a fault of the transport is the exception that botocore raises for it; on the server,
the socket is closed or left silent.
"""

import json
import select
import socket as sockets
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from moto.core.common_types import TYPE_RESPONSE
from moto.utilities.utils import get_partition

from .conditions import Call, Conditions, redact
from .faults import STATUSES, Fault, FaultKind
from .organisation import Kind
from .permissions import refusal

_TIMEOUTS = {FaultKind.READ_TIMEOUT_BEFORE, FaultKind.READ_TIMEOUT_AFTER}
_RST_ON_CLOSE = struct.pack("ii", 1, 0)
_INTERNAL_SERVICE = "Request processing failed because of an error or failure with the service."
_MESSAGES = {
    FaultKind.THROTTLING.value: "The throttling limit has been exceeded.",
    FaultKind.TOO_MANY_REQUESTS.value: "Too Many Requests",
    FaultKind.EXPIRED_CREDENTIALS.value: "The security token included in the request is expired",
    FaultKind.INTERNAL_SERVICE.value: _INTERNAL_SERVICE,
}
_DESCRIBED = {
    "DescribeRoutingProfile": (Kind.ROUTING_PROFILE, "RoutingProfileId"),
    "DescribeSecurityProfile": (Kind.SECURITY_PROFILE, "SecurityProfileId"),
    "DescribeUserHierarchyGroup": (Kind.HIERARCHY_GROUP, "HierarchyGroupId"),
}
_UNAVAILABLE = "<html><body>Service Unavailable</body></html>"


@dataclass(frozen=True)
class Arrival:
    """A call that reaches the service; `socket` is None in process."""

    operation: str
    account_id: str
    region: str
    parameters: Mapping[str, object]
    url: str
    socket: sockets.socket | None
    access_key: str | None = None

    @property
    def user_id(self) -> str | None:
        identifier = self.parameters.get("UserId") or self.parameters.get("resourceArn")
        _, is_agent, agent = str(identifier).rpartition("agent/")
        if is_agent:
            return agent
        return str(self.parameters["UserId"]) if "UserId" in self.parameters else None

    @property
    def partition(self) -> str:
        return get_partition(self.region)

    @property
    def resource(self) -> str:
        """The ARN that a refusal names."""
        if "resourceArn" in self.parameters:
            return str(self.parameters["resourceArn"])
        instance = str(self.parameters.get("InstanceId", "*")).rpartition("/")[2]
        within = f"/agent/{self.user_id}" if self.user_id else ""
        if self.operation in _DESCRIBED:
            kind, member = _DESCRIBED[self.operation]
            within = f"/{kind.value}/{self.parameters.get(member)}"
        return f"arn:{self.partition}:connect:{self.region}:{self.account_id}:instance/{instance}{within}"


def serve(arrival: Arrival, act: Callable[[], TYPE_RESPONSE], conditions: Conditions) -> TYPE_RESPONSE:
    """The answer to one call; raises an error of the caller's transport if a fault demands it."""
    with conditions.lock:
        if not conditions.admits(arrival.account_id, arrival.region, arrival.operation):
            code = conditions.behaviour.throttling_code.value
            _log(arrival, conditions, code, acted=False)
            return error_answer(429, code, _MESSAGES[code])
        if message := conditions.refuses(arrival.operation, arrival.resource, arrival.access_key):
            code = FaultKind.ACCESS_DENIED.value
            _log(arrival, conditions, code, acted=False)
            return error_answer(STATUSES[code], code, message)
        fault = conditions.faults.next_for(arrival.operation, arrival.user_id)
        if fault is None:
            response = act()
            _log(arrival, conditions, _outcome(response), acted=_outcome(response) == "ok")
            return response
        acted = fault.acts and _outcome(act()) == "ok"
        _log(arrival, conditions, fault.code, acted=acted)
    # Outside of the lock: a call that waits for its timeout must not block other calls.
    return _strike(fault, arrival)


def _outcome(response: TYPE_RESPONSE) -> str:
    status, headers, _ = response
    return "ok" if status < HTTPStatus.BAD_REQUEST else str(dict(headers).get("X-Amzn-ErrorType", status))


def _log(arrival: Arrival, conditions: Conditions, outcome: str, *, acted: bool) -> None:
    parameters = redact(dict(arrival.parameters))
    conditions.calls.append(Call(arrival.operation, arrival.user_id, outcome, acted, parameters))  # type: ignore[arg-type]  # redaction keeps the form


def _strike(fault: Fault, arrival: Arrival) -> TYPE_RESPONSE:
    if fault.is_transport:
        if arrival.socket is None:
            raise _botocore_exception(fault, arrival.url)
        raise _cut(fault, arrival.socket)
    if fault.kind is FaultKind.SERVER_ERROR:
        return fault.http_status, {"Content-Type": "text/html"}, _UNAVAILABLE
    return error_answer(fault.http_status, fault.code, fault.message or _message(fault, arrival))


def _message(fault: Fault, arrival: Arrival) -> str:
    if fault.kind is FaultKind.ACCESS_DENIED:
        caller = f"arn:{arrival.partition}:sts::{arrival.account_id}:assumed-role/local-role/local-session"
        return refusal(caller, f"connect:{arrival.operation}", arrival.resource)
    return _MESSAGES.get(fault.code, f"{fault.code} as planted for {arrival.operation}")


def error_answer(status: int, code: str, message: str) -> TYPE_RESPONSE:
    """An error in the service's form: the code in a header, the message in a JSON body."""
    headers = {"Content-Type": "application/json", "X-Amzn-ErrorType": code}
    return status, headers, json.dumps({"__type": code, "message": message})


def _botocore_exception(fault: Fault, url: str) -> Exception:
    # moto answers in botocore's before-send event, where botocore treats an exception as a failure to send.
    if fault.kind in _TIMEOUTS:
        return ReadTimeoutError(endpoint_url=url)
    if fault.kind is FaultKind.ENDPOINT_UNREACHABLE:
        return EndpointConnectionError(endpoint_url=url)
    return ConnectionClosedError(endpoint_url=url)


def _cut(fault: Fault, socket: sockets.socket) -> ConnectionError:
    """Ends the connection without an answer; on a ConnectionError, werkzeug does not send one."""
    if fault.kind in _TIMEOUTS:
        # While the client awaits its answer, the socket becomes readable only if the client has hung up.
        select.select([socket], [], [], fault.hold_seconds)
    # Otherwise werkzeug would keep the connection and wait for the next request on it.
    socket.shutdown(sockets.SHUT_RD)
    socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, _RST_ON_CLOSE)
    return ConnectionResetError(fault.code)
