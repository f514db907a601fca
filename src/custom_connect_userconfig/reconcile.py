"""One operation on one user: read, plan, apply, until nothing is left to do; and the way back where it fails.

Each operation is level-triggered: it computes what is left from what is declared, recorded and live, and can be cut off between any
two calls and run again. Only ``service`` calls this; it drives the methods through ``retry``, which decides about trying again.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, NoReturn

from .core.arrays import PHONE_NUMBER_KEY, SettingKey
from .core.errors import (
    InvalidRequest,
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
from .core.identifiers import Identity
from .core.kinds import RecordedValue
from .core.messages import joined
from .core.ownership import MARKER_KEY, Owner, OwnershipRecord
from .core.planning import Knowledge, LiveUser, Plan, live, owned_now, plan_concede, plan_give_back, plan_give_back_again, plan_take
from .core.refusals import (
    OVERTAKEN,
    already_owned,
    nothing_owned,
    record_restored,
    released_meanwhile,
    stays_changed,
    unsettled,
    user_gone,
)
from .core.restoration import NUMBER_STAYED
from .core.settings import Settings
from .ports import Gateway
from .retry.progress import Progress
from .retry.retrier import Retrier

_RECHECK_DELAYS: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further read, if a first one shows what may be the state of some seconds ago."""
_CLAIM_RECHECK_DELAYS: Final = (0.5, 1.0, 2.0)
"""Seconds before each further read for what a failed create may have left; it has failed, and cannot wait longer than that."""


@dataclass(frozen=True)
class OwnedSettings:
    """The owned settings of a user with their live values."""

    user_arn: str | None
    """None if the user is gone."""
    settings: Settings
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenBack:
    """All that was owned is given back; `notes` say what could not be."""

    notes: tuple[str, ...] = ()


class _UserGone(Exception):
    """The user, not the instance, is missing."""


@dataclass
class Operation:
    """The calls of one operation on one user, in one invocation."""

    gateway: Gateway
    retrier: Retrier
    identity: Identity
    owner: Owner
    progress: Progress
    is_importable: bool
    """Whether the resource can be imported, so that an update takes over the record of another one."""

    def describe(self) -> LiveUser:
        """Read the user, if there is time."""
        self.retrier.check_time(self.progress)
        return self.gateway.describe_user(self.identity.instance_id, self.identity.user_id)

    def now(self) -> float:
        """Return monotonic seconds."""
        return self.retrier.clock.monotonic()

    def has_user(self) -> bool:
        """Ask a second call whether the user exists, if there is time."""
        self.retrier.check_time(self.progress)
        return self.gateway.has_user(self.identity.instance_id, self.identity.user_id)

    def wait(self, seconds: float) -> None:
        """Wait within the invocation."""
        self.retrier.clock.sleep(seconds)

    def apply(self, user: LiveUser, plan: Plan) -> None:
        """Make the calls of `plan`, in the order that can be cut off anywhere."""
        progress = self.progress
        progress.notes = tuple(dict.fromkeys((*progress.notes, *plan.notes)))
        progress.removed_number = progress.removed_number or plan.removes_number
        if plan.claim:
            self._write(lambda: self.gateway.tag_user(user.arn, plan.claim), claimed=plan.prior)
        if plan.arrays:
            self._write_arrays(plan)
        if plan.amend:
            self._write(lambda: self.gateway.tag_user(user.arn, plan.amend))
        if plan.release:
            self._write(lambda: self.gateway.untag_user(user.arn, plan.release), released=True)
        progress.note_written(self.now(), only_stamped=plan.is_stamp)

    def _write_arrays(self, plan: Plan) -> None:
        ids = self.identity.instance_id, self.identity.user_id
        tries = [plan.arrays, *plan.narrower]
        while arrays := tries.pop(0):
            try:
                self._write(partial(self.gateway.update_user_config, *ids, arrays), settings=True)
            except InvalidRequest:
                # Some instances do not know every channel. A refusal of what nobody declared must not fail the operation.
                if not tries:
                    raise
            else:
                break

    def _write(
        self,
        call: Callable[[], None],
        *,
        settings: bool = False,
        released: bool = False,
        claimed: Mapping[SettingKey, RecordedValue] | None = None,
    ) -> None:
        self.retrier.check_time(self.progress)
        note = partial(self.progress.note_sent, settings=settings, released=released, claimed=claimed)
        try:
            call()
        except (NetworkFault, ServiceFault):
            # Its answer is lost, and the write may have acted.
            note()
            raise
        note()
        self.progress.note_got_on()

    def notes(self, user: LiveUser | None) -> tuple[str, ...]:
        """Return what has to be said at the end."""
        progress = self.progress
        stayed = progress.removed_number and user is not None and user.settings.effective(PHONE_NUMBER_KEY) is not None
        return (*progress.notes, NUMBER_STAYED) if stayed else progress.notes


