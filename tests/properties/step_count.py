"""How many steps the state machine has really taken, by kind: printed at the end of a run, and not to shrink
unseen.
"""

from collections import Counter

from .edits_meanwhile import EXCUSED

STEPS: Counter[str] = Counter()
"""Steps that did something, by kind; a rule that finds nothing to do takes none."""

KINDS = (
    *(
        "creates",
        "updates",
        "deletes",
        "rolled back",
        "imported",
        "looked",
        "editing",
        "phoning",
        "tagging",
        "untagging",
    ),
    *("resumed", "begun anew after a crash", "sent again", "delivered anew", "handed over anew"),
)
"""The kinds of steps; none may become rare."""

MEANWHILE: Counter[str] = Counter()
"""What was done in between the calls of an operation, by kind."""


def summary(again: str) -> str:
    """Return what to print of a run."""
    return f"{STEPS.total()} steps ({again}): {_counts(STEPS)}; during operations: {_counts(MEANWHILE)}; {_counts(EXCUSED)}"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counter.items()))
