"""The dimensions of the matrix, and the outcome of each cell by the rules, not by the code.

The dimensions are the handlers, the calls that each makes (``baselines`` records them), the kinds of faults,
and how often a fault strikes. A test compares the kinds with the errors in the service's model of each
operation, so that the matrix cannot miss a new one.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

from functional.agents import DECLARED_NUMBER
from functional.settings import acw, auto_accept, enhancement, phone

from connect_local import ArrayWrite, Behaviour, EntryWrite, Fault, FaultKind, Reads

INSTANCE_ID: Final = "11111111-2222-4333-8444-555555555555"
ANN: Final = "aaaaaaaa-0000-4000-8000-000000000001"
"""The agent that the resource names."""
BEN: Final = "bbbbbbbb-0000-4000-8000-000000000002"
"""The agent that an update to another user names."""
CLEO: Final = "cccccccc-0000-4000-8000-000000000003"
"""An agent that another stack owns."""

OLD: Final[dict[str, Any]] = {
    "AutoAcceptConfigs": [auto_accept("VOICE", False)],
    "AfterContactWorkConfigs": [acw("CHAT", 30)],
    "VoiceEnhancementConfigs": enhancement("NONE"),
}
NEW: Final[dict[str, Any]] = {
    "AutoAcceptConfigs": [auto_accept("CHAT", True)],
    "PhoneNumberConfigs": phone("DESK_PHONE", DECLARED_NUMBER),
    "VoiceEnhancementConfigs": enhancement("VOICE_ISOLATION"),
}
"""An update from OLD has every step: it takes a channel and an array, gives back both, changes a value."""

RECORD_OF_OLD: Final = {
    "connect-user-config:auto-accept": "v1 VOICE=false was VOICE=true",
    "connect-user-config:after-contact-work": "v1 CHAT=30 was CHAT=22",
    "connect-user-config:voice-enhancement": "v1 VOICE=NONE was VOICE=NOISE_SUPPRESSION",
}
RECORD_OF_NEW: Final = {
    "connect-user-config:auto-accept": "v1 CHAT=true was CHAT=false",
    "connect-user-config:phone-number": "v1 VOICE=DESK_PHONE VOICE.number=unrecorded"
    " was VOICE=SOFT_PHONE VOICE.number=none",
    "connect-user-config:voice-enhancement": "v1 VOICE=VOICE_ISOLATION was VOICE=NOISE_SUPPRESSION",
}
"""The tags that each must leave on an agent of the kind "dense"."""

REGISTRY, CUSTOM = "registry", "custom"
HANDLERS: Final = {
    REGISTRY: ("create", "update", "delete", "read", "list"),
    # An update that names another user takes that user; the Delete of the old one is another request.
    CUSTOM: ("create", "update", "delete", "read", "replace"),
}
READS: Final = ("read", "list")
TAKES_ANEW: Final = ("create", "replace")
"""Handlers whose failure must leave nothing behind."""

ONCE, THREE_TIMES, ALWAYS = 1, 3, math.inf
TIMES: Final[dict[str, float]] = {"once": ONCE, "three-times": THREE_TIMES, "always": ALWAYS}


@dataclass(frozen=True)
class Call:
    """The `number`-th call of an operation that a handler makes."""

    operation: str
    number: int

    def __str__(self) -> str:
        return f"{self.operation}#{self.number}"

    @property
    def writes(self) -> bool:
        """Whether the call changes something."""
        return self.operation not in ("DescribeUser", "SearchUsers")


@dataclass(frozen=True)
class Kind:
    """One kind of fault."""

    fault: FaultKind | str
    code: str
    """The registry's code for an operation that fails with it."""
    passes: bool = False
    """Whether the call is tried again, so that the operation survives three of these faults."""
    acted: bool = False
    """Whether the service has acted, although its answer does not say so."""
    status: int | None = None
    modelled: bool = False
    """Whether it is planted only at operations whose model names it."""

    words: str = ""
    """The words that the message must hold; the service's name of the error if empty."""

    @property
    def error(self) -> str:
        """The service's name of the error."""
        return self.fault.value if isinstance(self.fault, FaultKind) else self.fault

    @property
    def expected_words(self) -> str:
        """The words that the message must hold."""
        return self.words or self.error

    def __str__(self) -> str:
        return f"{self.error}After" if self.acted and not self.error.endswith("After") else self.error


