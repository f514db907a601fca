"""`python -m connect_local`: the command line of the local Connect server.

Every switch of `Behaviour` is an option; faults and users can be given at the start.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .administration import DEFAULT_ACCOUNT_ID, DEFAULT_REGION, Administration
from .behaviour import Behaviour
from .conditions import current
from .hook import activate
from .seed import seed
from .server import bind, run
from .switches import SWITCH_NAMES, behaviour_with, choices, fault_from_words

_HIGHEST_PORT: Final = 65_535


def main(arguments: Sequence[str] | None = None) -> None:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        administration = _administration(options)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    if options.seed:
        activate()
        try:
            seed(administration, json.loads(options.seed.read_text(encoding="utf-8")))
        except (ValueError, OSError) as error:
            parser.error(f"argument --seed: {options.seed}: {error}")
    run(bind(options.host, options.port, options.account_id, options.region))


def _administration(options: argparse.Namespace) -> Administration:
    administration = Administration(current(), options.account_id, options.region)
    given = {name: getattr(options, name) for name in SWITCH_NAMES if getattr(options, name) is not None}
    administration.behaviour = behaviour_with(Behaviour(), given)
    for words in options.fault:
        administration.plant(fault_from_words(words))
    return administration


def _parser() -> argparse.ArgumentParser:
    description = "A local Amazon Connect, with all other services of moto."
    parser = argparse.ArgumentParser(prog="connect_local", description=description)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    add("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    add("--account-id", default=DEFAULT_ACCOUNT_ID)
    add("--region", default=DEFAULT_REGION, help="region of --seed and of the control endpoints")
    add("--seed", type=Path, metavar="FILE.json", help="instances and users to create at the start")
    add("--fault", action="append", default=[], metavar="OPERATION:KIND[:ON_CALL[:TIMES]]")
    for name in SWITCH_NAMES:
        add(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE", help=choices(name))
    return parser


def _port(given: str) -> int:
    # A socket would use the lowest sixteen bits of a greater number, and listen on another port.
    if not (given.isdecimal() and int(given) <= _HIGHEST_PORT):
        remedy = f"name one up to {_HIGHEST_PORT}, or 0 for a free one"
        raise argparse.ArgumentTypeError(f"{given!r} is not a port: {remedy}")
    return int(given)
