"""Looks at the agents after every call that the service has seen, and kills the caller's process where a test
wants that.

It stands where calls enter the local Connect. A killed process is an exception that no ``except Exception``
swallows, thrown from the transport: what catches it all the same (the support library's last resort does) may
not make another call, and its answer counts as never given.
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
    """At the `call`-th call, before the service has acted or after."""

    call: int
    after: bool


def _nothing() -> Iterable[str]:
    return ()


@dataclass
class Watch:
    """Counts calls, keeps breaches; a breach is not raised, because the code under test would take it for a
    fault.
    """

    clock: FakeClock
    look: Callable[[], Iterable[str]] = _nothing
    """Says what is wrong with the agents."""
    seconds: tuple[float, float] = (0.0, 0.0)
    """Of a write and of a read, before the service acts."""
    calls: list[Call] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    crash_point: CrashPoint | None = None
    is_dead: bool = False

    def begin(self) -> None:
        """Forget what has been."""
        self.calls.clear()
        self.breaches.clear()
        self.revive()

    def kill_at(self, crash_point: CrashPoint) -> None:
        """Let the process die; calls are counted from here."""
        self.calls.clear()
        self.crash_point = crash_point

    def revive(self) -> None:
        """Start the process anew."""
        self.crash_point, self.is_dead = None, False

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Stand at the entrance."""
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
            # Also where the transport has lost the answer: the service may have acted.
            if call.writes:
                self.breaches += [f"after {call}: {breach}" for breach in self.look()]
            self._die(after=True)

    def _die(self, *, after: bool) -> None:
        if self.is_dead or self.crash_point == CrashPoint(len(self.calls), after):
            self.is_dead = True
            raise Killed
