"""Targets of the wait for quotas, on the simulation that designed it: the same figures on every machine."""

from dataclasses import replace
from itertools import product
from statistics import fmean
from typing import NamedTuple

import pytest

from benchmarks.load.cloudformation import Operation
from benchmarks.load.measures import Scenario, measure, simulate
from benchmarks.load.policies import OURS, POLICIES, Policy
from connect_local import Quota
from support.exhaustive import EXHAUSTIVE, chosen_or_all

LANE_SEEDS = 10 if EXHAUSTIVE else 4
"""At night many, because one long wait at the end of a lane shows in the time of a run."""


class Target(NamedTuple):
    """Limits for a stack of one size, over `seeds` runs alone and `live_seeds` runs with a live caller."""

    seeds: int
    live_seeds: int
    makespan: float
    cost: float
    live_refused: float


TARGETS = {
    60: Target(10, 20, 1.30, 1.15, 0.5),
    100: Target(8, 20, 1.30, 1.5, 0.5),
    200: Target(4, 10, 1.30, 2.5, 0.5),
    300: Target(3, 10, 1.30, 3.3, 0.5),
    500: Target(2, 10, 1.16, 4.7, 0.6),
}
STACKS = list(product(TARGETS, Operation))
SMALL_STACKS = [(60, Operation.CREATE)]
"""A larger stack goes the same way for longer, and another operation by the same rule of retrying."""


@pytest.mark.slow
@pytest.mark.parametrize(("resources", "operation"), chosen_or_all(STACKS, SMALL_STACKS))
def test_a_stack_finishes_near_the_floor_at_a_bounded_cost_and_leaves_room_for_others(
    resources: int, operation: Operation
) -> None:
    target = TARGETS[resources]
    figures = measure(Scenario(operation, resources=resources), target.seeds, target.live_seeds)
    assert figures.failures == 0
    assert figures.makespan <= target.makespan
    assert figures.cost <= target.cost
    assert figures.refused <= 2.4
    assert figures.live_refused <= target.live_refused


@pytest.mark.parametrize("operation", Operation)
def test_twenty_resources_finish_in_seconds(operation: Operation) -> None:
    runs = [simulate(Scenario(operation, resources=20), seed) for seed in range(20)]
    assert fmean(run.makespan for run in runs) <= 17
    assert all(run.failures == 0 for run in runs)


@pytest.mark.slow
@pytest.mark.parametrize("operation", chosen_or_all(Operation, [Operation.CREATE]))
def test_lanes_in_the_template_come_close_to_the_floor_with_one_invocation_each(operation: Operation) -> None:
    runs = [simulate(Scenario(operation, lanes=20), seed) for seed in range(LANE_SEEDS)]
    assert all(run.failures == 0 for run in runs)
    assert fmean(run.makespan_ratio for run in runs) <= 1.08
    assert fmean(run.invocations for run in runs) <= 1.2


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(neighbour=0.5),
        *(
            pytest.param(scenario, marks=pytest.mark.exhaustive)
            for scenario in (
                Scenario(quotas={**Scenario().quotas, "DescribeUser": Quota(2, 5)}),
                Scenario(resources=2000),
                Scenario(in_flight=50),
                Scenario(refused_cost=0.5),
            )
        ),
    ],
    ids=["a neighbour", "slow reads", "2,000 resources", "50 in flight", "refused calls cost tokens"],
)
def test_no_resource_fails_because_of_a_quota(scenario: Scenario) -> None:
    run = simulate(scenario, 1)
    assert run.failures == 0
    assert all(user.tags for user in run.users.values()), "every user is owned in the end"


def test_one_resource_alone_does_not_wait() -> None:
    for operation in Operation:
        run = simulate(Scenario(operation, resources=1), 1)
        assert [name for _, name, _ in run.log] == list(operation.calls)
        assert (run.invocations, run.refused_ratio, run.failures) == (1, 0, 0)
        assert run.makespan < 1


def test_the_same_seed_gives_the_same_run() -> None:
    scenario = Scenario(resources=40)
    assert simulate(scenario, 7).log == simulate(scenario, 7).log
    assert simulate(scenario, 7).log != simulate(scenario, 8).log


def test_the_quota_holds() -> None:
    run = simulate(Scenario(resources=100), 1)
    for name, quota in run.scenario.quotas.items():
        times = [at for at, operation, admitted in run.log if operation == name and admitted]
        for first, at in enumerate(times):
            within = sum(at <= other < at + 10 for other in times[first:])
            assert within <= quota.burst + 10 * quota.rate + 1, f"{within} calls of {name} within ten seconds"


def test_limits_of_parallelism_hold() -> None:
    for scenario in (Scenario(resources=60, in_flight=7), Scenario(resources=60, lanes=7)):
        resources = simulate(scenario, 1).resources
        for resource in resources:
            assert sum(other.began <= resource.began < other.ended for other in resources) <= 7


@pytest.mark.parametrize(
    "policy", chosen_or_all(POLICIES, (POLICIES[0], OURS)), ids=lambda policy: policy.name
)
def test_only_policies_that_end_the_invocation_finish_without_a_failure(policy: Policy) -> None:
    run = simulate(replace(Scenario(resources=300), policy=policy), 1)
    assert (run.failures > 0) == run.scenario.policy.name.startswith("botocore")
