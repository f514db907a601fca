"""The same on the wall clock: the real handlers, botocore and the local Connect, each resource in a thread.

Only CloudFormation and the service are simulated. For 500 resources within a minute, the clocks of the
handlers and of the buckets run ten times as fast. A call takes real time and so weighs ten times as much; the
compared simulation uses that latency.
"""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any, Final
from unittest.mock import patch

from connect_local import DOCUMENTED_QUOTAS, Behaviour, LocalConnect
from custom_connect_userconfig import handlers
from custom_connect_userconfig.retry.retrier import Retrier

from .cloudformation import Operation, dice_of

_CREDENTIALS: Final = {"accessKeyId": "ASIAEXAMPLE", "secretAccessKey": "example", "sessionToken": "example"}
_STACK: Final = (
    "arn:aws:cloudformation:us-east-1:123456789012:stack/contact-centre/0a1b2c3d-0000-4000-8000-000000000000"
)


@dataclass(frozen=True)
class FastClock:
    """The machine's clock, `speed` times as fast: the `Clock` port, and the clock of the local Connect."""

    speed: float
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        """Return seconds since the epoch."""
        return 1_800_000_000.0 + self.monotonic()

    def monotonic(self) -> float:
        """Return the seconds since the clock's creation."""
        return (time.monotonic() - self._began) * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds / self.speed)

    def __call__(self) -> float:
        """Return the time."""
        return self.now()


@dataclass
class _Resource:
    """One resource, as CloudFormation drives it."""

    clock: FastClock
    name: str
    properties: Mapping[str, object]
    ended: float = 0.0
    invocations: int = 0
    status: str = ""

    def __call__(self) -> None:
        model, context = self.properties, None
        while True:
            answer = self._invoke(model, context)
            if answer["status"] != "IN_PROGRESS":
                break
            model, context = answer["resourceModel"], json.loads(json.dumps(answer["callbackContext"]))
            self.clock.sleep(answer["callbackDelaySeconds"])
        self.ended, self.status = self.clock.monotonic(), answer["status"]

    def _invoke(self, model: Mapping[str, object], context: object) -> dict[str, Any]:
        self.invocations += 1
        event = {
            "action": "CREATE",
            "awsAccountId": "123456789012",
            "bearerToken": self.name,
            "region": "us-east-1",
            "resourceType": handlers.TYPE_NAME,
            "resourceTypeVersion": "00000001",
            "stackId": _STACK,
            "callbackContext": context,
            "requestData": {
                "callerCredentials": _CREDENTIALS,
                "logicalResourceId": self.name,
                "resourceProperties": dict(model),
                "stackTags": {},
                "systemTags": {},
            },
        }
        return handlers.resource(event, None)  # type: ignore[no-any-return]  # the library does not say what it returns


@dataclass(frozen=True)
class Measured:
    """The figures of a run, in seconds of the fast clock."""

    resources: int
    makespan: float
    floor: float
    refused_ratio: float
    """Refused calls, divided by the calls that the operations make alone."""
    invocations: float
    latency: float
    """The median of the seconds that a call took."""
    failures: int

    @property
    def makespan_ratio(self) -> float:
        """Makespan, divided by the floor."""
        return self.makespan / self.floor


def measure(resources: int, speed: float, seed: int) -> Measured:
    """Create `resources` resources together."""
    clock = FastClock(speed)
    with LocalConnect(clock=clock) as connect, _listening() as latencies:
        driven = _users(connect, clock, resources)
        dice = _Dice()
        with patch.object(handlers, "retrier", Retrier(clock, dice)):
            began = clock.monotonic()
            _run_together(driven, dice, seed)
        return _measured(connect, driven, began, median(latencies) / 1000 * speed)


def _users(connect: LocalConnect, clock: FastClock, resources: int) -> list[_Resource]:
    instance_id, _ = connect.create_instance()
    users = [connect.create_user(instance_id, f"user-{number}")[0] for number in range(resources)]
    connect.behaviour = Behaviour(quotas=DOCUMENTED_QUOTAS)
    connect.forget_calls()
    arrays = {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}
    return [
        _Resource(clock, f"Agent{number}", {"InstanceId": instance_id, "UserId": user_id, **arrays})
        for number, user_id in enumerate(users)
    ]


class _Dice(threading.local):
    """The random numbers of the calling thread's resource; all threads share the handlers' retrier."""

    roll: Callable[[], float]

    def __call__(self) -> float:
        return self.roll()


def _run_together(driven: Sequence[_Resource], dice: _Dice, seed: int) -> None:
    def run(resource: _Resource, number: int) -> None:
        dice.roll = dice_of(seed, number)
        resource()

    threads = [threading.Thread(target=run, args=(each, number)) for number, each in enumerate(driven)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _measured(connect: LocalConnect, driven: Sequence[_Resource], began: float, latency: float) -> Measured:
    admitted = Counter(call.operation for call in connect.calls if call.outcome == "ok")
    refused = len(connect.calls) - admitted.total()
    return Measured(
        resources=len(driven),
        makespan=max(each.ended for each in driven) - began,
        floor=max(
            (calls - DOCUMENTED_QUOTAS[name].burst) / DOCUMENTED_QUOTAS[name].rate
            for name, calls in admitted.items()
        ),
        refused_ratio=refused / (len(Operation.CREATE.calls) * len(driven)),
        invocations=fmean(each.invocations for each in driven),
        latency=latency,
        failures=sum(each.status != "SUCCESS" for each in driven),
    )


class _Listener(logging.Handler):
    """Keeps the milliseconds of each call, which the gateway logs."""

    def __init__(self) -> None:
        super().__init__()
        self.milliseconds: list[float] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the time of a call."""
        line = json.loads(record.getMessage())
        if line["event"] == "call":
            self.milliseconds.append(line["milliseconds"])


@contextmanager
def _listening() -> Iterator[list[float]]:
    logger, listener = logging.getLogger("custom_connect_userconfig"), _Listener()
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield listener.milliseconds
    finally:
        logger.propagate = True
        logger.removeHandler(listener)
