"""Who is meant: an instance and a user, each given as an id or as an ARN, and echoed as given.

The API gets bare ids, whatever was given: no statement of the service covers ARNs for ``UpdateUserConfig``. Both spellings
are kept, because the primary identifier that CloudFormation stores is the one in the template.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from .errors import InvalidRequest
from .redaction import redact_international

_BARE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_ARN: Final = re.compile(
    r"arn:aws[a-z-]*:connect:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":instance/(?P<instance>[A-Za-z0-9][A-Za-z0-9_-]{0,99})(?:/agent/(?P<user>[A-Za-z0-9][A-Za-z0-9_-]{0,99}))?"
)
_SHOWN_CHARACTERS: Final = 200


class Spelling(Enum):
    """How an identifier was given."""

    ID = "id"
    ARN = "arn"

    @classmethod
    def of(cls, given: str) -> Self:
        """Return how `given` is spelled."""
        return cls("arn" if given.startswith("arn:") else "id")


@dataclass(frozen=True)
class Place:
    """Where a request comes from; None where that is not known."""

    region: str | None = None
    account: str | None = None


@dataclass(frozen=True)
class InstanceRef:
    """An instance as a template names it."""

    given: str
    bare: str

    @classmethod
    def parse(cls, given: str, place: Place) -> Self:
        """Return the instance that an id or ARN names; InvalidRequest when it is malformed or elsewhere."""
        if Spelling.of(given) is Spelling.ID:
            return cls(given, _bare_id("InstanceId", given))
        arn = _ARN.fullmatch(given)
        if not arn or arn["user"]:
            raise InvalidRequest(
                f"InstanceId: {_shown(given)} is not the ARN of an Amazon Connect instance"
                " (arn:PARTITION:connect:REGION:ACCOUNT:instance/ID)."
            )
        _check_place("InstanceId", arn, place)
        return cls(given, arn["instance"])


@dataclass(frozen=True)
class Identity:
    """The primary identifier: one user of one instance, bare for the API and as given for CloudFormation."""

    instance: InstanceRef
    user_given: str
    user_id: str

    @classmethod
    def parse(cls, instance_given: str, user_given: str, place: Place) -> Self:
        """Return the user that two ids or ARNs name.

        Raises InvalidRequest when either is malformed, when an ARN is of another region or account than `place`, or when the
        user's ARN is of another instance.
        """
        instance = InstanceRef.parse(instance_given, place)
        if Spelling.of(user_given) is Spelling.ID:
            return cls(instance, user_given, _bare_id("UserId", user_given))
        arn = _ARN.fullmatch(user_given)
        if not arn or not arn["user"]:
            raise InvalidRequest(
                f"UserId: {_shown(user_given)} is not the ARN of an Amazon Connect user"
                " (arn:PARTITION:connect:REGION:ACCOUNT:instance/ID/agent/ID)."
            )
        _check_place("UserId", arn, place)
        if arn["instance"] != instance.bare:
            raise InvalidRequest(
                f"UserId: {user_given} is a user of instance {arn['instance']}, but InstanceId names {instance.bare}."
                " Name the instance that the user belongs to."
            )
        return cls(instance, user_given, arn["user"])

    @property
    def instance_id(self) -> str:
        """The bare instance id."""
        return self.instance.bare

    @property
    def spellings(self) -> tuple[Spelling, Spelling]:
        """How instance and user were given."""
        return Spelling.of(self.instance.given), Spelling.of(self.user_given)

    def __str__(self) -> str:
        return f"user {self.user_id} of instance {self.instance_id}"


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
        raise InvalidRequest(f"{name}: {_shown(given)} is neither an id (1 to 100 letters, digits, - and _) nor an ARN.")
    return given


def _check_place(name: str, arn: re.Match[str], place: Place) -> None:
    for what, found, wanted in (("region", arn["region"], place.region), ("account", arn["account"], place.account)):
        if wanted and found != wanted:
            raise InvalidRequest(
                f"{name}: {arn[0]} is of {what} {found}, but the stack is in {what} {wanted}."
                " Agent settings are declared in the account and region of their instance."
            )


def _shown(given: str) -> str:
    return redact_international(repr(given if len(given) <= _SHOWN_CHARACTERS else given[:_SHOWN_CHARACTERS] + "…"))