_SILENT: Final = "did not answer"
KINDS: Final = (
    Kind(FaultKind.INVALID_REQUEST, "InvalidRequest", modelled=True),
    Kind(FaultKind.INVALID_PARAMETER, "InvalidRequest", modelled=True),
    Kind(FaultKind.RESOURCE_NOT_FOUND, "NotFound", modelled=True, words="There is no "),
    Kind(FaultKind.THROTTLING, "Throttling", passes=True, modelled=True),
    Kind(FaultKind.INTERNAL_SERVICE, "ServiceInternalError", passes=True, modelled=True),
    Kind(FaultKind.CONDITIONAL_OPERATION_FAILED, "ResourceConflict", passes=True, modelled=True),
    # Under another status than its own: the code must suffice.
    Kind(FaultKind.TOO_MANY_REQUESTS, "Throttling", passes=True, status=400),
    Kind(FaultKind.INTERNAL_SERVICE, "ServiceInternalError", passes=True, acted=True),
    Kind(FaultKind.SERVER_ERROR, "ServiceInternalError", passes=True, words="503"),
    Kind("ServiceUnavailable", "ServiceInternalError", passes=True, status=503),
    Kind(FaultKind.CONNECTION_RESET_BEFORE, "NetworkFailure", passes=True, words=_SILENT),
    Kind(FaultKind.CONNECTION_RESET_AFTER, "NetworkFailure", passes=True, acted=True, words=_SILENT),
    Kind(FaultKind.READ_TIMEOUT_BEFORE, "NetworkFailure", passes=True, words=_SILENT),
    Kind(FaultKind.READ_TIMEOUT_AFTER, "NetworkFailure", passes=True, acted=True, words=_SILENT),
    Kind(FaultKind.ENDPOINT_UNREACHABLE, "NetworkFailure", passes=True, words=_SILENT),
    Kind(FaultKind.EXPIRED_CREDENTIALS, "InvalidCredentials"),
    Kind(FaultKind.ACCESS_DENIED, "AccessDenied", words="grant it connect:"),
    Kind(FaultKind.LIMIT_EXCEEDED, "ServiceLimitExceeded"),
    Kind("SomethingNobodyHasHeardOf", "GeneralServiceException", status=400),
)

NOT_FOUND: Final = FaultKind.RESOURCE_NOT_FOUND


def expected_code(handler: str, call: Call, kind: Kind, times: float) -> str | None:
    """Return the registry's code for the failure of the operation; None if it must succeed all the same."""
    operation = call.operation
    if kind.fault is NOT_FOUND and handler in (*TAKES_ANEW, "update") and operation == "DescribeUser":
        # A user made seconds ago may not be readable yet. An update reads again too, then searches: a user
        # that the search finds has not left.
        return kind.code if times is ALWAYS else None
    if kind.fault is NOT_FOUND and handler == "delete" and call == Call("DescribeUser", 2):
        # The user has gone after everything was given back: nothing is left to do.
        return None
    if kind.passes and times is not ALWAYS:
        return None
    is_unanswered = kind.code in ("ServiceInternalError", "NetworkFailure")
    if handler == "delete" and operation == "TagResource" and is_unanswered:
        # The tag of a delete serves other requests. If the answer is lost, the tag may be there: it goes on.
        return None
    if kind.acted and call.writes and not (handler == "update" and operation == "UpdateUserConfig"):
        # The next read shows the write. Only an update that gives back writes without a read before it.
        return None
    return kind.code


def expected_words(handler: str, call: Call, kind: Kind) -> str:
    """Return the words that the message of a failure must hold."""
    searches = kind.fault is NOT_FOUND and handler == "update" and call.operation == "DescribeUser"
    return "SearchUsers does" if searches else kind.expected_words


def deletes_nobody(handler: str, kind: Kind) -> bool:
    """Whether a custom resource's Delete must succeed and say that it found nothing: it has no codes."""
    return handler == "delete" and kind.fault is NOT_FOUND


BEHAVIOURS: Final = {
    "plain": Behaviour(),
    "late-reads": Behaviour(stale_reads=2),
    "late-seconds": Behaviour(stale_seconds=1.5),
    "merge-sparse": Behaviour(array_write=ArrayWrite.MERGE, entry_write=EntryWrite.MERGE, reads=Reads.SPARSE),
    "merge-sparse-late-reads": Behaviour(
        array_write=ArrayWrite.MERGE, entry_write=EntryWrite.MERGE, reads=Reads.SPARSE, stale_reads=2
    ),
    "late-half-a-second": Behaviour(stale_seconds=0.5),
    "late-two-seconds": Behaviour(stale_seconds=2.0),
}
"""Crashes are tried under these. A Delete that comes at once outlasts no longer lag (decision 8)."""

SECONDS_OF_CALLS: Final = {"late-half-a-second": (0.6, 0.0), "late-two-seconds": (0.3, 0.3)}
"""Seconds of a write and of a read. If calls take time, a late read may show one write and hide the next."""


def is_late(behaviour: Behaviour) -> bool:
    """Whether reads lag behind writes."""
    return behaviour.stale_reads > 0 or behaviour.stale_seconds > 0


@dataclass(frozen=True)
class Obstacle:
    """A fault in the way of an operation that then crashes."""

    fault: Fault
    handlers: tuple[str, ...]
    persists: bool = False
    """Whether the fault is still there when the process is restarted."""
    seconds: float = 600.0
    """The timeout of a custom resource's function."""


OBSTACLES: Final = {
    # Long enough that CloudFormation holds a callback context, and the function has handed itself over.
    "throttled": Obstacle(
        Fault("UpdateUserConfig", FaultKind.THROTTLING, times=5),
        ("create", "update", "delete", "replace"),
        persists=True,
        seconds=130.0,
    ),
    # The process crashes while it undoes its claim.
    "refused": Obstacle(Fault("UpdateUserConfig", FaultKind.ACCESS_DENIED), ("create", "replace")),
}
