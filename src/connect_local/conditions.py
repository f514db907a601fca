"""The state that all backends share: behaviour, clock, faults, permissions, quota buckets, log of calls.

moto creates a backend for each account and region, and passes it only those two. So the shared state is
global to the process. `models` and `boundary` read it; `LocalConnect` and the server's control endpoints
change it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .behaviour import Behaviour, Quota
from .faults import PlantedFaults
from .permissions import Permissions

REDACTED = "REDACTED"
# Tolerates rounding: a caller that waits exactly 1/rate gets its token.
_WHOLE_TOKEN = 0.999
_SENSITIVE = {"PhoneNumber", "DeskPhoneNumber", "Mobile", "Password"}


@dataclass(frozen=True)
class Call:
    """One call to the service: `outcome` is "ok" or an error code, `acted` is true if it took effect."""

    operation: str
    user_id: str | None
    outcome: str
    acted: bool
    parameters: Mapping[str, object]


@dataclass
class Bucket:
    tokens: float
    filled_at: float


class QuotaBuckets:
    """Token buckets for each account, region and operation; each call names the quota."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def clear(self) -> None:
        self._buckets.clear()

    def admit(self, key: tuple[str, ...], quota: Quota, now: float, refused_cost: float) -> bool:
        bucket = self._buckets.setdefault(key, Bucket(quota.burst, now))
        bucket.tokens = min(quota.burst, bucket.tokens + max(0.0, now - bucket.filled_at) * quota.rate)
        bucket.filled_at = now
        admitted = bucket.tokens >= _WHOLE_TOKEN
        bucket.tokens = max(0.0, bucket.tokens - (1.0 if admitted else refused_cost))
        return admitted


@dataclass
class Conditions:
    """The shared state, without the users; `lock` is held while a call is served."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    clock: Callable[[], float] = time.time
    faults: PlantedFaults = field(default_factory=PlantedFaults)
    permissions: Permissions | None = None
    buckets: QuotaBuckets = field(default_factory=QuotaBuckets)
    calls: list[Call] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def admits(self, account_id: str, region: str, operation: str) -> bool:
        quota = (self.behaviour.quotas or {}).get(operation)
        if quota is None:
            return True
        cost = self.behaviour.refused_call_cost
        return self.buckets.admit((account_id, region, operation), quota, self.clock(), cost)

    def refuses(self, operation: str, resource: str, access_key: str | None) -> str | None:
        return self.permissions.refusal(operation, resource, access_key) if self.permissions else None

    def reset(self, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour if behaviour is not None else self.behaviour
        self.faults.clear()
        self.permissions = None
        self.buckets.clear()
        self.calls.clear()


_current = Conditions()


def current() -> Conditions:
    return _current


def install(conditions: Conditions) -> Conditions:
    """Makes these the conditions of the process and returns the previous ones."""
    global _current
    replaced, _current = _current, conditions
    return replaced


def redact(value: object) -> object:
    """A copy without phone numbers and passwords."""
    if isinstance(value, Mapping):
        return {k: REDACTED if k in _SENSITIVE else redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value
