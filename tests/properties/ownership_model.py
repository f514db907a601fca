"""The rules of ownership for one agent, without the code under test: the owned settings, and the unowned
values.

The heart is `unowned`: the value that each setting has, or will have again, while nobody owns it. Taking and
giving back never change it; an administrator's edit of an unowned setting does. An edit of an owned setting
changes the live value only: giving back writes the value that was recorded, and the edit is lost.

The exceptions are documented: the phone (`phone_model`), and edits between a read and a write
(`edits_meanwhile`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import OwnershipRecord, our_keys
from custom_connect_userconfig.core.settings import Settings

from .agent import LocalAgent, Truth
from .edits_meanwhile import EditsMeanwhile, recorded
from .phone_model import PHONE, PhoneModel
from .strategies import CHAT_ACW
from .unreliable import Write

CHAT_ENDS = 5_400
"""Seconds after which work on CHAT ends, whatever the setting."""


@dataclass
class OwnershipModel(PhoneModel):
    """The agent as it must be by the rules."""

    foreign: dict[str, str]
    """The tags of others."""
    owner: str | None = None
    """The owner's digest."""
    former: str | None = None
    """The digest of the last owner, if the agent was handed over and nobody owns it."""
    owned: dict[SettingKey, Value | None] = field(default_factory=dict)
    """The owned settings with their live values."""
    declared: set[SettingKey] = field(default_factory=set)
    """The owned settings that the record declares; the others are being given back."""
    unrecorded: set[SettingKey] = field(default_factory=set)
    """The owned settings whose earlier value was lost with a record: they stay as they are."""
    forgotten: Truth = field(default_factory=dict)
    """The earlier values of a removed record: an operation that had recorded them may still write them back.
    """
    declarations: tuple[Settings, ...] = ()
    """The declarations of the current event and of the one before it."""
    edits: EditsMeanwhile = field(default_factory=EditsMeanwhile)

    @classmethod
    def of(cls, agent: LocalAgent) -> "OwnershipModel":
        """Return the model of an agent that nobody owns."""
        return cls(agent, agent.truth(), agent.tags())

    def administered(self) -> None:
        """Somebody has edited settings: unowned ones for good, owned ones until the next update."""
        now = self.agent.truth()
        if now[PHONE_NUMBER_KEY] != self.unowned[PHONE_NUMBER_KEY] and PHONE_NUMBER_KEY not in self.owned:
            self.number_is_new = True
        self.unowned.update({key: value for key, value in now.items() if key not in self.owned})
        being_given_back = self.owned.keys() - self.declared - set(PHONE)
        self.edits.follow({key: self.owned[key] for key in being_given_back}, now, self.unowned)
        self.owned = {key: now[key] for key in self.owned}

    def administered_meanwhile(self, edit: Callable[[], None]) -> Truth:
        """Let somebody edit settings during an operation; return the settings that this has changed."""
        before = self.agent.truth()
        edit()
        now = self.agent.truth()
        self.edits.note(before, now)
        self.administered()
        return {key: now[key] for key in now if now[key] != before[key]}

    def released_by_hand(self) -> None:
        """Somebody has removed the record, as messages advise: the settings stay as they are."""
        self.forgotten = {key: self.unowned[key] for key in self.owned}
        self.unowned = self.agent.truth()
        self._no_owner()

    def moved_on(
        self, before: Truth, within: Settings, earlier: Truth | None = None, write: Write | None = None
    ) -> None:
        """An operation has made a step: follow the record, and check everything else.

        `within` are the settings that the event declares. `earlier` are those that the resource has declared
        until now: a repeated event may read a state in which they were still recorded, and start from there.
        `write` is the latest write, if each is followed.
        """
        self.phone_left = False
        now, record = self.agent.truth(), self._record()
        prior = record.prior if record else {}
        known = {*self.owned, *within, *(earlier or {})}
        assert prior.keys() <= known, "a setting is recorded that nobody has declared"
        if write:
            self._note_lost_edits(write, prior, now)
        self.unowned.update({k: v for k, v in self.forgotten.items() if k not in prior and now[k] == v})
        self._note_unrecorded(prior, within, earlier or {})
        released = {key for key in self.owned if key not in prior}
        released -= self._left_as_they_are(released, now)
        self._check_given_back(released - set(PHONE), now)
        if self.edits.touched(PHONE):
            self._follow_disturbed_phone(prior, now, {**(earlier or {}), **within}, before)
        else:
            self._follow_phone(released, prior, within, before, now)
        self.owned = {key: now[key] for key in prior}
        self.declared = set(record.declared) if record else set()
        if not prior:
            self._no_owner()
        self.edits.keep(self.owned.keys() - self.declared)
        # An update that doubts the record writes its request alone.
        self._follow_owner(record)
        self.check()

    def taken_for_own(self, declared: Settings, lost: Mapping[SettingKey, RecordedValue]) -> None:
        """An operation goes on that has `lost` its claim: it takes an edit to a declared value for its write.

        Nobody can distinguish the two, so the edit gives way to the earlier value of the claim. What a later
        claim owns stays as it is recorded.
        """
        now = self.agent.truth()
        for key in (lost.keys() & declared.keys()) - self.owned.keys():
            if self.unowned[key] == declared[key] and now[key] == lost[key]:
                self.unowned[key] = now[key]

    def handed_over(self) -> None:
        """Somebody has handed the agent over: nobody owns it, and its settings stay as they are."""
        self.owner, self.former = None, self.named
        self.check()

    @property
    def named(self) -> str | None:
        """The digest of the owner that the record names."""
        return self.owner or self.former

    def _follow_owner(self, record: OwnershipRecord | None) -> None:
        named = record.owner.digest if record and record.owner else None
        is_handed_over = record is not None and record.is_handed_over
        self.owner, self.former = (None, named) if is_handed_over else (named, None)

    def taken(self, owner: str, declared: Settings, before: Truth, *, goes_on: bool = False) -> None:
        """An operation says that `owner` owns exactly `declared`; one that `goes_on` wrote a while ago."""
        self.moved_on(before, declared)
        assert self.owned.keys() == declared.keys()
        assert self.owner == owner
        for key, value in declared.items():
            live = self.owned[key]
            held = self._is_held(key, value, live) or live in self.edits.made.get(key, ())
            held = held or (key in PHONE and self.edits.touched(PHONE))
            # If another number shows under a soft phone long after the write, the service may have made it
            # so.
            held = held or (goes_on and key == PHONE_NUMBER_KEY and self.owned[PHONE_TYPE_KEY] == SOFT_PHONE)
            assert held, f"{key}: declared {value}, live {live}"

    def given_back(self, before: Truth) -> None:
        """An operation says that nobody owns anything any more."""
        self.moved_on(before, {})
        assert self.owner is None
        assert not self.owned

    def _no_owner(self) -> None:
        self.owner, self.former, self.owned, self.declared, self.unrecorded = None, None, {}, set(), set()
        self.earlier_number_lost = self.number_is_new = False

    def _note_unrecorded(
        self, prior: Mapping[SettingKey, RecordedValue], within: Settings, earlier: Truth
    ) -> None:
        """A record may leave an earlier value out only if that value may be the resource's own."""
        unknown = {key for key, value in prior.items() if value is Unrecorded.VALUE} - {PHONE_NUMBER_KEY}
        for key in unknown - self.unrecorded - self.owned.keys():
            shown = {self.unowned[key], *self.edits.replaced.get(key, ()), *self.edits.made.get(key, ())}
            own = {within.get(key), earlier.get(key), *(declared.get(key) for declared in self.declarations)}
            if key == CHAT_ACW and any(int(str(value)) > CHAT_ENDS for value in own if value is not None):
                own.add(CHAT_ENDS)  # what the service makes of a longer limit
            assert any(self._is_same(key, mine, value) for mine in own for value in shown), (
                f"{key}: its earlier value was known"
            )
            self.unrecorded.add(key)
        self.unrecorded &= prior.keys() | self.owned.keys()

    def _left_as_they_are(self, released: set[SettingKey], now: Truth) -> set[SettingKey]:
        left = released & self.unrecorded
        if PHONE_TYPE_KEY in left:
            left |= released & set(PHONE)
        self.unowned.update({key: now[key] for key in left})
        self.unrecorded -= left
        return left

    def _note_lost_edits(self, write: Write, prior: Mapping[SettingKey, RecordedValue], now: Truth) -> None:
        self.unowned.update(self.edits.undone_by(write, now, self.unowned, prior, self._is_same))
        self.unowned.update(self.edits.overlooked_by(write, prior, self.unowned, self._is_same))

    def _follow_disturbed_phone(
        self, prior: Mapping[SettingKey, RecordedValue], now: Truth, declared: Truth, before: Truth
    ) -> None:
        """Others have edited the phone during the operation: any value may stay, but no invented number."""
        number = PHONE_NUMBER_KEY
        known = {
            None,
            self.agent.hidden_number(),
            *(values.get(number) for values in (before, self.unowned, self.owned, declared)),
        }
        known |= self.edits.made.get(number, set()) | self.edits.replaced.get(number, set())
        assert now[number] in known, "a number that nobody has set"
        self.unowned.update({key: now[key] for key in PHONE if key not in prior})
        if PHONE_TYPE_KEY in prior:
            earlier = prior[PHONE_TYPE_KEY]
            self.unowned[PHONE_TYPE_KEY] = DESK_PHONE if isinstance(earlier, Unrecorded) else earlier
        if number in prior and prior[number] is not Unrecorded.VALUE:
            self.unowned[number] = None
        elif number in prior and self.unowned[number] is None:
            self.unowned[number] = next(value for value in known if value is not None)
        lost = Unrecorded.VALUE in (prior.get(PHONE_TYPE_KEY), prior.get(number))
        # An overlooked edit has removed the number of the recorded desk phone: no place holds it.
        lost = lost or (self.unowned[PHONE_TYPE_KEY] == DESK_PHONE and self.unowned[number] is None)
        self.earlier_number_lost = PHONE_TYPE_KEY in prior and lost
        self.number_is_new = bool(set(PHONE) & prior.keys())

    def check(self) -> None:
        """Check the agent, at rest or between two calls of an operation that has been followed."""
        now, record = self.agent.truth(), self._record()
        tags = self.agent.tags()
        foreign = {key: value for key, value in tags.items() if key not in our_keys(tags)}
        assert foreign == self.foreign, "somebody else's tags were touched"
        for key, value in now.items():
            expected = (self.owned if key in self.owned else self.unowned)[key]
            assert self._is_same(key, value, expected), f"{key}: {value}, not {expected}"
        if record is None:
            assert self.named is None
            assert not self.owned
            return
        assert record.owner is not None
        assert record.owner.digest == self.named
        assert record.is_handed_over == (self.owner is None)
        assert record.prior.keys() == self.owned.keys()
        for key, prior in record.prior.items():
            is_lost = key == PHONE_TYPE_KEY or (key == PHONE_NUMBER_KEY and prior is Unrecorded.VALUE)
            if key in self.unrecorded or (is_lost and self.earlier_number_lost):
                continue  # the earlier value is lost, and the record may say so in any form
            if key == PHONE_NUMBER_KEY and prior is None and self.unowned[key] == self.agent.hidden_number():
                continue  # without a number in the arrays, the older form shows its own
            if key in PHONE and key not in record.declared:
                continue  # given back twice, since reads were late: the first time may have lost the number
            assert self._is_same(key, prior, recorded(key, self.unowned[key])), (
                f"{key} is recorded as {prior}"
            )

    def _record(self) -> OwnershipRecord | None:
        return OwnershipRecord.from_tags(self.agent.tags())

    def _is_same(self, key: SettingKey, found: RecordedValue, expected: RecordedValue) -> bool:
        if found == expected:
            return True
        # A limit of the older form that is written as one of CHAT comes to stand at what it always amounted
        # to.
        return (
            self.behaviour.clamp_chat_acw
            and key == CHAT_ACW
            and found == CHAT_ENDS
            and isinstance(expected, int)
            and expected > CHAT_ENDS
        )

    def _is_held(self, key: SettingKey, declared: Value, live: Value | None) -> bool:
        if key == PHONE_NUMBER_KEY and live != declared:
            return self._is_dropped(self.agent.truth())
        # Work on CHAT ends after 90 minutes, so a resource accepts 5,400 for any longer limit.
        return live == declared or (key == CHAT_ACW and live == CHAT_ENDS and int(declared) > CHAT_ENDS)

    def _check_given_back(self, keys: Iterable[SettingKey], now: Truth) -> None:
        self.unowned.update(self.edits.outlasting(keys, now, self.unowned))
        for key in keys:
            was = self.unowned[key]
            assert self._is_same(key, now[key], was), f"{key}: given back as {now[key]}, was {was}"

    def _follow_phone(
        self,
        released: set[SettingKey],
        prior: Mapping[SettingKey, RecordedValue],
        within: Settings,
        before: Truth,
        now: Truth,
    ) -> None:
        if PHONE_TYPE_KEY in within and PHONE_TYPE_KEY not in {*self.owned, *prior}:
            self._check_undone_phone(within, now)
        # A create that failed after a write leaves the phone as it wrote it, not as it found it.
        found = {**before, **{key: within[key] for key in PHONE if key in within and now[key] == within[key]}}
        self._check_phone_given_back(released, found, now)
        self._note_lost_number(self.owned, prior, now)