@dataclass
class Reconcile:
    """Create and update: the same steps behind different conditions."""

    operation: Operation
    declared: Settings
    previous: Settings | None = None
    """What an update's template declared before, if that is known."""
    changed: bool = False
    """Whether something must have changed, so that a first read with nothing left to do may be a late one."""
    _rechecks: list[float] = field(init=False)
    _absence_rechecks: list[float] = field(init=False)

    def __post_init__(self) -> None:
        # What was late when the operation began shows by its second invocation, unless it has written meanwhile; and slow reads
        # must not use up each of them.
        delays = () if self._progress.resumed and not self._progress.wrote else _RECHECK_DELAYS
        self._rechecks, self._absence_rechecks = list(delays), list(delays)

        self._lost = False

    @property
    def _is_lost(self) -> bool:
        """Whether the latest read shows that the claim of this operation is gone: another one's record is there, or none."""
        return self._lost

    @_is_lost.setter
    def _is_lost(self, is_lost: bool) -> None:
        self._lost = is_lost
        self._progress.lost_claim |= is_lost and self._progress.wrote_settings_now

    @property
    def _may_undo(self) -> bool:
        """Whether what was written without a claim that is left may be undone: by whoever has seen that the claim is gone.

        A duplicate of an event that was handed over before knows neither, and might find somebody else's values.
        """
        return self._progress.wrote_settings_now or self._progress.lost_claim

    @property
    def _progress(self) -> Progress:
        return self.operation.progress

    @property
    def _owner(self) -> Owner:
        return self.operation.owner

    @property
    def _identity(self) -> Identity:
        return self.operation.identity

    def create(self) -> OwnedSettings:
        """Take the declared settings of a user that nobody else owns."""
        return self._converge(self._read_for_create)

    def update(self) -> OwnedSettings:
        """Apply the declared settings to a user that the resource owns, or whose record is lost."""
        try:
            return self._converge(self._read_for_update)
        except _UserGone:
            return OwnedSettings(None, self.declared, (*self._progress.notes, user_gone(self._identity)))

    def _converge(self, read: Callable[[], tuple[LiveUser, OwnershipRecord | None]]) -> OwnedSettings:
        operation, progress = self.operation, self._progress
        while True:
            # What was planned and not written is no longer true: another read may show another state.
            progress.notes = progress.notes if progress.wrote else ()
            user, record = read()
            if record and record.has_overtaken(self._owner.request):
                return self._stand_back(user, record)
            plan = plan_take(self.declared, self._stamp(record), record, user, self._knowledge(record))
            if plan.is_empty and self.changed and self._rechecks and not progress.has_written:
                operation.wait(self._rechecks.pop(0))
                continue
            if plan.is_empty:
                return OwnedSettings(user.arn, live(self.declared, user.settings), operation.notes(user))
            if progress.is_settling(operation.now()) and not self._shows_our_claim(plan):
                raise unsettled(self._identity, plan.differences)
            if self._is_restoring(record) and not plan.is_stamp:
                progress.notes = (record_restored(plan.prior, self.previous or {}),)
            # Until this plan is done as well: a read may show the end of the one before, and hide what this one has claimed.
            progress.written_at = None
            operation.apply(user, plan)

    def _shows_our_claim(self, plan: Plan) -> bool:
        """Whether a read shows all that was written, and no settings were: what is off then is no write that does not show yet."""
        only_stamped = self._progress.only_stamped and not plan.is_stamp
        return only_stamped or (bool(plan.arrays) and not plan.claim and not self._progress.wrote_settings)

    def _read_for_create(self) -> tuple[LiveUser, OwnershipRecord | None]:
        try:
            user = self.operation.describe()
        except NotFound as error:
            raise NotReadableYet(error) from error
        record, progress = OwnershipRecord.from_tags(user.tags), self._progress
        is_anothers = record is not None and not record.owned_by(self._owner)
        # Never claimed again once all is written: the release that removed the claim has given the settings back, or will.
        is_gone = record is None and (progress.settling_since is not None or self._is_released)
        self._is_lost = progress.wrote and (is_anothers or is_gone)
        if record and is_anothers:
            refused = already_owned(self._identity, record, self._owner, can_import=self.operation.is_importable)
            # Once claimed, another's record is either an old state or a race that the other has won: time will tell.
            raise NotSettledYet(refused) if self._is_lost else refused
        if is_gone:
            raise unsettled(self._identity) if self._is_lost else released_meanwhile(self._identity)
        progress.had_claim |= record is not None and not progress.wrote
        return user, record

    @property
    def _is_released(self) -> bool:
        """Whether the resource is gone if no record shows: an earlier read has shown one.

        CloudFormation tries a create of a registered type again after it has given back what it took, so that a late read may
        have shown that. Whatever else comes a second time is a duplicate.
        """
        return self._progress.had_claim and not self.operation.is_importable

    def _read_for_update(self) -> tuple[LiveUser, OwnershipRecord | None]:
        progress, owner = self._progress, self._owner
        while True:
            user = self._describe_for_update()
            record = OwnershipRecord.from_tags(user.tags)
            if record and self._may_update(record):
                self._is_lost = False
                progress.had_claim |= not progress.wrote
                return user, record
            may_restore = record is None and owner.has_stack and progress.settling_since is None and not progress.had_claim
            if not may_restore:
                self._is_lost = progress.wrote
                missing = nothing_owned(self._identity, record)
                raise NotSettledYet(missing) if self._is_lost else missing
            self._is_lost = False
            if not self._rechecks:
                return user, None
            self.operation.wait(self._rechecks.pop(0))

    def _may_update(self, record: OwnershipRecord) -> bool:
        if record.owner is None:
            # Somebody has edited the tags; or, once this operation has set the owner's tag, a release has removed it.
            return not self._progress.claimed
        return self.operation.is_importable or record.owned_by(self._owner)

    def _describe_for_update(self) -> LiveUser:
        while True:
            try:
                return self.operation.describe()
            except NotFound:
                if not self._owner.has_stack:
                    raise
                if not self._absence_rechecks:
                    self._check_gone()
                self.operation.wait(self._absence_rechecks.pop(0))

    def _check_gone(self) -> NoReturn:
        """Raise _UserGone if the instance is there and the user is not; else that the instance is missing, or the user is there."""
        identity = self._identity
        if self.operation.has_user():
            # The index of a search may be late; the next minutes tell.
            raise NotSettledYet(
                NotFound(f"DescribeUser does not find {identity}, but SearchUsers does. Try again when both agree.")
            )
        raise _UserGone

    def _stamp(self, record: OwnershipRecord | None) -> Owner:
        """Return the owner to record: outside of stacks nothing tells who asks, and the owner stays."""
        if record and record.owner and not self._owner.has_stack:
            return replace(record.owner, request=self._owner.request)
        return self._owner

    def _is_restoring(self, record: OwnershipRecord | None) -> bool:
        """Whether this is an update whose record is lost: somebody has removed the tags."""
        return self.previous is not None and not (record and record.prior)

    def _distrusts(self, record: OwnershipRecord | None) -> bool:
        """Whether an update finds less recorded than was declared before: tags are gone, or the read is from before the claim.

        A record that was computed from a late read would overwrite the earlier values that it hides.
        """
        request, recorded = self._owner.request, record.prior.keys() if record else set()
        if self.previous is None or not request or (record and record.ends_with(request)):
            return False
        return not recorded or not self.previous.keys() <= recorded

    def _knowledge(self, record: OwnershipRecord | None) -> Knowledge:
        progress = self._progress
        # What is not recorded is yet to be taken, whatever was written before: another stack may have given it back since.
        is_held = record is not None and record.prior.keys() >= self.declared.keys()
        distrusts = self._distrusts(record)
        return Knowledge(
            # Only of writes of this invocation: a duplicate of a handover might take the agent's own value for one of ours.
            prior=progress.prior if progress.wrote_settings_now else {},
            own=self._may_be_own(record),
            claimed=progress.claimed,
            stamps=self.changed or progress.claimed or distrusts,
            distrusts=distrusts,
            written=is_held and progress.has_settled(self.operation.now()),
        )

    def _may_be_own(self, record: OwnershipRecord | None) -> tuple[Settings, ...]:
        """Return the values that the resource may have written although no record says so: somebody has removed tags."""
        previous = self.previous or {}
        if self._is_restoring(record):
            return self.declared, previous
        return {key: value for key, value in self.declared.items() if key in previous}, previous

    # -- the way back --------------------------------------------------------------------------------------------------

    def _stand_back(self, user: LiveUser, record: OwnershipRecord) -> OwnedSettings:
        """Leave the user to a later event, and answer with what is in force; NotFound if that is another resource's."""
        if not record.owned_by(self._stamp(record)):
            self._is_lost = True
            raise nothing_owned(self._identity, record)
        if self._may_undo:
            # Remembered, in case that this must go on in another invocation.
            self._is_lost = True
            self.operation.apply(user, plan_concede(self._written(user), self._progress.prior, record, user))
        return OwnedSettings(user.arn, owned_now(record, user.settings), (*self._progress.notes, OVERTAKEN))

    def undo_update(self) -> str:
        """Undo the writes of a failed update whose record is gone; return what to say about it, nothing if the record is there."""
        if not (self._is_lost and self._progress.wrote_settings):
            return ""
        try:
            user = self.operation.describe()
            return self._concede(user, OwnershipRecord.from_tags(user.tags))
        except SettingsError as error:
            return stays_changed(self._progress.prior, error)

    def undo_create(self) -> str:
        """Give back what a failed create has taken, and return what to say about it; never raises a SettingsError."""
        if not self._progress.wrote:
            return ""
        try:
            return self._give_back_claim()
        except NotFound:
            return "Should the user show again, its record holds what had been taken, and deleting the resource gives it back."
        except SettingsError as error:
            if self._is_lost:
                return stays_changed(self._progress.prior, error)
            return (
                f"What had been taken could not be given back ({error}); the record on the user holds it,"
                " and deleting the resource gives it back."
            )

    def _give_back_claim(self) -> str:
        user, record = self._find_claim()
        if record and not self._is_ours(record):
            return self._concede(user, record)
        if record and self._is_whole(record):
            return joined("What had been taken was given back.", *self._restore_and_release(user, record))
        if record:
            return "What had been taken does not show in full yet, and stays: deleting the resource gives it back."
        return (
            f"{self._concede(user, None) or 'Nothing shows that had to be given back.'} Should tags that start with {MARKER_KEY}"
            " appear on the user later, deleting the resource gives it back."
        )

    def _find_claim(self) -> tuple[LiveUser, OwnershipRecord | None]:
        """Return the user with the claim, or as the last of some reads shows it."""
        delays = list(_CLAIM_RECHECK_DELAYS)
        while True:
            user = self.operation.describe()
            record = OwnershipRecord.from_tags(user.tags)
            is_found = record is not None and (not self._is_ours(record) or self._is_whole(record))
            if is_found or not delays:
                return user, record
            self.operation.wait(delays.pop(0))

    def _is_ours(self, record: OwnershipRecord) -> bool:
        """Whether this operation may remove `record`: no other resource's, and no later request's of the same one."""
        return record.owned_by(self._owner) and not record.has_overtaken(self._owner.request)

    def _is_whole(self, record: OwnershipRecord) -> bool:
        # An earlier record of this resource's may show first: removing that one alone would leave a record without an owner.
        return record.prior.keys() >= self.declared.keys()

    def _concede(self, user: LiveUser, record: OwnershipRecord | None) -> str:
        """Undo what was written under a claim that is gone: `record` is another's, a later request's, or there is none.

        Return what to say about it: what may not be undone is named.
        """
        self._is_lost = True
        written, prior = self._written(user), self._progress.prior
        if not self._progress.wrote_settings:
            return ""
        if not self._may_undo:
            return stays_changed({key: prior[key] for key in written}, "an earlier invocation wrote them") if written else ""
        plan = plan_concede(written, prior, record, user)
        self.operation.apply(user, plan)
        return joined("What had been written was given back.", *plan.notes)

    def _written(self, user: LiveUser) -> Collection[SettingKey]:
        """Return what this operation has written and nobody has changed since.

        Writes of this very invocation may not show yet. Of those before it a read tells.
        """
        prior = self._progress.prior
        if self._progress.wrote_settings_now:
            return prior.keys()
        return {key for key in prior if user.settings.effective(key) == self.declared.get(key)}

    def _restore_and_release(self, user: LiveUser, record: OwnershipRecord) -> tuple[str, ...]:
        progress = self._progress
        # A read is believed only where nobody else can have written settings: no invocation before this one, which was cut off.
        is_first = not (progress.wrote_settings or progress.resumed or progress.had_claim)
        plan = plan_give_back(record, user, believe_read=is_first)
        try:
            self.operation.apply(user, plan)
        except SettingsError as error:
            may_have_acted = isinstance(error, Retriable) and not isinstance(error, Throttled)
            if is_first or progress.wrote_settings or may_have_acted:
                raise
            # If every write was refused, there is nothing to restore; and after hours of throttling no read is stale.
            plan = plan_give_back(record, user, believe_read=True)
            self.operation.apply(user, plan)
        return plan.notes


