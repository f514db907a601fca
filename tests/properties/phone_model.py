"""The rules for the phone, the documented exception to giving back: no record holds an earlier number.

So a resource's number stays, and an agent whose earlier number is gone does not get its desk phone back.
`OwnershipModel` extends this model with all other rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connect_local import Behaviour, EntryWrite
from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.settings import Settings

from .agent import LocalAgent, Truth

PHONE = (PHONE_TYPE_KEY, PHONE_NUMBER_KEY)


@dataclass
class PhoneModel:
    """The unowned value of each setting, and the fate of the phone's number."""

    agent: LocalAgent
    unowned: Truth
    earlier_number_lost: bool = field(default=False, kw_only=True)
    """Whether the number from before the claim is neither on the user nor recorded."""
    number_is_new: bool = field(default=False, kw_only=True)
    """Whether somebody has set another number since: then the phone may be given back or left."""
    number_dropped: Value | None = field(default=None, kw_only=True)
    """The number that the service has dropped under a soft phone, until reads show that it is gone."""
    phone_left: bool = field(default=False, kw_only=True)
    """Whether the latest giving back had to leave a part of the phone."""

    @property
    def behaviour(self) -> Behaviour:
        """The behaviour of the service."""
        return self.agent.behaviour

    def _check_phone_given_back(self, keys: set[SettingKey], before: Truth, now: Truth) -> None:
        leaves_phone = PHONE_TYPE_KEY in keys and self._leaves_phone(before, now)
        if leaves_phone:
            self.phone_left = True
            allowed = (before[PHONE_TYPE_KEY], SOFT_PHONE)
            assert now[PHONE_TYPE_KEY] in allowed, "a number that is not the agent's own is in use"
            assert now[PHONE_NUMBER_KEY] in self._numbers_left(before) or self._is_dropped(now)
            self.unowned.update({key: now[key] for key in PHONE if key in keys})
        elif PHONE_TYPE_KEY in keys:
            assert now[PHONE_TYPE_KEY] == self.unowned[PHONE_TYPE_KEY]
        if PHONE_NUMBER_KEY in keys and not leaves_phone:
            self._check_number_given_back(before, now)
        if PHONE_TYPE_KEY in keys:
            self.earlier_number_lost = self.number_is_new = False

    def _check_undone_phone(self, declared: Settings, now: Truth) -> None:
        """A failed create has taken the phone and given it back; an earlier number is lost here too."""
        if now[PHONE_NUMBER_KEY] == self.unowned[PHONE_NUMBER_KEY]:
            return
        assert self.unowned[PHONE_NUMBER_KEY] is not None or self._number_stays(now)
        assert now[PHONE_NUMBER_KEY] == declared.get(PHONE_NUMBER_KEY) or self._is_dropped(now)
        assert now[PHONE_TYPE_KEY] in (declared[PHONE_TYPE_KEY], SOFT_PHONE)
        self.unowned.update({key: now[key] for key in PHONE})

    def _number_stays(self, now: Truth) -> bool:
        """Whether no call can remove the number: the API cannot say "no number" if entries are merged."""
        stays = self.behaviour.entry_write is EntryWrite.MERGE or self.agent.hidden_number() is not None
        return stays and now[PHONE_TYPE_KEY] == SOFT_PHONE

    def _leaves_phone(self, before: Truth, now: Truth) -> bool:
        if self.unowned[PHONE_TYPE_KEY] != DESK_PHONE:
            return False
        if self.number_is_new:
            return now[PHONE_TYPE_KEY] == before[PHONE_TYPE_KEY]
        return self.earlier_number_lost or before[PHONE_NUMBER_KEY] is None

    def _check_number_given_back(self, before: Truth, now: Truth) -> None:
        if self.unowned[PHONE_NUMBER_KEY] is not None:
            self.phone_left = True
            assert now[PHONE_NUMBER_KEY] in self._numbers_left(before) or self._is_dropped(now)
        elif now[PHONE_NUMBER_KEY] is not None:
            assert self._number_stays(now), "a number that nobody wants"
        self.unowned[PHONE_NUMBER_KEY] = now[PHONE_NUMBER_KEY]

    def _numbers_left(self, before: Truth) -> tuple[object, object]:
        """Return the numbers that may be left: the one found or, if a late read shows it, the agent's own."""
        return before[PHONE_NUMBER_KEY], self.unowned[PHONE_NUMBER_KEY]

    def _note_lost_number(
        self, owned: Mapping[SettingKey, object], prior: Mapping[SettingKey, RecordedValue], now: Truth
    ) -> None:
        left, had = now[PHONE_NUMBER_KEY], self.unowned[PHONE_NUMBER_KEY]
        if PHONE_NUMBER_KEY not in prior and left not in (None, had) and left == self.number_dropped:
            # A late read has shown the number, and a write has brought it back.
            self.unowned[PHONE_NUMBER_KEY], self.earlier_number_lost, self.number_is_new = left, False, False
            return
        no_place_holds_it = had is not None or self.unowned[PHONE_TYPE_KEY] == DESK_PHONE
        if PHONE_NUMBER_KEY in prior and PHONE_NUMBER_KEY not in owned and no_place_holds_it:
            self.earlier_number_lost, self.number_is_new = True, False
        if PHONE_NUMBER_KEY not in prior and left != had and had is not None and self._is_dropped(now):
            # A write of the type has made the service drop the number. No write brings it back, unless a late
            # read still shows it.
            self.unowned[PHONE_NUMBER_KEY], self.number_dropped = left, had
            self.earlier_number_lost, self.number_is_new = PHONE_TYPE_KEY in prior, left is not None
        if prior.get(PHONE_TYPE_KEY) is Unrecorded.VALUE and self.unowned[PHONE_NUMBER_KEY] is None:
            # Somebody has removed the number of the desk phone before it was owned: no place holds it.
            self.earlier_number_lost = True

    def _is_dropped(self, now: Truth) -> bool:
        """Whether the service has dropped a number: the older form then shows its own, if it has one."""
        drops = self.behaviour.drop_number_under_soft_phone and now[PHONE_TYPE_KEY] == SOFT_PHONE
        return drops and now[PHONE_NUMBER_KEY] == self.agent.hidden_number()
