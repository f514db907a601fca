"""Create, read, update, delete and list: the rules of ownership over a gateway, for every front end alike.

Each operation is level-triggered. It reads the live user, computes what is left to do, does it, reads again, and is done when
nothing is left; it can be cut off between any two calls and run again. Front ends pass in the callback context of the previous
invocation and get either a result or `Pending`, which holds the next one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .core.arrays import PHONE_NUMBER_KEY
from .core.declaration import Declaration
from .core.errors import (
    NetworkFault,
    NotClaimedYet,
    NotFound,
    NotReadableYet,
    NotSettledYet,
    Retriable,
    ServiceFault,
    SettingsError,
    Throttled,
)
from .core.identifiers import Identity, InstanceRef, Spelling, respell
from .core.ownership import MARKER_KEY, MARKER_VALUE, Owner, OwnershipRecord
from .core.planning import LiveUser, Plan, owned_now, plan_give_back, plan_take
from .core.refusals import already_owned, nothing_owned, unsettled
from .core.restoration import NUMBER_STAYED
from .core.settings import Settings
from .pacing import Pacing, Pending
from .ports import Gateway
from .progress import Progress

Context = Mapping[str, object] | None

_PLAIN: Final = (Spelling.ID, Spelling.ID)
_LOOKS: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds before further looks at a user that seems to need no change although its declaration has changed, or is new."""
_CLAIM_SHOWS_AFTER: Final = (0.5, 1.0, 2.0)
"""Seconds before further looks for what a failed create may have left; it has failed, and cannot wait longer than that."""


