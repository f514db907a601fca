"""Identifiers of an instance and a user: each is given as an id or as an ARN, and echoed as given.

The API gets bare ids, because no documentation covers ARNs for ``UpdateUserConfig``. The spelling of the
template is kept too, because CloudFormation stores it as the primary identifier.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from .errors import InvalidRequest
from .redaction import redact, shown, shown_identifier

_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_BARE_ID: Final = re.compile(_ID)
_ARN: Final = re.compile(
    r"arn:(?P<partition>aws[a-z-]{0,20}):connect:(?P<region>[a-z0-9-]{1,40}):(?P<account>[0-9]{12})"
    rf":instance/(?P<instance>{_ID})(?:/agent/(?P<user>{_ID}))?"
)
_PARTITIONS: Final = {
    "aws": re.compile(r"(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+"),
    "aws-cn": re.compile(r"cn-[a-z]+-[0-9]+"),
    "aws-us-gov": re.compile(r"us-gov-[a-z]+-[0-9]+"),
    "aws-iso": re.compile(r"us-iso-[a-z]+-[0-9]+"),
    "aws-iso-b": re.compile(r"us-isob-[a-z]+-[0-9]+"),
    "aws-iso-e": re.compile(r"eu-isoe-[a-z]+-[0-9]+"),
    "aws-iso-f": re.compile(r"us-isof-[a-z]+-[0-9]+"),
    "aws-eusc": re.compile(r"eusc-[a-z]+-[a-z]+-[0-9]+"),
}
"""The regions of each partition, from botocore's ``partitions.json``.

CloudFormation's library, which is not asked, names a wrong partition for GovCloud.
"""


class Spelling(Enum):
    """Whether an identifier is given as an id or as an ARN."""

    ID = "id"
    ARN = "arn"

    @classmethod
    def of(cls, given: str) -> Self:
        """Return the spelling of `given`."""
        return cls("arn" if given.startswith("arn:") else "id")


@dataclass(frozen=True)
class Environment:
    """The region and the account of a request; None if unknown."""

    region: str | None = None
    account: str | None = None


def partition_of(region: str) -> str | None:
    """Return the partition of a region; None for a region that is newer than this table."""
    return next((partition for partition, regions in _PARTITIONS.items() if regions.fullmatch(region)), None)


@dataclass(frozen=True)
class InstanceRef:
    """An instance as a template names it."""

    given: str
    bare: str

    @classmethod
    def parse(cls, given: str, environment: Environment) -> Self:
        """Return the instance `given`; InvalidRequest if it is malformed or not of `environment`."""
        if Spelling.of(given) is Spelling.ID:
            return cls(given, _bare_id("InstanceId", given))
        arn = _ARN.fullmatch(given)
        if not arn or arn["user"]:
            raise InvalidRequest(
                f"InstanceId: {shown_identifier(given)} is not the ARN of an Amazon Connect instance"
                " (arn:PARTITION:connect:REGION:ACCOUNT:instance/ID)."
            )
        _check_environment("InstanceId", arn, environment)
        return cls(given, arn["instance"])


@dataclass(frozen=True)
class UserRef:
    """A user as a template names it."""

    given: str
    bare: str

    @classmethod
    def parse(
        cls, given: str, environment: Environment, instance: InstanceRef | None, name: str = "UserId"
    ) -> Self:
        """Return the user `given`, the value of the property `name`.

        Raises InvalidRequest if it is malformed, not of `environment`, or of another instance than `instance`
        (None if unknown).
        """
        if Spelling.of(given) is Spelling.ID:
            return cls(given, _bare_id(name, given))
        arn = _ARN.fullmatch(given)
        if not arn or not arn["user"]:
            raise InvalidRequest(
                f"{name}: {shown_identifier(given)} is not the ARN of an Amazon Connect user"
                " (arn:PARTITION:connect:REGION:ACCOUNT:instance/ID/agent/ID)."
            )
        _check_environment(name, arn, environment)
        if instance and not _is_of(arn, instance):
            raise InvalidRequest(
                f"{name}: {given} is a user of instance {arn['instance']}, but InstanceId names"
                f" {_named(instance, arn)}. Name the instance that the user belongs to."
            )
        return cls(given, arn["user"])


@dataclass(frozen=True)
class Identity:
    """The primary identifier: one user of one instance, bare for the API and as given for CloudFormation."""

    instance: InstanceRef
    user_given: str
    user_id: str

    @classmethod
    def parse(cls, instance_given: str, user_given: str, environment: Environment) -> Self:
        """Return the user that two ids or ARNs name.

        Raises InvalidRequest if either is malformed, if an ARN has another partition, region or account than
        `environment`, or if the user's ARN has another instance.
        """
        instance = InstanceRef.parse(instance_given, environment)
        return cls.of(instance, UserRef.parse(user_given, environment, instance))

    @classmethod
    def of(cls, instance: InstanceRef, user: UserRef) -> Self:
        """Return the identity of `user` in `instance`."""
        return cls(instance, user.given, user.bare)

    @property
    def instance_id(self) -> str:
        """The bare instance id."""
        return self.instance.bare

    @property
    def spellings(self) -> tuple[Spelling, Spelling]:
        """The spellings of instance and user."""
        return Spelling.of(self.instance.given), Spelling.of(self.user_given)

    def check_arn(self, name: str, given: object, environment: Environment) -> None:
        """Raise InvalidRequest unless `given`, the value of the property `name`, can be this user's ARN."""
        advice = f"Remove {name}: it is an attribute, for Fn::GetAtt."
        if not isinstance(given, str) or Spelling.of(given) is not Spelling.ARN:
            raise InvalidRequest(f"{name}: {shown(given)} is not the ARN of {self}. {advice}")
        user = UserRef.parse(given, environment, self.instance, name)
        is_other = Spelling.of(self.user_given) is Spelling.ARN and given != self.user_given
        if user.bare != self.user_id or is_other:
            raise InvalidRequest(f"{name}: {given} is not the ARN of {self}. {advice}")

    def __str__(self) -> str:
        # An id may consist of digits alone, like a phone number.
        return redact(f"user {self.user_id} of instance {self.instance_id}")


