"""Operations that fail, and their waits in one invocation of a retrier."""

from collections.abc import Callable

from custom_connect_userconfig.core.errors import NotStabilized, Retriable, SettingsError
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
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
    retrier: Retrier, error: Retriable, context: dict[str, object] | None = None
) -> tuple[list[float], InProgress | str | type]:
    """Return the waits inside one invocation of a write, and its end."""
    clock = retrier.clock
    assert isinstance(clock, FakeClock)
    clock.slept.clear()
    try:
        return clock.slept, retrier.write(failing(error), retrier.begin(context))
    except SettingsError as raised:
        return clock.slept, type(raised)
