"""What is said where the rules of ownership refuse an operation: only ``service`` raises these."""

from collections.abc import Sequence

from .errors import AlreadyExists, NotFound, NotSettledYet, NotStabilized
from .identifiers import Identity
from .ownership import MARKER_KEY, Owner, OwnershipRecord


def nothing_owned(identity: Identity, anothers: OwnershipRecord | None = None) -> NotFound:
    """Return that the resource owns nothing of the user; `anothers` is the record of who does."""
    stays = f" They are owned by {_label(anothers)}, and stay as they are." if anothers else ""
    return NotFound(f"No settings of {identity} are owned by this resource.{stays}")


def already_owned(identity: Identity, record: OwnershipRecord, owner: Owner) -> AlreadyExists:
    """Return that `record` names somebody else than `owner`, and what to do about it."""
    # Equal labels alone say nothing: a stack made anew under its old name has the old one's, and labels are cut to fit.
    if record.owner and record.owner.label == owner.label and record.owner.spellings != owner.spellings:
        return AlreadyExists(
            f"Settings of {identity} are already owned by {record.owner.label}, with InstanceId or UserId spelled in another"
            " way (id or ARN). Keep the spelling; to change it, remove the resource first and add it again after."
        )
    return AlreadyExists(
        f"Settings of {identity} are already owned by {_label(record)}. Declare all settings of a user in one resource; to move"
        " them, delete them there first or import the user here. If that stack is gone and kept the settings, remove the user's"
        f" tags that start with {MARKER_KEY}."
    )


def unsettled(identity: Identity, differences: Sequence[str] = ()) -> NotSettledYet:
    """Return that reads do not show what was written: `differences` of settings, or else the tags of the record."""
    differences = differences or ("the tags of the record do not show",)
    return NotSettledYet(NotStabilized(f"What was written to {identity} does not show in reads: {'; '.join(differences)}."))


def _label(record: OwnershipRecord) -> str:
    return record.owner.label if record.owner else "an unknown owner (the owner's tag is missing)"
