"""The answer of a command on standard output: for people, or as JSON in the shape that guide/install.md documents."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from .core.calls import Call
from .core.problems import Problem
from .core.reports import RegionReport, exit_code
from .core.steps import Step

_MARKS = {
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

    def shown(self) -> dict[str, Any]:
        """Return the answer in JSON's types."""
        return {
            "command": self.command,
            "dryRun": self.is_dry,
            "exitCode": self.exit_code,
            "problem": self.problem.shown() if self.problem else None,
            "regions": [report.shown() for report in self.reports],
        }


def give(answer: Answer, *, as_json: bool) -> None:
    """Print the answer; raises OSError if standard output takes none."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    if as_json:
        console.out(json.dumps(answer.shown(), indent=2), highlight=False)
        return
    if answer.problem:
        with suppress(OSError):
            _give_problem(
                Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True),
                answer.problem,
                "",
            )
    for report in answer.reports:
        _give_report(console, report, with_calls=answer.is_dry)


def _give_report(console: Console, report: RegionReport, *, with_calls: bool) -> None:
    console.print(report.region, style="bold", end=": ")
    console.print(report.outcome, style=_MARKS[report.outcome])
    for number, step in enumerate(report.steps, 1):
        console.print(f"  {number}. {step.does}")
        if with_calls:
            _give_calls(console, step)
    _give_values(console, report.result, "  ")
    if report.problem:
        _give_problem(console, report.problem, "  ")


def _give_calls(console: Console, step: Step) -> None:
    for call in step.calls:
        console.print(f"     {call.service} {call.operation} {_written(call)}", style="dim")


def _written(call: Call) -> str:
    return json.dumps(call.shown()["parameters"], ensure_ascii=False)


def _give_values(console: Console, values: Mapping[str, Any], indent: str) -> None:
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for each in value:
                console.print(f"{indent}{name}:")
                _give_values(console, each, f"{indent}  ")
        elif isinstance(value, dict):
            console.print(f"{indent}{name}:")
            _give_values(console, value, f"{indent}  ")
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
