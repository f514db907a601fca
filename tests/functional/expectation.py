"""An agent's settings as the rules of ownership want them, for comparison with the real ones.

It follows the rules in guide/owning.md, not the code: an owned setting is as declared, a given-back one has
its earlier value, and any other one changes only if somebody else changes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connect_local import Behaviour, EntryWrite

from .record import UNRECORDED, recorded, words_for
from .settings import CHAT_ACW, CHAT_ACW_CEILING, PHONE_NUMBER, PHONE_TYPE, Setting, Values


@dataclass
class Expectation:
    """The settings of one agent as they must be."""

    behaviour: Behaviour
    values: Values
    prior: Values = field(default_factory=dict)
    """What each owned setting was before it was taken."""
    declared: Values = field(default_factory=dict)
    number_was_owned: bool = False
    """Whether a resource that owns the phone type has owned the number: the agent's own number is lost."""
    phone_is_lost: bool = False
    """Whether the resource has given up a desk phone's number but not its type: its record is incomplete."""
    lost: Values = field(default_factory=dict)
    """The declared settings at the time when somebody removed the record."""
    uncertain: set[Setting] = field(default_factory=set)
    """Settings that an unfinished operation may or may not have changed."""

    def __post_init__(self) -> None:
        self.values = dict(self.values)

    @property
    def is_owned(self) -> bool:
        """Whether the user must carry a record."""
        return bool(self.prior)

    @property
    def is_uncertain(self) -> bool:
        """Whether an operation has failed half done."""
        return bool(self.uncertain)

    def owned_values(self, found: Values) -> Values:
        """Return what a read must show: every owned setting with its live value, except a missing number."""
        return {setting: found[setting] for setting in self.prior if found[setting] is not None}

    def taken(self, declared: Mapping[Setting, object], before: Values) -> bool:
        """Expect exactly `declared` to be owned; return whether the answer must say that a setting stays."""
        dropped = {setting for setting in self.prior if setting not in declared}
        note = self._give_back(dropped, before) or bool(self.lost.keys() - declared.keys())
        for setting, value in declared.items():
            own = {value, self.lost.get(setting)} if self.lost else set()
            # A value that the resource itself wrote hides the earlier one.
            self.prior.setdefault(setting, UNRECORDED if before[setting] in own else before[setting])
            self.values[setting] = self._stored(setting, value)
        for setting in dropped:
            del self.prior[setting]
        self.declared, self.lost = dict(declared), {}
        gave_up_number = self.number_was_owned and PHONE_NUMBER not in self.prior
        was_desk_phone = self.prior.get(PHONE_TYPE) == "DESK_PHONE"
        self.phone_is_lost = was_desk_phone and (self.phone_is_lost or gave_up_number)
        self.number_was_owned = PHONE_TYPE in self.prior and (
            self.number_was_owned or PHONE_NUMBER in declared
        )
        self.uncertain.clear()
        return note

    def _give_back(self, dropped: set[Setting], before: Values) -> bool:
        prior = {setting: self.prior[setting] for setting in dropped}
        lost = [setting for setting, value in prior.items() if value is UNRECORDED]
        note = bool(lost)
        prior |= {setting: before[setting] for setting in lost}
        if prior.get(PHONE_TYPE) == "DESK_PHONE" and (self.number_was_owned or before[PHONE_NUMBER] is None):
            note = True
            prior |= {PHONE_TYPE: before[PHONE_TYPE], PHONE_NUMBER: before[PHONE_NUMBER]}
        elif prior.get(PHONE_NUMBER) is not None:
            note = True
            prior[PHONE_NUMBER] = before[PHONE_NUMBER]
        self.values |= prior
        return note

    def _stored(self, setting: Setting, value: object) -> object:
        if setting == CHAT_ACW and self.behaviour.clamp_chat_acw and isinstance(value, int):
            return min(value, CHAT_ACW_CEILING)
        return value

    def lost_record(self, previous: Mapping[Setting, object]) -> None:
        """Somebody has removed the record of what `previous` declares."""
        self.prior, self.declared, self.lost = {}, {}, dict(previous)

    def half_done(self, declared: Mapping[Setting, object]) -> None:
        """Expect nothing of the settings that a failed operation may have changed."""
        self.uncertain |= {*self.prior, *declared}

    def changed_outside(self, found: Values) -> None:
        """Somebody else has changed settings, owned or not."""
        self.values = dict(found)

    def check_record(self, tags: Mapping[str, str]) -> None:
        """Compare the record with the owned settings, what they are declared to be and what they were."""
        found = recorded(tags)
        declared = {setting: words_for(setting, value) for setting, value in self.declared.items()}
        lost = {PHONE_TYPE: UNRECORDED} if self.phone_is_lost and PHONE_TYPE in self.prior else {}
        prior = self.prior | lost
        assert found.declared == declared, tags
        assert found.earlier == {setting: words_for(setting, value) for setting, value in prior.items()}, tags

    def check(self, found: Values) -> None:
        """Compare the settings with the real ones."""
        self._allow_changes_by_the_service(found)
        wrong = [
            f"{setting}: must be {self.values[setting]!r}, is {found[setting]!r}"
            for setting in self.values
            if setting not in self.uncertain and found[setting] != self.values[setting]
        ]
        assert not wrong, "; ".join(wrong)

    def _allow_changes_by_the_service(self, found: Values) -> None:
        if self.values[PHONE_TYPE] != "SOFT_PHONE":
            return
        drops = self.behaviour.drop_number_under_soft_phone
        # If a written entry keeps the fields that it does not name, no write can remove a number.
        keeps = self.behaviour.entry_write is EntryWrite.MERGE and PHONE_NUMBER not in self.prior
        if (drops and found[PHONE_NUMBER] is None) or (keeps and self.values[PHONE_NUMBER] is None):
            self.values[PHONE_NUMBER] = found[PHONE_NUMBER]
