"""The options that the agents' commands share, and what each command runs in."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from custom_connect_userconfig.core.arrays import CHANNELS
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    InvalidCredentials,
    InvalidRequest,
    SettingsError,
)
from custom_connect_userconfig.core.identifiers import Environment, InstanceRef
from custom_connect_userconfig.ports import Clock
from custom_connect_userconfig.retry.retrier import SystemClock

from ..aws.region import Region, check_regions, configured_region, make_session
from ..names import FIND_INSTANCE, check_instance_id
from ..problems import Failed, Interrupted, NoAccess, Problem, UsageError
from ..progress import console_of
from . import cells
from .instance import Instance
from .pace import HALF, Pace
from .selection import Selection, parse_array, parse_tag
from .tables import inert

Command = TypeVar("Command", bound=Callable[..., Any])
_ARN: Final = re.compile(r"arn:[a-z-]+:connect:(?P<region>[a-z0-9-]+):")


@dataclass(frozen=True)
class Outside:
    """What tests put in place of the world: time, and a single thread."""

    clock: Clock = field(default_factory=SystemClock)
    workers: int = 4


def outside(context: click.Context) -> Outside:
    """Return what a command runs in."""
    return context.obj if isinstance(context.obj, Outside) else Outside()


def open_instance(context: click.Context, given: dict[str, Any]) -> Instance:
    """Return the instance that the shared options name; UsageError if it cannot be meant so."""
    world, name = outside(context), given["instance"]
    make = make_session(given["profile"])
    named = _ARN.match(name)
    region = named["region"] if named else given["region"] or configured_region(make)
    if given["region"] and region != given["region"]:
        problem = f"--instance is in {region}, but --region is {given['region']}"
        raise UsageError("wrong-region", problem, "leave --region out: the ARN names it")
    check_regions(make, (region,))
    try:
        ref = InstanceRef.parse(name, Environment(region))
    except InvalidRequest as error:
        advice = f"write the instance's id or ARN; {FIND_INSTANCE}"
        raise UsageError("bad-instance", str(error).removeprefix("InstanceId: "), advice) from error
    check_instance_id(name)
    return Instance(Region(region, make), ref, Pace(world.clock, given["rate"]), world.workers)


def selection(given: dict[str, Any], users: tuple[str, ...] = ()) -> Selection:
    """Return what the options of selection name; UsageError if one cannot be meant so."""
    return Selection(
        users=(*users, *given["user"]),
        names=given["name"],
        routing_profiles=given["routing_profile"],
        security_profiles=given["security_profile"],
        hierarchy_groups=given["hierarchy_group"],
        tags=tuple(parse_tag(each) for each in given["tag"]),
        arrays=tuple(parse_array(each) for each in given["array"]),
        channels=given["channel"],
    )


@contextmanager
def ending(context: click.Context) -> Iterator[None]:
    """Tell a problem on standard error, and end the command with its exit code."""
    try:
        yield
    except KeyboardInterrupt:
        _end(context, Interrupted())
    except Problem as problem:
        _end(context, problem)
    except SettingsError as error:
        is_access = isinstance(error, AccessDenied | InvalidCredentials)
        kind, code = (NoAccess, "no-access") if is_access else (Failed, "connect")
        _end(context, kind(code, str(error)))


def _can_answer() -> bool:
    # Python has no such stream if it was closed from the start (`<&-`).
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str, *, is_sure: bool) -> None:
    """Ask a person; UsageError if nobody can answer, Problem if the answer is no."""
    if is_sure:
        return
    if not _can_answer():
        raise UsageError("not-asked", f"nobody can answer: {question}", "add --yes")
    try:
        is_sure = click.confirm(question, err=True)
    except click.Abort as ended:
        if isinstance(ended.__context__, KeyboardInterrupt):
            raise Interrupted from ended
        raise Failed("declined", "nobody has answered: nothing was changed") from ended
    if not is_sure:
        raise Failed("declined", "nothing was changed")


def end_with(context: click.Context, instance: Instance, exit_code: int) -> None:
    """End the command; agents who could not be read are named, and change the exit code."""
    if not instance.unreadable:
        context.exit(exit_code)
    first = next(iter(instance.unreadable.values()))
    count = cells.agents(len(instance.unreadable))
    _end(context, NoAccess("unreadable-agents", f"{count} could not be read, and are left out: {first}"))


def _end(context: click.Context, problem: Problem) -> None:
    console = console_of(to_stderr=True)
    console.print(inert(problem.message), style="red")
    if problem.advice:
        console.print(f"-> {inert(problem.advice)}")
    context.exit(problem.exit_code)


def _share(_context: click.Context, _option: click.Parameter, given: float) -> float:
    if not 0 < given <= 1:
        raise click.BadParameter(f"{given} is not a share of the quota above 0 and up to 1.")
    return given


def _all(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _repeated(name: str, metavar: str, help_text: str) -> Callable[[Command], Command]:
    return click.option(name, metavar=metavar, multiple=True, help=f"{help_text}; may be repeated.")


_connection: Final = (
    click.option("--region", metavar="REGION", help="For an id; default: the AWS configuration's."),
    click.option("--profile", metavar="NAME", help="A profile of the AWS configuration."),
    click.option(
        "--rate",
        metavar="SHARE",
        type=float,
        callback=_share,
        default=HALF,
        show_default=True,
        help="The share of the account's request quotas that this command may use.",
    ),
    click.option("--quiet", is_flag=True, help="Show no progress on standard error."),
)
connection: Final = _all(
    click.option("--instance", metavar="ARN|ID", required=True, help="The Connect instance."), *_connection
)
connection_of_templates: Final = _all(
    click.option("--instance", metavar="ARN|ID", help="The Connect instance; default: the templates' one."),
    *_connection,
)
selecting: Final = _all(
    _repeated("--user", "ID|NAME", "An agent, by id, ARN or login name"),
    _repeated("--name", "GLOB", "Agents whose login name matches, such as 'emea-*', in any case"),
    _repeated("--routing-profile", "NAME|ID", "Agents of the routing profile"),
    _repeated("--security-profile", "NAME|ID", "Agents of the security profile"),
    _repeated("--hierarchy-group", "NAME|ID", "Agents of the group; NAME/** means groups below it too"),
    _repeated("--tag", "KEY=VALUE", "Agents with the tag"),
    _repeated("--array", "NAME", "Only these settings, such as auto-accept or AfterContactWorkConfigs"),
    click.option(
        "--channel",
        type=click.Choice(CHANNELS, case_sensitive=False),
        multiple=True,
        help="Only settings of this channel; may be repeated.",
    ),
)
exact: Final = click.option(
    "--exact",
    is_flag=True,
    help="Read every agent by DescribeUser: slower, but never late as a search may be.",
)
phone_numbers: Final = click.option(
    "--phone-numbers", is_flag=True, help="Show phone numbers, which are redacted otherwise."
)
html_report: Final = click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a report for supervisors: one page to read, filter and print.",
)
