"""What must hold of the agent, said without the code under test: who owns which setting, and what each is worth unowned.

`unowned` is the heart: the value that each setting has, or will have again, when nobody owns it. Taking and giving back never
change it, an administrator's edit of a setting that nobody owns does. An edit of an owned setting changes only what is live:
what is given back is what was recorded when the setting was taken, and the edit is lost.

The phone is the documented exception. An earlier number is not recorded, so that the number which a resource has set stays,
and a desk phone is not given back to an agent whose earlier number is gone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connect_local import Behaviour, EntryWrite
from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.kinds import PriorValue, Value, Withheld
from custom_connect_userconfig.core.ownership import OwnershipRecord, our_keys
from custom_connect_userconfig.core.settings import Settings

from .agent import LocalAgent, Truth
from .strategies import CHAT_ACW

_CHAT_ENDS = 5_400
_PHONE = (PHONE_TYPE_KEY, PHONE_NUMBER_KEY)


@dataclass
class OwnershipModel:
    """The agent as the rules say it is."""

    agent: LocalAgent
    unowned: Truth
    foreign: dict[str, str]
    owner: str | None = None
    """The digest of who owns settings."""
    owned: dict[SettingKey, Value | None] = field(default_factory=dict)
    """The owned settings with their live values."""
    earlier_number_lost: bool = False
    """Whether the number from before the phone was taken is neither on the user nor recorded."""
    number_is_new: bool = False
    """Whether somebody has set another number since it was lost: then either way to give back the phone is right."""
    phone_left: bool = False
    """Whether the latest giving back had to leave something of the phone."""

    @classmethod
    def of(cls, agent: LocalAgent) -> "OwnershipModel":
        """Return the model of an agent that nobody owns."""
        return cls(agent, agent.truth(), agent.tags())

    @property
    def behaviour(self) -> Behaviour:
        """What the service does."""
        return self.agent.behaviour

    # -- what has happened ---------------------------------------------------------------------------------------------

    def administered(self) -> None:
        """Somebody has edited settings, which reach what nobody owns for good and the rest until the next update."""
        now = self.agent.truth()
        if now[PHONE_NUMBER_KEY] != self.unowned[PHONE_NUMBER_KEY] and PHONE_NUMBER_KEY not in self.owned:
            self.number_is_new = True
        self.unowned.update({key: value for key, value in now.items() if key not in self.owned})
        self.owned = {key: now[key] for key in self.owned}

    def released_by_hand(self) -> None:
        """Somebody has removed the record, as its messages advise: the settings stay as they are."""
        self.unowned = self.agent.truth()
        self._no_owner()

    def moved_on(self, before: Truth, within: Settings, earlier: Settings | None = None) -> None:
        """An operation has come somewhere on its way: follow the record, and check all that it does not excuse.

        `earlier` is what the resource has declared until now: an event that comes again may read a state in which that was
        still recorded, and begin anew from there.
        """
        self.phone_left = False
        now, record = self.agent.truth(), self._record()
        prior = record.prior if record else {}
        assert prior.keys() <= {*self.owned, *within, *(earlier or {})}, "a setting is recorded that nobody has declared"
        if PHONE_TYPE_KEY in within and PHONE_TYPE_KEY not in {*self.owned, *prior}:
            self._check_undone_phone(within, now)
        # A create that has written before it failed leaves of the phone what it has written, not what it found.
        found = {**before, **{key: within[key] for key in _PHONE if key in within and now[key] == within[key]}}
        self._check_given_back([key for key in self.owned if key not in prior], found, now)
        self._note_lost_number(prior, now)
        self.owned = {key: now[key] for key in prior}
        self.owner = record.owner.digest if record and record.owner else None
        if not prior:
            self._no_owner()
        self.check()

    def taken(self, owner: str, declared: Settings, before: Truth) -> None:
        """An operation says that `owner` now owns exactly `declared`."""
        self.moved_on(before, declared)
        assert self.owned.keys() == declared.keys()
        assert self.owner == owner
        for key, value in declared.items():
            assert self._is_held(key, value, self.owned[key]), f"{key}: declared {value}, live {self.owned[key]}"

    def given_back(self, before: Truth) -> None:
        """An operation says that nobody owns anything now."""
        self.moved_on(before, {})
        assert self.owner is None
        assert not self.owned

    def _no_owner(self) -> None:
        self.owner, self.owned = None, {}
        self.earlier_number_lost = self.number_is_new = False

    # -- what must hold ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check the agent at rest."""
        now, record = self.agent.truth(), self._record()
        assert self._foreign() == self.foreign, "somebody else's tags were touched"
        for key, value in now.items():
            expected = (self.owned if key in self.owned else self.unowned)[key]
            assert self._is_same(key, value, expected), f"{key}: {value}, not {expected}"
        if record is None:
            assert self.owner is None
            assert not self.owned
            return
        assert record.owner is not None
        assert record.owner.digest == self.owner
        assert record.prior.keys() == self.owned.keys()
        for key, prior in record.prior.items():
            if key == PHONE_TYPE_KEY and self.earlier_number_lost:
                continue  # what was before cannot come back, and how a record says so is its own affair
            assert self._is_same(key, prior, recorded(key, self.unowned[key])), f"{key} is recorded as {prior}"

    def check_amid(self) -> None:
        """Check the agent between two calls of an operation: nothing is changed that the record could not give back."""
        now, record = self.agent.truth(), self._record()
        prior = record.prior if record else {}
        assert self._foreign() == self.foreign, "somebody else's tags were touched"
        for key in now.keys() - set(_PHONE):
            if key in prior:
                assert self._is_same(key, prior[key], self.unowned[key]), f"{key} is recorded as {prior[key]}"
            else:
                assert self._is_same(key, now[key], self.unowned[key]), f"{key} is changed and not recorded"

    def _record(self) -> OwnershipRecord | None:
        return OwnershipRecord.from_tags(self.agent.tags())

    def _foreign(self) -> dict[str, str]:
        tags = self.agent.tags()
        return {key: value for key, value in tags.items() if key not in our_keys(tags)}

    def _is_same(self, key: SettingKey, found: PriorValue, expected: PriorValue) -> bool:
        if found == expected:
            return True
        # A limit of the older form that is written as one of CHAT comes to stand at what it always amounted to.
        return self.behaviour.clamp_chat_acw and key == CHAT_ACW and found == _CHAT_ENDS and int(str(expected)) > _CHAT_ENDS

    def _is_held(self, key: SettingKey, declared: Value, live: Value | None) -> bool:
        if key == PHONE_NUMBER_KEY and live != declared:
            return self._is_dropped(self.agent.truth())
        # Longer work on CHAT ends after 90 minutes, so that a resource takes 5,400 for any value above it.
        return live == declared or (key == CHAT_ACW and live == _CHAT_ENDS and int(declared) > _CHAT_ENDS)

    def _is_dropped(self, now: Truth) -> bool:
        """Whether the service has dropped a number: then the one of the older form shows, if there is one."""
        drops = self.behaviour.drop_number_under_soft_phone
        return drops and now[PHONE_NUMBER_KEY] == self.agent.hidden_number() and now[PHONE_TYPE_KEY] == SOFT_PHONE

    # -- giving back ---------------------------------------------------------------------------------------------------

    def _check_given_back(self, keys: Iterable[SettingKey], before: Truth, now: Truth) -> None:
        keys = set(keys)
        for key in keys - set(_PHONE):
            assert self._is_same(key, now[key], self.unowned[key]), f"{key}: given back as {now[key]}, was {self.unowned[key]}"
        leaves_phone = PHONE_TYPE_KEY in keys and self._leaves_phone(before, now)
        if leaves_phone:
            self.phone_left = True
            assert now[PHONE_TYPE_KEY] in (before[PHONE_TYPE_KEY], SOFT_PHONE), "a number that is not the agent's own is in use"
            assert now[PHONE_NUMBER_KEY] == before[PHONE_NUMBER_KEY] or self._is_dropped(now)
            self.unowned.update({key: now[key] for key in _PHONE if key in keys})
        elif PHONE_TYPE_KEY in keys:
            assert now[PHONE_TYPE_KEY] == self.unowned[PHONE_TYPE_KEY]
        if PHONE_NUMBER_KEY in keys and not leaves_phone:
            self._check_number_given_back(before, now)
        if PHONE_TYPE_KEY in keys:
            self.earlier_number_lost = self.number_is_new = False

    def _check_undone_phone(self, declared: Settings, now: Truth) -> None:
        """A failed create has taken the phone and given it back, as far as it goes: an earlier number is gone here too."""
        if now[PHONE_NUMBER_KEY] == self.unowned[PHONE_NUMBER_KEY]:
            return
        assert self.unowned[PHONE_NUMBER_KEY] is not None or self._number_stays(now)
        assert now[PHONE_NUMBER_KEY] == declared.get(PHONE_NUMBER_KEY) or self._is_dropped(now)
        assert now[PHONE_TYPE_KEY] in (declared[PHONE_TYPE_KEY], SOFT_PHONE)
        self.unowned.update({key: now[key] for key in _PHONE})

    def _number_stays(self, now: Truth) -> bool:
        """Whether nothing can take the number away: the API cannot say "no number" where entries are merged."""
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
            assert now[PHONE_NUMBER_KEY] == before[PHONE_NUMBER_KEY] or self._is_dropped(now)
        elif now[PHONE_NUMBER_KEY] is not None:
            assert self._number_stays(now), "a number that nobody wants"
        self.unowned[PHONE_NUMBER_KEY] = now[PHONE_NUMBER_KEY]

    def _note_lost_number(self, prior: Mapping[SettingKey, PriorValue], now: Truth) -> None:
        if PHONE_NUMBER_KEY in prior and PHONE_NUMBER_KEY not in self.owned and self.unowned[PHONE_NUMBER_KEY] is not None:
            self.earlier_number_lost, self.number_is_new = True, False
        left, had = now[PHONE_NUMBER_KEY], self.unowned[PHONE_NUMBER_KEY]
        if PHONE_NUMBER_KEY not in prior and left != had and had is not None and self._is_dropped(now):
            # The service forgets a number under a soft phone: a write of the type has cost it, and no write brings it back.
            self.unowned[PHONE_NUMBER_KEY] = left
            self.earlier_number_lost, self.number_is_new = PHONE_TYPE_KEY in prior, left is not None


def recorded(key: SettingKey, value: Value | None) -> PriorValue:
    """Return what a record holds of a value."""
    return Withheld.NUMBER if key == PHONE_NUMBER_KEY and value is not None else value
