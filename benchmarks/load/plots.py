"""The three plots of the report, as reproducible SVG."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .cloudformation import Operation
from .experiments import PLOTTED, SIZES, Results, Row
from .measures import ALL, Run

_BIN: Final = 10.0
"""Seconds for one point in the plot of calls."""


def draw_all(results: Results, folder: Path) -> None:
    """Write every plot into `folder`."""
    mpl.rcParams["svg.hashsalt"] = "load"
    _write(_growth(results.growth), folder / "load-growth.svg")
    _write(_calls(results.policies), folder / "load-calls.svg")
    _write(_frontier(results), folder / "load-frontier.svg")


def _write(figure: Figure, path: Path) -> None:
    figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")


def _axes(title: str, across: str, up: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, 4.5))
    axes = figure.subplots()
    axes.set_title(title)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True, alpha=0.3)
    return figure, axes


def _growth(rows: Sequence[Row]) -> Figure:
    figure, axes = _axes("Creating resources together", "resources", "makespan (s)")
    for name in PLOTTED:
        mine = [row for row in rows if row.name == name]
        axes.plot(
            [row.scenario.resources for row in mine],
            [row.figures.makespan * _floor(row) for row in mine],
            marker="o",
            label=name,
        )
    axes.plot(
        SIZES,
        [_floor(row) for row in rows if row.name == PLOTTED[0]],
        color="black",
        linestyle="--",
        label="floor of the quota",
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(SIZES, [str(size) for size in SIZES])
    axes.legend()
    return figure


def _floor(row: Row) -> float:
    return row.figures.runs[0].floor


def _calls(rows: Sequence[Row]) -> Figure:
    (row,) = [row for row in rows if row.name == PLOTTED[0] and row.scenario.operation is Operation.UPDATE]
    run = row.figures.runs[0]
    figure, axes = _axes("500 updates together: calls of UpdateUserConfig", "seconds", "calls a second")
    for admitted, label in ((True, "admitted"), (False, "refused")):
        axes.plot(*_per_second(run, admitted=admitted), label=label, drawstyle="steps-post")
    axes.axhline(run.scenario.quotas["UpdateUserConfig"].rate, color="black", linestyle="--", label="quota")
    axes.axvline(run.floor, color="black", linestyle=":", label="floor")
    axes.legend()
    return figure


def _per_second(run: Run, *, admitted: bool) -> tuple[list[float], list[float]]:
    calls = [(at, outcome) for at, operation, outcome in run.log if operation == "UpdateUserConfig"]
    times = [at for at, was_admitted in calls if was_admitted is admitted]
    starts = [number * _BIN for number in range(int(run.makespan // _BIN) + 2)]
    return starts, [sum(start <= at < start + _BIN for at in times) / _BIN for start in starts]


def _frontier(results: Results) -> Figure:
    title = "500 creates together: time against cost"
    figure, axes = _axes(title, "cost a resource, in invocations", "makespan by floor")
    axes.scatter(*_points(results.frontier), color="lightgray", label="variants of this one")
    creates = [row for row in results.policies if row.scenario.operation is Operation.CREATE]
    for row in creates:
        if row.scenario.in_flight == ALL and not row.figures.failures:
            axes.scatter(*_points([row]), label=row.name)
    axes.axvline(4.7, color="black", linestyle=":")
    axes.axhline(1.16, color="black", linestyle=":", label="targets")
    axes.legend()
    return figure


def _points(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    return [row.figures.cost for row in rows], [row.figures.makespan for row in rows]
