"""The way back of a create or an update that fails, or that another request has overtaken.

Only ``service`` and ``reconcile`` call it. A failed create leaves nothing behind. Whoever has lost its claim
gives back what it has written itself, from the earlier values that it remembers, as far as nobody else has
the settings by now; or it names them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from .core.arrays import SettingKey
from .core.errors import NotFound, Retriable, SettingsError, Throttling
from .core.messages import joined
from .core.ownership import MARKER_KEY, OwnershipRecord
from .core.ownership_messages import stays_changed
from .core.planning import LiveUser, plan_concede, plan_give_back
from .core.settings import Settings
from .operation import Operation

_CLAIM_RECHECK_DELAYS: Final = (0.5, 1.0, 2.0)
"""Seconds before each further read for what a failed create may have left; it has failed, and cannot wait
longer than that.
"""


@dataclass
class Undo:
    """Undoes what an operation has written."""

    operation: Operation
    declared: Settings

    @property
    def _may_undo(self) -> bool:
        """Whether what was written without a claim that is left may be undone: by whoever has seen that the
        claim is gone.

        A duplicate of an event that was handed over before knows neither, and might find somebody else's
        values.
        """
        return self.operation.progress.wrote_settings_now or self.operation.progress.lost_claim

    def stand_back(self, user: LiveUser, record: OwnershipRecord) -> None:
        """Undo what an overtaken request has written meanwhile: `record` says what the later one wants."""
        if self._may_undo:
            # Remembered, in case that this must go on in another invocation.
            self.operation.is_lost = True
            self.operation.apply(
                user, plan_concede(self._written(user), self.operation.progress.prior, record, user)
            )

    def update(self) -> str:
        """Undo the writes of a failed update whose record is gone; return what to say about it, nothing if
        the record is there.
        """
        if not (self.operation.is_lost and self.operation.progress.wrote_settings):
            return ""
        try:
            user = self.operation.describe()
            return self._concede(user, OwnershipRecord.from_tags(user.tags))
        except SettingsError as error:
            return stays_changed(self.operation.progress.prior, error)

    def create(self, *, keep_existing_claim: bool) -> str:
        """Give back what a failed create has taken, and return what to say about it; never raises a
        SettingsError.

        With `keep_existing_claim`, a record that it had found as its own stays: the create may be a
        duplicate, the resource alive.
        """
        progress = self.operation.progress
        if not progress.wrote:
            return ""
        if keep_existing_claim and progress.had_claim:
            return "The resource had been created before, and stays: deleting the resource gives it back."
        try:
            return self._give_back_claim()
        except NotFound:
            return "Should the user show again, its record holds what had been taken, and deleting the resource gives it back."
        except SettingsError as error:
            if self.operation.is_lost:
                return stays_changed(self.operation.progress.prior, error)
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
            f"{self._concede(user, None) or 'Nothing shows that had to be given back.'} Should tags that"
            f" start with {MARKER_KEY}"
            " appear on the user later, deleting the resource gives it back."
        )

    def _find_claim(self) -> tuple[LiveUser, OwnershipRecord | None]:
        """Return the user with the claim, or as the last of some reads shows it."""
        delays = list(_CLAIM_RECHECK_DELAYS)
        while True:
            user = self.operation.describe()
            record = OwnershipRecord.from_tags(user.tags)
            is_found = record is not None and (not self._is_ours(record) or self._is_whole(record))
            if is_found or not self.operation.waits(delays):
                return user, record

    def _is_ours(self, record: OwnershipRecord) -> bool:
        """Whether this operation may remove `record`: no other resource's, and no later request's of the same
        one.
        """
        return record.owned_by(self.operation.owner) and not record.has_overtaken(
            self.operation.owner.request
        )

    def _is_whole(self, record: OwnershipRecord) -> bool:
        # An earlier record of this resource's may show first: removing that one alone would leave a record
        # without an owner.
        return record.prior.keys() >= self.declared.keys()

    def _concede(self, user: LiveUser, record: OwnershipRecord | None) -> str:
        """Undo what was written under a claim that is gone: `record` is another's, a later request's, or
        there is none.

        Return what to say about it: what may not be undone is named.
        """
        self.operation.is_lost = True
        written, prior = self._written(user), self.operation.progress.prior
        if not self.operation.progress.wrote_settings:
            return ""
        if not self._may_undo:
            return (
                stays_changed({key: prior[key] for key in written}, "an earlier invocation wrote them")
                if written
                else ""
            )
        plan = plan_concede(written, prior, record, user)
        self.operation.apply(user, plan)
        return joined("What had been written was given back." if plan.arrays else "", *plan.notes)

    def _written(self, user: LiveUser) -> Collection[SettingKey]:
        """Return what this operation has written and nobody has changed since.

        Writes of this very invocation may not show yet. Of those before it a read tells.
        """
        prior = self.operation.progress.prior
        if self.operation.progress.wrote_settings_now:
            return prior.keys()
        return {key for key in prior if user.settings.effective(key) == self.declared.get(key)}

    def _restore_and_release(self, user: LiveUser, record: OwnershipRecord) -> tuple[str, ...]:
        progress = self.operation.progress
        # A read is believed only where nobody else can have written settings: no invocation before this one,
        # which was cut off.
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
