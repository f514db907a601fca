"""Runs the work of each region in a thread of its own: a region that fails or hangs does not keep the others.

Nothing else bounds a call: name resolution, a program that provides credentials, and an answer that arrives
byte by byte know no time limit. A region that has not ended when time runs out is left behind; its thread
ends with the process.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..aws.region import Region, Step, out_of_time
from ..problems import DONE, FAILED, INTERRUPTED, PARTLY, Interrupted, Problem, Refused, unexpected

Result = dict[str, Any]
Work = Callable[[Region], Result]
"""Returns what there is to tell about the region."""

_GLANCE: Final = 0.1
"""Seconds between two looks at the threads, so that Ctrl-C is heard."""


@dataclass(frozen=True)
class RegionReport:
    """How one region ended: done, unchanged, planned, failed, refused or interrupted."""

    region: str
    outcome: str
    steps: Sequence[Step] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the report in JSON's types."""
        return {
            "region": self.region,
            "outcome": self.outcome,
            "steps": [step.to_json() for step in self.steps],
            "result": dict(self.result),
            "problem": self.problem.to_json() if self.problem else None,
        }

    @property
    def exit_code(self) -> int:
        """The exit code if this were the only region."""
        return self.problem.exit_code if self.problem else DONE


def run(regions: Sequence[Region], work: Work, seconds: float) -> list[RegionReport]:
    """Do the work in each region, for `seconds` at most, and report in the order given."""
    ends = time.monotonic() + seconds
    turns = [_Turn(replace(region, ends=region.clock.monotonic() + seconds), work) for region in regions]
    try:
        while any(turn.is_alive() for turn in turns) and time.monotonic() < ends:
            for turn in turns:
                turn.join(_GLANCE / len(turns))
    except KeyboardInterrupt:
        return [turn.report or turn.left_behind(Interrupted()) for turn in turns]
    return [turn.report or turn.left_behind(out_of_time(turn.region.doing)) for turn in turns]


def exit_code(reports: Sequence[RegionReport]) -> int:
    """Return the common exit code; if they differ, that some are done, or that all failed."""
    codes = {report.exit_code for report in reports}
    if INTERRUPTED in codes:
        return INTERRUPTED
    if len(codes) <= 1:
        return codes.pop() if codes else DONE
    return PARTLY if DONE in codes else FAILED


class _Turn(threading.Thread):
    """The work of one region."""

    def __init__(self, region: Region, work: Work) -> None:
        super().__init__(daemon=True)
        self.region = region
        self.report: RegionReport | None = None
        self._work = work
        self.start()

    def run(self) -> None:
        """Keep the report; whatever is raised is one region's problem."""
        try:
            self.report = self._ended(self._work(self.region))
        except Problem as problem:
            self.report = self.left_behind(problem)
        except Exception as error:  # noqa: BLE001 - the last boundary: one region's surprise must not cost the others' reports
            self.report = self.left_behind(unexpected(error))

    def left_behind(self, problem: Problem) -> RegionReport:
        """Return the report of a region that has not reached its end."""
        outcomes = {Refused: "refused", Interrupted: "interrupted"}
        outcome = outcomes.get(type(problem), "failed")
        return RegionReport(self.region.name, outcome, tuple(self.region.steps), problem=problem)

    def _ended(self, result: Result) -> RegionReport:
        steps = tuple(self.region.steps)
        outcome = ("planned" if self.region.is_dry else "done") if steps else "unchanged"
        return RegionReport(self.region.name, outcome, steps, result)
