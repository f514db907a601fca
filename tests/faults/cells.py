"""The cells of both matrices, of faults and of crashes: the products of their dimensions, with the calls as they were learned."""

import math
from dataclasses import dataclass

from botocore.session import get_session

from connect_local import Fault, FaultKind

from .dimensions import KINDS, SECONDS_OF_CALLS, TIMES, Call, Kind, expected_code
from .lessons import Lesson, crash_lessons, plain_lessons
from .watch import Death

MODEL = get_session().get_service_model("connect")


@dataclass(frozen=True)
class Cell:
    """One fault."""

    lesson: Lesson
    call: Call
    kind: Kind
    times: str

    def __str__(self) -> str:
        return f"{self.lesson}-{self.call}-{self.kind}-{self.times}"

    @property
    def fault(self) -> Fault:
        """The fault as it is planted."""
        kind = self.kind
        return Fault(self.call.operation, kind.fault, self.call.number, TIMES[self.times], status=kind.status, acted=kind.acted)

    @property
    def code(self) -> str | None:
        """The code that it must end with; None for success."""
        return expected_code(self.lesson.handler, self.call, self.kind, TIMES[self.times])


def modelled(operation: str) -> set[str]:
    """Return the errors that the service's model names for an operation."""
    return {shape.name for shape in MODEL.operation_model(operation).error_shapes}


def kinds_for(call: Call) -> list[Kind]:
    """Return every kind of fault that a call can meet."""
    return [kind for kind in KINDS if not kind.modelled or kind.error in modelled(call.operation)]


CELLS = [
    Cell(lesson, call, kind, times)
    for lesson in plain_lessons()
    for call in lesson.calls
    for kind in kinds_for(call)
    for times in TIMES
]

FAILURES = {"credentials": (FaultKind.EXPIRED_CREDENTIALS, 1), "down": (FaultKind.SERVER_ERROR, math.inf)}


@dataclass(frozen=True)
class LateCell:
    """One failure after the last write, while late reads do not show all that was written."""

    lesson: Lesson
    call: Call
    failure: str

    def __str__(self) -> str:
        return f"{self.lesson.behaviour}-{self.lesson}-{self.call}-{self.failure}"

    @property
    def fault(self) -> Fault:
        """The fault as it is planted."""
        kind, times = FAILURES[self.failure]
        return Fault(self.call.operation, kind, self.call.number, times)


def after_the_last_write(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Return the calls that look at what was done."""
    return calls[1 + max(number for number, call in enumerate(calls) if call.writes) :]


LATE_CELLS = [
    LateCell(lesson, call, failure)
    for lesson in crash_lessons()
    if lesson.behaviour in SECONDS_OF_CALLS and not lesson.story
    for call in after_the_last_write(lesson.calls)
    for failure in FAILURES
]

WHAT_FOLLOWS = {
    "create": ("same-event", "delete"),
    "update": ("same-event", "update-back", "delete"),
    "delete": ("same-event",),
    "replace": ("same-event", "update-back"),
}
"""What CloudFormation sends after a death: each is a cell of its own."""


@dataclass(frozen=True)
class CrashCell:
    """One death, and what CloudFormation sends after it."""

    lesson: Lesson
    death: Death
    then: str

    def __str__(self) -> str:
        call = self.lesson.calls[self.death.call - 1]
        when = "after" if self.death.after else "before"
        return f"{self.lesson.behaviour}-{self.lesson}-{when}-{self.death.call}-{call}-then-{self.then}"


def deaths(calls: int) -> list[Death]:
    """Return every death that an operation of so many calls can die."""
    return [Death(number, after) for number in range(1, calls + 1) for after in (False, True)]


CRASH_CELLS = [
    CrashCell(lesson, death, then)
    for lesson in crash_lessons()
    for death in deaths(len(lesson.calls))
    for then in WHAT_FOLLOWS[lesson.handler]
]