@dataclass(frozen=True)
class OwnedSettings:
    """The owned settings of a user with their live values."""

    user_arn: str
    settings: Settings
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenBack:
    """All that was owned is given back; `notes` say what could not be."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnedUsers:
    """One page of users with owned settings: InstanceId and UserId of each as its owner spells them."""

    identifiers: Sequence[tuple[str, str]]
    next_token: str | None


@dataclass(frozen=True)
class SettingsService:
    """The operations of the resource."""

    gateway: Gateway
    pacing: Pacing

    def create(
        self, declaration: Declaration, owner: Owner, context: Context = None, *, keeps_found: bool = False
    ) -> OwnedSettings | Pending:
        """Take the declared settings.

        Raises AlreadyExists when another resource owns settings of the user, NotFound when there is no such user (after a
        bounded wait: one made seconds ago may not be readable yet). Of a failure nothing stays: what this operation has
        written is given back before the error is raised; with `keeps_found` not where it has found the record of `owner` itself,
        since it may be a duplicate, and the resource alive.
        """
        progress = self.pacing.begin(context)
        try:
            return self.pacing.write(_Taking(self, declaration, owner, progress, changes=True).create, progress)
        except SettingsError as error:
            note = self._undo(declaration, owner, progress, kept=keeps_found and progress.found_own)
            if not note:
                raise
            raise error.with_note(note) from error

    def update(
        self,
        declaration: Declaration,
        owner: Owner,
        context: Context = None,
        previous: Settings | None = None,
        *,
        only_own: bool = False,
    ) -> OwnedSettings | Pending:
        """Apply the declared settings, take the newly declared, give back the dropped; NotFound when nothing is owned.

        The record is stamped with `owner` when that is a stack's resource, as after an import into another stack. With `only_own` a
        record that names somebody else is NotFound instead: a resource that cannot be imported has no claim to it. Where
        `previous`, what was declared before, is known and differs, a user that seems to be as declared already is looked at again
        for some seconds: in the rollback of an update that has just failed, a late read shows the state before that update.
        """
        progress = self.pacing.begin(context)
        changes = previous is not None and previous != declaration.settings
        return self.pacing.write(_Taking(self, declaration, owner, progress, changes, only_own).update, progress)

    def read(self, identity: Identity) -> OwnedSettings:
        """Return the owned settings with their live values; NotFound when nothing is owned. Never writes."""
        return self.pacing.read(lambda: self._read(identity))

    def delete(self, identity: Identity, owner: Owner, context: Context = None, *, only_own: bool = False) -> GivenBack | Pending:
        """Give back every owned setting, then remove the record.

        Raises NotFound when the user is gone, when nothing is owned, or when both the request and the record name stacks and
        the resource is another one: the rollback of a refused create must never strip the real owner's user. With `only_own`
        the record must name `owner` itself, whatever else it does not name.
        """
        progress = self.pacing.begin(context)
        return self.pacing.write(lambda: self._delete(identity, owner, progress, only_own=only_own), progress)

    def abandon(self, declaration: Declaration, owner: Owner, context: Context) -> str:
        """Give back what a create has taken that shall not go on from `context`; return what to say about it."""
        progress = self.pacing.begin(context)
        return self._undo(declaration, owner, progress, kept=progress.found_own)

    def _undo(self, declaration: Declaration, owner: Owner, progress: Progress, *, kept: bool) -> str:
        """Give back what a failed create has taken, and return what to say about it; never raises a SettingsError."""
        if not progress.wrote:
            return ""
        if kept:
            return "The resource had been created before, and stays: deleting the resource gives it back."
        try:
            return self._give_back_claim(declaration, owner, progress)
        except NotFound:
            return "Should the user show again, its record holds what had been taken, and deleting the resource gives it back."
        except SettingsError as error:
            return (
                f"What had been taken could not be given back ({error}); the record on the user holds it,"
                " and deleting the resource gives it back."
            )

    def list_users(self, instance: InstanceRef, token: str | None = None) -> OwnedUsers:
        """Return one page of the users of the instance with owned settings."""
        found = self.pacing.read(lambda: self.gateway.search_tagged_users(instance.bare, MARKER_KEY, MARKER_VALUE, token))
        records = [(user, OwnershipRecord.owner_of(user.tags)) for user in found.users]
        identifiers = [respell(user.user_id, user.arn, owner.spellings if owner else _PLAIN) for user, owner in records]
        return OwnedUsers(identifiers, found.next_token)

    def _read(self, identity: Identity) -> OwnedSettings:
        user = self.gateway.describe_user(identity.instance_id, identity.user_id)
        record = OwnershipRecord.from_tags(user.tags)
        if record is None:
            raise nothing_owned(identity)
        return OwnedSettings(user.arn, owned_now(record, user.settings))

    def _delete(self, identity: Identity, owner: Owner, progress: Progress, *, only_own: bool) -> GivenBack:
        while True:
            user, record = self._find(identity, progress)
            if user is None or record is None:
                return GivenBack(_notes(progress, user))
            if _is_anothers(record, owner) or (only_own and not _is_own(record, owner, progress)):
                if progress.wrote:
                    return GivenBack(progress.notes)
                raise nothing_owned(identity, record)
            if progress.is_settling(self.pacing.clock.now()):
                raise unsettled(identity, ("the tags of the record are still there",))
            self.apply(identity, user, plan_give_back(record, user, believe_read=progress.wrote_settings), progress)

    def _find(self, identity: Identity, progress: Progress) -> tuple[LiveUser | None, OwnershipRecord | None]:
        """Return the user and its record. What is gone is NotFound at first, and done once this operation has written."""
        try:
            user = self.describe(identity, progress)
        except NotFound:
            if progress.wrote:
                return None, None
            raise
        record = OwnershipRecord.from_tags(user.tags)
        if record is None and not progress.wrote:
            raise NotClaimedYet(nothing_owned(identity))
        return user, record

    def describe(self, identity: Identity, progress: Progress) -> LiveUser:
        """Read the user, if there is time."""
        self.pacing.check_time(progress)
        try:
            return self.gateway.describe_user(identity.instance_id, identity.user_id)
        except Throttled:
            progress.note_refused_read()
            raise

    def apply(self, identity: Identity, user: LiveUser, plan: Plan, progress: Progress) -> None:
        """Make the calls of `plan`, in the order that can be cut off anywhere."""
        steps: tuple[tuple[object, Callable[[], None]], ...] = (
            (plan.claim, lambda: self.gateway.tag_user(user.arn, plan.claim)),
            (plan.arrays, lambda: self.gateway.update_user_config(identity.instance_id, identity.user_id, plan.arrays)),
            (plan.amend, lambda: self.gateway.tag_user(user.arn, plan.amend)),
            (plan.release, lambda: self.gateway.untag_user(user.arn, plan.release)),
        )
        progress.notes = progress.notes or plan.notes
        progress.removed_number = progress.removed_number or plan.removes_number
        for needed, call in steps:
            if needed:
                self._write(call, progress, settings=needed is plan.arrays)
        progress.note_written(self.pacing.clock.now())

    def _write(self, call: Callable[[], None], progress: Progress, *, settings: bool) -> None:
        self.pacing.check_time(progress)
        try:
            call()
        except (NetworkFault, ServiceFault):
            progress.note_sent(settings=settings)  # its answer is lost, what it did may not be
            raise
        progress.note_sent(settings=settings)
        progress.note_got_on()

    def _give_back_claim(self, declaration: Declaration, owner: Owner, progress: Progress) -> str:
        identity, record = declaration.identity, None
        for wait in (0.0, *_CLAIM_SHOWS_AFTER):
            self.pacing.clock.sleep(wait)
            user = self.describe(identity, progress)
            record = OwnershipRecord.from_tags(user.tags)
            if record and not record.owned_by(owner):
                return ""
            # An earlier record of this resource's may show first: removing that one alone would leave a record without an owner.
            if record and record.prior.keys() >= declaration.settings.keys():
                notes = self._restore_and_release(identity, user, record, progress)
                return " ".join(("What had been taken was given back.", *notes))
        if record:
            return "What had been taken does not show in full yet, and stays: deleting the resource gives it back."
        return (
            "Nothing shows that had to be given back; should tags that start with"
            f" {MARKER_KEY} appear on the user later, deleting the resource gives it back."
        )

    def _restore_and_release(
        self, identity: Identity, user: LiveUser, record: OwnershipRecord, progress: Progress
    ) -> tuple[str, ...]:
        # A read is believed only where nobody else can have written settings: no invocation before this one, which was cut off.
        is_first = not (progress.wrote_settings or progress.resumed or progress.found_own)
        plan = plan_give_back(record, user, believe_read=is_first)
        try:
            self.apply(identity, user, plan, progress)
        except SettingsError as error:
            may_have_acted = isinstance(error, Retriable) and not isinstance(error, Throttled)
            if is_first or progress.wrote_settings or may_have_acted:
                raise
            # Whoever may not write settings has written none, and who was refused for hours reads nothing late.
            plan = plan_give_back(record, user, believe_read=True)
            self.apply(identity, user, plan, progress)
        return plan.notes


@dataclass(frozen=True)
class _Taking:
    """Create and update: the same steps behind different conditions."""

    service: SettingsService
    declaration: Declaration
    owner: Owner
    progress: Progress
    changes: bool = False
    """Whether something must have changed, so that a first read with nothing left to do may be a late one."""
    only_own: bool = False
    """Whether the record of another resource is not to be taken over."""

    def create(self) -> OwnedSettings:
        return self._converge(self._read_for_create, self.owner)

    def update(self) -> OwnedSettings:
        return self._converge(self._read_for_update, self.owner)

    @property
    def identity(self) -> Identity:
        return self.declaration.identity

    def _read_for_create(self) -> tuple[LiveUser, OwnershipRecord | None]:
        try:
            user = self.service.describe(self.identity, self.progress)
        except NotFound as error:
            raise NotReadableYet(error) from error
        record = OwnershipRecord.from_tags(user.tags)
        if record and not record.owned_by(self.owner):
            refused = already_owned(self.identity, record, self.owner)
            # Once claimed, another's record is either an old state or a race that the other has won: time will tell.
            raise NotSettledYet(refused) if self.progress.wrote else refused
        if record is None and self.progress.settling_since is not None:
            # Never claimed anew: what now shows as the earlier value may be what this operation has written.
            raise unsettled(self.identity)
        self.progress.found_own |= record is not None and not self.progress.wrote
        return user, record

    def _read_for_update(self) -> tuple[LiveUser, OwnershipRecord | None]:
        user = self.service.describe(self.identity, self.progress)
        record = OwnershipRecord.from_tags(user.tags)
        is_others = self.only_own and record is not None and record.owner is not None and not record.owned_by(self.owner)
        if record is None or is_others:
            missing = nothing_owned(self.identity, record)
            raise NotSettledYet(missing) if self.progress.wrote else missing
        return user, record

    def _converge(self, read: Callable[[], tuple[LiveUser, OwnershipRecord | None]], owner: Owner) -> OwnedSettings:
        pacing = self.service.pacing
        looks = list(_LOOKS) if self.changes else []
        while True:
            user, record = read()
            stamp = record.owner if record and record.owner and not owner.has_stack else owner
            # What is not recorded is yet to be taken, whatever was written before: another stack may have given it back since.
            is_held = record is not None and record.prior.keys() >= self.declaration.settings.keys()
            settled = is_held and self.progress.has_settled(pacing.clock.now())
            plan = plan_take(self.declaration.settings, stamp, record, user, written=settled)
            if plan.is_empty and looks and not self.progress.has_written:
                pacing.clock.sleep(looks.pop(0))
                continue
            if plan.is_empty:
                live = {key: user.settings.effective(key) for key in self.declaration.settings}
                return OwnedSettings(user.arn, {k: v for k, v in live.items() if v is not None}, _notes(self.progress, user))
            if self.progress.is_settling(pacing.clock.now()):
                raise unsettled(self.identity, plan.differences)
            # Until this plan is done as well: a read may show the end of the one before, and hide what this one has claimed.
            self.progress.written_at = None
            self.service.apply(self.identity, user, plan, self.progress)


def _notes(progress: Progress, user: LiveUser | None) -> tuple[str, ...]:
    stayed = progress.removed_number and user is not None and user.settings.effective(PHONE_NUMBER_KEY) is not None
    return (*progress.notes, NUMBER_STAYED) if stayed else progress.notes


def _is_anothers(record: OwnershipRecord, owner: Owner) -> bool:
    return record.owner is not None and record.owner.has_stack and owner.has_stack and not record.owned_by(owner)


def _is_own(record: OwnershipRecord, owner: Owner, progress: Progress) -> bool:
    # Without an owner it is what a late read has hidden when this very operation removed the rest, the owner's tag included.
    return record.owned_by(owner) or (record.owner is None and progress.wrote)
