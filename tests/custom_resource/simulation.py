"""Hundreds of concurrent invocations on one virtual clock: each is a thread, and one of them runs at a time.

Time passes only while all threads sleep, and then up to the first wake-up: the order of events is that of the
real world, and the same in every run.
"""

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from custom_connect_userconfig import custom_resource
from support.clock import FakeClock
from support.function_double import Context, FunctionDouble


@dataclass
class SharedClock(FakeClock):
    """A clock whose `sleep` lets other threads run."""

    _waiting: list[tuple[float, int, threading.Event]] = field(default_factory=list)
    _serial: int = 0
    _idle: threading.Event = field(default_factory=threading.Event)

    def sleep(self, seconds: float) -> None:
        """Wait until the virtual clock has passed `seconds`."""
        if seconds > 0:
            self._idle_until(self._queue(seconds))

    def _queue(self, seconds: float) -> threading.Event:
        turn = threading.Event()
        self._serial += 1
        heapq.heappush(self._waiting, (self.seconds + seconds, self._serial, turn))
        return turn

    def _idle_until(self, turn: threading.Event) -> None:
        self._idle.set()
        turn.wait()

    def start(self, work: Callable[[], None], after: float = 0.0) -> None:
        """Start `work` in a thread of its own, `after` seconds from now."""
        turn = self._queue(after)

        def run() -> None:
            turn.wait()
            try:
                work()
            finally:
                self._idle.set()

        threading.Thread(target=run, daemon=True).start()

    def run(self) -> None:
        """Let time pass until no thread waits."""
        while self._waiting:
            when, _, turn = heapq.heappop(self._waiting)
            self.seconds = max(self.seconds, when)
            self._idle.clear()
            turn.set()
            assert self._idle.wait(60), "an invocation neither ends nor sleeps"


@dataclass
class BusyFunction(FunctionDouble):
    """The installed function, with any number of concurrent invocations."""

    failures: list[BaseException] = field(default_factory=list)

    def begin(self, event: dict[str, Any], after: float = 0.0) -> None:
        """Invoke the function asynchronously, `after` seconds from now."""
        clock = self.clock
        assert isinstance(clock, SharedClock)
        clock.start(lambda: self._run(event), after)

    def _run(self, event: dict[str, Any]) -> None:
        self.invocations += 1
        began = self.clock.monotonic()
        try:
            custom_resource.handler(event, Context(self.clock, began + self.seconds))
        except BaseException as error:  # noqa: BLE001 - the test reports a thread's failure
            self.failures.append(error)
        self.longest = max(self.longest, self.clock.monotonic() - began)
        while self.handed_over:
            self.begin(self.handed_over.popleft())