@dataclass
class Release:
    """Delete: give back all that the record holds, then remove the record."""

    operation: Operation
    _has_repeated: bool = False

    def run(self) -> GivenBack:
        """Read and give back until the record is gone."""
        operation, progress = self.operation, self.operation.progress
        while True:
            user, record = self._find()
            if user and record is None and progress.claimed and not progress.released:
                # The read is from before the claim, which a late first read may have put on a user who was released already.
                raise NotSettledYet(nothing_owned(operation.identity))
            if user is None or (record is None and not self._give_back_again(user)):
                return GivenBack(operation.notes(user))
            if record is None:
                continue
            if record.has_overtaken(operation.owner.request) and not record.is_ending:
                return GivenBack((*progress.notes, OVERTAKEN))
            if not self._may_release(record):
                if progress.wrote:
                    return GivenBack(progress.notes)
                raise nothing_owned(operation.identity, record)
            if progress.is_settling(operation.now()):
                raise unsettled(operation.identity, ("the tags of the record are still there",))
            progress.note_found(record)
            request = "" if progress.claimed else operation.owner.request
            operation.apply(user, plan_give_back(record, user, request=request, believe_read=progress.wrote_settings))

    def _give_back_again(self, user: LiveUser) -> bool:
        """Give back what an earlier request has written between our write and the end of the record; once, as reads may be late."""
        plan = plan_give_back_again(self.operation.progress.found, user)
        if plan.is_empty or self._has_repeated:
            return False
        self._has_repeated = True
        self.operation.apply(user, plan)
        return True

    def _find(self) -> tuple[LiveUser | None, OwnershipRecord | None]:
        """Return the user and its record. A missing one is NotFound at first, and done once this operation has written."""
        try:
            user = self.operation.describe()
        except NotFound:
            if self.operation.progress.wrote:
                return None, None
            raise
        record = OwnershipRecord.from_tags(user.tags)
        if record is None and not self.operation.progress.wrote:
            raise NotClaimedYet(nothing_owned(self.operation.identity))
        return user, record

    def _may_release(self, record: OwnershipRecord) -> bool:
        owner = self.operation.owner
        if record.owned_by(owner):
            return True
        if self.operation.is_importable:
            return record.owner is None or not (record.owner.has_stack and owner.has_stack)
        # Without an owner it is what a late read has hidden when this very operation removed the rest, the owner's tag included.
        return record.owner is None and self.operation.progress.wrote
