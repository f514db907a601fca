"""The options that commands share, and what becomes of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click

from .gateways.aws import make_session
from .places import Place

Command = TypeVar("Command", bound=Callable[..., Any])
_MINUTE: Final = 60.0
_WEEK: Final = 7 * 24 * 60.0


def _minutes(_context: click.Context, _option: click.Parameter, given: str) -> float:
    """Return the number of minutes; click's own ranges let `nan` pass, which no clock ever reaches."""
    try:
        minutes = float(given)
    except ValueError:
        minutes = math.nan
    if not 0 < minutes <= _WEEK:
        raise click.BadParameter(
            f"{given!r} is not a number of minutes above 0 and up to {_WEEK:.0f}, which is a week."
        )
    return minutes


@dataclass(frozen=True)
class Shared:
    """The values of the shared options."""

    regions: tuple[str, ...]
    place: Place
    patience: float
    as_json: bool
    is_quiet: bool

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Shared":
        """Return the values, as click hands them over."""
        place = Place(
            make_session(given["profile"]),
            given["bucket"] or "",
            given["bucket_owner"] or "",
            is_dry=given.get("dry_run", False),
        )
        regions = tuple(dict.fromkeys(given["region"]))
        return cls(regions, place, given["timeout"] * _MINUTE, given["as_json"], given["quiet"])


def shared(command: Command) -> Command:
    """Add the options of every command."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


def region(*, is_required: bool, note: str = "") -> Callable[[Command], Command]:
    """Add --region."""
    text = f"A region; give it again for further ones, each of which succeeds or fails by itself.{note}"
    return click.option("--region", metavar="REGION", multiple=True, required=is_required, help=text)


dry_run: Final = click.option(
    "--dry-run", is_flag=True, help="Print each call that would be made, and make none that changes anything."
)
force: Final = click.option(
    "--force", is_flag=True, help="Go on although stacks still use it, or nobody can tell."
)
type_name: Final = click.option(
    "--type-name",
    metavar="NAME",
    required=True,
    help="Organisation::Service::Type, such as Acme::Connect::UserConfig. Custom, AWS and some more are reserved.",
)

_SHARED: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--profile",
        metavar="NAME",
        help="A profile of the AWS configuration; else credentials are found as boto3 finds them.",
    ),
    click.option(
        "--bucket",
        metavar="NAME",
        help="A bucket of yours for the artefacts, in the same region ({region} stands for its name); else a stack makes one.",
    ),
    click.option(
        "--bucket-owner",
        metavar="ACCOUNT",
        help="The account of that bucket, where it is not the one of the credentials.",
    ),
    click.option(
        "--timeout",
        metavar="MINUTES",
        callback=_minutes,
        default="60",
        show_default=True,
        help="How long to wait in all, single calls included; what is under way then goes on in AWS.",
    ),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Answer in JSON, for machines; guide/install.md has the shape.",
    ),
    click.option(
        "--quiet",
        is_flag=True,
        help="Show no progress. (Progress goes to standard error, the answer to standard output.)",
    ),
)
