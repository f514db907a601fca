"""One operation on one user, in one invocation: its calls, and what they leave in its progress.

``reconcile``, ``release`` and ``undo`` say which calls; an operation can be cut off between any two of them
and run again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from .core.arrays import PHONE_NUMBER_KEY, SettingKey
from .core.errors import InvalidRequest, NetworkFailure, ServiceInternalError
from .core.identifiers import Identity
from .core.kinds import RecordedValue
from .core.ownership import Owner
from .core.planning import LiveUser, Plan
from .core.restoration import NUMBER_STAYED
from .core.settings import Settings
from .ports import Gateway
from .retry.progress import Progress
from .retry.retrier import Retrier


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
    _is_lost: bool = False
    _refusals: int = 0
    """How many writes of settings the service has refused as invalid."""

    @property
    def is_lost(self) -> bool:
        """Whether the latest read shows that the claim of this operation is gone: another one's record is
        there, or none.
        """
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
        """Ask a second call whether the user exists, if there is time."""
        self.retrier.check_time(self.progress)
        return self.gateway.has_user(self.identity.instance_id, self.identity.user_id)

    def waits(self, delays: list[float]) -> bool:
        """Wait within the invocation for the first of `delays`, and remove it; False if there is none, or no
        time for it.
        """
        if not delays or self.now() + delays[0] > self.progress.deadline:
            return False
        self.retrier.clock.sleep(delays.pop(0))
        return True

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
        # Some instances do not know every channel. A refusal of what nobody declared must not fail the
        # operation.
        while arrays := tries[min(self._refusals, len(tries) - 1)]:
            try:
                self._write(partial(self.gateway.update_user_config, *ids, arrays), settings=True)
            except InvalidRequest:
                if self._refusals >= len(tries) - 1:
                    raise
                # Kept for this invocation: a quota that is used up meanwhile does not begin all tries again.
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
            # Its answer is lost, and the write may have acted.
            note()
            raise
        note()

    def notes(self, user: LiveUser | None) -> tuple[str, ...]:
        """Return what has to be said at the end."""
        progress = self.progress
        stayed = (
            progress.removed_number
            and user is not None
            and user.settings.effective(PHONE_NUMBER_KEY) is not None
        )
        return (*progress.notes, NUMBER_STAYED) if stayed else progress.notes
