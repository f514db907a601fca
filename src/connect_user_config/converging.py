"""Makes what is seen become what is wanted: look, plan, take the first step, look again.

Nothing is remembered from one look to the next, so a run that was cut off anywhere is simply taken up by the next one.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Final, TypeVar

from .core.problems import Failed
from .core.steps import AwaitStack, Step, Write
from .gateways.carrying_out import Wait, growing_waits

_LOOKS: Final = 6
"""How often to look whether a step has taken effect: reads may lag behind writes by seconds."""

Seen = TypeVar("Seen")


def converge(
    look: Callable[[], Seen],
    plan: Callable[[Seen], list[Step]],
    carry_out: Callable[[Step], Iterator[Wait]],
    done: list[Step],
) -> Generator[Wait, None, Seen]:
    """Take steps until none is left; `done` gathers them, and the last look is returned."""
    while True:
        seen = yield from _look_past(done, look, plan)
        steps = _left(plan(seen), done)
        if not steps:
            return seen
        yield Wait(0, steps[0].does)
        yield from carry_out(steps[0])
        done.append(steps[0])


def _look_past(
    done: list[Step], look: Callable[[], Seen], plan: Callable[[Seen], list[Step]]
) -> Generator[Wait, None, Seen]:
    for _, wait in zip(range(_LOOKS), growing_waits("wait until that shows"), strict=False):
        seen = look()
        steps = _left(plan(seen), done)
        if not steps or steps[0] not in done:
            return seen
        yield wait
    raise Failed("no-effect", f"this was done but does not show: {done[-1].does}", "run again in a minute")


def _left(steps: list[Step], done: list[Step]) -> list[Step]:
    """Leave out what begins the plan and is proven to be done, and the wait that belongs to it."""
    while steps and steps[0] in done and isinstance(steps[0], Write) and steps[0].is_proven:
        steps = steps[1:]
        if steps and steps[0] in done and isinstance(steps[0], AwaitStack):
            steps = steps[1:]
    return steps
