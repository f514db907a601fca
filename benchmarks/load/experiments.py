"""The simulations of the report: all policies, ours in many scenarios, and variants of ours.

Scenarios are independent of each other and run on all processors.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from connect_local import DOCUMENTED_QUOTAS, Quota
from custom_connect_userconfig.retry.policy import QuotaBackoff

from .cloudformation import Operation
from .measures import ALL, Figures, Scenario, measure
from .policies import HOURS, POLICIES, Always, Policy

SIZES: Final = (20, 50, 100, 200, 300, 500, 1000, 2000)
IN_FLIGHT: Final = (20, 50, 200, ALL)
_LARGE: Final = 500
PLOTTED: Final = ("this one", "half of the time waited", "full jitter")


@dataclass(frozen=True)
class Row:
    """A scenario with its name and its figures."""

    name: str
    scenario: Scenario
    figures: Figures


@dataclass(frozen=True)
class Results:
    """The results of all simulations."""

    policies: Sequence[Row]
    sizes: Sequence[Row]
    circumstances: Sequence[Row]
    growth: Sequence[Row]
    """The plotted policies at every size."""
    frontier: Sequence[Row]
    """Variants of ours."""


def run_all(seeds: int) -> Results:
    """Run all simulations, which takes minutes."""
    with ProcessPoolExecutor() as pool:
        parts = {
            "policies": _policies(),
            "sizes": _sizes(),
            "circumstances": _circumstances(),
            "growth": _growth(),
            "frontier": _frontier(),
        }
        pending = {
            part: [(name, scenario, pool.submit(_measure, scenario, seeds)) for name, scenario in rows]
            for part, rows in parts.items()
        }
        return Results(
            **{part: [Row(n, s, f.result()) for n, s, f in rows] for part, rows in pending.items()}
        )


def _measure(scenario: Scenario, seeds: int) -> Figures:
    # Larger ones vary less.
    figures = measure(scenario, seeds if scenario.resources <= _LARGE else max(2, seeds // 3))
    # The plots need the first run only.
    return replace(figures, runs=figures.runs[:1])


Named = list[tuple[str, Scenario]]


def _policies() -> Named:
    return [
        (policy.name, Scenario(operation, policy=policy))
        for policy, operation in product(POLICIES, Operation)
    ]


def _sizes() -> Named:
    scenarios = [
        Scenario(resources=size, in_flight=in_flight)
        for size, in_flight in product((50, 200, 500, 2000), IN_FLIGHT)
    ]
    return [
        ("", scenario)
        for scenario in scenarios
        if scenario.in_flight < scenario.resources or scenario.in_flight == ALL
    ]


def _circumstances() -> Named:
    slow_reads = {**DOCUMENTED_QUOTAS, "DescribeUser": Quota(2, 5)}
    higher = {name: Quota(quota.rate * 5, quota.burst * 5) for name, quota in DOCUMENTED_QUOTAS.items()}
    scenarios: Named = []
    for operation in Operation:
        plain = Scenario(operation)
        scenarios += [
            ("20 lanes", replace(plain, lanes=20)),
            ("16 lanes", replace(plain, lanes=16)),
            ("a neighbour, 0.5 writes/s", replace(plain, neighbour=0.5)),
            ("a refused call costs half a token", replace(plain, refused_cost=0.5)),
            ("DescribeUser 2/s", replace(plain, quotas=slow_reads)),
            ("quotas raised fivefold", replace(plain, quotas=higher)),
        ]
    return scenarios


def _growth() -> Named:
    policies = [policy for policy in POLICIES if policy.name in PLOTTED]
    return [
        (policy.name, Scenario(resources=size, policy=policy)) for policy, size in product(policies, SIZES)
    ]


def _frontier() -> Named:
    shares = product((200.0, 240.0, 270.0, 320.0), (0.6, 0.8, 1.0), (0.2, 0.35, 0.5, 0.8))
    variants = [
        QuotaBackoff(HOURS, full_template=full, share_of_time_left=left, share_of_elapsed=elapsed)
        for full, left, elapsed in shares
    ]
    return [("variant", Scenario(policy=Policy("variant", Always(variant)))) for variant in variants]
