"""Keeps calls below the account's quotas, of which running contact centres need the rest.

Quotas hold for an account and region, whoever calls. A command takes a share of each, half unless `--rate`
says otherwise. If others have used a quota up, the command waits and tries the same call again.
"""

import random
from collections.abc import Callable
from typing import Final, TypeVar

from custom_connect_userconfig.core.errors import Retriable, Throttling
from custom_connect_userconfig.ports import Clock

T = TypeVar("T")

HALF: Final = 0.5
_QUOTAS: Final = {"DescribeUser": 10.0, "ListUsers": 10.0, "ListTagsForResource": 8.0}
"""Calls a second (service quotas of Amazon Connect)."""
_QUOTA: Final = 2.0
"""The same for every other operation."""

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 30.0
_PATIENCE: Final = 600.0
"""Seconds after which a call that never gets through fails."""
_MOST_FAULTS: Final = 4
"""Tries of a call that fails for another reason than its quota."""


class Pace:
    """Starts calls of each operation at even distances, in one thread."""

    def __init__(
        self, clock: Clock, share: float = HALF, jitter: Callable[[], float] = random.random
    ) -> None:
        self.clock = clock
        self._share = share
        self._jitter = jitter
        self._free: dict[str, float] = {}
        """When the next call of an operation may start, on the monotonic clock."""

    def rate(self, operation: str) -> float:
        """Return the permitted calls a second."""
        return _QUOTAS.get(operation, _QUOTA) * self._share

    def call(self, operation: str, call: Callable[[], T], begun: Callable[[], T] | None = None) -> T:
        """Make a call in its turn, and again if its quota was used up or the service failed.

        `call` must be one that may be made twice. `begun` returns the result of a first try that has begun
        in its turn. Raises SettingsError.
        """
        start, faults, wait = self.clock.monotonic(), 0, _FIRST_WAIT
        while True:
            try:
                if begun:
                    return begun()
                self.wait(operation)
                return call()
            except Retriable as error:
                begun = None
                faults += not isinstance(error, Throttling)
                if faults >= _MOST_FAULTS or self.clock.monotonic() - start + wait > _PATIENCE:
                    raise
                self._hold_back(operation, wait * (0.65 + 0.7 * self._jitter()))
                wait = min(wait * 2, _LONGEST_WAIT)

    def wait(self, operation: str) -> None:
        """Wait until a call of the operation may start."""
        now = self.clock.monotonic()
        turn = max(now, self._free.get(operation, now))
        self._free[operation] = turn + 1 / self.rate(operation)
        if turn > now:
            self.clock.sleep(turn - now)

    def _hold_back(self, operation: str, seconds: float) -> None:
        """Let no call of the operation start for `seconds`: a refused call uses the quota up too."""
        self._free[operation] = max(self._free[operation], self.clock.monotonic() + seconds)
