"""The texts of ownership: errors that refuse a request, and notes on a request that ends unexpectedly."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from .arrays import PHONE_NUMBER_KEY, SettingKey
from .errors import AlreadyExists, NotFound, NotSettledYet, NotStabilized, SettingsError
from .identifiers import Identity
from .kinds import RecordedValue, Unrecorded
from .messages import joined
from .ownership import MARKER_KEY, Owner, OwnershipRecord, to_word
from .settings import Settings

HAND_OVER: Final = "connect-user-config release --hand-over"
"""The command after which the next create takes the settings over."""
NO_OWNER: Final = (
    "The record on the user named no owner: a delete has left it, or somebody has removed tags. Its settings"
    " were given back."
)
_NUMBER_OF_BOTH: Final = (
    "declares a phone number too, which it does not hold: the number is left as it is now."
)
OVERTAKEN: Final = "A later request has changed this resource: this one changed nothing."


def nothing_owned(identity: Identity, anothers: OwnershipRecord | None = None) -> NotFound:
    """Return the error for a resource that owns nothing of the user; `anothers` is another one's record."""
    if anothers and anothers.is_handed_over:
        return NotFound(
            f"No settings of {identity} are owned by this resource. They have been handed over, and stay as"
            " they are for the resource that takes them next."
        )
    stays = f" They are owned by {_label(anothers)}, and stay as they are." if anothers else ""
    if anothers and anothers.owner is None:
        remedy = f"remove its tags that start with {MARKER_KEY}"
        stays += f" To release the user with the settings it has now, {remedy}."
    return NotFound(f"No settings of {identity} are owned by this resource.{stays}")


def released_meanwhile(identity: Identity) -> NotFound:
    """Return the error for a record that is gone: the resource was deleted, or somebody removed its tags."""
    return NotFound(
        f"The settings of {identity} were released while this request was under way. It has changed nothing."
    )


def being_given_back(identity: Identity) -> NotSettledYet:
    """Return the error for an update of a resource that is being deleted."""
    return NotSettledYet(NotFound(f"A delete of this resource is giving the settings of {identity} back."))


def already_owned(
    identity: Identity, record: OwnershipRecord, owner: Owner, *, can_import: bool
) -> AlreadyExists:
    """Return the error for a `record` of another resource than `owner`."""
    # Equal labels alone prove nothing: a recreated stack has the label of the old one, and labels are cut.
    if record.owner and record.owner.label == owner.label and record.owner.spellings != owner.spellings:
        return AlreadyExists(
            f"Settings of {identity} are already owned by {record.owner.label}, with InstanceId or UserId"
            " spelled in another way (id or ARN). Keep the spelling; to change it, hand the user over first"
            f" ({HAND_OVER}), or remove the resource first and add it again after."
        )
    ways = f"first hand the user over ({HAND_OVER}) or delete them there"
    ways += ", or import the user here" if can_import else ""
    return AlreadyExists(
        f"Settings of {identity} are already owned by {_label(record)}. Declare all settings of a user in one"
        f" resource; to move them, {ways}. If that stack is gone and kept the settings, hand the user over as"
        f" well, or remove the user's tags that start with {MARKER_KEY}."
    )


def unsettled(identity: Identity, differences: Sequence[str] = ()) -> NotSettledYet:
    """Return the error for reads that do not show our write: `differences`, or else the tags are missing."""
    differences = differences or ("the tags of the record do not show",)
    return NotSettledYet(
        NotStabilized(f"The write to {identity} does not show in reads: {'; '.join(differences)}.")
    )


def user_gone(identity: Identity) -> str:
    """Return the note of an update whose user is gone."""
    return (
        f"There is no {identity} any more: there is nothing to change, and nothing to give back. You may"
        " remove the resource from the template."
    )


def record_restored(prior: Mapping[SettingKey, RecordedValue], previous: Settings) -> str:
    """Return the note of an update without a record: `prior` is recorded now, `previous` was declared."""
    return (
        "The user carried no record of the settings that this resource owns: somebody has removed its tags."
        f" The record is written again.{_unknown_priors(prior)}{_left_behind(previous.keys() - prior.keys())}"
        f" If another tool manages the user's tags, let it ignore those that start with {MARKER_KEY}."
    )


def tags_restored(prior: Mapping[SettingKey, RecordedValue]) -> str:
    """Return the note of an update that found a part of its record; the rest, `prior`, is recorded again."""
    return (
        "Somebody has removed a tag of this resource's record from the user. It is written again."
        f"{_unknown_priors(prior)}"
    )


def _unknown_priors(prior: Mapping[SettingKey, RecordedValue]) -> str:
    keys = [key for key, value in prior.items() if isinstance(value, Unrecorded)]
    if not keys:
        return ""
    consequence = "deleting the resource will leave it as it is"
    return f" The earlier value of {_listed(keys)} is not known any more: {consequence}."


def _left_behind(keys: Iterable[SettingKey]) -> str:
    return f" {_listed(keys)}, no longer declared, is left as it is." if keys else ""


def stays_changed(prior: Mapping[SettingKey, RecordedValue], why: SettingsError | str) -> str:
    """Return the note on settings that were written and cannot be given back, because of `why`."""
    was = ", ".join(f"{key} ({_earlier(key, value)})" for key, value in prior.items())
    return (
        f"These settings may stay as this operation wrote them ({why}): {was}. If the user still carries this"
        " resource's record, deleting the resource gives them back; otherwise set them by hand."
    )


def left_to(record: OwnershipRecord | None, written: Settings) -> str:
    """Return the note on settings that stay as `written`: another resource's `record` declares them too."""
    if record is None or record.is_ending:
        return ""
    owner = f"The record of {_label(record)}"
    same = [key for key, value in written.items() if record.declared.get(key) == value]
    both_have_a_number = PHONE_NUMBER_KEY in written and PHONE_NUMBER_KEY in record.declared
    return joined(
        f"{owner} holds the same for {_listed(same)}: that stays." if same else "",
        f"{owner} {_NUMBER_OF_BOTH}" if both_have_a_number else "",
    )


def _earlier(key: SettingKey, value: RecordedValue) -> str:
    is_number = key == PHONE_NUMBER_KEY and value is not None
    return "its earlier number is not recorded" if is_number else f"was {to_word(key, value)}"


def _listed(keys: Iterable[SettingKey]) -> str:
    return ", ".join(sorted(map(str, keys)))


def _label(record: OwnershipRecord) -> str:
    return record.owner.label if record.owner else "an unknown owner (the owner's tag is missing)"
