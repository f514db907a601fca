"""Sends the events of stacks under any circumstances, follows each write, and checks each end."""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.errors import AlreadyExists, NotFound, NotStabilized
from custom_connect_userconfig.core.interventions import plan_hand_over
from custom_connect_userconfig.core.kinds import RecordedValue
from custom_connect_userconfig.core.ownership import OWNER_KEY, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import OVERTAKEN
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.service import GivenBack, OwnedSettings

from .agent import LocalAgent, Truth
from .meanwhile import CALM, Act, Circumstances, Duplicate, Editing, Phoning, Rival, Tagging
from .ownership_model import CHAT_ENDS, OwnershipModel
from .stacks import Action, Ending, Event, Outcome, Stack
from .step_count import MEANWHILE
from .strategies import CHAT_ACW
from .unreliable import Schedule, UnreliableGateway, Write

_RECHECK_DELAYS = (1.0, 2.0, 4.0, 8.0)
"""Seconds after which a resource reads again if a read shows nothing left to do (decision 8)."""
_MOST_LAG_OF_TWO = 60.0
"""Seconds; if reads lag longer, two operations at once cannot tell their writes apart (decision 8)."""


@dataclass
class Oracle:
    """Knows the agent, the rules for it, and all stacks."""

    agent: LocalAgent
    model: OwnershipModel
    stacks: Sequence[Stack]
    acted_last: Stack | None = None
    tags_shown: Mapping[str, str] = field(default_factory=dict)
    """The tags when reads last showed everything."""
    earlier: Truth = field(default_factory=dict)
    """The settings that the latest operation may have read as owned, or declared."""

    def send(self, stack: Stack, event: Event, given: Circumstances = CALM) -> Ending:
        """Run an event of `stack`, and check its end."""
        reads_are_fresh = self._catch_up_unless_again(stack, event)
        goes_on = given.resume and stack.latest is event and stack.is_unfinished
        operation = Operation(
            self, stack, event, replace(given, context=stack.context if goes_on else None), reads_are_fresh
        )
        gateway, clock = operation.gateway, self.agent.clock
        ending = stack.send(event, gateway, clock, resume=given.resume, waits=given.waits)
        # While reads are late, nobody can tell a give-up that was killed from a success. Lambda delivers the
        # event again after a minute, when they show it.
        has_given_up = ending.timed_out and ending.outcome is Outcome.KILLED
        self.acted_last = None if has_given_up else stack
        operation.check(ending)
        stack.remember(event, ending)
        return ending

    def replay(self, stack: Stack, event: Event, given: Circumstances) -> None:
        """Deliver an answered event again, a while later: the same rules hold, nobody reads the answer."""
        self.catch_up()
        lives = stack.exists and stack.outcome is Outcome.DONE and self.model.owner == stack.owner.digest
        operation = Operation(self, stack, event, given, reads_are_fresh=True)
        ending = stack.replay(event, operation.gateway, self.agent.clock, given.context, given.waits)
        self.acted_last = None
        operation.check(ending)
        if lives and event.action is not Action.DELETE and not operation.met_rival and not given.context:
            assert self.model.owner == stack.owner.digest, "a duplicate has stripped an existing resource"

    def next_event(self, stack: Stack, wanted: Settings, *, deletes: bool) -> Event:
        """Return an event that a stack may send next."""
        if not stack.exists:
            return stack.event(Action.CREATE, wanted)
        if deletes or not stack.declared:
            return stack.event(Action.DELETE)
        return stack.event(Action.UPDATE, wanted, stack.declared)

    def may_import(self, stack: Stack) -> bool:
        """Whether `stack` can import the agent's settings: only registry resources can be imported."""
        return not stack.is_custom and not stack.exists and self.model.named not in (None, stack.owner.digest)

    def catch_up(self) -> None:
        """Let time pass until reads show everything."""
        self.agent.let_reads_catch_up()
        self.tags_shown = self.agent.tags()
        self.model.edits.forget()
        self.model.number_dropped = None

    def knows_overtaken(self, event: Event) -> bool:
        """Whether every read shows that a later event has overtaken `event`."""
        return all(_is_overtaken(event, tags) for tags in (self.tags_shown, self.agent.tags()))

    def hand_over(self) -> None:
        """Let somebody hand the agent over, while reads show everything."""
        self.catch_up()
        record = OwnershipRecord.from_tags(self.agent.tags())
        assert record
        self.agent.tag(plan_hand_over(record).claim)
        self.catch_up()
        self.model.handed_over()
        self.acted_last = None

    def tag(self, act: Tagging) -> None:
        """Let somebody set tags."""
        if act.tags:
            self.agent.tag(act.tags)
            self.model.foreign |= act.tags

    def _catch_up_unless_again(self, stack: Stack, event: Event) -> bool:
        """Return whether reads now show everything."""
        comes_again = stack.latest is event and stack.outcome is not Outcome.FAILED
        at_once = self.acted_last is stack and comes_again
        if not at_once:
            self.catch_up()
        return not at_once


