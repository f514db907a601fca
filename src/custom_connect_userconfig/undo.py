"""The way back of a create or update that fails or is overtaken by another request.

Only ``service`` and ``reconcile`` call this. A failed create leaves nothing behind. An operation whose claim
is gone restores the settings that it wrote from the earlier values in its progress, unless somebody else has
changed or taken them. It names the settings that it cannot restore.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from .core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from .core.errors import NotFound, Retriable, SettingsError, Throttling
from .core.messages import joined
from .core.ownership import MARKER_KEY, OwnershipRecord, our_keys
from .core.ownership_messages import left_to, stays_changed
from .core.planning import LiveUser, Plan, plan_concede, plan_give_back
from .core.settings import Settings
from .operation import Operation

_CLAIM_RECHECK_DELAYS: Final = (0.5, 1.0, 2.0)
"""Seconds before each further read for the claim of a failed create; it cannot wait longer."""
_GIVING_BACK: Final = 2.0
"""Seconds for one more read and for the writes that give back, after these waits."""
_BY_DELETE: Final = "deleting the resource gives them back."


@dataclass
class Undo:
    """Undoes the writes of an operation."""

    operation: Operation
    declared: Settings

    @property
    def _may_undo(self) -> bool:
        """Whether settings may be restored without a claim: this operation wrote them now, or saw it go.

        A duplicate of an event that was handed over has done neither, and may find values of somebody else.
        """
        return self.operation.progress.wrote_settings_now or self.operation.progress.lost_claim

    def stand_back(self, user: LiveUser, record: OwnershipRecord) -> None:
        """Undo the writes of an overtaken request; `record` holds the values of the later one."""
        if self._may_undo:
            # Noted in the progress, in case another invocation must continue.
            self.operation.is_lost = True
            plan = plan_concede(self._written(user), self.operation.progress.prior, record, user)
            self.operation.apply(user, plan)

    def update(self) -> str:
        """Undo the writes of a failed update whose record is gone; return a note, empty if it is there."""
        if not self.operation.progress.wrote_settings:
            return ""
        try:
            user = self.operation.describe()
            record = OwnershipRecord.from_tags(user.tags)
            # It may have gone since the last read, before this update wrote.
            return self._concede(user, record) if self.operation.is_lost or record is None else ""
        except SettingsError as error:
            return stays_changed(self.operation.progress.prior, error) if self.operation.is_lost else ""

    def delete(self) -> None:
        """Remove the stamp of a failed delete from a user whose record another delivery had removed."""
        progress = self.operation.progress
        if progress.released or not progress.claimed:
            return
        with suppress(SettingsError):
            user = self.operation.describe()
            record = OwnershipRecord.from_tags(user.tags)
            if record and record.is_ending and not record.prior and record.owned_by(self.operation.owner):
                self.operation.apply(user, Plan(release=our_keys(user.tags)))

    def create(self, *, keep_existing_claim: bool) -> str:
        """Give back the settings of a failed create and return a note; never raises a SettingsError.

        With `keep_existing_claim`, a record that the create found as its own stays: the create may be a
        duplicate, and the resource may exist.
        """
        progress = self.operation.progress
        if not progress.wrote:
            return ""
        if keep_existing_claim and progress.had_claim:
            return f"The resource had been created before, and keeps its settings: {_BY_DELETE}"
        try:
            return self._give_back_claim()
        except NotFound:
            return f"If the user shows again, its record holds the taken settings: {_BY_DELETE}"
        except SettingsError as error:
            if self.operation.is_lost:
                return stays_changed(self.operation.progress.prior, error)
            problem = f"The taken settings could not be given back ({error})"
            return f"{problem}; the record on the user holds them: {_BY_DELETE}"

    def _give_back_claim(self) -> str:
        user, record = self._find_claim()
        if record and self._is_anothers(record):
            return self._concede(user, record)
        if record and self._is_whole(record):
            return joined("The taken settings were given back.", *self._restore_and_release(user, record))
        if record:
            return f"The record does not show in full yet, so the taken settings stay: {_BY_DELETE}"
        note = self._concede(user, None) or "Reads show nothing to give back."
        later = f"If tags that start with {MARKER_KEY} appear on the user later"
        return f"{note} {later}, they hold taken settings: {_BY_DELETE}"

    def _find_claim(self) -> tuple[LiveUser, OwnershipRecord | None]:
        """Return the user with the claim, or as the last of several reads shows it."""
        delays = list(_CLAIM_RECHECK_DELAYS)
        while True:
            user = self.operation.describe()
            record = OwnershipRecord.from_tags(user.tags)
            # Another's record may be an old state: it was there before the claim.
            is_found = record is not None and not self._is_anothers(record) and self._is_whole(record)
            if is_found or not self.operation.waits(delays, _GIVING_BACK):
                return user, record

    def _is_anothers(self, record: OwnershipRecord) -> bool:
        """Whether another resource or a later request has written `record` since this operation."""
        owner = self.operation.owner
        # A record that was handed over before is the one that this operation has taken: the read is late.
        is_owned = record.is_handed_over or record.owned_by(owner)
        return not is_owned or record.has_overtaken(owner.request)

    def _is_whole(self, record: OwnershipRecord) -> bool:
        # An earlier record, of this resource or handed over, may show first: to remove only that would leave
        # a record without an owner.
        return not record.is_handed_over and record.prior.keys() >= self.declared.keys()

    def _concede(self, user: LiveUser, record: OwnershipRecord | None) -> str:
        """Undo the writes whose claim is gone; return a note that names the settings which stay.

        `record` is that of another resource or of a later request, or None.
        """
        self.operation.is_lost = True
        written, prior = self._written(user), self.operation.progress.prior
        if not self.operation.progress.wrote_settings:
            return ""
        if not self._may_undo:
            left = {key: prior[key] for key in written}
            return stays_changed(left, "an earlier invocation wrote them") if left else ""
        plan = plan_concede(written, prior, record, user)
        self.operation.apply(user, plan)
        kept = left_to(record, {key: self.declared[key] for key in written if key in self.declared})
        return joined("The written settings were given back." if plan.arrays else "", kept, *plan.notes)

    def _written(self, user: LiveUser) -> Collection[SettingKey]:
        """Return the settings that this operation has written and nobody has changed since.

        Writes of this invocation may not show yet; earlier ones show in the read.
        """
        prior = self.operation.progress.prior
        if self.operation.progress.wrote_settings_now:
            return prior.keys()
        live = {key for key in prior if user.settings.effective(key) == self.declared.get(key)}
        # If the number is another one, somebody else has changed the phone.
        is_another_phone = PHONE_NUMBER_KEY in prior and PHONE_NUMBER_KEY not in live
        return live - {PHONE_TYPE_KEY} if is_another_phone else live

    def _restore_and_release(self, user: LiveUser, record: OwnershipRecord) -> tuple[str, ...]:
        progress = self.operation.progress
        # The read is trusted only if no earlier invocation, which may have been cut off, can have written.
        is_first = not (progress.wrote_settings or progress.resumed or progress.had_claim)
        plan = plan_give_back(record, user, trust_read=is_first)
        try:
            self.operation.apply(user, plan)
        except SettingsError as error:
            may_have_acted = isinstance(error, Retriable) and not isinstance(error, Throttling)
            if is_first or progress.wrote_settings or may_have_acted:
                raise
            # If every write was refused, there is nothing to restore; and after hours of throttling no read
            # is stale.
            plan = plan_give_back(record, user, trust_read=True)
            self.operation.apply(user, plan)
        return plan.notes
