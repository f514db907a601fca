"""Runs two programs call by call in the order that a schedule says, on a clock that passes only when they
sleep.

Each program runs in a greenlet of its own and stands still before every call and at every sleep. A step is
one call: the program that is chosen wakes if it slept, makes the call before which it stands, and goes on to
its next standstill or its end. Choosing a sleeper lets time pass until it wakes, while the other one stands
where it is.
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
    """Who was chosen, who would have gone on of itself, and who else could have been chosen."""

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

    # -- what the programs call
    # ----------------------------------------------------------------------------------------

    def before_call(self, _operation: str) -> None:
        """Stand still before a call; then let the time pass that it takes."""
        self._hub.switch()
        self.clock.sleep(self.seconds_per_call)

    def now(self) -> float:
        """Return the wall clock."""
        return self.clock.now()

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Stand still for some time; the other program may go on meanwhile."""
        program = next(program for program in self._programs.values() if program.greenlet is getcurrent())
        program.wakes_at = self.clock.now() + seconds
        self._hub.switch()

    # -- the run
    # -------------------------------------------------------------------------------------------------------

    def run(self, programs: Mapping[str, Callable[[], None]], schedule: Sequence[str] = ()) -> list[Step]:
        """Run all programs to their ends: by `schedule` as far as it goes, then each until it sleeps or ends."""
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
        """Return who can go on first; of those who can at the same time, the one that went last."""
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
    """Which schedules are explored: those that differ in the first `steps`, with at most so many
    `preemptions`.

    A preemption is a step of another program than the one that would have gone on of itself.
    """

    steps: int
    preemptions: int


def explore(
    run: Callable[[Schedule], tuple[Sequence[Step], T]], bound: Bound
) -> Iterator[tuple[Schedule, T]]:
    """Run every schedule within `bound` once, in the same order each time; yield its steps and what has come
    of it.
    """
    to_do: list[Schedule] = [()]
    while to_do:
        prefix = to_do.pop()
        steps, result = run(prefix)
        yield tuple(step.chosen for step in steps), result
        preemptions = 0
        for number, step in enumerate(steps[: bound.steps]):
            if number >= len(prefix):
                before = tuple(earlier.chosen for earlier in steps[:number])
                costs = preemptions + (
                    number > 0
                )  # beyond the prefix the default was chosen; who begins is free
                to_do += [(*before, other) for other in step.others if costs <= bound.preemptions]
            preemptions += number > 0 and step.chosen != step.default
