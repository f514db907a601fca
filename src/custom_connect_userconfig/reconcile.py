"""Create and update: read, plan, apply, until nothing is left to do; only ``service`` calls it.

Both are level-triggered: what is left is computed from what is declared, recorded and live.
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
    nothing_owned,
    record_restored,
    released_meanwhile,
    tags_restored,
    unsettled,
    user_gone,
)
from .core.planning import Knowledge, LiveUser, Plan, live, owned_now, plan_take
from .core.settings import Settings
from .operation import Operation, OwnedSettings
from .retry.progress import Progress
from .undo import Undo

_RECHECK_DELAYS: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further read, if a first one shows what may be the state of some seconds ago."""


class _UserGone(Exception):
    """The user, not the instance, is missing."""


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
        # What was late when the operation began shows by its second invocation, unless it has written
        # meanwhile; and slow reads must not use up each of them.
        delays = () if self._progress.resumed and not self._progress.wrote else _RECHECK_DELAYS
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
            if (
                plan.is_empty
                and self.changed
                and not progress.has_written
                and operation.waits(self._rechecks)
            ):
                continue
            if plan.is_empty:
                return OwnedSettings(user.arn, live(self.declared, user.settings), operation.notes(user))
            if progress.is_settling(operation.now()) and not self._shows_our_claim(plan):
                raise unsettled(self._identity, plan.differences)
            if not plan.is_stamp:
                progress.notes = (*progress.notes, *self._restored(record, plan))
            # Until this plan is done as well: a read may show the end of the one before, and hide what this
            # one has claimed.
            progress.written_at = None
            operation.apply(user, plan)

    def _shows_our_claim(self, plan: Plan) -> bool:
        """Whether a read shows all that was written, and no settings were: what is off then is no write that
        does not show yet.
        """
        only_stamped = self._progress.only_stamped and not plan.is_stamp
        return only_stamped or (bool(plan.arrays) and not plan.claim and not self._progress.wrote_settings)

    def _read_for_create(self) -> tuple[LiveUser, OwnershipRecord | None]:
        try:
            user = self.operation.describe()
        except NotFound as error:
            raise NotReadableYet(error) from error
        record, progress = OwnershipRecord.from_tags(user.tags), self._progress
        is_anothers = record is not None and not record.owned_by(self._owner)
        # Never claimed again once all is written: the release that removed the claim has given the settings
        # back, or will.
        is_gone = record is None and (progress.settling_since is not None or self._is_released)
        self.operation.is_lost = progress.wrote and (is_anothers or is_gone)
        if record and is_anothers:
            refused = already_owned(
                self._identity, record, self._owner, can_import=self.operation.is_importable
            )
            # Once claimed, another's record is either an old state or a race that the other has won: time
            # will tell.
            raise NotSettledYet(refused) if self.operation.is_lost else refused
        if is_gone:
            raise unsettled(self._identity) if self.operation.is_lost else released_meanwhile(self._identity)
        progress.had_claim |= record is not None and not progress.wrote
        return user, record

    @property
    def _is_released(self) -> bool:
        """Whether the resource is gone if no record shows: an earlier read has shown one.

        CloudFormation tries a create of a registered type again after it has given back what it took, so that
        a late read may have shown that. Whatever else comes a second time is a duplicate.
        """
        return self._progress.had_claim and not self.operation.is_importable

    def _read_for_update(self) -> tuple[LiveUser, OwnershipRecord | None]:
        progress, owner = self._progress, self._owner
        while True:
            user = self._describe_for_update()
            record = OwnershipRecord.from_tags(user.tags)
            if record and self._may_update(record):
                self.operation.is_lost = False
                progress.had_claim |= not progress.wrote
                return user, record
            may_restore = (
                record is None
                and owner.has_stack
                and progress.settling_since is None
                and not progress.had_claim
            )
            if not may_restore:
                self.operation.is_lost = progress.wrote
                missing = nothing_owned(self._identity, record)
                raise NotSettledYet(missing) if self.operation.is_lost else missing
            self.operation.is_lost = False
            if not self.operation.waits(self._rechecks):
                return user, None

    def _may_update(self, record: OwnershipRecord) -> bool:
        if record.owner is None:
            # Somebody has edited the tags; or, once this operation has set the owner's tag, a release has
            # removed it.
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
        """Raise _UserGone if the instance is there and the user is not; else that the instance is missing, or
        the user is there.
        """
        identity = self._identity
        if self.operation.has_user():
            # The index of a search may be late; the next minutes tell.
            raise NotSettledYet(
                NotFound(
                    f"DescribeUser does not find {identity}, but SearchUsers does. Try again when both agree."
                )
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

    def _restored(self, record: OwnershipRecord | None, plan: Plan) -> tuple[str, ...]:
        """Return what to say if the plan writes again what somebody has removed."""
        if self._is_restoring(record):
            return (record_restored(plan.prior, self.previous or {}),)
        recorded = record.prior if record else {}
        lost = {
            key: value
            for key, value in plan.prior.items()
            if key not in recorded and key in (self.previous or {})
        }
        is_known = not any(isinstance(value, Unrecorded) for value in lost.values())
        return () if is_known else (tags_restored(lost),)

    def _distrusts(self, record: OwnershipRecord | None) -> bool:
        """Whether an update finds less recorded than was declared before: tags are gone, or the read is from
        before the claim.

        A record that was computed from a late read would overwrite the earlier values that it hides.
        """
        request, recorded = self._owner.request, record.prior.keys() if record else set()
        if self.previous is None or not request or (record and record.ends_with(request)):
            return False
        return not recorded or not self.previous.keys() <= recorded

    def _knowledge(self, record: OwnershipRecord | None) -> Knowledge:
        progress = self._progress
        # What is not recorded is yet to be taken, whatever was written before: another stack may have given
        # it back since.
        is_held = record is not None and record.prior.keys() >= self.declared.keys()
        distrusts = self._distrusts(record)
        return Knowledge(
            # Only of writes of this invocation: a duplicate of a handover might take the agent's own value
            # for one of ours.
            prior=progress.prior if progress.wrote_settings_now else {},
            own=self._may_be_own(record),
            claimed=progress.claimed,
            stamps=self.changed or progress.claimed or distrusts,
            distrusts=distrusts,
            written=is_held and progress.has_settled(self.operation.now()),
        )

    def _may_be_own(self, record: OwnershipRecord | None) -> tuple[Settings, ...]:
        """Return the values that the resource may have written although no record says so: somebody has
        removed tags.
        """
        previous = self.previous or {}
        if self._is_restoring(record):
            return self.declared, previous
        return {key: value for key, value in self.declared.items() if key in previous}, previous

    def _stand_back(self, user: LiveUser, record: OwnershipRecord) -> OwnedSettings:
        """Leave the user to a later event, and answer with what the read has shown; NotFound if that is
        another resource's.
        """
        if not record.owned_by(self._stamp(record)):
            self.operation.is_lost = True
            raise nothing_owned(self._identity, record)
        Undo(self.operation, self.declared).stand_back(user, record)
        return OwnedSettings(user.arn, owned_now(record, user.settings), (*self._progress.notes, OVERTAKEN))
