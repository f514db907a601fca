"""Which instances are meant, and which region each is in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ..names import FIND_INSTANCE, check_instance_id
from ..problems import UsageError

ALL: Final = "all"
"""In place of ARNs: every instance of the account and region."""
_ARN: Final = re.compile(r"arn:[a-z-]+:connect:[a-z0-9-]+:[0-9]{12}:instance/[A-Za-z0-9_-]+")
"""As in the templates; a test compares."""


def by_region(arns: Sequence[str], regions: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the instances of each region; UsageError if one is not an ARN, or if ARNs and regions do not
    fit.

    Handlers can call the Connect of their own region only, so the ARNs say where to install; `regions`, if
    any, must say the same.
    """
    found: dict[str, list[str]] = {region: [] for region in regions}
    is_open = not found
    for arn in dict.fromkeys(arns):
        region, _ = _region_and_account(arn)
        if not is_open and region not in found:
            raise UsageError(
                "wrong-region",
                f"instance {arn} is in {region}, which no --region names",
                "add the region, or leave the instance out: handlers reach instances of their region only",
            )
        found.setdefault(region, []).append(arn)
    for region, there in found.items():
        if not there:
            advice = "name one of each region, or leave the region out"
            raise UsageError("wrong-region", f"no --instance is in {region}", advice)
    return {region: tuple(sorted(there)) for region, there in found.items()}


def check_account(arns: Iterable[str], account: str) -> None:
    """Raise UsageError if an instance is not of the account: the role could never reach it."""
    for arn in arns:
        if arn != ALL and _region_and_account(arn)[1] != account:
            raise UsageError(
                "wrong-account",
                f"instance {arn} is not of account {account}, whose credentials are in use",
                "use the credentials of the instance's account (--profile)",
            )


def _region_and_account(arn: str) -> list[str]:
    if not _ARN.fullmatch(arn):
        raise UsageError(
            "bad-instance",
            f"{arn!r} is not the ARN of a Connect instance",
            f"write arn:aws:connect:REGION:ACCOUNT:instance/ID, with nothing behind the id; {FIND_INSTANCE}",
        )
    check_instance_id(arn)
    return arn.split(":")[3:5]
