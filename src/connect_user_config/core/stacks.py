"""What is left to do for a stack to be as wanted, or to be gone.

A stack is taken for one of this command's by the first words of its description, which its template gives it: a stack that
`aws cloudformation deploy` made from the same template counts, a stranger of the same name does not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .calls import Call, Content, Later
from .problems import Failed
from .steps import AwaitStack, Step, Write

_BARREN: Final = {"ROLLBACK_COMPLETE", "CREATE_FAILED"}
"""A first creation failed: such a stack holds nothing, cannot be updated, and makes way for a new one."""
_STUCK: Final = {
    "ROLLBACK_FAILED": "look at its events, delete it (`aws cloudformation delete-stack`), and run again",
    "DELETE_FAILED": "look at its events, delete what keeps it (`aws cloudformation delete-stack`), and run again",
    "UPDATE_FAILED": "roll it back (`aws cloudformation rollback-stack`), and run again",
    "UPDATE_ROLLBACK_FAILED": "end its rollback (`aws cloudformation continue-update-rollback`), and run again",
    "REVIEW_IN_PROGRESS": "it is a change set that nobody has executed: execute or delete it, and run again",
}
ENDED_WELL: Final = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}


@dataclass(frozen=True)
class StackWanted:
    """A stack as it should be; a parameter that is not named keeps its value, or gets its default in a new stack."""

    name: str
    mark: str
    template: Content
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class StackSeen:
    """A stack as CloudFormation describes it."""

    name: str
    status: str
    reason: str = ""
    description: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    template: str = ""

    @property
    def is_moving(self) -> bool:
        """Whether an operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and self.status not in _STUCK


def mark_of(template: str) -> str:
    """Return the first words of a template's description, up to the colon, by which its stacks are known."""
    _, _, after = template.partition("\nDescription: >-\n")
    mark, colon, _ = after.partition(": ")
    if not colon:
        raise ValueError("the template has no description with a colon in it")
    return " ".join(mark.split())


def parameters_of(template: str) -> list[str]:
    """Return the names of a template's parameters."""
    section = template.partition("\nParameters:\n")[2]
    # The section ends where the next line begins at the margin.
    return re.findall(
        r"^  (\w+):$", re.split(r"^\S", section, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE
    )


def output(seen: StackSeen | None, name: str, stack: str) -> str:
    """Return an output of the stack, or the promise of one."""
    return (seen.outputs.get(name) if seen else None) or Later(f"output {name} of stack {stack}")


def plan_stack(wanted: StackWanted, seen: StackSeen | None) -> list[Step]:
    """Return the steps to the wanted stack; Failed where only a person can go on."""
    if seen is None:
        return _create(wanted)
    refuse_stranger(wanted.name, wanted.mark, seen)
    if seen.status == "DELETE_IN_PROGRESS":
        return [
            AwaitStack(f"wait until stack {wanted.name} is gone", wanted.name, is_to_go=True),
            *_create(wanted),
        ]
    if seen.is_moving:
        return [AwaitStack(f"wait for stack {wanted.name}, which is in {seen.status}", wanted.name)]
    if seen.status in _BARREN:
        return [
            *delete_stack(wanted.name, f"delete what a failed creation has left of stack {wanted.name}"),
            *_create(wanted),
        ]
    refuse_stuck(seen)
    return [] if _is_as(wanted, seen) else _update(wanted, seen)


def plan_stack_removal(name: str, mark: str, seen: StackSeen | None) -> list[Step]:
    """Return the steps until the stack is gone; Failed where it is not one of this command's."""
    if seen is None:
        return []
    refuse_stranger(name, mark, seen)
    gone = AwaitStack(f"wait until stack {name} is gone", name, is_to_go=True)
    if seen.status == "DELETE_IN_PROGRESS":
        return [gone]
    if seen.is_moving:
        return [AwaitStack(f"wait for stack {name}, which is in {seen.status}", name), *delete_stack(name)]
    return delete_stack(name)


def delete_stack(name: str, does: str = "") -> list[Step]:
    """Return the steps that delete a stack."""
    call = Call("cloudformation", "DeleteStack", {"StackName": name})
    return [
        Write(does or f"delete stack {name}", call),
        AwaitStack(f"wait until stack {name} is gone", name, is_to_go=True),
    ]


def refuse_stranger(name: str, mark: str, seen: StackSeen) -> None:
    """Raise Failed when the stack is not made from the template with this mark."""
    if not " ".join(seen.description.split()).startswith(f"{mark}:"):
        raise Failed(
            "name-taken",
            f"there is a stack {name} already, and it is not one of this command's: its description does not begin with {mark!r}",
            "name another one with --stack-name, or remove the stack yourself",
        )


def refuse_stuck(seen: StackSeen) -> None:
    """Raise Failed when the stack is in a state that only a person can end."""
    if advice := _STUCK.get(seen.status):
        because = f" ({seen.reason})" if seen.reason else ""
        raise Failed("stack-stuck", f"stack {seen.name} is in {seen.status}{because}", advice)


def _is_as(wanted: StackWanted, seen: StackSeen) -> bool:
    same = all(seen.parameters.get(name) == value for name, value in wanted.parameters.items())
    return same and seen.template.strip() == wanted.template.text.strip()


def _create(wanted: StackWanted) -> list[Step]:
    return _deploy("CreateStack", "create", wanted, wanted.parameters)


def _update(wanted: StackWanted, seen: StackSeen) -> list[Step]:
    # A parameter that the new template no longer has must not be named.
    kept = {
        name: seen.parameters[name] for name in parameters_of(wanted.template.text) if name in seen.parameters
    }
    return _deploy("UpdateStack", "update", wanted, {**kept, **wanted.parameters})


def _deploy(operation: str, verb: str, wanted: StackWanted, parameters: Mapping[str, str]) -> list[Step]:
    call = Call(
        "cloudformation",
        operation,
        {
            "StackName": wanted.name,
            "TemplateBody": wanted.template,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value} for name, value in sorted(parameters.items())
            ],
            "Capabilities": ["CAPABILITY_IAM"],
        },
    )
    # CloudFormation has its own way of comparing: a value that it shows in another spelling is not updated for ever.
    write = Write(f"{verb} stack {wanted.name}", call, is_proven=operation == "UpdateStack")
    return [write, AwaitStack(f"wait for stack {wanted.name}", wanted.name)]
