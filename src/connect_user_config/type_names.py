"""Names of resource types, as far as CloudFormation's registry takes them."""

import re
from typing import Final

CUSTOM_RESOURCE: Final = "Custom::ConnectUserConfig"
"""The documented name of the custom resource."""
RESERVED: Final = ("Alexa", "AMZN", "Amazon", "AWS", "Custom", "Dev")
"""Namespaces that the registry keeps to itself, from the description of RegisterType."""
PARTS: Final = 3
PART: Final = re.compile(r"[A-Za-z0-9]{2,64}")
NAME: Final = re.compile("::".join([PART.pattern] * PARTS))


def is_reserved(name: str) -> bool:
    """Tell whether the registry keeps the namespace of the type `name` to itself, in whatever case.

    Whether the registry minds case here is not documented; a name that differs in case alone misleads people
    anyway.
    """
    return name.partition("::")[0].lower() in map(str.lower, RESERVED)
