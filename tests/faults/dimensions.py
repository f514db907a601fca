"""The dimensions of the matrix, and what must come of each cell: said here by the rules, and nowhere taken
from the code.

Every handler, every call that it makes (learned in ``baselines``), every kind of fault, how often. A test
compares the kinds with the errors that the service's model names for each operation, so that a new one cannot
be missed.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

from functional.agents import DECLARED_NUMBER
from functional.settings import acw, auto_accept, enhancement, phone

from connect_local import ArrayWrite, Behaviour, EntryWrite, Fault, FaultKind, Reads

INSTANCE_ID: Final = "11111111-2222-4333-8444-555555555555"
ANN: Final = "aaaaaaaa-0000-4000-8000-000000000001"
"""Whose settings are owned, or shall be."""
BEN: Final = "bbbbbbbb-0000-4000-8000-000000000002"
"""Who takes her place where an update names another user."""
CLEO: Final = "cccccccc-0000-4000-8000-000000000003"
"""Who is another stack's."""

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
"""Takes a channel and an array, gives back a channel and an array, and changes a value: every step that an
update can have.
"""

RECORD_OF_OLD: Final = {
    "connect-user-config:auto-accept": "v1 VOICE=false was VOICE=true",
    "connect-user-config:after-contact-work": "v1 CHAT=30 was CHAT=22",
    "connect-user-config:voice-enhancement": "v1 VOICE=NONE was VOICE=NOISE_SUPPRESSION",
}
RECORD_OF_NEW: Final = {
    "connect-user-config:auto-accept": "v1 CHAT=true was CHAT=false",
    "connect-user-config:phone-number": "v1 VOICE=DESK_PHONE VOICE.number=unrecorded was VOICE=SOFT_PHONE VOICE.number=none",
    "connect-user-config:voice-enhancement": "v1 VOICE=VOICE_ISOLATION was VOICE=NOISE_SUPPRESSION",
}
"""What each must have recorded, of an agent of the kind "dense"."""

REGISTRY, CUSTOM = "registry", "custom"
HANDLERS: Final = {
    REGISTRY: ("create", "update", "delete", "read", "list"),
    # An update that names another user takes that one; the Delete of the old one is a request of its own.
    CUSTOM: ("create", "update", "delete", "read", "replace"),
}
READS: Final = ("read", "list")
TAKES_ANEW: Final = ("create", "replace")
"""Handlers whose failure must leave nothing behind."""

ONCE, THREE_TIMES, FOR_EVER = 1, 3, math.inf
TIMES: Final[dict[str, float]] = {"once": ONCE, "three-times": THREE_TIMES, "for-ever": FOR_EVER}


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
    """The registry's code for an operation that this fault ends."""
    passes: bool = False
    """Whether it is tried again, so that an operation survives three of it."""
    acted: bool = False
    """Whether the service has done what it was asked, although its answer does not say so."""
    status: int | None = None
    modelled: bool = False
    """Whether it is planted only where the model of the operation names it."""

    words: str = ""
    """What the message must say; the service's name for it where nothing else is given."""

    @property
    def error(self) -> str:
        """The service's name for it."""
        return self.fault.value if isinstance(self.fault, FaultKind) else self.fault

    @property
    def says(self) -> str:
        """What the message must say."""
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
    # Not under the status that gives it away: the name alone must do.
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
    """Return the code of the registry with which the operation must fail, None where it must succeed all the
    same.
    """
    if kind.fault is NOT_FOUND and handler in (*TAKES_ANEW, "update") and call.operation == "DescribeUser":
        # A user made seconds ago may not be readable yet. An update looks again too, then searches: who is
        # found has not left.
        return kind.code if times is FOR_EVER else None
    if kind.fault is NOT_FOUND and handler == "delete" and call == Call("DescribeUser", 2):
        # Whoever is gone after everything was given back needs nothing more.
        return None
    if kind.passes and times is not FOR_EVER:
        return None
    if (
        handler == "delete"
        and call.operation == "TagResource"
        and kind.code in ("ServiceInternalError", "NetworkFailure")
    ):
        # What a delete records serves others. Once its answer is lost, it may be there, and the delete goes
        # on.
        return None
    if kind.acted and call.writes and not (handler == "update" and call.operation == "UpdateUserConfig"):
        # The next look shows that it is done. Only what an update gives back is written without asking what
        # shows.
        return None
    return kind.code


def expected_words(handler: str, call: Call, kind: Kind) -> str:
    """Return what the message of a failure must say."""
    searches = kind.fault is NOT_FOUND and handler == "update" and call.operation == "DescribeUser"
    return "SearchUsers does" if searches else kind.says


def deletes_nobody(handler: str, kind: Kind) -> bool:
    """Whether a custom resource's Delete must succeed and say that nothing is there: CloudFormation knows no
    NotFound of it.
    """
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
"""What crashes are tried under. Longer lags are out of reach of a Delete that comes at once (decision 8)."""

SECONDS_OF_CALLS: Final = {"late-half-a-second": (0.6, 0.0), "late-two-seconds": (0.3, 0.3)}
"""Of a write and of a read. Where they take time, a late read may show one write of an operation and not the
next.
"""


def is_late(behaviour: Behaviour) -> bool:
    """Whether reads lag behind writes."""
    return behaviour.stale_reads > 0 or behaviour.stale_seconds > 0


@dataclass(frozen=True)
class Story:
    """What stands in the way of an operation that is then killed."""

    obstacle: Fault
    handlers: tuple[str, ...]
    goes_on: bool = False
    """Whether the obstacle is still there when the process is started anew."""
    seconds: float = 600.0
    """The time of an invocation of a custom resource's function."""


STORIES: Final = {
    # Long enough that CloudFormation holds a callback context, and the function has handed itself over.
    "throttled": Story(
        Fault("UpdateUserConfig", FaultKind.THROTTLING, times=5),
        ("create", "update", "delete", "replace"),
        goes_on=True,
        seconds=130.0,
    ),
    # Dies while it undoes what it has taken.
    "refused": Story(Fault("UpdateUserConfig", FaultKind.ACCESS_DENIED), ("create", "replace")),
}
