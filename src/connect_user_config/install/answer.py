"""The answer of a command on standard output: for people, in a table for each region or for regions alike, or
as JSON in the shape that guide/install.md documents.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from textwrap import indent, wrap
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from ..problems import Problem
from ..progress import console_of
from .side_by_side import RegionReport, exit_code
from .summary import ANY_REGION, Row, Summary, folded, snippet

_INDENT: Final = 2
_ADVICE: Final = "-> "


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


def give(answer: Answer, *, as_json: bool, with_details: bool = False) -> None:
    """Print the answer; raises OSError if standard output takes none."""
    console = console_of()
    if as_json:
        console.out(json.dumps(answer.to_json(), indent=2), highlight=False)
        return
    if answer.problem:
        with suppress(OSError):
            _give_problem(console_of(to_stderr=True), answer.problem.message, answer.problem.advice, 0)
    for place, (regions, summary) in enumerate(folded(answer.reports, with_details=with_details)):
        if place:
            console.print()
        _give_summary(console, regions, summary)
    if example := _example(answer):
        console.print(f"\nIn a template:\n\n{indent(example, ' ' * _INDENT)}")


def _give_summary(console: Console, regions: Sequence[str], summary: Summary) -> None:
    console.print(", ".join(regions), style="bold", end=": ")
    console.print(summary.outcome, style=summary.style)
    rows = [row for _, rows in summary.sections for row in rows]
    width = max((len(row.label) for row in rows), default=0)
    for title, rows_below in summary.sections:
        if title:
            console.print(f"{' ' * _INDENT}{title}", style="bold")
        for row in rows_below:
            _give_row(console, row, _INDENT * (2 if title else 1), width)
    if summary.problem:
        _give_problem(console, summary.problem, summary.advice, _INDENT)
    if len(regions) > 1 and summary.leaves_region_open:
        console.print(f"{' ' * _INDENT}{ANY_REGION} stands for each of these regions.", style="dim")


def _give_row(console: Console, row: Row, margin: int, width: int) -> None:
    label = f"{' ' * margin}{row.label.ljust(width)}{' ' * _INDENT}"
    for line in _lines(console, row.value, len(label)):
        console.print(Text.assemble((label, "dim"), (line, row.style)))
        label = " " * len(label)


def _give_problem(console: Console, message: str, advice: str, margin: int) -> None:
    for line in _lines(console, message, margin):
        console.print(f"{' ' * margin}{line}", style="red")
    for place, line in enumerate(_lines(console, advice, margin + len(_ADVICE))):
        console.print(f"{' ' * margin}{' ' * len(_ADVICE) if place else _ADVICE}{line}")


def _lines(console: Console, text: str, margin: int) -> Iterator[str]:
    """Yield lines that fit the terminal behind a margin; a word is never broken, so that it can be copied."""
    if not console.is_terminal:
        yield from text.splitlines()
        return
    room = max(console.width - margin, 1)
    for line in text.splitlines():
        words = line.lstrip()
        blanks = line[: len(line) - len(words)]
        yield from wrap(
            words,
            room,
            initial_indent=blanks,
            subsequent_indent=blanks,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _example(answer: Answer) -> str:
    """Return what a template says after an installation; nothing if there is none."""
    results = [each.result for each in answer.reports if not each.problem]
    if not results or not answer.command.startswith("install "):
        return ""
    return snippet(results[0] if len(results) == 1 else {**results[0], "instances": ()})
