"""The options that the commands of installing share."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click

from ..aws.region import MakeSession, check_regions, configured_region, make_session
from .artefacts import BucketChoice
from .custom_resource import DEFAULT_NAME

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
            f"{given!r} is not a number of minutes above 0 and up to {_WEEK:.0f} (a week)."
        )
    return minutes


@dataclass(frozen=True)
class Shared:
    """The values of the shared options."""

    make: MakeSession
    named_regions: tuple[str, ...]
    bucket: BucketChoice
    seconds: float
    is_dry: bool
    as_json: bool
    is_quiet: bool
    with_details: bool

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Shared":
        """Return the values, as click hands them over."""
        return cls(
            make_session(given["profile"]),
            tuple(dict.fromkeys(given["region"])),
            BucketChoice(given.get("bucket") or "", given.get("bucket_owner") or ""),
            given["timeout"] * _MINUTE,
            given.get("dry_run", False),
            given["as_json"],
            given["quiet"],
            given["verbose"],
        )

    def regions(self) -> tuple[str, ...]:
        """Return the named regions, else the configured one; UsageError if there is none."""
        regions = self.named_regions or (configured_region(self.make),)
        check_regions(self.make, regions)
        return regions


def _all(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _region(default: str) -> Callable[[Any], Any]:
    said = f"May be repeated; each region succeeds or fails by itself. Default: {default}."
    return click.option("--region", metavar="REGION", multiple=True, help=said)


type_name: Final = click.option(
    "--type-name",
    metavar="NAME",
    required=True,
    help="Organisation::Service::Type, such as Acme::Connect::UserConfig. Custom and AWS are reserved.",
)
name: Final = click.option(
    "--name",
    metavar="NAME",
    default=DEFAULT_NAME,
    show_default=True,
    help="Function and stack; the export is NAMEServiceToken. A second installation has another name.",
)
instance: Final = click.option(
    "--instance",
    metavar="ARN",
    multiple=True,
    help="A Connect instance whose agents may be configured; may be repeated.",
)
_others: Final = _all(
    click.option("--profile", metavar="NAME", help="A profile of the AWS configuration."),
    click.option(
        "--timeout",
        metavar="MINUTES",
        callback=_minutes,
        default="60",
        show_default=True,
        help="How long to wait in all; operations under way then go on in AWS.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Answer in JSON on standard output."),
    click.option(
        "-v", "--verbose", is_flag=True, help="Show whole hashes, generated names, and what each call sends."
    ),
    click.option("--quiet", is_flag=True, help="Show no progress on standard error."),
)
shared: Final = _all(_region("the AWS configuration's"), _others)
_dry_run: Final = click.option(
    "--dry-run", is_flag=True, help="Show what would be changed, and change nothing."
)
_artefact: Final = _all(
    click.option(
        "--artefact", type=click.Path(), metavar="ZIP", help="Another artefact than the one of this release."
    ),
    click.option(
        "--bucket",
        metavar="NAME",
        help="A bucket of yours for the artefacts ({region} stands for the region); else a stack makes one.",
    ),
    click.option(
        "--bucket-owner", metavar="ACCOUNT", help="The account of that bucket, if it is another one."
    ),
)
of_install_function: Final = _all(_artefact, _region("the instances'"), _others, _dry_run)
of_install_type: Final = _all(_artefact, shared, _dry_run)
of_uninstall: Final = _all(
    shared,
    _dry_run,
    click.option("--force", is_flag=True, help="Go on even if stacks use it, or may use it."),
)
