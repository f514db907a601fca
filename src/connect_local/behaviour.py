"""Switches for the questions that the service's documentation leaves open.

Every open question is one field of `Behaviour`, so that a test names the answer it assumes and a suite can
run under all answers. `ASSUMPTIONS.md` lists the questions with the known facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import product
from operator import attrgetter
from types import MappingProxyType

from .pairwise import where_every_two_meet


class ArrayWrite(Enum):
    """Whether a write removes or keeps channels that its array does not name."""

    REPLACE = "replace"
    MERGE = "merge"


class EntryWrite(Enum):
    """Whether a write removes or keeps fields that its entry does not name."""

    REPLACE = "replace"
    MERGE = "merge"


class Reads(Enum):
    """Whether a read shows every setting, or only those that differ from the value of an absent one."""

    DENSE = "dense"
    SPARSE = "sparse"


class PhoneConfigLink(Enum):
    """Whether writing a VOICE entry also changes the legacy `PhoneConfig`."""

    MIRRORS_VOICE = "mirrors-voice"
    INDEPENDENT = "independent"


class ArrayOrder(Enum):
    """The order in which a read shows the entries of an array."""

    AS_WRITTEN = "as-written"
    REVERSED = "reversed"


class ThrottlingCode(Enum):
    """The error code for a call over its quota."""

    THROTTLING_EXCEPTION = "ThrottlingException"
    TOO_MANY_REQUESTS_EXCEPTION = "TooManyRequestsException"


class ChannelRefusal(Enum):
    """The error code for a write that names a refused channel."""

    INVALID_PARAMETER_EXCEPTION = "InvalidParameterException"
    INVALID_REQUEST_EXCEPTION = "InvalidRequestException"


class AcwUnit(Enum):
    """The unit of ACW limits in the arrays of `SearchUsers`; in its `PhoneConfig` it is the millisecond."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


@dataclass(frozen=True)
class Quota:
    """A token bucket: `rate` tokens a second, at most `burst` at once."""

    rate: float
    burst: float


DOCUMENTED_QUOTAS: Mapping[str, Quota] = MappingProxyType(
    {
        "CreateUser": Quota(2, 5),
        "DeleteUser": Quota(2, 5),
        "DescribeRoutingProfile": Quota(2, 5),
        "DescribeSecurityProfile": Quota(2, 5),
        "DescribeUser": Quota(10, 5),
        "DescribeUserHierarchyGroup": Quota(2, 5),
        "ListRoutingProfiles": Quota(2, 5),
        "ListSecurityProfiles": Quota(2, 5),
        "ListTagsForResource": Quota(8, 5),
        "ListUserHierarchyGroups": Quota(2, 5),
        "ListUsers": Quota(10, 5),
        "SearchUsers": Quota(2, 5),
        "TagResource": Quota(2, 5),
        "UntagResource": Quota(2, 5),
        "UpdateUserConfig": Quota(2, 5),
        "UpdateUserPhoneConfig": Quota(2, 5),
    }
)
"""Quotas for each account and region, from the service quotas table and the administrator guide."""


