"""One simulated stack operation, and what is measured of it.

Makespan is measured with nobody else about; what a live caller suffers, in a second run with one. A ratio of
1 is the floor: the successful calls of the busiest operation, less the burst, at the quota's rate.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import Final

from connect_local import DOCUMENTED_QUOTAS, Quota

from .cloudformation import Operation, Resource, StackOperation
from .connect import SimulatedConnect, SimulatedUser
from .policies import OURS, Policy
from .simulation import Simulation

LIVE_RATE: Final = 0.3
"""Calls a second that the live contact centre makes of each operation."""
ALL: Final = 1_000_000
_PRICE_OF_AN_INVOCATION: Final = 0.0009
_PRICE_OF_A_SECOND: Final = 0.00008
"""Dollars for a handler operation of a third-party resource type, and for each of its seconds above 30
(pricing page).
"""


@dataclass(frozen=True)
class Scene:
    """What is simulated."""

    operation: Operation = Operation.CREATE
    resources: int = 500
    in_flight: int = ALL
    lanes: int = 0
    """Chains by DependsOn in the template; 0 for none."""
    policy: Policy = OURS
    quotas: dict[str, Quota] = field(default_factory=lambda: dict(DOCUMENTED_QUOTAS))
    refused_cost: float = 0.0
    """Tokens that a refused call costs."""
    neighbour: float = 0.0
    """Writes a second of each operation that somebody else sends, whether they are admitted or not."""
    live: bool = False
    latency: float = 0.08
    """Seconds that a call takes on average."""


@dataclass(frozen=True)
class Run:
    """What came of it."""

    scene: Scene
    admitted: Mapping[str, int]
    refused: Mapping[str, int]
    log: Sequence[tuple[float, str, bool]]
    """When which operation was called, and whether it was admitted."""
    resources: Sequence[Resource]
    users: Mapping[str, SimulatedUser]
    live_calls: Mapping[str, Sequence[bool]]
    """By operation, whether each call of the live caller was admitted."""

    @property
    def makespan(self) -> float:
        """Seconds until the last resource was done."""
        return max(resource.ended for resource in self.resources)

    @property
    def floor(self) -> float:
        """Seconds that the quotas demand for the calls that succeeded."""
        quotas = self.scene.quotas
        return max((calls - quotas[name].burst) / quotas[name].rate for name, calls in self.admitted.items())

    @property
    def makespan_ratio(self) -> float:
        """Makespan by floor."""
        return self.makespan / self.floor

    @property
    def refused_ratio(self) -> float:
        """Refused calls by those that would have done alone."""
        return sum(self.refused.values()) / (len(self.scene.operation.calls) * len(self.resources))

    @property
    def invocations(self) -> float:
        """Of the handler, for each resource."""
        return fmean(resource.invocations for resource in self.resources)

    @property
    def billed(self) -> float:
        """Seconds for each resource."""
        return fmean(resource.billed for resource in self.resources)

    @property
    def beyond_free(self) -> float:
        """Seconds above 30 of an invocation, for each resource."""
        return fmean(resource.beyond_free for resource in self.resources)

    @property
    def worst(self) -> float:
        """Seconds that the slowest single resource took, by the floor."""
        return max(resource.seconds for resource in self.resources) / self.floor

    @property
    def failures(self) -> int:
        """Resources that ended in failure."""
        return sum(resource.failure is not None for resource in self.resources)


def simulate(scene: Scene, seed: int) -> Run:
    """Play one scene."""
    dice = random.Random(f"{seed}")  # noqa: S311 - a simulation wants the same numbers each time
    simulation = Simulation()
    connect = SimulatedConnect(simulation, scene.quotas, dice.random, scene.refused_cost, scene.latency)
    if scene.operation is not Operation.CREATE:
        _play(replace(scene, operation=Operation.CREATE, quotas=_BOUNDLESS), seed, connect, simulation)
        simulation, connect = _afresh(scene, connect, dice.random)
    others = _Others(simulation, connect, scene, dice)
    stack = _play(scene, seed, connect, simulation, others)
    return Run(
        scene,
        connect.admitted,
        connect.refused,
        connect.log,
        stack.resources,
        connect.users,
        others.live_calls,
    )


_BOUNDLESS: Final = dict.fromkeys(DOCUMENTED_QUOTAS, Quota(1e9, 1e9))


def _afresh(
    scene: Scene, before: SimulatedConnect, dice: Callable[[], float]
) -> tuple[Simulation, SimulatedConnect]:
    """Return a new simulation of the users that another has made."""
    simulation = Simulation()
    return simulation, SimulatedConnect(
        simulation, scene.quotas, dice, scene.refused_cost, scene.latency, before.users
    )


def _play(
    scene: Scene,
    seed: int,
    connect: SimulatedConnect,
    simulation: Simulation,
    others: "_Others | None" = None,
) -> StackOperation:
    connect.quotas = scene.quotas
    resources = [Resource(number) for number in range(scene.resources)]
    stack = StackOperation(simulation, connect, scene.policy, scene.operation, resources, seed)
    if scene.lanes:
        stack.begin_in_lanes(scene.lanes)
    else:
        stack.begin_together(scene.in_flight)
    if others:
        others.begin()
    simulation.run(until=lambda: stack.is_done)
    return stack


@dataclass
class _Others:
    """Whoever else calls Connect: each call counts against the quota, and none is repeated."""

    simulation: Simulation
    connect: SimulatedConnect
    scene: Scene
    dice: random.Random
    live_calls: dict[str, list[bool]] = field(default_factory=dict)

    def begin(self) -> None:
        for operation in self.scene.operation.calls:
            if operation == "DescribeUser":
                continue
            if self.scene.live:
                self._begin(operation, LIVE_RATE, self.live_calls.setdefault(operation, []))
            if self.scene.neighbour:
                self._begin(operation, self.scene.neighbour, [])

    def _begin(self, operation: str, rate: float, admitted: list[bool]) -> None:
        def call() -> None:
            while True:
                self.simulation.sleep(self.dice.expovariate(rate))
                admitted.append(self.connect.admits(operation))

        self.simulation.begin(call)


@dataclass(frozen=True)
class Figures:
    """A scene's figures over several runs: means, but the worst failure count."""

    makespan: float
    refused: float
    invocations: float
    billed: float
    beyond_free: float
    worst: float
    failures: int
    live_refused: float
    """Share of the live caller's own calls, of the operation that suffers most."""
    runs: Sequence[Run]

    @property
    def cost(self) -> float:
        """Invocations that cost as much as these and their seconds above 30, for each resource."""
        return self.invocations + self.beyond_free * _PRICE_OF_A_SECOND / _PRICE_OF_AN_INVOCATION


def measure(scene: Scene, seeds: int, live_seeds: int | None = None) -> Figures:
    """Play a scene several times alone, and with a live caller as often or `live_seeds` times: its calls are
    few, and vary.
    """
    alone = [simulate(scene, seed) for seed in range(seeds)]
    with_live = [
        simulate(replace(scene, live=True), seed)
        for seed in range(seeds if live_seeds is None else live_seeds)
    ]
    return Figures(
        makespan=fmean(run.makespan_ratio for run in alone),
        refused=fmean(run.refused_ratio for run in alone),
        invocations=fmean(run.invocations for run in alone),
        billed=fmean(run.billed for run in alone),
        beyond_free=fmean(run.beyond_free for run in alone),
        worst=fmean(run.worst for run in alone),
        failures=max(run.failures for run in (*alone, *with_live)),
        live_refused=_live_refused(with_live),
        runs=alone,
    )


def _live_refused(runs: Sequence[Run]) -> float:
    """Return the share of the live caller's calls that were refused, of the operation that suffers most."""
    operations = {name for run in runs for name in run.live_calls}
    admitted = {name: [each for run in runs for each in run.live_calls[name]] for name in operations}
    return max(1 - fmean(calls) for calls in admitted.values())
