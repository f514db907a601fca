"""Create and update: read, plan and apply until nothing is left to do; only ``service`` calls this.

Both are level-triggered: each plan is computed from the declared, the recorded and the live values.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from .core.errors import NotFound, NotReadableYet, NotSettledYet
from .core.identifiers import Identity
from .core.kinds import Unrecorded
from .core.ownership import Owner, OwnershipRecord
from .core.ownership_messages import (
    OVERTAKEN,
    already_owned,
    being_given_back,
    nothing_owned,
    record_restored,
    released_meanwhile,
    tags_restored,
    unsettled,
    user_gone,
)
from .core.planning import Knowledge, LiveUser, Plan, live, owned_now, plan_take
from .core.settings import Settings
from .operation import RECHECK_DELAYS, Operation, OwnedSettings
from .retry.progress import Progress
from .undo import Undo

_A_DELETE_LASTS: Final = 120.0
"""Seconds that an update leaves to a delete; Lambda runs one that was killed again after a minute."""


class _UserGone(Exception):
    """The instance exists, the user does not."""


@dataclass
class Reconcile:
    """Create and update: the same steps, under different conditions."""

    operation: Operation
    declared: Settings
    previous: Settings | None = None
    """For an update: the settings declared before, if they are known."""
    expect_change: bool = False
    """Whether something must change, so that a first read with nothing left to do may be late."""
    _rechecks: list[float] = field(init=False)
    _absence_rechecks: list[float] = field(init=False)

    def __post_init__(self) -> None:
        # By the second invocation, writes from before the operation show. Rechecking then would only use up
        # time, unless the operation itself has written.
        delays = () if self._progress.resumed and not self._progress.wrote else RECHECK_DELAYS
        self._rechecks, self._absence_rechecks = list(delays), list(delays)

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
        """Take the declared settings of a user that nobody else owns, or whose owner has handed it over."""
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
            # Notes of a plan that was not written are void: the next read may show another state.
            progress.notes = progress.notes if progress.wrote else ()
            user, record = read()
            if record and record.has_overtaken(self._owner.request):
                return self._stand_back(user, record)
            plan = plan_take(self.declared, self._stamp(record), record, user, self._knowledge(record))
            may_be_late = (self.expect_change or progress.wrote) and not progress.has_written
            if plan.is_empty and may_be_late and operation.looks_again(self._rechecks):
                continue
            if plan.is_empty:
                return OwnedSettings(user.arn, live(self.declared, user.settings), operation.notes(user))
            if progress.is_settling(operation.now()) and not self._shows_our_claim(plan):
                raise unsettled(self._identity, plan.differences)
            if not plan.is_stamp:
                progress.notes = (*progress.notes, *self._restored(record, plan))
            # Unset until this plan is complete too: a read may show the previous plan's end and hide this
            # plan's claim.
            progress.written_at = None
            if record and plan.given_back and not record.ends_with(self._owner.request):
                progress.given_back_after = record.latest_request
            operation.apply(user, plan)

    def _shows_our_claim(self, plan: Plan) -> bool:
        """Whether the read shows our claim, and no settings were written: the differences are not late."""
        only_stamped = self._progress.only_stamped and not plan.is_stamp
        return only_stamped or (bool(plan.arrays) and not plan.claim and not self._progress.wrote_settings)

    def _read_for_create(self) -> tuple[LiveUser, OwnershipRecord | None]:
        try:
            user = self.operation.describe()
        except NotFound as error:
            raise NotReadableYet(error) from error
        record, progress = OwnershipRecord.from_tags(user.tags), self._progress
        is_free = record is None or record.is_handed_over
        is_anothers = record is not None and not is_free and not record.owned_by(self._owner)
        # After a complete plan nothing is claimed again: the release that removed the claim has given the
        # settings back, or will.
        is_gone = record is None and (progress.settling_since is not None or self._is_released)
        self.operation.is_lost = progress.wrote and (is_anothers or is_gone)
        if record and is_anothers:
            can_import = self.operation.is_importable
            refused = already_owned(self._identity, record, self._owner, can_import=can_import)
            # After our claim, another's record is an old state or has won a race; later reads show which.
            raise NotSettledYet(refused) if self.operation.is_lost else refused
        if is_gone:
            raise unsettled(self._identity) if self.operation.is_lost else released_meanwhile(self._identity)
        progress.had_claim |= not is_free and not progress.wrote
        return user, record

    @property
    def _is_released(self) -> bool:
        """Whether the resource is gone if a read shows no record, because an earlier read has shown one.

        CloudFormation repeats a create of a registered type after it has given its settings back; there, a
        late read may have shown the old record. Every other repetition is a duplicate.
        """
        return self._progress.had_claim and not self.operation.is_importable

    def _read_for_update(self) -> tuple[LiveUser, OwnershipRecord | None]:
        progress, owner = self._progress, self._owner
        while True:
            user = self._describe_for_update()
            record = OwnershipRecord.from_tags(user.tags)
            if record and self._is_being_deleted(record):
                self.operation.is_lost, progress.had_claim = progress.wrote, True
                raise being_given_back(self._identity)
            if record and self._may_update(record):
                self.operation.is_lost = False
                progress.had_claim |= not progress.wrote
                return user, record
            is_first_claim = progress.settling_since is None and not progress.had_claim
            may_restore = record is None and owner.has_stack and is_first_claim
            if not may_restore:
                self.operation.is_lost = progress.wrote
                missing = nothing_owned(self._identity, record)
                raise NotSettledYet(missing) if self.operation.is_lost else missing
            self.operation.is_lost = False
            if not self.operation.waits(self._rechecks):
                return user, None

    def _is_being_deleted(self, record: OwnershipRecord) -> bool:
        """Whether a delete of this resource is under way: CloudFormation does not wait for this update then.

        The rest of a delete that failed can be imported into the same stack, and a person's release can be
        cut off. The update then goes on after some time, or in the last invocation that has time for it.
        """
        if not (record.is_ending and record.owned_by(self._owner)) or self._owner.request in record.requests:
            return False
        waited = self.operation.now() - self._progress.started
        return self._progress.wrote or (waited < _A_DELETE_LASTS and not self.operation.is_last)

    def _may_update(self, record: OwnershipRecord) -> bool:
        if record.owner is None:
            # Somebody has edited the tags; or, if this operation has set the owner tag, a release removed it.
            return not self._progress.claimed
        return self.operation.is_importable or record.owned_by(self._owner)

    def _describe_for_update(self) -> LiveUser:
        while True:
            try:
                return self.operation.describe()
            except NotFound:
                if not self._owner.has_stack:
                    raise
                if not self.operation.waits(self._absence_rechecks):
                    self._check_gone()

    def _check_gone(self) -> NoReturn:
        """Raise _UserGone if a search finds the instance but not the user; NotFound or NotYet otherwise."""
        if self.operation.has_user():
            disagreement = f"DescribeUser does not find {self._identity}, but SearchUsers does."
            # The index of the search may be minutes late.
            raise NotSettledYet(NotFound(f"{disagreement} Try again when both agree."))
        raise _UserGone

    def _stamp(self, record: OwnershipRecord | None) -> Owner:
        """Return the owner to record; outside of stacks the caller is unknown, and the owner stays."""
        if record and record.owner and not record.is_handed_over and not self._owner.has_stack:
            return replace(record.owner, request=self._owner.request)
        return self._owner

    def _is_restoring(self, record: OwnershipRecord | None) -> bool:
        """Whether this is an update without a record, because somebody has removed the tags."""
        return self.previous is not None and not (record and record.prior)

    def _restored(self, record: OwnershipRecord | None, plan: Plan) -> tuple[str, ...]:
        """Return the note for a plan that restores tags which somebody has removed."""
        if self._is_restoring(record):
            return (record_restored(plan.prior, self.previous or {}),)
        lost_keys = (self.previous or {}).keys() - (record.prior if record else {}).keys()
        lost = {key: value for key, value in plan.prior.items() if key in lost_keys}
        is_known = not any(isinstance(value, Unrecorded) for value in lost.values())
        return () if is_known else (tags_restored(lost),)

    def _distrusts(self, record: OwnershipRecord | None) -> bool:
        """Whether previously declared settings are not recorded: tags are gone, or the read is late.

        A record computed from a late read would overwrite the earlier values that the read hides.
        """
        request, recorded = self._owner.request, record.prior.keys() if record else set()
        if self.previous is None or not request or (record and record.ends_with(request)):
            return False
        return not recorded or not self.previous.keys() <= recorded

    def _knowledge(self, record: OwnershipRecord | None) -> Knowledge:
        progress = self._progress
        # A setting without a record is not taken, even if it was written: another stack may have given it
        # back since.
        is_held = record is not None and record.prior.keys() >= self.declared.keys()
        distrusts = self._distrusts(record)
        return Knowledge(
            # Only for writes of this invocation: a duplicate of a handover could take the agent's own value
            # for one of ours.
            prior=progress.prior if progress.wrote_settings_now else {},
            own=self._may_be_own(record),
            claimed=progress.claimed,
            given_back=progress.given_back if self._is_given_back_from(record) else {},
            stamps=self.expect_change or progress.claimed or distrusts,
            distrusts=distrusts,
            written=is_held and progress.wrote_settings and progress.has_settled(self.operation.now()),
        )

    def _is_given_back_from(self, record: OwnershipRecord | None) -> bool:
        """Whether `record` is the one that settings were given back from, or what this operation made of it.

        Any other is a later one: a handover may be delivered again when the resource has been created again.
        """
        known = (self._progress.given_back_after, self._owner.request)
        return record is not None and record.latest_request in known

    def _may_be_own(self, record: OwnershipRecord | None) -> tuple[Settings, ...]:
        """Return values that the resource may have written without a record, because tags were removed."""
        previous = self.previous or {}
        if self._is_restoring(record):
            return self.declared, previous
        return {key: value for key, value in self.declared.items() if key in previous}, previous

    def _stand_back(self, user: LiveUser, record: OwnershipRecord) -> OwnedSettings:
        """Leave the user to a later request and return its settings; NotFound if they have another owner."""
        if not record.owned_by(self._stamp(record)):
            self.operation.is_lost = True
            raise nothing_owned(self._identity, record)
        Undo(self.operation, self.declared).stand_back(user, record)
        return OwnedSettings(user.arn, owned_now(record, user.settings), (*self._progress.notes, OVERTAKEN))