@dataclass(frozen=True)
class Behaviour:
    """One answer to every open question; the defaults are the plainest reading of the documentation."""

    array_write: ArrayWrite = ArrayWrite.REPLACE
    """Does a written array replace the stored array, or only the channels that it names?"""

    entry_write: EntryWrite = EntryWrite.REPLACE
    """Does a written entry replace the stored entry, or only the fields that it names?"""

    reads: Reads = Reads.DENSE
    """Does a read show settings that equal the value of an absent one?"""

    phone_config: PhoneConfigLink = PhoneConfigLink.INDEPENDENT
    """Does the legacy `PhoneConfig` follow writes for VOICE?"""

    stale_reads: int = 0
    """For how many more reads does `DescribeUser` show the state before a write?"""

    stale_seconds: float = 0.0
    """For how many seconds does `DescribeUser` show the state before a write?"""

    search_stale_seconds: float = 0.0
    """For how many seconds does `SearchUsers` show users, settings and tags as they were before a write?

    It also shows a deleted user, and does not show a new one, for so long.
    """

    search_acw_unit: AcwUnit = AcwUnit.MILLISECONDS
    """In which unit does `SearchUsers` show the ACW limits of the arrays?"""

    new_user_hidden_reads: int = 0
    """How many reads of a user just created are answered with `ResourceNotFoundException`?"""

    clamp_chat_acw: bool = False
    """Is a CHAT limit above 5,400 seconds stored as 5,400?"""

    drop_number_under_soft_phone: bool = False
    """Is a phone number removed if the phone type becomes `SOFT_PHONE`?"""

    accept_arns: bool = False
    """Does the API accept ARNs as instance and user identifiers?"""

    array_order: ArrayOrder = ArrayOrder.AS_WRITTEN
    """In which order are the entries of an array shown?"""

    refused_channels: frozenset[str] = frozenset()
    """Which channels do instances lack? A write that names one is refused, and no read shows one."""

    channel_refusal: ChannelRefusal = ChannelRefusal.INVALID_PARAMETER_EXCEPTION
    """Which error refuses a write that names a refused channel?"""

    quotas: Mapping[str, Quota] | None = None
    """Which operations have which quota? None throttles nothing; see `DOCUMENTED_QUOTAS`."""

    throttling_code: ThrottlingCode = ThrottlingCode.THROTTLING_EXCEPTION
    """Which error refuses a call over its quota?"""

    refused_call_cost: float = 0.0
    """Which fraction of a token does a refused call cost?"""

    def __str__(self) -> str:
        """A short label of the read and write switches, fit for a pytest id (`ids=str`)."""
        words = [
            f"array-{self.array_write.value}",
            f"entry-{self.entry_write.value}",
            self.reads.value,
            self.phone_config.value,
            f"stale{self.stale_reads}",
        ]
        switches = {
            "clamp": self.clamp_chat_acw,
            "drop": self.drop_number_under_soft_phone,
            "arns": self.accept_arns,
            "late-search": self.search_stale_seconds > 0,
            "search-in-seconds": self.search_acw_unit is AcwUnit.SECONDS,
        }
        words += [name for name, on in switches.items() if on]
        words += [f"without-{channel}" for channel in sorted(self.refused_channels)]
        if self.channel_refusal is ChannelRefusal.INVALID_REQUEST_EXCEPTION:
            words.append("invalid-request")
        return "-".join(words)


_READ_WRITE_SWITCHES: Mapping[str, tuple[object, ...]] = {
    "array_write": tuple(ArrayWrite),
    "entry_write": tuple(EntryWrite),
    "reads": tuple(Reads),
    "phone_config": tuple(PhoneConfigLink),
    "stale_reads": (0, 2),
    "clamp_chat_acw": (False, True),
    "drop_number_under_soft_phone": (False, True),
    "accept_arns": (False, True),
}


_CHANNEL_SWITCHES: Mapping[str, tuple[object, ...]] = {
    "refused_channels": (frozenset(), frozenset({"EMAIL"})),
    "channel_refusal": tuple(ChannelRefusal),
}

_SEARCH_SWITCHES: Mapping[str, tuple[object, ...]] = {
    "search_stale_seconds": (0.0, 60.0),
    "search_acw_unit": tuple(AcwUnit),
}


def every_read_write_combination() -> list[Behaviour]:
    """All combinations of the read and write switches, for `parametrize(..., ids=str)`."""
    return _every_combination(_READ_WRITE_SWITCHES)


def where_every_two_switches_meet(**fixed: object) -> list[Behaviour]:
    """A small selection in which every two answers to different questions occur together.

    It covers the switches of reads, writes, refused channels and searches; those in `fixed` keep the given
    value.
    """
    only = {name: (value,) for name, value in fixed.items()}
    switches = {**_READ_WRITE_SWITCHES, **_CHANNEL_SWITCHES, **_SEARCH_SWITCHES, **only}
    return where_every_two_meet(_every_combination(switches), attrgetter(*switches))


def _every_combination(switches: Mapping[str, tuple[object, ...]]) -> list[Behaviour]:
    return [Behaviour(**dict(zip(switches, values, strict=True))) for values in product(*switches.values())]  # type: ignore[arg-type]  # each switch has its own values
