"""Warm invocations, each with its own credentials, compared with a bare cached client: `make bench-warm`.

Each side has one process; in each round every side configures one user. It compares medians of the rounds.
The bare side keeps one client with one set of credentials, which a handler may not do.
"""

import argparse
import statistics
from collections.abc import Sequence
from contextlib import ExitStack

from .pages import publish, table
from .side_by_side import KINDS, NAMES, Side, Sides, Target

_TARGETS = (Target("time", ("registry",), 1.20), Target("time", ("delivering",), 1.40))
_WARM_UP = 20
"""Rounds before the first counted one."""
_GROWTH = 1024
"""kB by which a side may grow over the counted rounds; with a client for each event it grows more in ten."""

_PAGE = """\
# Warm invocations

`make bench-warm` writes this page.
Each side handles one CREATE after another in one process, each with new credentials.
The handlers are the packaged artefacts.
The custom resource has its credentials from its environment.
The bare side makes the same four calls with one cached client of stock boto3.
The custom resource also sends its response to CloudFormation, over a connection of its own.
Log delivery makes a call for each line.
{machine}, shared with other work and noisy: compare the ratios, not the times.
Medians of {rounds} rounds, all sides in turn; growth from the first tenth of the rounds to the last.

{table}

{verdicts}
"""

Rounds = dict[str, list[dict[str, float]]]


def measure(sides: Sides, rounds: int) -> Rounds:
    """Return the answers of each side."""
    found: Rounds = {kind: [] for kind in KINDS}
    with ExitStack() as running:
        processes: dict[str, Side] = {}
        for kind in KINDS:
            processes[kind] = sides.start(kind)
            running.callback(processes[kind].end)
        for number in range(_WARM_UP + rounds):
            for kind, process in processes.items():
                answer = process.serve(sides.user())
                if number >= _WARM_UP:
                    found[kind].append(answer)
    return found


def growth(answers: Sequence[dict[str, float]]) -> float:
    """Return the kB by which a side grew, from the median of the first tenth to that of the last."""
    sizes = [answer["now"] for answer in answers]
    tenth = max(1, len(sizes) // 10)
    return statistics.median(sizes[-tenth:]) - statistics.median(sizes[:tenth])


def report(found: Rounds, machine: str) -> str:
    """Return the page."""
    medians = {kind: statistics.median(each["seconds"] for each in side) for kind, side in found.items()}
    ratios = {kind: seconds / medians["bare"] for kind, seconds in medians.items()}
    grown = {kind: growth(answers) for kind, answers in found.items()}
    rows = [
        [NAMES[kind], f"**{ratios[kind]:.2f} x** ({medians[kind] * 1000:.1f} ms)", f"{grown[kind]:+.0f} kB"]
        for kind in found
    ]
    rounds = len(found["bare"])
    return "\n".join(
        [
            "# Warm invocations",
            "",
            "`make bench-warm` writes this page.",
            (
                "One process serves one CREATE after the other, each with new credentials, on the packaged"
                " artefacts."
            ),
            "(The custom resource's credentials come from its environment.)",
            "Beside it one cached client of stock boto3 makes the same four calls.",
            "The custom resource also replies to CloudFormation, over a connection of its own.",
            "Log delivery makes two calls at the same time, for all lines and for all metrics of an event.",
            f"{machine}, shared with other work and noisy: compare the ratios, not the times.",
            (
                f"Medians of {rounds} rounds, all sides in turn; growth from the first tenth of them to the"
                " last."
            ),
            "",
            table(["", "an invocation", "growth of memory"], rows),
            "",
            *(line for target in _TARGETS for line in target.verdicts(ratios)),
            *(_flat(kind, grown[kind]) for kind in found if kind != "bare"),
            "",
        ]
    )


def _flat(kind: str, grown: float) -> str:
    verdict = "met" if grown <= _GROWTH else "MISSED"
    return f"- memory, {NAMES[kind]}: {grown:+.0f} kB, wanted at most {_GROWTH} kB: {verdict}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(prog="benchmarks.warm", description="Compares warm invocations.")
    parser.add_argument("--rounds", type=int, default=300, help="invocations of each side (default: 300)")
    options = parser.parse_args(arguments)
    with Sides((_WARM_UP + options.rounds) * len(KINDS)) as sides:
        found = measure(sides, options.rounds)
        sides.check_untouched()
        publish("warm", report(found, sides.machine))


if __name__ == "__main__":
    main()
