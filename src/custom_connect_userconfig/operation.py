"""One operation on one user in one invocation: it makes the calls and notes them in the progress.

``reconcile``, ``release`` and ``undo`` decide on the calls. An operation can be cut off between any two calls
and run again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from .core.arrays import PHONE_NUMBER_KEY, SettingKey
from .core.errors import InvalidRequest, NetworkFailure, OutOfTime, ServiceInternalError
from .core.identifiers import Identity
from .core.kinds import RecordedValue
from .core.ownership import Owner
from .core.planning import LiveUser, Plan
from .core.restoration import NUMBER_STAYED
from .core.settings import Settings
from .ports import Gateway
from .retry.progress import Progress
from .retry.retrier import Retrier

RECHECK_DELAYS: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further read, if a read may show the state of some seconds ago."""


@dataclass(frozen=True)
class OwnedSettings:
    """The owned settings of a user with their live values."""

    user_arn: str | None
    """None if the user is gone."""
    settings: Settings
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenBack:
    """The result of a delete; `notes` name settings that could not be given back."""

    notes: tuple[str, ...] = ()


@dataclass
class Operation:
    """The calls of one operation on one user, in one invocation."""

    gateway: Gateway
    retrier: Retrier
    identity: Identity
    owner: Owner
    progress: Progress
    is_importable: bool
    """Whether the resource can be imported, so that an update takes over the record of another resource."""
    is_last: bool = False
    """Whether there may be no time for a further invocation."""
    _is_lost: bool = False
    _refusals: int = 0
    """How many writes of settings the service has refused as invalid."""

    @property
    def is_lost(self) -> bool:
        """Whether the latest read shows that our claim is gone: there is no record, or another one."""
        return self._is_lost

    @is_lost.setter
    def is_lost(self, is_lost: bool) -> None:
        self._is_lost = is_lost
        self.progress.lost_claim |= is_lost and self.progress.wrote_settings_now

    def describe(self) -> LiveUser:
        """Read the user, if there is time."""
        self.retrier.check_time(self.progress)
        return self.gateway.describe_user(self.identity.instance_id, self.identity.user_id)

    def now(self) -> float:
        """Return monotonic seconds."""
        return self.retrier.clock.monotonic()

    def has_user(self) -> bool:
        """Search for the user, if there is time; DescribeUser does not find it."""
        self.retrier.check_time(self.progress)
        return self.gateway.has_user(self.identity.instance_id, self.identity.user_id)

    def waits(self, delays: list[float], spare: float = 0.0) -> bool:
        """Wait for the first of `delays` and remove it; return False if there is none, or no time for it.

        `spare` are the seconds that must be left afterwards.
        """
        if not delays or self.now() + delays[0] + spare > self.progress.deadline:
            return False
        self.retrier.clock.sleep(delays.pop(0))
        return True

    def looks_again(self, delays: list[float]) -> bool:
        """Wait for another read, since the latest one may be late; return False if it is to be believed.

        After an incomplete plan of ours it may show the end of a try that was cut off before, or of a
        duplicate: OutOfTime if this invocation has no time to find out.
        """
        if self.waits(delays):
            return True
        if delays and self.progress.wrote and not self.is_last:
            raise OutOfTime("The latest read may be late; the operation looks again in the next invocation.")
        return False

    def apply(self, user: LiveUser, plan: Plan) -> None:
        """Make the calls of `plan`, in an order that can be cut off anywhere."""
        progress = self.progress
        progress.notes = tuple(dict.fromkeys((*progress.notes, *plan.notes)))
        progress.removed_number = progress.removed_number or plan.removes_number
        if plan.claim:
            self._write(lambda: self.gateway.tag_user(user.arn, plan.claim), claimed=plan.prior)
        if plan.arrays:
            self._write_arrays(plan)
        progress.note_given_back(plan.given_back)
        if plan.amend:
            self._write(lambda: self.gateway.tag_user(user.arn, plan.amend))
        if plan.release:
            self._write(lambda: self.gateway.untag_user(user.arn, plan.release), released=True)
        progress.note_written(self.now(), only_stamped=plan.is_stamp)

    def _write_arrays(self, plan: Plan) -> None:
        ids = self.identity.instance_id, self.identity.user_id
        tries = [plan.arrays, *plan.narrower]
        # Some instances refuse a channel. If nobody declared it, the operation must not fail.
        while arrays := tries[min(self._refusals, len(tries) - 1)]:
            try:
                self._write(partial(self.gateway.update_user_config, *ids, arrays), settings=True)
            except InvalidRequest:
                if self._refusals >= len(tries) - 1:
                    raise
                # Kept for the invocation: after throttling, the operation goes on with the next try.
                self._refusals += 1
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
        except (NetworkFailure, ServiceInternalError):
            # The answer is lost; the write may have taken effect.
            note()
            raise
        note()

    def notes(self, user: LiveUser | None) -> tuple[str, ...]:
        """Return the notes for the final message."""
        has_number = user is not None and user.settings.effective(PHONE_NUMBER_KEY) is not None
        notes = self.progress.notes
        return (*notes, NUMBER_STAYED) if self.progress.removed_number and has_number else notes
