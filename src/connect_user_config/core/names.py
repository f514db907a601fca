"""Names: what a type may be called, and what is named after it. Refuses what the registry would refuse, with the reason."""

import hashlib
import re
from typing import Final

from .problems import Wrong

RESERVED: Final = ("Alexa", "AMZN", "Amazon", "AWS", "Custom", "Dev")
"""Namespaces that the registry keeps to itself, from the description of RegisterType."""
_PART: Final = re.compile(r"[A-Za-z0-9]{2,64}")
_PARTS: Final = 3
_STACK_NAME: Final = re.compile(r"[A-Za-z][-A-Za-z0-9]{0,127}")
_LONGEST_STACK_NAME: Final = 128
ARTEFACT_STACK: Final = "connect-user-config-artefacts"
FUNCTION_STACK: Final = "connect-user-config"


def check_type_name(name: str) -> str:
    """Return the name; Wrong when the registry would not take it."""
    parts = name.split("::")
    if len(parts) != _PARTS:
        raise Wrong(
            "bad-type-name",
            f"{name!r} is not the name of a type: it has {len(parts)} parts, not three",
            "write Organisation::Service::Type, such as Acme::Connect::UserConfig",
        )
    for part in parts:
        if not _PART.fullmatch(part):
            raise Wrong(
                "bad-type-name",
                f"{part!r} in {name!r} is not 2 to 64 letters and digits",
                "write it without other characters",
            )
    # Whether the registry minds case here is not documented; a name that differs in case alone misleads people anyway.
    if parts[0].lower() in map(str.lower, RESERVED):
        raise Wrong(
            "reserved-namespace",
            f"{parts[0]!r} in {name!r} is a reserved namespace: the registry keeps {', '.join(RESERVED)} to itself",
            "put your organisation's name there",
        )
    return name


def check_stack_name(name: str) -> str:
    """Return the name; Wrong when CloudFormation would not take it."""
    if not _STACK_NAME.fullmatch(name):
        raise Wrong(
            "bad-stack-name",
            f"{name!r} is not a name of a stack",
            "write a letter, then up to 127 letters, digits and hyphens",
        )
    return name


def hyphenated(type_name: str) -> str:
    """Return the name as ARNs of the registry spell it."""
    return type_name.replace("::", "-")


def role_stack(type_name: str) -> str:
    """Return the name of the stack with the type's roles; a long one is cut and made unlike others by a digest."""
    name = f"{hyphenated(type_name).lower()}-registry-role"
    if len(name) <= _LONGEST_STACK_NAME:
        return name
    digest = hashlib.sha256(type_name.encode()).hexdigest()[:16]
    return f"{name[: _LONGEST_STACK_NAME - len(digest) - 1]}-{digest}"


def registry_folder(type_name: str) -> str:
    """Return the folder of the bucket that holds the type's artefacts."""
    return f"connect-user-config/registry/{hyphenated(type_name)}/"


def function_folder(stack: str) -> str:
    """Return the folder of the bucket that holds the artefacts of a custom resource's stack."""
    return f"connect-user-config/custom-resource/{stack}/"
