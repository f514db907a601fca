"""Prints how many interleavings break which rule: ``PYTHONPATH=src:tests python -m interleavings --help``."""

import argparse
import sys

from support import earlier_values

from .census import BOUNDED, EVERY, count, each_pair, table


def main() -> None:
    """Count, and print a table for each dimension."""
    parser = argparse.ArgumentParser(prog="interleavings", description=main.__doc__)
    parser.add_argument("--exhaustive", action="store_true", help="all of them, which takes many minutes")
    parser.add_argument("--dimension", choices=EVERY, action="append", help="only this one")
    parser.add_argument("--pair", default="", help="only pairs whose name contains this")
    examples = "print the first interleaving of each kind of breach"
    parser.add_argument("--examples", action="store_true", help=examples)
    chosen = parser.parse_args()
    earlier_values.install()
    for name, (variants, bound) in (EVERY if chosen.exhaustive else BOUNDED).items():
        if chosen.dimension and name not in chosen.dimension:
            continue
        counts = [
            count(pair, front_end, variants, bound)
            for pair, front_end in each_pair()
            if chosen.pair in pair.name
        ]
        sys.stdout.write(f"{name}, {bound.preemptions} preemptions at most\n{table(counts)}\n\n")
        for counted in counts if chosen.examples else ():
            sys.stdout.write(f"{counted.first_broken()}\n")


if __name__ == "__main__":
    main()
