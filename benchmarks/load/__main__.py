"""``python -m benchmarks.load``: simulate, check on the wall clock, write the page and the plots."""

import argparse
import os
import platform
from pathlib import Path
from typing import Final

from . import wall_clock
from .experiments import run_all
from .plots import draw_all
from .report import Wall, write_report

FOLDER: Final = Path(__file__).resolve().parents[2] / "guide" / "benchmarks"
_WALLS: Final = ((60, 1.0, (1, 2, 3)), (500, 10.0, (1,)))
"""Resources, speed of the clocks, and seeds: the time of a few resources varies much."""


def main() -> None:
    """Run everything."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    options.add_argument("--seeds", type=int, default=10, help="simulated runs of each scenario (10)")
    options.add_argument("--folder", type=Path, default=FOLDER, help="where to write (guide/benchmarks)")
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    # The wall clock first, before the simulation makes the machine busy.
    walls = [
        Wall(speed, seeds, [wall_clock.measure(resources, speed, seed) for seed in seeds])
        for resources, speed, seeds in _WALLS
    ]
    results = run_all(chosen.seeds)
    draw_all(results, chosen.folder)
    machine = f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}"
    page = write_report(results, walls, chosen.seeds, machine)
    (chosen.folder / "load.md").write_text(page)
    print(page)


if __name__ == "__main__":
    main()
