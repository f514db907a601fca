"""Shared by the tests of the service: one declaration, its record, and calls until an operation ends."""

from collections.abc import Callable

from unit.examples import IDENTITY, VOICE_ACCEPT, only_field, recorded

from custom_connect_userconfig.core.arrays import AUTO_ACCEPT, SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import Context
from support.clock import FakeClock

WANTED: dict[SettingKey, Value] = {VOICE_ACCEPT: True}
DECLARATION = Declaration(IDENTITY, WANTED)
EVERY_CHANNEL: dict[SettingKey, Value] = {
    only_field(AUTO_ACCEPT, channel): False for channel in AUTO_ACCEPT.channels
}
"""Settings of a user whose instance has every channel: a refused write is not repeated without some."""


def claimed_by(owner: Owner | None) -> dict[str, str]:
    return recorded(owner, {VOICE_ACCEPT: (True, False)}).to_tags()


def to_the_end(clock: FakeClock, operation: Callable[[Context], object], most: int = 60) -> object:
    """Invoke an operation until its answer is no longer `InProgress`, after the delay of each answer."""
    result = operation(None)
    for _ in range(most):
        if not isinstance(result, InProgress):
            return result
        clock.sleep(result.delay)
        result = operation(result.context)
    raise AssertionError(f"still in progress after {most} invocations: {result}")
