"""``python -m demo.registry``: ends with 0 when every step was as declared, with 1 and the reason when one
was not.
"""

import argparse
import sys
import time

from rich.console import Console

from connect_local import Behaviour, LocalConnect, Reads

from ..checks import NotAsDeclared
from .scenario import SABOTAGES, Demo

_WIDTH = 100
# Sparse and a little late, as a real service may be: the handlers have to read back, and what is missing has
# to be understood.
_BEHAVIOUR = Behaviour(reads=Reads.SPARSE, stale_reads=1)


def main() -> int:
    """Run the demo and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.registry",
        description="The registry's handlers, driven in process, on a local Connect.",
    )
    parser.add_argument(
        "--sabotage", choices=SABOTAGES, help="break the demo on purpose, to see that its checks bite"
    )
    arguments = parser.parse_args()
    console = Console(width=_WIDTH, highlight=False)
    console.print("Starting a local Amazon Connect in this process; nothing leaves this machine.")
    begun = time.monotonic()
    try:
        with LocalConnect(_BEHAVIOUR) as connect:
            Demo(console, connect, arguments.sabotage).run()
    except NotAsDeclared as error:
        console.rule(style="red")
        console.print(f"[bold red]NOT AS DECLARED[/bold red] {error}", soft_wrap=True)
        return 1
    console.rule(style="green")
    console.print(f"[bold green]All steps were as declared[/bold green] ({time.monotonic() - begun:.1f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
