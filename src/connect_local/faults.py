"""Faults that a test plants: which call of which operation fails, and how.

`LocalConnect.plant` and the server's control endpoint plant them, `Conditions` keeps them, `boundary` applies
them.
"""

from dataclasses import dataclass
from enum import Enum

ANY_OPERATION = "*"


class FaultKind(Enum):
    """The failure that the caller sees. Other error codes can be planted as strings, with a status."""

    THROTTLING = "ThrottlingException"
    TOO_MANY_REQUESTS = "TooManyRequestsException"
    INVALID_REQUEST = "InvalidRequestException"
    INVALID_PARAMETER = "InvalidParameterException"
    RESOURCE_NOT_FOUND = "ResourceNotFoundException"
    DUPLICATE_RESOURCE = "DuplicateResourceException"
    LIMIT_EXCEEDED = "LimitExceededException"
    CONDITIONAL_OPERATION_FAILED = "ConditionalOperationFailedException"
    INTERNAL_SERVICE = "InternalServiceException"
    ACCESS_DENIED = "AccessDeniedException"
    EXPIRED_CREDENTIALS = "ExpiredTokenException"
    SERVER_ERROR = "ServerError"
    """A 5xx answer without a modelled body, as from a load balancer in front of the service."""

    CONNECTION_RESET_BEFORE = "ConnectionResetBefore"
    CONNECTION_RESET_AFTER = "ConnectionResetAfter"
    READ_TIMEOUT_BEFORE = "ReadTimeoutBefore"
    READ_TIMEOUT_AFTER = "ReadTimeoutAfter"
    ENDPOINT_UNREACHABLE = "EndpointUnreachable"


STATUSES = {
    FaultKind.THROTTLING.value: 429,
    FaultKind.TOO_MANY_REQUESTS.value: 429,
    FaultKind.RESOURCE_NOT_FOUND.value: 404,
    FaultKind.DUPLICATE_RESOURCE.value: 409,
    FaultKind.LIMIT_EXCEEDED.value: 429,
    FaultKind.CONDITIONAL_OPERATION_FAILED.value: 409,
    FaultKind.INTERNAL_SERVICE.value: 500,
    FaultKind.ACCESS_DENIED.value: 403,
    FaultKind.EXPIRED_CREDENTIALS.value: 403,
    FaultKind.SERVER_ERROR.value: 503,
}
"""The HTTP status of each code; all other codes have 400."""

_AFTER = {FaultKind.CONNECTION_RESET_AFTER, FaultKind.READ_TIMEOUT_AFTER}
_TRANSPORT = _AFTER | {
    FaultKind.CONNECTION_RESET_BEFORE,
    FaultKind.READ_TIMEOUT_BEFORE,
    FaultKind.ENDPOINT_UNREACHABLE,
}


@dataclass(frozen=True)
class Fault:
    """Calls `on_call` to `on_call + times - 1` of the operation fail; counting starts at planting.

    `operation` may be `"*"`; `times` may be `math.inf`; with `user_id`, only calls on that user count. With
    `acted`, the service carries the call out and then answers with the error. `hold_seconds` is the longest
    time for which the server holds a call that times out.
    """

    operation: str
    kind: FaultKind | str
    on_call: int = 1
    times: float = 1
    status: int | None = None
    message: str | None = None
    acted: bool = False
    user_id: str | None = None
    hold_seconds: float = 70.0

    @property
    def code(self) -> str:
        return self.kind.value if isinstance(self.kind, FaultKind) else self.kind

    @property
    def http_status(self) -> int:
        return self.status or STATUSES.get(self.code, 400)

    @property
    def acts(self) -> bool:
        return self.acted or self.kind in _AFTER

    @property
    def is_transport(self) -> bool:
        return self.kind in _TRANSPORT

    def concerns(self, operation: str, user_id: str | None) -> bool:
        return self.operation in (operation, ANY_OPERATION) and self.user_id in (None, user_id)


class PlantedFaults:
    """The faults in the order of planting, each with its number of calls so far."""

    def __init__(self) -> None:
        self._seen: list[tuple[Fault, int]] = []

    def plant(self, fault: Fault) -> None:
        self._seen.append((fault, 0))

    def clear(self) -> None:
        self._seen.clear()

    def next_for(self, operation: str, user_id: str | None) -> Fault | None:
        """Counts this call and returns the first fault that strikes it."""
        self._seen = [(fault, seen + fault.concerns(operation, user_id)) for fault, seen in self._seen]
        striking = [fault for fault, seen in self._seen if _strikes(fault, seen, operation, user_id)]
        return striking[0] if striking else None


def _strikes(fault: Fault, seen: int, operation: str, user_id: str | None) -> bool:
    return fault.concerns(operation, user_id) and fault.on_call <= seen < fault.on_call + fault.times
