"""``python -m demo``: ends with 0 when every step was as declared, with 1 and the reason when one was not."""

import argparse
import sys
import threading
import time
from pathlib import Path

from rich.console import Console

from .by_hand import commands
from .checks import NotAsDeclared
from .installation import NotInstalled
from .local_cloud import ROOT, LocalCloud
from .scenario import SABOTAGES, Demo
from .servers import NotStarted
from .stacks import StackHangs

_WIDTH = 100
_INTERRUPTED = 130
# Reads leave out what equals its default and are one call late: the function has to read back, as with a real service.
_FLAGS = ("--reads", "sparse", "--stale-reads", "1")


def main() -> int:
    """Run the demo and return the exit status."""
    arguments = _arguments()
    console = Console(width=_WIDTH, highlight=False)
    try:
        return _run(console, arguments)
    except (NotAsDeclared, NotInstalled, StackHangs) as error:
        console.rule(style="red")
        console.print(f"[bold red]NOT AS DECLARED[/bold red] {error}", soft_wrap=True)
    except NotStarted as error:
        console.print(f"[bold red]The local cloud did not start.[/bold red] {error}", soft_wrap=True)
    except KeyboardInterrupt:
        console.print("\nStopped; the local cloud is gone.")
        return _INTERRUPTED
    return 1


def _run(console: Console, arguments: argparse.Namespace) -> int:
    archive: Path = arguments.zip
    if not archive.exists():
        raise NotStarted(f"There is no {archive}: run `make function` first.")
    console.print("Starting a local CloudFormation, Lambda, S3 and IAM (ministack) and a local Amazon Connect ...")
    begun = time.monotonic()
    with LocalCloud(arguments.port, _FLAGS) as cloud:
        console.print(f"They run on {cloud.aws_url} and {cloud.connect_url}; nothing leaves this machine.")
        demo = Demo(console, cloud, archive, arguments.sabotage)
        demo.run()
        console.rule(style="green")
        console.print(f"[bold green]All steps were as declared[/bold green] ({time.monotonic() - begun:.1f} s).")
        if arguments.keep:
            console.print(commands(demo), markup=False, soft_wrap=True)
            threading.Event().wait()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description="Agent settings, owned by stacks, on a local cloud.")
    parser.add_argument(
        "--zip", type=Path, default=ROOT / "build" / "custom-resource.zip", help="the function, from `make function`"
    )
    parser.add_argument("--port", type=int, help="port of ministack on this machine (default: a free one)")
    parser.add_argument("--keep", action="store_true", help="leave the local cloud running, and print commands to try")
    parser.add_argument("--sabotage", choices=SABOTAGES, help="break the demo on purpose, to see that its checks bite")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
