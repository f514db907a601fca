"""The cells of both matrices, faults and crashes: each recorded call with each value of each dimension."""

import math
from dataclasses import dataclass

from botocore.session import get_session

from connect_local import Fault, FaultKind

from .baselines import Baseline, crash_baselines, plain_baselines
from .dimensions import KINDS, SECONDS_OF_CALLS, TIMES, Call, Kind, expected_code
from .watch import CrashPoint

MODEL = get_session().get_service_model("connect")


@dataclass(frozen=True)
class Cell:
    """One fault at one call."""

    baseline: Baseline
    call: Call
    kind: Kind
    times: str

    def __str__(self) -> str:
        return f"{self.baseline}-{self.call}-{self.kind}-{self.times}"

    @property
    def fault(self) -> Fault:
        """The fault to plant."""
        call, kind, times = self.call, self.kind, TIMES[self.times]
        return Fault(call.operation, kind.fault, call.number, times, status=kind.status, acted=kind.acted)

    @property
    def code(self) -> str | None:
        """The code that the operation must end with; None for success."""
        return expected_code(self.baseline.handler, self.call, self.kind, TIMES[self.times])


def modelled(operation: str) -> set[str]:
    """Return the errors that the service's model names for an operation."""
    return {shape.name for shape in MODEL.operation_model(operation).error_shapes}


def kinds_for(call: Call) -> list[Kind]:
    """Return every kind of fault that a call can meet."""
    return [kind for kind in KINDS if not kind.modelled or kind.error in modelled(call.operation)]


CELLS = [
    Cell(baseline, call, kind, times)
    for baseline in plain_baselines()
    for call in baseline.calls
    for kind in kinds_for(call)
    for times in TIMES
]

FAILURES = {"credentials": (FaultKind.EXPIRED_CREDENTIALS, 1), "down": (FaultKind.SERVER_ERROR, math.inf)}


@dataclass(frozen=True)
class LateCell:
    """One failure after the last write, while late reads hide some of the writes."""

    baseline: Baseline
    call: Call
    failure: str

    def __str__(self) -> str:
        return f"{self.baseline.behaviour}-{self.baseline}-{self.call}-{self.failure}"

    @property
    def fault(self) -> Fault:
        """The fault to plant."""
        kind, times = FAILURES[self.failure]
        return Fault(self.call.operation, kind, self.call.number, times)


def after_the_last_write(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Return the reads that check the writes."""
    return calls[1 + max(number for number, call in enumerate(calls) if call.writes) :]


LATE_CELLS = [
    LateCell(baseline, call, failure)
    for baseline in crash_baselines()
    if baseline.behaviour in SECONDS_OF_CALLS
    if not baseline.obstacle
    for call in after_the_last_write(baseline.calls)
    for failure in FAILURES
]

WHAT_FOLLOWS = {
    "create": ("same-event", "delete"),
    "update": ("same-event", "update-back", "delete"),
    "delete": ("same-event",),
    "replace": ("same-event", "update-back"),
}
"""The events that CloudFormation may send after a crash; each makes a cell of its own."""


@dataclass(frozen=True)
class CrashCell:
    """One crash, and the event that CloudFormation sends after it."""

    baseline: Baseline
    crash_point: CrashPoint
    then: str

    def __str__(self) -> str:
        number = self.crash_point.call
        when = "after" if self.crash_point.after else "before"
        crash = f"{when}-{number}-{self.baseline.calls[number - 1]}"
        return f"{self.baseline.behaviour}-{self.baseline}-{crash}-then-{self.then}"


def crash_points(calls: int) -> list[CrashPoint]:
    """Return every point at which an operation of so many calls can crash."""
    return [CrashPoint(number, after) for number in range(1, calls + 1) for after in (False, True)]


CRASH_CELLS = [
    CrashCell(baseline, crash_point, then)
    for baseline in crash_baselines()
    for crash_point in crash_points(len(baseline.calls))
    for then in WHAT_FOLLOWS[baseline.handler]
]
