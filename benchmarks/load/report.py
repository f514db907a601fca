"""The page of the experiments: ``page.md`` with the tables filled in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from string import Template
from typing import Final

from .cloudformation import Operation
from .experiments import Results, Row
from .measures import ALL, LIVE_RATE, Run, Scenario, simulate
from .wall_clock import Measured

_PAGE: Final = Path(__file__).with_name("page.md")
_COLUMNS: Final = (
    "makespan",
    "refused",
    "invocations",
    "billed s",
    "above 30 s",
    "cost",
    "worst",
    "live refused",
    "failures",
)


def write_report(results: Results, walls: "Sequence[Wall]", seeds: int, machine: str) -> str:
    """Return the page."""
    order = list(Operation)
    policies = sorted(results.policies, key=lambda row: order.index(row.scenario.operation))
    return Template(_PAGE.read_text()).substitute(
        live_rate=LIVE_RATE,
        seeds=seeds,
        machine=machine,
        policies=_table(("operation", "policy"), [(_named(row), row) for row in policies]),
        sizes=_table(("resources", "in flight"), [(_size(row.scenario), row) for row in results.sizes]),
        circumstances=_table(
            ("operation", "circumstance"), [(_named(row), row) for row in results.circumstances]
        ),
        walls=_walls(walls),
    )


def _named(row: Row) -> tuple[str, str]:
    return row.scenario.operation.value, row.name


def _size(scenario: Scenario) -> tuple[str, str]:
    return str(scenario.resources), "all" if scenario.in_flight == ALL else str(scenario.in_flight)


def _table(heads: Sequence[str], rows: Iterable[tuple[Sequence[str], Row]]) -> str:
    lines = [_line([*heads, *_COLUMNS]), _line(["---"] * len(heads) + ["---:"] * len(_COLUMNS))]
    return "\n".join([*lines, *(_line([*names, *_cells(row)]) for names, row in rows)]) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row) -> list[str]:
    figures = row.figures
    return [
        f"{figures.makespan:.2f}",
        f"{figures.refused:.2f}",
        f"{figures.invocations:.2f}",
        f"{figures.billed:.0f}",
        f"{figures.beyond_free:.1f}",
        f"{figures.cost:.2f}",
        f"{figures.worst:.2f}",
        f"{figures.live_refused:.0%}",
        str(figures.failures),
    ]


@dataclass(frozen=True)
class Wall:
    """The measurements on the wall clock, one for each seed."""

    speed: float
    seeds: Sequence[int]
    measured: Sequence[Measured]

    @property
    def simulated(self) -> Sequence[Run]:
        """Simulations of the same, with the measured latency."""
        pairs = zip(self.seeds, self.measured, strict=True)
        return [
            simulate(Scenario(resources=wall.resources, latency=wall.latency), seed) for seed, wall in pairs
        ]


def _walls(walls: Sequence[Wall]) -> str:
    rows = [
        _line(["resources", "clocks", "", "makespan", "refused", "invocations", "failures"]),
        _line(["---"] * 3 + ["---:"] * 4),
    ]
    for wall in walls:
        simulated = wall.simulated
        clocks = "real" if wall.speed == 1 else f"{wall.speed:g} times as fast"
        runs = f"{len(wall.seeds)} runs" if len(wall.seeds) > 1 else ""
        ratio = _makespan(wall.measured) / _makespan(simulated)
        rows += [
            _line([str(wall.measured[0].resources), clocks, "wall clock", *_means(wall.measured)]),
            _line(["", runs, "simulated", *_means(simulated)]),
            _line(["", "", "the one by the other", f"{ratio:.2f}", "", "", ""]),
        ]
    return "\n".join(rows) + "\n"


def _makespan(runs: Sequence[Measured | Run]) -> float:
    return fmean(run.makespan_ratio for run in runs)


def _means(runs: Sequence[Measured | Run]) -> list[str]:
    refused, invocations = fmean(run.refused_ratio for run in runs), fmean(run.invocations for run in runs)
    failures = max(run.failures for run in runs)
    return [f"{_makespan(runs):.2f}", f"{refused:.2f}", f"{invocations:.2f}", str(failures)]
