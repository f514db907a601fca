"""Problems of a declaration as data, and the values that nobody knows before the deployment.

The rules of `declaration` and `entries` yield them. The handlers put the errors among them into one message;
a check of templates shows each at its line. A template may take a value from elsewhere (a parameter, an
import), so what a check reads can be unknown: an unknown value is not missing, and is never wrong.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

Path = tuple[str | int, ...]
"""Where a value stands in the properties: names of members, and indexes from 0."""


class Severity(Enum):
    """How bad a problem is. Handlers refuse errors only."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True)
class Rule:
    """What a problem breaks. The name is stable: people suppress rules by it."""

    name: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or worth knowing, at one place of a declaration."""

    path: Path
    rule: Rule
    message: str
    """Names the place, the value (never a phone number) and the rule."""

    @property
    def severity(self) -> Severity:
        """The severity of the rule."""
        return self.rule.severity


REQUIRED: Final = Rule("required")
UNKNOWN_PROPERTY: Final = Rule("unknown-property")
WRONG_VALUE: Final = Rule("wrong-value")
WRONG_SHAPE: Final = Rule("wrong-shape")
WRONG_CHANNEL: Final = Rule("wrong-channel")
DUPLICATE_CHANNEL: Final = Rule("duplicate-channel")
NOTHING_DECLARED: Final = Rule("nothing-declared")
IDENTIFIER: Final = Rule("identifier")
UNRESOLVED_REFERENCE: Final = Rule("unresolved-reference")
NAME_FOR_ID: Final = Rule("name-for-id", Severity.WARNING)
CHAT_WORK_LIMIT: Final = Rule("chat-work-limit", Severity.WARNING)
NO_WORK_LIMIT: Final = Rule("no-work-limit", Severity.INFORMATION)


@dataclass(frozen=True)
class Unknown:
    """Stands for a value that is given, but known only when the template is deployed."""

    same_as: str = ""
    """Two unknown values with the same text are equal; the empty text says nothing."""


class PartlyKnown(dict[str, object]):
    """An object that may have more members than these, such as one that a macro completes."""


def dotted(path: Path) -> str:
    """Return `path` as messages show it: ``AutoAcceptConfigs[0].Channel``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