def arn_of(identity: Identity, environment: Environment) -> str:
    """Return the ARN of a user that can no longer be read, from its identifiers and `environment`."""
    if Spelling.of(identity.user_given) is Spelling.ARN:
        return identity.user_given
    instance = identity.instance.given
    if Spelling.of(instance) is not Spelling.ARN:
        partition = partition_of(environment.region or "") or "aws"
        service = f"arn:{partition}:connect:{environment.region}:{environment.account}"
        instance = f"{service}:instance/{identity.instance_id}"
    return f"{instance}/agent/{identity.user_id}"


def respell(user_id: str, user_arn: str, spellings: tuple[Spelling, Spelling]) -> tuple[str, str]:
    """Return InstanceId and UserId of the user `user_arn` in the given spellings."""
    instance_arn = user_arn.partition("/agent/")[0]
    instance, user = spellings
    return (
        instance_arn if instance is Spelling.ARN else instance_arn.rpartition("/")[2],
        user_arn if user is Spelling.ARN else user_id,
    )


def _bare_id(name: str, given: str) -> str:
    if not _BARE_ID.fullmatch(given):
        rule = "is neither an id (1 to 100 letters, digits, - and _) nor an ARN"
        raise InvalidRequest(f"{name}: {shown_identifier(given)} {rule}.")
    return given


def _is_of(user: re.Match[str], instance: InstanceRef) -> bool:
    if Spelling.of(instance.given) is Spelling.ARN:
        return user[0].startswith(f"{instance.given}/")
    return user["instance"] == instance.bare


def _named(instance: InstanceRef, user: re.Match[str]) -> str:
    return instance.given if user["instance"] == instance.bare else instance.bare


def _check_environment(name: str, arn: re.Match[str], environment: Environment) -> None:
    for scope, found, wanted in (
        ("region", arn["region"], environment.region),
        ("account", arn["account"], environment.account),
    ):
        if wanted and found != wanted:
            raise InvalidRequest(
                f"{name}: {arn[0]} is of {scope} {found}, but the stack is in {scope} {wanted}."
                " Agent settings are declared in the account and region of their instance."
            )
    partition = partition_of(arn["region"])
    if partition and arn["partition"] != partition:
        raise InvalidRequest(
            f"{name}: {arn[0]} is of partition {arn['partition']}, but region {arn['region']} is in"
            f" partition {partition}."
        )
