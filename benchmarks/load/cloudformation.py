"""CloudFormation's part: it starts many resources together, invokes each again on request, and bills seconds.

It drives the real service with a real retrier; only Connect and time are simulated.
"""

import json
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from custom_connect_userconfig.core.arrays import AUTO_ACCEPT, VOICE
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import SettingsError
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService

from .connect import INSTANCE_ID, SimulatedConnect
from .policies import Policy
from .simulation import SimulatedClock, Simulation

_STACK: Final = (
    "arn:aws:cloudformation:us-east-1:123456789012:stack/contact-centre/0a1b2c3d-0000-4000-8000-000000000000"
)
_AUTO_ACCEPT: Final = AUTO_ACCEPT.key(VOICE, AUTO_ACCEPT.fields[0])
_DISPATCH: Final = 0.5
"""Maximum delay of an invocation, in seconds."""
_FREE_SECONDS: Final = 30.0
"""Seconds of an invocation without a charge; each further second costs."""


class Operation(Enum):
    """The operation of a stack on each of its resources."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"

    @property
    def calls(self) -> Sequence[str]:
        """The calls of one operation without errors."""
        return _CALLS[self]


_CALLS: Final = {
    Operation.CREATE: ("DescribeUser", "TagResource", "UpdateUserConfig", "DescribeUser"),
    Operation.UPDATE: ("DescribeUser", "TagResource", "UpdateUserConfig", "DescribeUser"),
    Operation.DELETE: ("DescribeUser", "TagResource", "UpdateUserConfig", "UntagResource", "DescribeUser"),
}


def dice_of(seed: int, number: int) -> Callable[[], float]:
    """Return the random numbers of one resource, which are the same in every run and on the wall clock."""
    return random.Random(f"{seed}/{number}").random  # noqa: S311 - an experiment must be reproducible


@dataclass
class Resource:
    """One resource of the stack, and its figures."""

    number: int
    began: float = math.nan
    ended: float = math.nan
    invocations: int = 0
    billed: float = 0.0
    beyond_free: float = 0.0
    failure: SettingsError | None = None

    @property
    def seconds(self) -> float:
        """The duration of the operation."""
        return self.ended - self.began


@dataclass
class StackOperation:
    """One operation of one stack on all of its resources."""

    simulation: Simulation
    connect: SimulatedConnect
    policy: Policy
    operation: Operation
    resources: list[Resource]
    seed: int = 0
    finished: int = field(default=0, init=False)

    @property
    def is_done(self) -> bool:
        """Whether every resource has succeeded or failed."""
        return self.finished == len(self.resources)

    def begin_together(self, in_flight: int) -> None:
        """Begin with `in_flight` resources; whenever one ends, the next one begins."""
        waiting = iter(self.resources)
        for _ in range(min(in_flight, len(self.resources))):
            self._begin(waiting)

    def begin_in_lanes(self, lanes: int) -> None:
        """Begin with chains of resources, in which each depends on the one before it."""
        for lane in range(lanes):
            self._begin(iter(self.resources[lane::lanes]))

    def _begin(self, waiting: Iterator[Resource]) -> None:
        def run_in_sequence() -> None:
            for resource in waiting:
                self._operate(resource)
                self.finished += 1

        self.simulation.begin(run_in_sequence)

    def _operate(self, resource: Resource) -> None:
        user_id = self.connect.user(resource.number)
        identity = Identity.parse(INSTANCE_ID, user_id, Environment())
        request = f"{self.operation.value} {resource.number}"
        owner = Owner.of(identity, _STACK, f"Agent{resource.number}", request)
        clock, dice = SimulatedClock(self.simulation), dice_of(self.seed, resource.number)
        service = SettingsService(*self.policy.service_parts(self.connect, clock, dice))
        context: Mapping[str, object] | None = None
        resource.began = self.simulation.now
        while True:
            result = self._invoke(resource, service, identity, owner, context)
            if not isinstance(result, InProgress):
                break
            context = json.loads(json.dumps(result.context))
            self.simulation.sleep(result.delay + _DISPATCH * self.connect.random())
        resource.ended = self.simulation.now

    def _invoke(
        self,
        resource: Resource,
        service: SettingsService,
        identity: Identity,
        owner: Owner,
        context: Mapping[str, object] | None,
    ) -> OwnedSettings | GivenBack | InProgress | None:
        resource.invocations += 1
        begun = self.simulation.now
        try:
            return self._handle(service, identity, owner, context)
        except SettingsError as error:
            resource.failure = error
            return None
        finally:
            seconds = self.simulation.now - begun
            resource.billed += seconds
            resource.beyond_free += max(0.0, seconds - _FREE_SECONDS)

    def _handle(
        self, service: SettingsService, identity: Identity, owner: Owner, context: Mapping[str, object] | None
    ) -> OwnedSettings | GivenBack | InProgress:
        if self.operation is Operation.DELETE:
            return service.delete(identity, owner, context)
        value = self.operation is Operation.CREATE
        declaration = Declaration(identity, {_AUTO_ACCEPT: value})
        if self.operation is Operation.CREATE:
            return service.create(declaration, owner, context)
        return service.update(declaration, owner, context, previous={_AUTO_ACCEPT: not value})
