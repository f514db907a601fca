"""``python -m demo``: exit status 0 if every step was as declared, 1 and the reason if one was not.

A wrong option is exit status 2. A signal ends the demo after its servers have ended.
"""

import argparse
import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

from rich.console import Console

from .by_hand import commands, prepare
from .checks import NotAsDeclared
from .command_line import CommandLine
from .installation import NotInstalled
from .local_cloud import ROOT, LocalCloud, refuse_taken
from .picture import STEPS, WIDTH, drawn
from .registry_scenario import RegistryDemo
from .scenario import SABOTAGES, Demo
from .screen import Screen, width
from .servers import NotStarted
from .stacks import StackHangs
from .waiting import ctrl_c_is_the_end

_INTERRUPTED = 130
_HIGHEST_PORT = 65_535
_STOPPED = "\nStopped; the local cloud is gone."
_NEXT = """
Next:
  make demo KEEP=1     the same, with commands to try
  make demo REGISTRY=1 the flavour of the registry
  guide/properties.md  every setting, with an example
  guide/adopt.md       agents that are there already
  guide/install.md     one command for your account"""
# Reads omit defaults and are one call late: the function has to read back, as with the real service.
_FLAGS = ("--reads", "sparse", "--stale-reads", "1")


class _Ended(BaseException):
    """A signal asks the demo to end. Like KeyboardInterrupt, no handler of failures may catch it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> int:
    """Run the demo and return the exit status."""
    arguments = _arguments()
    console = Console(width=WIDTH if arguments.picture else width(), highlight=False)
    _end_in_order()
    try:
        return _run(console, arguments)
    except (NotAsDeclared, NotInstalled, StackHangs) as error:
        console.rule(style="red")
        console.print(f"[bold red]NOT AS DECLARED[/bold red] {error}", soft_wrap=True)
    except NotStarted as error:
        console.print(f"[bold red]The local cloud did not start.[/bold red] {error}", soft_wrap=True)
    except KeyboardInterrupt:
        console.print(_STOPPED)
        return _INTERRUPTED
    except _Ended as ended:
        # The sender of the signal sees that the demo ended by it.
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
    return 1


def _run(console: Console, arguments: argparse.Namespace) -> int:
    if not arguments.zip.is_file():
        raise NotStarted(f"There is no file {arguments.zip}: run `make function` first.")
    console.print("Starting a local AWS (ministack) and a local Amazon Connect ...")
    begun = time.monotonic()
    with LocalCloud(arguments.port, _FLAGS) as cloud:
        console.print(f"They run on {cloud.aws_url} and {cloud.connect_url}; nothing leaves this machine.")
        demo = _tell(Screen(console, STEPS if arguments.picture else ()), cloud, arguments)
        if arguments.picture:
            arguments.picture.write_text(drawn(console), "utf-8")
            console.record = False
        console.rule(style="green")
        seconds = time.monotonic() - begun
        console.print(f"[bold green]All steps were as declared[/bold green] ({seconds:.1f} s).")
        if not (arguments.keep and demo):
            console.print(_NEXT, markup=False)
            return 0
        prepare(demo)
        with ctrl_c_is_the_end() as wait:
            console.print(commands(demo), markup=False, soft_wrap=True)
            wait()
    console.print(_STOPPED)
    return 0


def _tell(screen: Screen, cloud: LocalCloud, arguments: argparse.Namespace) -> Demo | None:
    """Tell one of the stories; return that of real stacks if it was told."""
    if arguments.registry:
        RegistryDemo(screen, cloud, arguments.zip).run()
        return None
    with closing(CommandLine(cloud, screen)) as command_line:
        demo = Demo(screen, cloud, arguments.zip, command_line, arguments.sabotage)
        demo.run()
    return demo


def _end_in_order() -> None:
    """Let signals end the servers before the demo; otherwise they end a moment after it."""

    def end(number: int, _: object) -> None:
        raise _Ended(number)

    for each in (signal.SIGTERM, signal.SIGHUP):
        # A signal that was ignored from the start (`nohup`) stays ignored.
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, end)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Agent settings, owned by stacks, on a local cloud."
    )
    parser.add_argument(
        "--zip",
        type=Path,
        default=ROOT / "build" / "custom-resource.zip",
        help="the function, from `make function`",
    )
    parser.add_argument("--port", type=_port, help="port of ministack on this machine (default: a free one)")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw what the README shows of it")
    story = parser.add_mutually_exclusive_group()
    story.add_argument("--keep", action="store_true", help="keep the cloud running, print commands to try")
    story.add_argument("--registry", action="store_true", help="show the flavour of the registry instead")
    story.add_argument("--sabotage", choices=SABOTAGES, help="break the demo, to see that its checks fail")
    arguments = parser.parse_args()
    if arguments.registry and arguments.picture:
        parser.error("argument --picture: not allowed with argument --registry")
    return arguments


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:6]) <= _HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"{given!r} is not a port: name one from 1 to {_HIGHEST_PORT}")
    try:
        refuse_taken(int(given))
    except NotStarted as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem
    return int(given)


if __name__ == "__main__":
    sys.exit(main())
