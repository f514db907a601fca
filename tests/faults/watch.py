"""Checks the agents after every write, and kills the caller's process at a crash point.

The watch stands where calls enter the local Connect. It kills a process with an exception that no
``except Exception`` catches. If something catches it all the same, as the support library does, it must make
no further call, and its answer counts as never given.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from moto.core.common_types import TYPE_RESPONSE

from connect_local import boundary, responses
from connect_local.boundary import Arrival
from connect_local.conditions import Conditions
from support.clock import FakeClock

from .dimensions import Call


class Killed(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class CrashPoint:
    """The `call`-th call, before or after the service has acted."""

    call: int
    after: bool


def _nothing() -> Iterable[str]:
    return ()


@dataclass
class Watch:
    """Counts calls and keeps breaches; raises none, because the code under test would take it for a fault."""

    clock: FakeClock
    look: Callable[[], Iterable[str]] = _nothing
    """Returns the rules that the agents break."""
    seconds: tuple[float, float] = (0.0, 0.0)
    """Seconds that a write and a read take before the service acts."""
    calls: list[Call] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    crash_point: CrashPoint | None = None
    is_dead: bool = False

    def reset(self) -> None:
        """Forget calls and breaches, and restart the process."""
        self.calls.clear()
        self.breaches.clear()
        self.restart()

    def kill_at(self, crash_point: CrashPoint) -> None:
        """Let the process crash; count its calls from here."""
        self.calls.clear()
        self.crash_point = crash_point

    def restart(self) -> None:
        """Start the process again, without a crash point."""
        self.crash_point, self.is_dead = None, False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Intercept the calls where they enter the local Connect."""
        with patch.object(responses, "serve", self._serve):
            yield

    def _serve(
        self, arrival: Arrival, act: Callable[[], TYPE_RESPONSE], conditions: Conditions
    ) -> TYPE_RESPONSE:
        operation = arrival.operation
        call = Call(operation, 1 + sum(earlier.operation == operation for earlier in self.calls))
        self.calls.append(call)
        if self.is_dead:
            self.breaches.append(f"{call} was made by a process that is dead")
        self._die(after=False)
        of_a_write, of_a_read = self.seconds
        self.clock.sleep(of_a_write if call.writes else of_a_read)
        try:
            return boundary.serve(arrival, act, conditions)
        finally:
            # Even if the transport has lost the answer, the service may have acted.
            if call.writes:
                self.breaches += [f"after {call}: {breach}" for breach in self.look()]
            self._die(after=True)

    def _die(self, *, after: bool) -> None:
        if self.is_dead or self.crash_point == CrashPoint(len(self.calls), after):
            self.is_dead = True
            raise Killed
