"""How a command ended, region by region, and the exit code that follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .problems import DONE, FAILED, INTERRUPTED, PARTLY, Problem
from .steps import Step, shown


class Interrupted(Problem):
    """Somebody pressed Ctrl-C."""

    exit_code = INTERRUPTED


INTERRUPTION: Final = Interrupted(
    "interrupted", "interrupted before it was done", "run it again: it goes on from there"
)


@dataclass(frozen=True)
class RegionReport:
    """How one region ended: done, unchanged, planned, failed, refused or interrupted."""

    region: str
    outcome: str
    steps: Sequence[Step] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    def shown(self) -> dict[str, Any]:
        """Return the report in JSON's types."""
        return {
            "region": self.region,
            "outcome": self.outcome,
            "steps": [shown(step) for step in self.steps],
            "result": dict(self.result),
            "problem": self.problem.shown() if self.problem else None,
        }

    @property
    def exit_code(self) -> int:
        """The exit code if this were the only region."""
        return self.problem.exit_code if self.problem else DONE


def planned(report: RegionReport) -> RegionReport:
    """Return the report of a dry run: nothing was done, only planned."""
    return replace(report, outcome="planned") if report.outcome == "done" else report


def exit_code(reports: Sequence[RegionReport]) -> int:
    """Return the exit code of them all: the common one, or that some are done, or that all failed, each in its way."""
    codes = {report.exit_code for report in reports}
    if INTERRUPTED in codes:
        return INTERRUPTED
    if len(codes) <= 1:
        return codes.pop() if codes else DONE
    return PARTLY if DONE in codes else FAILED
