"""Which instances are meant, and which region each is in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .problems import Wrong

_ARN: Final = re.compile(
    r"arn:[a-z-]+:connect:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):instance/(?P<id>[A-Za-z0-9_-]+|\*)"
)


def by_region(arns: Sequence[str], regions: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the instances of each region; Wrong when one is not an ARN, or when ARNs and regions do not fit together.

    Handlers can only call the Connect of their own region, so the ARNs say where to install; `regions`, if any, must say the same.
    """
    found: dict[str, list[str]] = {region: [] for region in regions}
    is_open = not found
    for arn in dict.fromkeys(arns):
        region = _match(arn)["region"]
        if not is_open and region not in found:
            raise Wrong(
                "wrong-region",
                f"instance {arn} is in {region}, which no --region names",
                "only the instances of its own region are within reach: add the region, or leave the instance out",
            )
        found.setdefault(region, []).append(arn)
    for region, there in found.items():
        if not there:
            raise Wrong(
                "wrong-region",
                f"no --instance is in {region}",
                "name one of each region, or leave the region out",
            )
    return {region: tuple(sorted(there)) for region, there in found.items()}


def refuse_every(arns: Iterable[str]) -> None:
    """Raise Wrong when an ARN stands for every instance: whoever may use the function may then change any agent."""
    for arn in arns:
        if _match(arn)["id"] == "*":
            raise Wrong(
                "bad-instance",
                f"{arn!r} stands for every instance",
                "name each instance whose agents may be configured",
            )


def check_account(arns: Iterable[str], account: str) -> None:
    """Raise Wrong when an instance is not of the account: the role could never reach it."""
    for arn in arns:
        if _match(arn)["account"] != account:
            raise Wrong(
                "wrong-account",
                f"instance {arn} is not of account {account}, whose credentials are in use",
                "use the credentials of the instance's account (--profile)",
            )


def _match(arn: str) -> re.Match[str]:
    match = _ARN.fullmatch(arn)
    if not match:
        raise Wrong(
            "bad-instance",
            f"{arn!r} is not the ARN of a Connect instance",
            "write arn:aws:connect:REGION:ACCOUNT:instance/ID, without anything behind the id",
        )
    return match
