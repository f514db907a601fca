"""What the registry admits as a type's name, and what follows from a name: files, folders, modules.

The registry tells of a bad name only at the registration; `cfn validate` and `cfn submit --dry-run` do not
notice.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

RESERVED: Final = ("Alexa", "AMZN", "Amazon", "AWS", "Custom", "Dev")
"""Namespaces that nobody but AWS may register in (RegisterType, TypeName, in CloudFormation's service model).
"""
_PATTERN: Final = re.compile(r"[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}")
"""Of resource types (the same place; it allows "::MODULE" behind it, for modules only)."""
_LONGEST: Final = 204
_LITERAL: Final = "Custom::Connect::UserConfig"


class Refused(Exception):
    """The registry would refuse the name; the text says why."""


@dataclass(frozen=True)
class TypeName:
    """A name of three parts."""

    text: str

    @classmethod
    def literal(cls) -> Self:
        """Return the name that the project bears; it is reserved, so it can be built but not registered."""
        return cls(_LITERAL)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name; raises Refused."""
        if not _PATTERN.fullmatch(text) or len(text) > _LONGEST:
            raise Refused(
                f"{text!r} is no name of a resource type: three parts of 2 to 64 letters and digits, joined"
                " by '::', such as"
                " Acme::Connect::UserConfig."
            )
        namespace = text.partition("::")[0]
        if namespace.lower() in map(str.lower, RESERVED):
            raise Refused(
                f"{text!r} is in the namespace {namespace}, which the registry reserves"
                f" ({', '.join(RESERVED)}). Put your"
                " organisation's name in its place, such as Acme::Connect::UserConfig."
            )
        return cls(text)

    @property
    def is_reserved(self) -> bool:
        """Whether the registry refuses the name for its namespace."""
        return self.text.partition("::")[0].lower() in map(str.lower, RESERVED)

    @property
    def hyphenated(self) -> str:
        """Return the name as files bear it: the schema's, the zip's."""
        return self.text.lower().replace("::", "-")

    @property
    def package(self) -> str:
        """Return the name of the Python package, which the plugin of the `cfn` command derives from the
        type's.
        """
        return self.text.lower().replace("::", "_")
