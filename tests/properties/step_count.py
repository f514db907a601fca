"""Counts the steps of the state machine by kind; a run prints them, so that nobody overlooks fewer steps."""

from collections import Counter

from .edits_meanwhile import EXCUSED

STEPS: Counter[str] = Counter()
"""Steps that did something, by kind; a rule that finds nothing to do takes none."""

KINDS = (
    *("creates", "updates", "deletes", "rolled back", "imported", "handed over", "taken over", "looked"),
    *("editing", "phoning", "tagging", "untagging"),
    *("resumed", "restarted after a crash", "sent again", "delivered again", "handed over again"),
)
"""The kinds of steps; none may become rare."""

MEANWHILE: Counter[str] = Counter()
"""Acts of others between the calls of an operation, by kind."""


def summary(repeat: str) -> str:
    """Return a line about a run; `repeat` says how to run it again."""
    counts = f"{_counts(STEPS)}; during operations: {_counts(MEANWHILE)}; {_counts(EXCUSED)}"
    return f"{STEPS.total()} steps ({repeat}): {counts}"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counter.items()))
