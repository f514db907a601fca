"""What the rules of ownership say that an agent's settings must be, kept beside the truth and compared with
it.

Written from the rules in the project's README, not from the code that follows them: owned settings as
declared, given-back ones as they were before they were taken, all others as they are unless somebody else
changes them.
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
    """Whether a resource that owns the phone type has owned the number too: the agent's own number is then
    lost.
    """
    phone_is_lost: bool = False
    """Whether the record can no longer hold an earlier desk phone: its number was owned, and then given up
    alone.
    """
    lost: Values = field(default_factory=dict)
    """What was declared when somebody removed the record."""
    uncertain: set[Setting] = field(default_factory=set)
    """Settings in the hands of an operation that ended half done."""

    def __post_init__(self) -> None:
        self.values = dict(self.values)

    @property
    def is_owned(self) -> bool:
        """Whether a record must stand on the user."""
        return bool(self.prior)

    @property
    def is_uncertain(self) -> bool:
        """Whether an operation ended half done."""
        return bool(self.uncertain)

    def owned_values(self, found: Values) -> Values:
        """Return what a read must show: the owned settings, each with its live value; no number is not shown."""
        return {setting: found[setting] for setting in self.prior if found[setting] is not None}

    def taken(self, declared: Mapping[Setting, object], before: Values) -> bool:
        """Expect `declared` and nothing else to be owned; return whether it must be said that something
        stays.
        """
        dropped = {setting for setting in self.prior if setting not in declared}
        note = self._give_back(dropped, before) or bool(self.lost.keys() - declared.keys())
        for setting, value in declared.items():
            own = {value, self.lost.get(setting)} if self.lost else set()
            # Nobody knows what was before a value of the resource's own.
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
        """Expect nothing of what an operation that failed had in hand."""
        self.uncertain |= {*self.prior, *declared}

    def changed_outside(self, found: Values) -> None:
        """Somebody else has changed settings, owned or not."""
        self.values = dict(found)

    def check_record(self, tags: Mapping[str, str]) -> None:
        """Compare what is recorded with what is owned."""
        found = recorded(tags)
        assert found.declared == {
            setting: words_for(setting, value) for setting, value in self.declared.items()
        }, tags
        assert found.earlier.keys() == self.prior.keys(), tags
        wrong = [
            f"{setting}: was {words_for(setting, value)}, is recorded as {found.earlier[setting]}"
            for setting, value in self.prior.items()
            if found.earlier[setting]
            != words_for(setting, UNRECORDED if self.phone_is_lost and setting == PHONE_TYPE else value)
        ]
        assert not wrong, "; ".join(wrong)

    def check(self, found: Values) -> None:
        """Compare."""
        self._allow_for_the_services_own_doing(found)
        wrong = [
            f"{setting}: must be {self.values[setting]!r}, is {found[setting]!r}"
            for setting in self.values
            if setting not in self.uncertain and found[setting] != self.values[setting]
        ]
        assert not wrong, "; ".join(wrong)

    def _allow_for_the_services_own_doing(self, found: Values) -> None:
        if self.values[PHONE_TYPE] != "SOFT_PHONE":
            return
        drops = self.behaviour.drop_number_under_soft_phone
        # Where a written entry keeps the fields that it does not name, nothing can take a number away.
        keeps = self.behaviour.entry_write is EntryWrite.MERGE and PHONE_NUMBER not in self.prior
        if (drops and found[PHONE_NUMBER] is None) or (keeps and self.values[PHONE_NUMBER] is None):
            self.values[PHONE_NUMBER] = found[PHONE_NUMBER]
