"""Operations that fail, and what pacing makes of them in one invocation."""

from collections.abc import Callable

from custom_connect_userconfig.core.errors import (
    NotStabilized,
    Retriable,
    SettingsError,
)
from custom_connect_userconfig.retry.retrier import Pacing, Pending
from support.clock import FakeClock

FINAL = NotStabilized("Never seen.")


def failing(error: Exception, times: int = 10_000) -> Callable[[], str]:
    left = [times]

    def operation() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise error
        return "done"

    return operation


def waits_of(
    pacing: Pacing, error: Retriable, context: dict[str, object] | None = None
) -> tuple[list[float], Pending | str | type]:
    """Return what was slept inside one invocation of a write, and how it ended."""
    clock = pacing.clock
    assert isinstance(clock, FakeClock)
    clock.slept.clear()
    try:
        return clock.slept, pacing.write(failing(error), pacing.begin(context))
    except SettingsError as raised:
        return clock.slept, type(raised)
