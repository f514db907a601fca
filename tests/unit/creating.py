"""What the tests of create share: one declaration, the tags of a claim, and CloudFormation's way of calling again."""

from collections.abc import Callable

from unit.examples import (
    IDENTITY,
    VOICE_ACCEPT,
)

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import Owner, OwnershipRecord
from custom_connect_userconfig.pacing import Pending
from support.clock import FakeClock

WANTED: dict[SettingKey, Value] = {VOICE_ACCEPT: True}
DECLARATION = Declaration(IDENTITY, WANTED)


def claimed_by(owner: Owner | None) -> dict[str, str]:
    return OwnershipRecord(owner, {VOICE_ACCEPT: False}).to_tags()


def to_the_end(clock: FakeClock, operation: Callable[[object], object], most: int = 60) -> object:
    """Invoke again as long as the answer is `Pending`, waiting as it asks."""
    result = operation(None)
    for _ in range(most):
        if not isinstance(result, Pending):
            return result
        clock.sleep(result.delay)
        result = operation(result.context)
    raise AssertionError(f"still pending after {most} invocations: {result}")
