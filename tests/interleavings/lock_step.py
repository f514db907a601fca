"""Runs two programs call by call in the order of a schedule, on a clock that advances only when they sleep.

Each program runs in a greenlet of its own and stops before every call and at every sleep. In each step one
program is chosen: it wakes if it slept, makes its call, and runs to its next stop or its end. If the chosen
program sleeps, time passes until it wakes, and the other one does not move.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from greenlet import getcurrent, greenlet

from support.clock import FakeClock

T = TypeVar("T")

Schedule = tuple[str, ...]
"""Names of programs, one a step."""
_MOST_STEPS: Final = 2_000


@dataclass(frozen=True)
class Step:
    """The program that was chosen, the one that would have run by default, and the others that could have."""

    chosen: str
    default: str
    others: tuple[str, ...]


class _Program:
    def __init__(self, run: Callable[[], None], hub: greenlet) -> None:
        self.greenlet = greenlet(run, parent=hub)
        self.has_begun = False
        self.wakes_at: float | None = None


@dataclass
class LockStep:
    """The programs of one run; implements the `Clock` port for them."""

    clock: FakeClock
    seconds_per_call: float = 0.0
    _programs: dict[str, _Program] = field(default_factory=dict)
    _hub: greenlet = field(default_factory=getcurrent)

    def before_call(self, _operation: str) -> None:
        """Stop before a call; then let its time pass."""
        self._hub.switch()
        self.clock.sleep(self.seconds_per_call)

    def now(self) -> float:
        """Return the wall clock."""
        return self.clock.now()

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Stop for some time; the other program may run meanwhile."""
        program = next(program for program in self._programs.values() if program.greenlet is getcurrent())
        program.wakes_at = self.clock.now() + seconds
        self._hub.switch()

    def run(self, programs: Mapping[str, Callable[[], None]], schedule: Sequence[str] = ()) -> list[Step]:
        """Run all programs to their ends: first by `schedule`, then each until it sleeps or ends."""
        self._programs = {name: _Program(run, self._hub) for name, run in programs.items()}
        steps: list[Step] = []
        while living := [name for name, program in self._programs.items() if not program.greenlet.dead]:
            default = self._default(living, steps[-1].chosen if steps else living[0])
            chosen = schedule[len(steps)] if len(steps) < len(schedule) else default
            steps.append(Step(chosen, default, tuple(name for name in living if name != chosen)))
            self._step(self._programs[chosen])
            assert len(steps) < _MOST_STEPS, "the operations do not end"
        return steps

    def _default(self, living: Sequence[str], last: str) -> str:
        """Return the program that can run first; if several can, prefer the one that ran last."""
        now = self.clock.now()
        return min(living, key=lambda name: (max(self._programs[name].wakes_at or now, now), name != last))

    def _step(self, program: _Program) -> None:
        if not program.has_begun:
            program.has_begun = True
            program.greenlet.switch()
        while program.wakes_at is not None:
            self.clock.sleep(max(0.0, program.wakes_at - self.clock.now()))
            program.wakes_at = None
            program.greenlet.switch()
        if not program.greenlet.dead:
            program.greenlet.switch()


@dataclass(frozen=True)
class Bound:
    """The schedules to explore: those that differ in the first `steps`, with at most so many `preemptions`.

    A preemption is a step of another program than the default one.
    """

    steps: int
    preemptions: int


def explore(
    run: Callable[[Schedule], tuple[Sequence[Step], T]], bound: Bound
) -> Iterator[tuple[Schedule, T]]:
    """Run every schedule within `bound` once, always in the same order; yield its steps and its result."""
    to_do: list[Schedule] = [()]
    while to_do:
        prefix = to_do.pop()
        steps, result = run(prefix)
        yield tuple(step.chosen for step in steps), result
        preemptions = 0
        for number, step in enumerate(steps[: bound.steps]):
            if number >= len(prefix):
                before = tuple(earlier.chosen for earlier in steps[:number])
                # Beyond the prefix the default was chosen: another costs a preemption, except at the start.
                costs = preemptions + (number > 0)
                to_do += [(*before, other) for other in step.others if costs <= bound.preemptions]
            preemptions += number > 0 and step.chosen != step.default
