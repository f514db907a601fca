"""Names: what a type may be called, and what is named after it; which ids an instance can have. Refuses what
AWS would refuse, with the reason.
"""

import hashlib
import re
from typing import Final

from custom_connect_userconfig.core.advice import looks_like_a_name

from .problems import UsageError
from .type_names import PART, PARTS, RESERVED, is_reserved

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
"""As in the template; a test compares."""
FIND_INSTANCE: Final = (
    "to find it: aws connect list-instances --query 'InstanceSummaryList[].[InstanceAlias,Arn]'"
)
"""Where a person finds the id or the ARN of an instance."""
_LONGEST_STACK_NAME: Final = 128


def check_type_name(name: str) -> str:
    """Return the name; UsageError when the registry would not take it."""
    parts = name.split("::")
    if len(parts) != PARTS:
        raise UsageError(
            "bad-type-name",
            f"{name!r} is not the name of a type: it has {len(parts)} parts, not three",
            "write Organisation::Service::Type, such as Acme::Connect::UserConfig",
        )
    for part in parts:
        if not PART.fullmatch(part):
            raise UsageError(
                "bad-type-name",
                f"{part!r} in {name!r} is not 2 to 64 letters and digits",
                "write it without other characters",
            )
    if is_reserved(name):
        raise UsageError(
            "reserved-namespace",
            f"{parts[0]!r} in {name!r} is reserved; the registry keeps the namespaces {', '.join(RESERVED)}",
            "put your organisation's name there",
        )
    return name


def check_name(name: str) -> str:
    """Return the name of an installation of the custom resource; UsageError if the template would not take
    it.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            "bad-name",
            f"{name!r} is not a name for the function",
            "write a letter, then up to 39 letters, digits and hyphens",
        )
    return name


def check_instance_id(instance: str) -> None:
    """Raise UsageError if the id, bare or at the end of an ARN, is a placeholder or an alias."""
    given = instance.rpartition("/")[2]
    if looks_like_a_name(given):
        raise UsageError(
            "bad-instance",
            f"{given!r} is not the id of a Connect instance: ids have digits",
            FIND_INSTANCE,
        )


def hyphenated(type_name: str) -> str:
    """Return the name as ARNs of the registry spell it."""
    return type_name.replace("::", "-")


def stack_of_type(type_name: str) -> str:
    """Return the name of the stack that registers the type; a long one is cut and made unlike others by a
    digest.
    """
    name = hyphenated(type_name).lower()
    if len(name) <= _LONGEST_STACK_NAME:
        return name
    digest = hashlib.sha256(type_name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST_STACK_NAME - len(digest) - 1]}-{digest}"
