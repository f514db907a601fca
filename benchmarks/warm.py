"""Warm invocations, each with credentials of its own, beside a bare client's cached calls: `make bench-warm`.

One process of each side, all of them waiting; each round lets every side configure one user. Medians of the
rounds are compared. The bare side keeps one client with one set of credentials, which a handler may not.
"""

import argparse
import statistics
from collections.abc import Sequence
from contextlib import ExitStack

from .side_by_side import KINDS, NAMES, Side, Sides, Target, publish, table

_TARGETS = (Target("time", ("registry",), 1.20), Target("time", ("delivering",), 1.40))
_WARM_UP = 20
"""Rounds before anything is counted."""
_GROWTH = 1024
"""kB that a side may grow by over the counted rounds; a client made for each event grows by more within ten.
"""

Rounds = dict[str, list[dict[str, float]]]


def measure(sides: Sides, rounds: int) -> Rounds:
    """Return what each round of each side told."""
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


def growth(told: Sequence[dict[str, float]]) -> float:
    """Return the kB by which a side grew: the median of the last tenth against that of the first."""
    tenth = max(1, len(told) // 10)
    return statistics.median(one["now"] for one in told[-tenth:]) - statistics.median(
        one["now"] for one in told[:tenth]
    )


def report(found: Rounds, machine: str) -> str:
    """Return the page."""
    medians = {kind: statistics.median(one["seconds"] for one in told) for kind, told in found.items()}
    ratios = {kind: seconds / medians["bare"] for kind, seconds in medians.items()}
    grown = {kind: growth(told) for kind, told in found.items()}
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
            "One process serves one CREATE after the other, each with new credentials, on the packaged artefacts.",
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
