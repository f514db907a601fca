"""Whether a stack uses a function, however its template spells the ServiceToken.

A template may compute the token, so its text can prove that the stack uses the function, but not that it does not. Physical ids
can: the function calls each of its resources `InstanceId|UserId`, and CloudFormation shows these ids. A stack with such resources
counts as a user unless each of its tokens is spelled out and is another one. A resource that may not have its id yet leaves the
question open.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

_ID: Final = r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_INSTANCE: Final = rf"(?:arn:[a-z-]+:connect:[a-z0-9-]+:[0-9]{{12}}:instance/{_ID})"
_PHYSICAL_ID: Final = re.compile(rf"(?:{_INSTANCE}|{_ID})\|(?:{_INSTANCE}/agent/)?{_ID}")
_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")
_END: Final = r"""["']?(?=[\s,}]|$)"""
_TOKEN: Final = re.compile(
    rf"""(?<![A-Za-z0-9])ServiceToken["']?\s*:\s*(?:
        (?P<declaration>\{{?\s*["']?(?:Type|Default|Description|NoEcho|AllowedPattern|Value|Export|Condition)["']?\s*:)
        | ["']?(?P<literal>arn:[^\s"',}}${{]+){_END}
        | (?:!Ref\s+|\{{?\s*["']?Ref["']?\s*:\s*)["']?(?P<parameter>[A-Za-z0-9]+){_END}
        | (?:!ImportValue\s+|\{{?\s*["']?Fn::ImportValue["']?\s*:\s*)["']?(?P<export>[A-Za-z0-9:-]+){_END}
    )?""",
    re.VERBOSE,
)
_COMMENT: Final = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)


class Use(Enum):
    """Whether a stack uses the function or the type."""

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


@dataclass(frozen=True)
class StackListed:
    """A stack in the list of all stacks."""

    name: str
    id: str
    status: str

    @property
    def may_get_resources(self) -> bool:
        """Whether an operation is under way that makes resources, of which some may not be listed yet."""
        return self.status.endswith("_IN_PROGRESS") and not re.search("DELETE|REVIEW|CLEANUP", self.status)

    @property
    def has_two_templates(self) -> bool:
        """Whether resources may be of another template than the one that is shown."""
        return self.status.startswith("UPDATE_") and self.status not in {
            "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_COMPLETE",
        }


@dataclass(frozen=True)
class ResourceListed:
    """A resource in the list of a stack's resources."""

    type_name: str
    physical_id: str
    status: str

    @property
    def is_custom(self) -> bool:
        """Whether a function or a topic provides it."""
        return self.type_name.startswith(_CUSTOM)

    @property
    def is_ours(self) -> bool:
        """Whether its id is one that this function gives."""
        return bool(_PHYSICAL_ID.fullmatch(self.physical_id))

    @property
    def has_no_id_of_its_own(self) -> bool:
        """Whether its id may be missing, or one that CloudFormation invented because its creation failed."""
        return self.status.startswith(("CREATE_", "DELETE_")) and self.status != "CREATE_COMPLETE"


@dataclass(frozen=True)
class Declared:
    """What a stack's template and parameters say; the template is empty where CloudFormation does not show it."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)


def use_of(
    stack: StackListed,
    customs: Sequence[ResourceListed],
    declared: Declared,
    token: str,
    exports: Callable[[], Mapping[str, str]],
) -> Use:
    """Tell whether the stack uses the function with this token; `exports` returns the values of all exports."""
    if any(token in text for text in (declared.template, *declared.values.values())):
        return Use.YES
    if not customs and declared.template and not list(_tokens(declared, exports)):
        return Use.NO
    is_ours = any(each.is_ours for each in customs)
    is_open = stack.may_get_resources or any(each.has_no_id_of_its_own for each in customs)
    if not is_ours and not is_open:
        return Use.NO
    if not stack.has_two_templates and _is_elsewhere(customs, declared, token, exports):
        return Use.NO
    return Use.YES if is_ours else Use.UNKNOWN


def _is_elsewhere(
    customs: Sequence[ResourceListed],
    declared: Declared,
    token: str,
    exports: Callable[[], Mapping[str, str]],
) -> bool:
    """Tell whether every ServiceToken is spelled out, and none is this one."""
    tokens = list(_tokens(declared, exports))
    return len(tokens) >= max(1, len(customs)) and all(
        each.startswith("arn:") and token not in each for each in tokens
    )


def _tokens(declared: Declared, exports: Callable[[], Mapping[str, str]]) -> Iterator[str]:
    """Yield each ServiceToken of the template, empty where it is computed."""
    for found in _TOKEN.finditer(_COMMENT.sub("", declared.template)):
        if found["export"]:
            yield exports().get(found["export"], "")
        elif not found["declaration"]:
            yield found["literal"] or declared.values.get(found["parameter"] or "", "")
