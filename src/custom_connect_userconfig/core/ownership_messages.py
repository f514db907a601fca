"""The errors and notes with which the rules of ownership answer a request."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .arrays import PHONE_NUMBER_KEY, SettingKey
from .errors import AlreadyExists, NotFound, NotSettledYet, NotStabilized, SettingsError
from .identifiers import Identity
from .kinds import RecordedValue, Unrecorded
from .ownership import MARKER_KEY, Owner, OwnershipRecord, to_word
from .settings import Settings

OVERTAKEN: Final = "A later request has changed this resource: this one changed nothing."


def nothing_owned(identity: Identity, anothers: OwnershipRecord | None = None) -> NotFound:
    """Return that the resource owns nothing of the user; `anothers` is the record of who does."""
    stays = f" They are owned by {_label(anothers)}, and stay as they are." if anothers else ""
    if anothers and anothers.owner is None:
        stays += f" To release the user with the settings it has now, remove its tags that start with {MARKER_KEY}."
    return NotFound(f"No settings of {identity} are owned by this resource.{stays}")


def released_meanwhile(identity: Identity) -> NotFound:
    """Return that the record went while the request waited: the resource has been deleted, or somebody has
    removed its tags.
    """
    return NotFound(
        f"The settings of {identity} were released while this request was under way. It has changed nothing."
    )


def already_owned(
    identity: Identity, record: OwnershipRecord, owner: Owner, *, can_import: bool
) -> AlreadyExists:
    """Return that `record` names somebody else than `owner`, and what to do about it."""
    # Equal labels alone say nothing: a stack made anew under its old name has the old one's, and labels are
    # cut to fit.
    if record.owner and record.owner.label == owner.label and record.owner.spellings != owner.spellings:
        return AlreadyExists(
            f"Settings of {identity} are already owned by {record.owner.label}, with InstanceId or UserId"
            " spelled in another"
            " way (id or ARN). Keep the spelling; to change it, remove the resource first and add it again"
            " after."
        )
    import_here = " or import the user here" if can_import else ""
    return AlreadyExists(
        f"Settings of {identity} are already owned by {_label(record)}. Declare all settings of a user in"
        " one resource; to move"
        f" them, delete them there first{import_here}. If that stack is gone and kept the settings, remove"
        " the user's"
        f" tags that start with {MARKER_KEY}."
    )


def unsettled(identity: Identity, differences: Sequence[str] = ()) -> NotSettledYet:
    """Return that reads do not show what was written: `differences` of settings, or else the tags of the
    record.
    """
    differences = differences or ("the tags of the record do not show",)
    return NotSettledYet(
        NotStabilized(f"What was written to {identity} does not show in reads: {'; '.join(differences)}.")
    )


def user_gone(identity: Identity) -> str:
    """Return the note of an update whose user has left."""
    return (
        f"There is no {identity} any more: there is nothing to change, and nothing to give back. You may"
        " remove the"
        " resource from the template."
    )


def record_restored(prior: Mapping[SettingKey, RecordedValue], previous: Settings) -> str:
    """Return the note of an update that found no record: `prior` is recorded now, `previous` was declared
    before.
    """
    return (
        "The user carried no record of the settings that this resource owns: somebody has removed its tags."
        " The record is written"
        f" again.{_unknown_priors(prior)}{_left_behind(previous.keys() - prior.keys())} If another tool"
        " manages the user's tags,"
        f" let it ignore those that start with {MARKER_KEY}."
    )


def tags_restored(prior: Mapping[SettingKey, RecordedValue]) -> str:
    """Return the note of an update that found a part of its record only: of `prior` the earlier values are
    not known.
    """
    return f"Somebody has removed a tag of this resource's record from the user. It is written again.{_unknown_priors(prior)}"


def _unknown_priors(prior: Mapping[SettingKey, RecordedValue]) -> str:
    keys = [key for key, value in prior.items() if isinstance(value, Unrecorded)]
    return (
        f" The earlier value of {_listed(keys)} is not known any more: deleting the resource will leave it"
        " as it is."
        if keys
        else ""
    )


def _left_behind(keys: Iterable[SettingKey]) -> str:
    return f" {_listed(keys)}, no longer declared, is left as it is." if keys else ""


def stays_changed(prior: Mapping[SettingKey, RecordedValue], why: SettingsError | str) -> str:
    """Return what to say of settings whose claim is gone and that could not be given back, and why."""
    was = ", ".join(f"{key} ({_earlier(key, value)})" for key, value in prior.items())
    return (
        f"These settings may stay as this operation wrote them ({why}): {was}. If the user still carries"
        " this resource's record,"
        " deleting the resource gives it back; otherwise set them by hand."
    )


def _earlier(key: SettingKey, value: RecordedValue) -> str:
    return (
        "its earlier number is not recorded"
        if key == PHONE_NUMBER_KEY and value is not None
        else f"was {to_word(key, value)}"
    )


def _listed(keys: Iterable[SettingKey]) -> str:
    return ", ".join(sorted(map(str, keys)))


def _label(record: OwnershipRecord) -> str:
    return record.owner.label if record.owner else "an unknown owner (the owner's tag is missing)"