def _is_overtaken(event: Event, tags: Mapping[str, str]) -> bool:
    """Whether the record knows a later request than that of `event`, by its form in guide/owning.md."""
    _, _, _, requests, *_ = tags.get(OWNER_KEY, "- - - -").split(" ", 4)
    record = OwnershipRecord.from_tags(tags)
    if event.action is Action.DELETE and (record is None or record.is_ending):
        return False  # another delete has overtaken this one: both give everything back
    return hashlib.sha256(event.request_id.encode()).hexdigest()[:8] in requests.split(".")[:-1]


def _lost_claim(context: Mapping[str, object]) -> Mapping[SettingKey, RecordedValue]:
    """Return the earlier values of the claim that an operation has lost, by the context of its handover."""
    prior = context.get("prior")
    record = OwnershipRecord.from_tags(prior) if isinstance(prior, dict) and "lostClaim" in context else None
    return record.prior if record else {}


class Operation:
    """One run of an event."""

    def __init__(
        self, oracle: Oracle, stack: Stack, event: Event, given: Circumstances, reads_are_fresh: bool
    ) -> None:
        self._oracle, self._model, self._stack, self._event = oracle, oracle.model, stack, event
        self._fresh, self._goes_on = reads_are_fresh, given.context is not None
        self._lost = _lost_claim(given.context or {})
        # An operation that had written nothing before its handover does not recheck.
        self._is_unchecked = given.context is not None and given.context.get("wrote") is not True
        self._was_killed = stack.is_unfinished and not reads_are_fresh
        self._mine = stack.owner.digest
        self._owner_before, self._former = oracle.model.owner, oracle.model.former
        self._before: Truth = oracle.agent.truth()
        self._is_overtaken = oracle.knows_overtaken(event)
        self._earlier: Truth = {
            **(event.previous or {}),
            **stack.declared,
            **oracle.model.owned,
            **({} if reads_are_fresh else oracle.earlier),
        }
        oracle.earlier = self._earlier
        self._declarations = (event.declared, event.previous or {}, stack.declared)
        oracle.model.declarations = self._declarations
        self._to_come = list(given.meanwhile)
        self._calls = 0
        self.edited = self.met_rival = self.met_duplicate = False
        self.gateway = self._gateway(given.schedule)
        self.gateway.before = self._before_call

    @property
    def _takes_over(self) -> bool:
        """Whether this may write although another stack owns the agent: the update of an import."""
        return self._event.action is Action.UPDATE and not self._stack.is_custom

    def _gateway(self, schedule: Schedule) -> UnreliableGateway:
        return UnreliableGateway(self._oracle.agent.gateway, schedule, watch=self._follow)

    def _follow(self, write: Write) -> None:
        owner = self._model.owner
        # An operation that has lost the user gives back its own writes; the model checks all other settings.
        is_conceding = write.operation == "UpdateUserConfig"
        assert owner in (None, self._mine) or self._takes_over or is_conceding, (
            f"{write.operation} on what another stack owns"
        )
        if is_conceding:
            self._model.taken_for_own(self._event.declared, self._lost)
        self._model.moved_on(self._before, self._event.declared, self._earlier, write)

    def _before_call(self, operation: str) -> None:
        self._calls += 1
        while self._to_come and self._to_come[0][0] <= self._calls:
            act = self._to_come[0][1]
            ends_create = operation == "UntagResource" and self._event.action is Action.CREATE
            if isinstance(act, Rival) and operation != "DescribeUser":
                return
            if isinstance(act, Duplicate) and ends_create:
                return
            self._to_come.pop(0)
            lag = self._oracle.agent.behaviour.stale_seconds
            if not (isinstance(act, Duplicate | Rival) and lag > _MOST_LAG_OF_TWO):
                self._act(act)

    def _act(self, act: Act) -> None:
        MEANWHILE[type(act).__name__.lower()] += 1
        match act:
            case Tagging():
                self._oracle.tag(act)
            case Editing() | Phoning():
                self._before |= self._model.administered_meanwhile(
                    lambda: self._oracle.agent.administer(act.edit)
                )
                self.edited = True
            case Duplicate():
                self._run_duplicate()
            case Rival():
                self._run_rival(act)

    def _run_duplicate(self) -> None:
        if self._stack.is_custom:
            self.met_duplicate = True
            self._stack.replay(self._event, self._gateway({}), self._oracle.agent.clock)

    def _run_rival(self, act: Rival) -> None:
        others = [stack for stack in self._oracle.stacks if stack is not self._stack]
        rival = others[act.who]
        self._oracle.catch_up()
        if act.imports and self._oracle.may_import(rival):
            rival.adopt(act.wanted)
        self._oracle.send(rival, self._oracle.next_event(rival, act.wanted, deletes=act.deletes))
        self._oracle.catch_up()
        self.met_rival, self._before = True, self._oracle.agent.truth()
        # If the rival has removed the record, nothing says any more that this event was overtaken.
        self._is_overtaken = self._is_overtaken and self._oracle.knows_overtaken(self._event)
        self._model.declarations = self._declarations
        # An update that takes the record over finds the rival's settings in it.
        self._earlier |= self._model.owned
        self._oracle.earlier = self._earlier

    def check(self, ending: Ending) -> None:
        """Check an ending against the outcomes that the rules allow."""
        disturbed = ending.gateway.met or self.edited or self.met_rival or self.met_duplicate
        few = len(ending.gateway.writes) <= self._most_writes()
        assert few or disturbed, "written more often than late reads excuse"
        if self._is_overtaken:
            self._check_overtaken(ending)
        elif not self.met_rival and self._must_be_refused():
            self._check_refused(ending)
        elif ending.outcome is Outcome.DONE:
            self._check_done(ending)
        else:
            self._check_failed(ending)

    def _only_undoes(self, ending: Ending) -> bool:
        return self._goes_on and {write.operation for write in ending.gateway.writes} <= {"UpdateUserConfig"}

    def _check_overtaken(self, ending: Ending) -> None:
        """A later event has written: this one changes nothing but its own writes, and answers with the
        settings in force.
        """
        wrote = ending.gateway.writes and not self._only_undoes(ending)
        assert not wrote, "an event that was overtaken has written"
        if ending.outcome is Outcome.DONE and not self.met_rival:
            assert ending.result
            assert OVERTAKEN in ending.result.notes
            # Whoever undoes its own writes answers with what it has read before, and nobody waits for that.
            if isinstance(ending.result, OwnedSettings) and not ending.gateway.writes:
                self._check_answer(ending.result.settings)
        elif ending.outcome is Outcome.FAILED:
            assert ending.gateway.met or self.met_rival or self._owner_before != self._mine

    def _must_be_refused(self) -> bool:
        if self._owner_before is None:
            if self._event.action is Action.UPDATE and self._former not in (None, self._mine):
                return not self._takes_over
            # An update of a stack claims again: somebody has removed the record, or handed it over.
            # Late reads may hide a claim, but not one from before a hand-over.
            return self._event.action is Action.DELETE and (self._fresh or self._former is not None)
        return self._owner_before != self._mine and not self._takes_over

    def _most_writes(self) -> int:
        """Return how many writes an undisturbed operation may make.

        They are the request alone (if the record is in doubt), the record, the settings, and two for settings
        that the record drops. A write that reads do not show for a minute is made again.
        """
        return 5 if self._oracle.agent.behaviour.stale_seconds < 60 else 10

    def _check_refused(self, ending: Ending) -> None:
        action = self._event.action
        # A duplicate of a handover that has lost its claim undoes its own values; the model checks them.
        wrote = ending.gateway.writes and not self._only_undoes(ending)
        assert not wrote, f"{action} has written to settings that the stack does not own"
        if action is Action.DELETE and ending.outcome is Outcome.DONE:
            # A custom resource's delete says that it found nothing; one that was cut off may have been done.
            assert isinstance(ending.result, GivenBack)
            found_nothing = self._stack.is_custom and ending.result.notes
            assert self._goes_on or found_nothing, "a delete of what the stack does not own has succeeded"
            return
        assert ending.outcome is not Outcome.DONE
        if not ending.gateway.met and not ending.timed_out:
            refusal = AlreadyExists if action is Action.CREATE else NotFound
            assert isinstance(ending.error, refusal), repr(ending.error)
        if isinstance(ending.error, AlreadyExists):
            owners = [stack.owner for stack in self._oracle.stacks]
            (owner,) = (owner for owner in owners if owner.digest == self._model.owner)
            assert owner.label in str(ending.error)

    def _check_done(self, ending: Ending) -> None:
        shown = OwnershipRecord.from_tags(self._oracle.agent.read().tags)
        if self._event.action is Action.DELETE and self.met_rival:
            assert self._model.owner != self._mine
            return
        recorded = shown.prior.keys() if shown else set()
        shows = recorded == self._event.declared.keys() or self._shows_a_repeated_drop(recorded)
        shows = shows or (self._was_killed and self._may_hold_more())
        assert shows, "the end is announced before reads show it"
        if self._event.action is Action.DELETE:
            if self.met_duplicate and self._lags:
                # The other run has ended before this one has stamped the record, and late reads hide that.
                self._model.moved_on(self._before, {})
                assert not self._model.owned
            else:
                self._model.given_back(self._before)
            assert isinstance(ending.result, GivenBack)
            return
        assert isinstance(ending.result, OwnedSettings)
        if self._may_hold_more():
            self._model.moved_on(self._before, self._event.declared, self._earlier)
            assert self._model.owner == self._mine
            assert self._model.owned.keys() > self._event.declared.keys()
        else:
            self._model.taken(self._mine, self._event.declared, self._before, goes_on=self._goes_on)
            self._check_answer(ending.result.settings)

    def _shows_a_repeated_drop(self, recorded: AbstractSet[SettingKey]) -> bool:
        """Whether a read shows that settings are being given back which the record has forgotten already.

        A process was killed, and its event comes again before reads show its writes. The new process cannot
        know that the other one had given them back: it records them once more, and forgets them again.
        """
        now, declared = OwnershipRecord.from_tags(self._oracle.agent.tags()), self._event.declared.keys()
        is_done = now is not None and now.prior.keys() == declared and self._event.action is not Action.DELETE
        return self._was_killed and is_done and declared < recorded <= declared | self._earlier.keys()

    @property
    def _lags(self) -> bool:
        """Whether reads are late for longer than an operation looks again."""
        return self._oracle.agent.behaviour.stale_seconds > sum(_RECHECK_DELAYS)

    def _may_hold_more(self) -> bool:
        """Whether reads show the end of another run of the event, and hide the claim of this one for longer
        than rechecks last.
        """
        record = OwnershipRecord.from_tags(self._oracle.agent.tags())
        holds_more = record is not None and record.prior.keys() > self._event.declared.keys()
        return holds_more and (self._is_unchecked or self._lags) and (self.met_duplicate or not self._fresh)

    def _check_answer(self, answer: Settings) -> None:
        live = {
            key: value
            for key, value in self._model.owned.items()
            if value is not None and key in self._model.declared
        }
        if live.get(PHONE_TYPE_KEY) == SOFT_PHONE:
            # A service may drop a number under a soft phone, so no resource waits until a read shows it.
            live[PHONE_NUMBER_KEY] = answer.get(PHONE_NUMBER_KEY, "")
        if answer.get(CHAT_ACW) == CHAT_ENDS < int(str(live.get(CHAT_ACW, 0))):
            # No resource waits for longer work on CHAT either: a late 5,400 looks like a clamped value.
            live[CHAT_ACW] = CHAT_ENDS
        edited = self._model.edits.made
        one, other = (
            {key: value for key, value in {PHONE_NUMBER_KEY: "", **each}.items() if key not in edited}
            for each in (answer, live)
        )
        assert one == other

    def _check_failed(self, ending: Ending) -> None:
        is_nobodys = self._owner_before is None and self._event.action is not Action.CREATE
        excused = ending.gateway.met or is_nobodys or ending.timed_out or self.met_rival or self._goes_on
        excused = excused or (self.edited and isinstance(ending.error, NotStabilized))
        assert excused, f"failed for no reason: {ending.error}"
        self._model.moved_on(self._before, self._event.declared, self._earlier)
        failed = ending.error and ending.gateway.writes and not self.met_rival
        if failed and self._event.action is Action.CREATE:
            # If reads do not even show the claim, the message says how to remove it.
            assert self._model.owner is None or "deleting the resource gives them back" in str(ending.error)
