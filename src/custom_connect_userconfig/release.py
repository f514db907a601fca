"""Delete: give back every owned setting, then remove the record; only ``service`` calls this."""

from dataclasses import dataclass, field

from .core.errors import NotClaimedYet, NotFound, NotSettledYet
from .core.ownership import OwnershipRecord
from .core.ownership_messages import NO_OWNER, OVERTAKEN, nothing_owned, unsettled
from .core.planning import LiveUser, plan_give_back, plan_give_back_again
from .operation import RECHECK_DELAYS, GivenBack, Operation


@dataclass
class Release:
    """Delete: give back every setting of the record, then remove the record."""

    operation: Operation
    _has_seen_settings: bool = False
    """Whether a read of this invocation has shown the record with settings."""
    _has_repeated: bool = False
    _rechecks: list[float] = field(default_factory=lambda: list(RECHECK_DELAYS))

    def run(self) -> GivenBack:
        """Read and give back until the record is gone."""
        operation, progress = self.operation, self.operation.progress
        while True:
            user, record = self._find()
            if user and record is None and progress.claimed and not progress.released:
                # The read predates our stamp: after a late first read we may have stamped a released user.
                raise NotSettledYet(nothing_owned(operation.identity))
            if user is None or (record is None and not self._give_back_again(user)):
                return GivenBack(operation.notes(user))
            if record is None:
                continue
            if record.has_overtaken(operation.owner.request) and not record.is_ending:
                return GivenBack((*progress.notes, OVERTAKEN))
            if record.is_handed_over:
                # A late read may hide that this resource has taken the settings over since.
                missing = nothing_owned(operation.identity, record)
                raise NotSettledYet(missing) if progress.wrote else NotClaimedYet(missing)
            if not self._may_release(record):
                if progress.wrote:
                    return GivenBack(progress.notes)
                raise nothing_owned(operation.identity, record)
            self._has_seen_settings |= bool(record.prior)
            if progress.is_settling(operation.now()):
                raise unsettled(operation.identity, ("the tags of the record are still there",))
            self._note_found(record)
            request = "" if progress.claimed else operation.owner.request
            operation.apply(
                user, plan_give_back(record, user, request=request, trust_read=progress.wrote_settings)
            )

    def _note_found(self, record: OwnershipRecord) -> None:
        progress = self.operation.progress
        if record.owner is None and not progress.wrote:
            progress.notes = (NO_OWNER,)
        progress.note_found(record)

    def _give_back_again(self, user: LiveUser) -> bool:
        """Give back settings again that an earlier request has written since; once, as reads may be late.

        Only an invocation that has seen them recorded does it. If Lambda delivers a handed-over delete again,
        or restarts one that was at its very end, somebody may have set the same value since, and nobody owns
        that.
        """
        if self._has_repeated or not self._has_seen_settings:
            return False
        plan = plan_give_back_again(self.operation.progress.found, user)
        if plan.is_empty:
            return False
        self._has_repeated = True
        self.operation.apply(user, plan)
        return True

    def _find(self) -> tuple[LiveUser | None, OwnershipRecord | None]:
        """Return the user and its record; until this operation has written, a missing one is NotFound."""
        operation, progress = self.operation, self.operation.progress
        while True:
            try:
                user = operation.describe()
            except NotFound:
                if progress.wrote:
                    return None, None
                raise
            record = OwnershipRecord.from_tags(user.tags)
            if record is None and not progress.wrote:
                raise NotClaimedYet(nothing_owned(operation.identity))
            # A duplicate may have ended before this operation has stamped the record.
            may_be_late = record is None and not progress.has_written
            if not (may_be_late and operation.looks_again(self._rechecks)):
                return user, record

    def _may_release(self, record: OwnershipRecord) -> bool:
        owner = self.operation.owner
        if record.owned_by(owner):
            return True
        if self.operation.is_importable:
            return record.owner is None or not (record.owner.has_stack and owner.has_stack)
        # Without an owner: a late read hid these tags when a delete removed the others.
        return record.owner is None and (self.operation.progress.wrote or record.is_ending)
