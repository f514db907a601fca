"""Carries out the steps of a plan, one generator a step: it yields whenever there is nothing to do but wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..core.problems import Failed
from ..core.stacks import ENDED_WELL
from ..core.steps import AwaitRegistration, AwaitStack, Register, Step, Write
from .aws import Aws
from .registry import see_registration
from .stacks import first_failure, status_of

_FIRST_PAUSE: Final = 0.5
_GROWTH: Final = 1.5
_LONGEST_PAUSE: Final = 5.0


@dataclass(frozen=True)
class Wait:
    """Nothing to do for so many seconds; `doing` says what is waited for, for people."""

    seconds: float
    doing: str


def carry_out(aws: Aws, step: Step) -> Iterator[Wait]:
    """Carry out the step; raises Problem, and never returns before the step has taken effect as far as its answers tell."""
    match step:
        case Write():
            _perform_write(aws, step)
        case Register():
            token = aws.perform(step.registration)["RegistrationToken"]
            aws.perform(step.note(token))
        case AwaitStack():
            yield from _await_stack(aws, step)
        case AwaitRegistration():
            yield from _await_registration(aws, step)


def growing_waits(doing: str) -> Iterator[Wait]:
    """Yield waits without end, short ones first: most of what is waited for takes either a moment or minutes."""
    pause = _FIRST_PAUSE
    while True:
        yield Wait(pause, doing)
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)


def _perform_write(aws: Aws, step: Write) -> None:
    try:
        answer = aws.perform(step.call)
    except Failed as problem:
        # What was compared may differ in ways that do not count, such as blank lines.
        if step.call.operation == "UpdateStack" and "No updates are to be performed" in problem.message:
            return
        raise
    # DeleteObjects succeeds as a call even where it deletes nothing.
    if refused := answer.get("Errors"):
        first = refused[0]
        raise Failed(
            "not-deleted",
            f"S3 did not delete {len(refused)} objects, {first.get('Key')} first: {first.get('Message')}",
        )


def _await_stack(aws: Aws, step: AwaitStack) -> Iterator[Wait]:
    waits = growing_waits(step.does)
    while (status := status_of(aws, step.stack)).endswith("_IN_PROGRESS"):
        yield Wait(next(waits).seconds, f"{step.does}: {status}")
    if step.is_to_go:
        if status:
            raise Failed(
                "stack-not-deleted",
                f"stack {step.stack} ended in {status}: {first_failure(aws, step.stack)}",
                "run again",
            )
        return
    if status not in ENDED_WELL:
        advice = "see to the reason, and run the same command again"
        reason = first_failure(aws, step.stack) if status else "it was deleted meanwhile"
        raise Failed("stack-failed", f"stack {step.stack} ended in {status or 'nothing'}: {reason}", advice)


def _await_registration(aws: Aws, step: AwaitRegistration) -> Iterator[Wait]:
    for wait in growing_waits(step.does):
        registration = see_registration(aws, step.token)
        if registration is None:
            raise Failed("registration-lost", f"the registry knows no registration {step.token}", "run again")
        if registration.status == "FAILED":
            reason = registration.description or "it gives no reason"
            raise Failed(
                "registration-failed",
                f"the registry refused the type: {reason}",
                "see to the reason, and run again",
            )
        if registration.status == "COMPLETE":
            return
        yield wait
