"""Who is meant: an instance and a user, each given as an id or as an ARN, and echoed as given.

The API gets bare ids, whatever was given: no statement of the service covers ARNs for ``UpdateUserConfig``.
Both spellings are kept, because the primary identifier that CloudFormation stores is the one in the template.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from .errors import InvalidRequest
from .redaction import redact, shown, shown_identifier

_BARE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_ARN: Final = re.compile(
    r"arn:(?P<partition>aws[a-z-]{0,20}):connect:(?P<region>[a-z0-9-]{1,40}):(?P<account>[0-9]{12})"
    r":instance/(?P<instance>[A-Za-z0-9][A-Za-z0-9_-]{0,99})(?:/agent/(?P<user>[A-Za-z0-9][A-Za-z0-9_-]{0,99}))?"
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
"""The regions of each partition (botocore's ``partitions.json``); CloudFormation's library names a wrong one
for GovCloud.
"""


class Spelling(Enum):
    """How an identifier was given."""

    ID = "id"
    ARN = "arn"

    @classmethod
    def of(cls, given: str) -> Self:
        """Return how `given` is spelled."""
        return cls("arn" if given.startswith("arn:") else "id")


@dataclass(frozen=True)
class Environment:
    """Where a request comes from; None where that is not known."""

    region: str | None = None
    account: str | None = None


def partition_of(region: str) -> str | None:
    """Return the partition that a region belongs to; None for a region that is newer than this table."""
    return next((partition for partition, regions in _PARTITIONS.items() if regions.fullmatch(region)), None)


@dataclass(frozen=True)
class InstanceRef:
    """An instance as a template names it."""

    given: str
    bare: str

    @classmethod
    def parse(cls, given: str, environment: Environment) -> Self:
        """Return the instance that an id or ARN names; InvalidRequest when it is malformed or elsewhere."""
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
        """Return the user that an id or ARN, the property `name`, names.

        Raises InvalidRequest when it is malformed, elsewhere, or of another instance than `instance`, if that
        is known.
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
                f" {_named(instance, arn)}."
                " Name the instance that the user belongs to."
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

        Raises InvalidRequest when either is malformed, when an ARN is of another partition, region or account
        than `environment`, or when the user's ARN is of another instance.
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
        """How instance and user were given."""
        return Spelling.of(self.instance.given), Spelling.of(self.user_given)

    def check_arn(self, name: str, given: object, environment: Environment) -> None:
        """Raise InvalidRequest unless `given`, the property `name`, can be the ARN that the service shows for
        this user.
        """
        advice = f"Remove {name}: it is an attribute, for Fn::GetAtt."
        if not isinstance(given, str) or Spelling.of(given) is not Spelling.ARN:
            raise InvalidRequest(f"{name}: {shown(given)} is not the ARN of {self}. {advice}")
        user = UserRef.parse(given, environment, self.instance, name)
        is_other = Spelling.of(self.user_given) is Spelling.ARN and given != self.user_given
        if user.bare != self.user_id or is_other:
            raise InvalidRequest(f"{name}: {given} is not the ARN of {self}. {advice}")

    def __str__(self) -> str:
        # An id may consist of digits alone, as a phone number does.
        return redact(f"user {self.user_id} of instance {self.instance_id}")


def arn_of(identity: Identity, environment: Environment) -> str:
    """Return the ARN of a user whom nobody can read any more, from what was given or from where the request
    comes.
    """
    if Spelling.of(identity.user_given) is Spelling.ARN:
        return identity.user_given
    instance = identity.instance.given
    if Spelling.of(instance) is not Spelling.ARN:
        partition = partition_of(environment.region or "") or "aws"
        instance = f"arn:{partition}:connect:{environment.region}:{environment.account}:instance/{identity.instance_id}"
    return f"{instance}/agent/{identity.user_id}"


def respell(user_id: str, user_arn: str, spellings: tuple[Spelling, Spelling]) -> tuple[str, str]:
    """Return InstanceId and UserId of the user `user_arn` in the spelling that its owner gave them."""
    instance_arn = user_arn.partition("/agent/")[0]
    instance, user = spellings
    return (
        instance_arn if instance is Spelling.ARN else instance_arn.rpartition("/")[2],
        user_arn if user is Spelling.ARN else user_id,
    )


def _bare_id(name: str, given: str) -> str:
    if not _BARE_ID.fullmatch(given):
        raise InvalidRequest(
            f"{name}: {shown_identifier(given)} is neither an id (1 to 100 letters, digits, - and _) nor an"
            " ARN."
        )
    return given


def _is_of(user: re.Match[str], instance: InstanceRef) -> bool:
    if Spelling.of(instance.given) is Spelling.ARN:
        return user[0].startswith(f"{instance.given}/")
    return user["instance"] == instance.bare


def _named(instance: InstanceRef, user: re.Match[str]) -> str:
    return instance.given if user["instance"] == instance.bare else instance.bare


def _check_environment(name: str, arn: re.Match[str], environment: Environment) -> None:
    for what, found, wanted in (
        ("region", arn["region"], environment.region),
        ("account", arn["account"], environment.account),
    ):
        if wanted and found != wanted:
            raise InvalidRequest(
                f"{name}: {arn[0]} is of {what} {found}, but the stack is in {what} {wanted}."
                " Agent settings are declared in the account and region of their instance."
            )
    partition = partition_of(arn["region"])
    if partition and arn["partition"] != partition:
        raise InvalidRequest(
            f"{name}: {arn[0]} is of partition {arn['partition']}, but region {arn['region']} is in"
            f" partition {partition}."
        )
