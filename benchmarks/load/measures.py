"""One simulated stack operation, and its figures.

The makespan is without other callers; a second run with a live caller measures the refusals of its calls.
A ratio of 1 is the floor: the successful calls of the busiest operation, less the burst, at the quota's rate.
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
"""Calls a second of each operation by the live contact centre."""
ALL: Final = 1_000_000
_PRICE_OF_AN_INVOCATION: Final = 0.0009
_PRICE_OF_A_SECOND: Final = 0.00008
"""Dollars for a handler operation of a third-party type, and for each second above 30 (pricing page)."""


@dataclass(frozen=True)
class Scenario:
    """The parameters of one simulation."""

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
    """Writes a second of each operation by another caller, admitted or not."""
    live: bool = False
    latency: float = 0.08
    """Seconds that a call takes on average."""


@dataclass(frozen=True)
class Run:
    """The result of one simulation."""

    scenario: Scenario
    admitted: Mapping[str, int]
    refused: Mapping[str, int]
    log: Sequence[tuple[float, str, bool]]
    """Time, operation and admission of each call."""
    resources: Sequence[Resource]
    users: Mapping[str, SimulatedUser]
    live_calls: Mapping[str, Sequence[bool]]
    """By operation, whether each call of the live caller was admitted."""

    @property
    def makespan(self) -> float:
        """Seconds until the last resource ended."""
        return max(resource.ended for resource in self.resources)

    @property
    def floor(self) -> float:
        """Seconds that the quotas demand for the calls that succeeded."""
        quotas = self.scenario.quotas
        return max((calls - quotas[name].burst) / quotas[name].rate for name, calls in self.admitted.items())

    @property
    def makespan_ratio(self) -> float:
        """Makespan, divided by the floor."""
        return self.makespan / self.floor

    @property
    def refused_ratio(self) -> float:
        """Refused calls, divided by the calls that the operations make alone."""
        return sum(self.refused.values()) / (len(self.scenario.operation.calls) * len(self.resources))

    @property
    def invocations(self) -> float:
        """Invocations of the handler for each resource."""
        return fmean(resource.invocations for resource in self.resources)

    @property
    def billed(self) -> float:
        """Billed seconds for each resource."""
        return fmean(resource.billed for resource in self.resources)

    @property
    def beyond_free(self) -> float:
        """Seconds above 30 of an invocation, for each resource."""
        return fmean(resource.beyond_free for resource in self.resources)

    @property
    def worst(self) -> float:
        """Seconds of the slowest single resource, divided by the floor."""
        return max(resource.seconds for resource in self.resources) / self.floor

    @property
    def failures(self) -> int:
        """Resources that failed."""
        return sum(resource.failure is not None for resource in self.resources)


def simulate(scenario: Scenario, seed: int) -> Run:
    """Simulate one scenario."""
    dice = random.Random(f"{seed}")  # noqa: S311 - a simulation must be reproducible
    simulation = Simulation()
    connect = SimulatedConnect(
        simulation, scenario.quotas, dice.random, scenario.refused_cost, scenario.latency
    )
    if scenario.operation is not Operation.CREATE:
        _run(replace(scenario, operation=Operation.CREATE, quotas=_UNLIMITED), seed, connect, simulation)
        simulation, connect = _restarted(scenario, connect, dice.random)
    others = _Others(simulation, connect, scenario, dice)
    stack = _run(scenario, seed, connect, simulation, others)
    return Run(
        scenario,
        connect.admitted,
        connect.refused,
        connect.log,
        stack.resources,
        connect.users,
        others.live_calls,
    )


_UNLIMITED: Final = dict.fromkeys(DOCUMENTED_QUOTAS, Quota(1e9, 1e9))


def _restarted(
    scenario: Scenario, before: SimulatedConnect, dice: Callable[[], float]
) -> tuple[Simulation, SimulatedConnect]:
    """Return a new simulation with the users of another."""
    simulation = Simulation()
    return simulation, SimulatedConnect(
        simulation, scenario.quotas, dice, scenario.refused_cost, scenario.latency, before.users
    )


def _run(
    scenario: Scenario,
    seed: int,
    connect: SimulatedConnect,
    simulation: Simulation,
    others: "_Others | None" = None,
) -> StackOperation:
    connect.quotas = scenario.quotas
    resources = [Resource(number) for number in range(scenario.resources)]
    stack = StackOperation(simulation, connect, scenario.policy, scenario.operation, resources, seed)
    if scenario.lanes:
        stack.begin_in_lanes(scenario.lanes)
    else:
        stack.begin_together(scenario.in_flight)
    if others:
        others.begin()
    simulation.run(until=lambda: stack.is_done)
    return stack


@dataclass
class _Others:
    """Other callers of Connect: their calls count against the quota, and they repeat none."""

    simulation: Simulation
    connect: SimulatedConnect
    scenario: Scenario
    dice: random.Random
    live_calls: dict[str, list[bool]] = field(default_factory=dict)

    def begin(self) -> None:
        for operation in self.scenario.operation.calls:
            if operation == "DescribeUser":
                continue
            if self.scenario.live:
                self._begin(operation, LIVE_RATE, self.live_calls.setdefault(operation, []))
            if self.scenario.neighbour:
                self._begin(operation, self.scenario.neighbour, [])

    def _begin(self, operation: str, rate: float, admitted: list[bool]) -> None:
        def call() -> None:
            while True:
                self.simulation.sleep(self.dice.expovariate(rate))
                admitted.append(self.connect.admits(operation))

        self.simulation.begin(call)


@dataclass(frozen=True)
class Figures:
    """A scenario's figures over several runs: means, and the largest number of failures."""

    makespan: float
    refused: float
    invocations: float
    billed: float
    beyond_free: float
    worst: float
    failures: int
    live_refused: float
    """The refused share of the live caller's calls, for the operation with the largest share."""
    runs: Sequence[Run]

    @property
    def cost(self) -> float:
        """Invocations for each resource that would cost as much as these with their seconds above 30."""
        return self.invocations + self.beyond_free * _PRICE_OF_A_SECOND / _PRICE_OF_AN_INVOCATION


def measure(scenario: Scenario, seeds: int, live_seeds: int | None = None) -> Figures:
    """Simulate a scenario `seeds` times alone, and `live_seeds` (or as many) times with a live caller."""
    alone = [simulate(scenario, seed) for seed in range(seeds)]
    live, live_runs = replace(scenario, live=True), seeds if live_seeds is None else live_seeds
    with_live = [simulate(live, seed) for seed in range(live_runs)]
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
    """Return the refused share of the live caller's calls, for the operation with the largest share."""
    operations = {name for run in runs for name in run.live_calls}
    admitted = {name: [each for run in runs for each in run.live_calls[name]] for name in operations}
    return max(1 - fmean(calls) for calls in admitted.values())
