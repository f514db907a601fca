"""Cold starts of the packaged code, compared with a bare script on stock boto3: `make bench-cold`.

Each run starts a new process of each side in turn, so that a busy moment of the machine affects all sides. It
measures the time from the start of the process to the answer of the first CREATE, and the peak memory, and
compares medians.
"""

import argparse
import statistics
from collections.abc import Sequence

from .pages import publish, table
from .side_by_side import KINDS, NAMES, Sides, Target

_TARGETS = (
    ("since_start", Target("time", ("registry", "function"), 0.80)),
    ("peak", Target("memory", ("registry", "function"), 0.75)),
)

_PAGE = """\
# Cold start

`make bench-cold` writes this page.
It measures from the start of the process to the answer of the first CREATE, on the packaged artefacts.
A bare script on stock boto3 makes the same calls: DescribeUser, TagResource, UpdateUserConfig, DescribeUser.
All sides have bytecode.
{machine}, shared with other work and noisy: compare the ratios, not the times.
Medians of {runs} runs, all sides in turn.

{table}

{verdicts}
"""

Runs = dict[str, list[dict[str, float]]]


def measure(sides: Sides, runs: int) -> Runs:
    """Return the answers of each side; the first run of each only fills the system's caches."""
    found: Runs = {kind: [] for kind in KINDS}
    for number in range(runs + 1):
        for kind, answers in found.items():
            side = sides.start(kind)
            try:
                answer = side.serve(sides.user())
            finally:
                side.end()
            if number:
                answers.append(answer)
    return found


def report(found: Runs, machine: str) -> str:
    """Return the page."""
    medians = {
        name: {kind: statistics.median(run[name] for run in runs) for kind, runs in found.items()}
        for name in ("since_start", "cpu", "peak")
    }
    ratios = {
        name: {kind: value / by_kind["bare"] for kind, value in by_kind.items()}
        for name, by_kind in medians.items()
    }
    rows = [
        [
            NAMES[kind],
            f"**{ratios['since_start'][kind]:.2f} x** ({medians['since_start'][kind] * 1000:.0f} ms)",
            f"{ratios['cpu'][kind]:.2f} x ({medians['cpu'][kind] * 1000:.0f} ms)",
            f"**{ratios['peak'][kind]:.2f} x** ({medians['peak'][kind] / 1024:.1f} MB)",
        ]
        for kind in found
    ]
    runs = len(found["bare"])
    return "\n".join(
        [
            "# Cold start",
            "",
            "`make bench-cold` writes this page.",
            (
                "It measures from the start of the process to the answer of the first CREATE, on the packaged"
                " artefacts."
            ),
            "Beside them a bare script makes the same four calls with stock boto3, bytecode included:",
            "DescribeUser, TagResource, UpdateUserConfig, DescribeUser.",
            f"{machine}, shared with other work and noisy: compare the ratios, not the times.",
            f"Medians of {runs} runs, all sides in turn.",
            "",
            table(["", "start to answer", "processor time", "peak memory"], rows),
            "",
            *(line for name, target in _TARGETS for line in target.verdicts(ratios[name])),
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(prog="benchmarks.cold", description="Compares cold starts.")
    parser.add_argument("--runs", type=int, default=31, help="processes of each side (default: 31)")
    options = parser.parse_args(arguments)
    with Sides((options.runs + 1) * len(KINDS)) as sides:
        found = measure(sides, options.runs)
        sides.check_untouched()
        publish("cold", report(found, sides.machine))


if __name__ == "__main__":
    main()
