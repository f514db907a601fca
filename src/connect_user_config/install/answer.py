"""The answer of a command on standard output: for people, or as JSON in the shape that guide/install.md
documents.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console

from ..problems import Problem
from ..progress import console_of
from .side_by_side import RegionReport, exit_code

_STYLES: Final = {
    "done": "green",
    "unchanged": "green",
    "planned": "cyan",
    "failed": "red",
    "refused": "yellow",
    "interrupted": "yellow",
}


@dataclass(frozen=True)
class Answer:
    """What there is to answer; `problem` is one that kept the command from starting at all."""

    command: str
    is_dry: bool = False
    reports: Sequence[RegionReport] = ()
    problem: Problem | None = None

    @property
    def exit_code(self) -> int:
        """The exit code."""
        return self.problem.exit_code if self.problem else exit_code(self.reports)

    def to_json(self) -> dict[str, Any]:
        """Return the answer in JSON's types."""
        return {
            "command": self.command,
            "dryRun": self.is_dry,
            "exitCode": self.exit_code,
            "problem": self.problem.to_json() if self.problem else None,
            "regions": [report.to_json() for report in self.reports],
        }


def give(answer: Answer, *, as_json: bool) -> None:
    """Print the answer; raises OSError if standard output takes none."""
    console = console_of()
    if as_json:
        console.out(json.dumps(answer.to_json(), indent=2), highlight=False)
        return
    if answer.problem:
        with suppress(OSError):
            _give_problem(console_of(to_stderr=True), answer.problem, "")
    for report in answer.reports:
        _give_report(console, report)


def _give_report(console: Console, report: RegionReport) -> None:
    console.print(report.region, style="bold", end=": ")
    console.print(report.outcome, style=_STYLES[report.outcome])
    _give_values(console, report.result, "  ")
    if token := report.result.get("exportName"):
        console.print(f"  in templates: ServiceToken: !ImportValue {token}", style="bold")
    if name := report.result.get("typeName"):
        console.print(f"  in templates: Type: {name}", style="bold")
    for step in report.steps:
        console.print(f"  {step.does}", style="dim")
    if report.problem:
        _give_problem(console, report.problem, "  ")


def _give_values(console: Console, values: Mapping[str, Any], indent: str) -> None:
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for each in value:
                console.print(f"{indent}{name}:")
                _give_values(console, each, f"{indent}  ")
        elif value is not None:
            console.print(f"{indent}{name}: {_worded(value)}")


def _worded(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(str(each) for each in value) or "none") if isinstance(value, list) else str(value)


def _give_problem(console: Console, problem: Problem, indent: str) -> None:
    console.print(f"{indent}{problem.message}", style="red")
    if problem.advice:
        console.print(f"{indent}-> {problem.advice}")
