"""Sends the events of stacks under whatever circumstances, follows each write, and judges how the operation
has ended.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE
from custom_connect_userconfig.core.errors import AlreadyExists, NotFound, NotStabilized
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

_LOOKS = (1.0, 2.0, 4.0, 8.0)
"""Seconds for which a resource distrusts a read that shows nothing left to do (decision 8)."""


@dataclass
class Oracle:
    """Knows the agent, what must hold of it, and all stacks."""

    agent: LocalAgent
    model: OwnershipModel
    stacks: Sequence[Stack]
    acted_last: Stack | None = None
    earlier: Truth = field(default_factory=dict)
    """What the latest operation may have read as owned, or declared."""

    def send(self, stack: Stack, event: Event, given: Circumstances = CALM) -> Ending:
        """Carry an event of `stack` through, and judge it."""
        reads_are_fresh = self._catch_up_unless_again(stack, event)
        goes_on = given.resume and stack.latest is event and stack.is_unfinished
        operation = Operation(
            self, stack, event, replace(given, context=stack.context if goes_on else None), reads_are_fresh
        )
        gateway, clock = operation.gateway, self.agent.clock
        ending = stack.send(event, gateway, clock, resume=given.resume, waits=given.waits)
        self.acted_last = stack
        operation.judge(ending)
        stack.remember(event, ending)
        return ending

    def replay(self, stack: Stack, event: Event, given: Circumstances) -> None:
        """Deliver an event anew that was answered before, a while later; the rules are the same, the answer
        goes nowhere.
        """
        self.catch_up()
        lives = stack.exists and stack.outcome is Outcome.DONE and self.model.owner == stack.owner.digest
        operation = Operation(self, stack, event, given, reads_are_fresh=True)
        ending = stack.replay(event, operation.gateway, self.agent.clock, given.context, given.waits)
        self.acted_last = None
        operation.judge(ending)
        if lives and event.action is not Action.DELETE and not operation.rivalled and not given.context:
            assert self.model.owner == stack.owner.digest, "a duplicate has stripped a resource that lives"

    def next_event(self, stack: Stack, wanted: Settings, *, deletes: bool) -> Event:
        """Return what a stack may do next."""
        if not stack.exists:
            return stack.event(Action.CREATE, wanted)
        if deletes or not stack.declared:
            return stack.event(Action.DELETE)
        return stack.event(Action.UPDATE, wanted, stack.declared)

    def may_import(self, stack: Stack) -> bool:
        """Whether `stack` can adopt the agent's settings: only the registry's resources can be imported."""
        return not stack.is_custom and not stack.exists and self.model.owner not in (None, stack.owner.digest)

    def catch_up(self) -> None:
        """Let time pass until reads show everything."""
        self.agent.let_reads_catch_up()
        self.model.edits.forget()

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
    """Whether the record knows a later request than that of `event`: by the form of the tag that the README
    shows.
    """
    _, _, _, requests, *_ = tags.get(OWNER_KEY, "- - - -").split(" ", 4)
    record = OwnershipRecord.from_tags(tags)
    if event.action is Action.DELETE and (record is None or record.is_ending):
        return False  # another delete has overtaken this one: they want the same
    return hashlib.sha256(event.request_id.encode()).hexdigest()[:8] in requests.split(".")[:-1]


class Operation:
    """One event on its way."""

    def __init__(
        self, judge: Oracle, stack: Stack, event: Event, given: Circumstances, reads_are_fresh: bool
    ) -> None:
        self._judge, self._model, self._stack, self._event = judge, judge.model, stack, event
        self._fresh, self._goes_on = reads_are_fresh, given.context is not None
        self._mine = stack.owner.digest
        self._owner_before = judge.model.owner
        self._before: Truth = judge.agent.truth()
        self._is_overtaken = reads_are_fresh and _is_overtaken(event, judge.agent.tags())
        self._earlier: Truth = {
            **(event.previous or {}),
            **stack.declared,
            **judge.model.owned,
            **({} if reads_are_fresh else judge.earlier),
        }
        judge.earlier = self._earlier
        self._declarations = (event.declared, event.previous or {}, stack.declared)
        judge.model.declarations = self._declarations
        self._to_come = list(given.meanwhile)
        self._calls = 0
        self.edited = self.rivalled = self.twinned = False
        self.gateway = self._gateway(given.schedule)
        self.gateway.before = self._before_call

    @property
    def _takes_over(self) -> bool:
        """Whether this may write although another stack owns the agent: the update of an imported resource
        stamps the record.
        """
        return self._event.action is Action.UPDATE and not self._stack.is_custom

    def _gateway(self, schedule: Schedule) -> UnreliableGateway:
        return UnreliableGateway(self._judge.agent.gateway, schedule, watch=self._follow)

    def _follow(self, write: Write) -> None:
        owner = self._model.owner
        # Whoever has lost the user gives back what it has written itself; the model checks that nothing else
        # changes.
        is_conceding = write.operation == "UpdateUserConfig"
        assert owner in (None, self._mine) or self._takes_over or is_conceding, (
            f"{write.operation} on what another stack owns"
        )
        self._model.moved_on(self._before, self._event.declared, self._earlier, write)

    # -- what comes in between
    # -----------------------------------------------------------------------------------------

    def _before_call(self, operation: str) -> None:
        self._calls += 1
        while self._to_come and self._to_come[0][0] <= self._calls:
            act = self._to_come[0][1]
            if isinstance(act, Rival) and operation != "DescribeUser":
                return
            if (
                isinstance(act, Duplicate)
                and operation == "UntagResource"
                and self._event.action is Action.CREATE
            ):
                return
            self._to_come.pop(0)
            self._act(act)

    def _act(self, act: Act) -> None:
        MEANWHILE[type(act).__name__.lower()] += 1
        match act:
            case Tagging():
                self._judge.tag(act)
            case Editing() | Phoning():
                self._before |= self._model.administered_amid(lambda: self._judge.agent.administer(act.edit))
                self.edited = True
            case Duplicate():
                self._run_twin()
            case Rival():
                self._let_act(act)

    def _run_twin(self) -> None:
        if self._stack.is_custom:
            self.twinned = True
            self._stack.replay(self._event, self._gateway({}), self._judge.agent.clock)

    def _let_act(self, act: Rival) -> None:
        others = [stack for stack in self._judge.stacks if stack is not self._stack]
        rival = others[act.who]
        self._judge.catch_up()
        if act.imports and self._judge.may_import(rival):
            rival.adopt(act.wanted)
        self._judge.send(rival, self._judge.next_event(rival, act.wanted, deletes=act.deletes))
        self._judge.catch_up()
        self.rivalled, self._before = True, self._judge.agent.truth()
        self._model.declarations = self._declarations
        # An update that takes the record over then finds in it what the rival has declared.
        self._earlier |= self._model.owned
        self._judge.earlier = self._earlier

    # -- how it has ended
    # ----------------------------------------------------------------------------------------------

    def judge(self, ending: Ending) -> None:
        """Check an ending against what must, and may, come of the event."""
        undisturbed = not (ending.gateway.struck or self.edited or self.rivalled or self.twinned)
        few = len(ending.gateway.writes) <= self._most_writes()
        assert few or not undisturbed, "written more often than late reads excuse"
        if self._is_overtaken:
            self._judge_overtaken(ending)
        elif not self.rivalled and self._must_be_refused():
            self._judge_refused(ending)
        elif ending.outcome is Outcome.DONE:
            self._judge_done(ending)
        else:
            self._judge_failed(ending)

    def _only_undoes(self, ending: Ending) -> bool:
        return self._goes_on and {write.operation for write in ending.gateway.writes} <= {"UpdateUserConfig"}

    def _judge_overtaken(self, ending: Ending) -> None:
        """A later event has written: this one changes nothing but its own writes, and says what is in force."""
        assert self._only_undoes(ending) or not ending.gateway.writes, (
            "an event that was overtaken has written"
        )
        if ending.outcome is Outcome.DONE and not self.rivalled:
            assert ending.result
            assert OVERTAKEN in ending.result.notes
            # Whoever undoes its own writes answers with what it has read before, and nobody waits for that.
            if isinstance(ending.result, OwnedSettings) and not ending.gateway.writes:
                self._check_answer(ending.result.settings)
        elif ending.outcome is Outcome.FAILED:
            assert ending.gateway.struck or self.rivalled or self._owner_before != self._mine

    def _must_be_refused(self) -> bool:
        if self._owner_before is None:
            # An update of a stack claims anew: somebody has removed the record.
            return self._event.action is Action.DELETE and self._fresh
        return self._owner_before != self._mine and not self._takes_over

    def _most_writes(self) -> int:
        """Return how many writes an undisturbed operation may take: what does not show for a minute is
        written once more.

        They are the request alone if the record is doubted, the record, the settings, and two for what is no
        longer recorded.
        """
        return 5 if self._judge.agent.behaviour.stale_seconds < 60 else 10

    def _judge_refused(self, ending: Ending) -> None:
        action = self._event.action
        # A duplicate of a handover that has seen its claim go undoes what still shows as its own; the model
        # watches the values.
        assert self._only_undoes(ending) or not ending.gateway.writes, (
            f"{action} has written to what the stack does not own"
        )
        if action is Action.DELETE and ending.outcome is Outcome.DONE:
            # A custom resource's delete has nothing to do, and says so; either kind may have done it before
            # it was cut off.
            assert isinstance(ending.result, GivenBack)
            assert self._goes_on or (self._stack.is_custom and ending.result.notes)
            return
        assert ending.outcome is not Outcome.DONE
        if not ending.gateway.struck and not ending.timed_out:
            assert isinstance(ending.error, AlreadyExists if action is Action.CREATE else NotFound), repr(
                ending.error
            )
        if isinstance(ending.error, AlreadyExists):
            (owner,) = (
                other.owner for other in self._judge.stacks if other.owner.digest == self._model.owner
            )
            assert owner.label in str(ending.error)

    def _judge_done(self, ending: Ending) -> None:
        shown = OwnershipRecord.from_tags(self._judge.agent.read().tags)
        if self._event.action is Action.DELETE and self.rivalled:
            assert self._model.owner != self._mine
            return
        assert (shown.prior.keys() if shown else set()) == self._event.declared.keys(), (
            "the end is announced before it shows"
        )
        if self._event.action is Action.DELETE:
            self._model.given_back(self._before)
            assert isinstance(ending.result, GivenBack)
            return
        assert isinstance(ending.result, OwnedSettings)
        if self._may_hold_more(ending):
            self._model.moved_on(self._before, self._event.declared, self._earlier)
            assert self._model.owner == self._mine
            assert self._model.owned.keys() > self._event.declared.keys()
        else:
            self._model.taken(self._mine, self._event.declared, self._before, goes_on=self._goes_on)
            self._check_answer(ending.result.settings)

    def _may_hold_more(self, ending: Ending) -> bool:
        """Whether a repeated claim is hidden behind an end that was reached before, longer than anybody waits
        for it to show.
        """
        record = OwnershipRecord.from_tags(self._judge.agent.tags())
        holds_more = record is not None and record.prior.keys() > self._event.declared.keys()
        lags = self._judge.agent.behaviour.stale_seconds > sum(_LOOKS)
        return holds_more and lags and bool(self.twinned or not self._fresh or ending.gateway.struck)

    def _check_answer(self, answer: Settings) -> None:
        live = {
            key: value
            for key, value in self._model.owned.items()
            if value is not None and key in self._model.declared
        }
        if live.get(PHONE_TYPE_KEY) == SOFT_PHONE:
            # A service may drop a number under a soft phone, so that nobody waits until a read shows it.
            live[PHONE_NUMBER_KEY] = answer.get(PHONE_NUMBER_KEY, "")
        if answer.get(CHAT_ACW) == CHAT_ENDS < int(str(live.get(CHAT_ACW, 0))):
            # Nor until a late read shows longer work on CHAT: it may be clamped to what the read has shown
            # from before.
            live[CHAT_ACW] = CHAT_ENDS
        edited = self._model.edits.made.keys()
        one, other = ({PHONE_NUMBER_KEY: "", **settings} for settings in (answer, live))
        assert {k: v for k, v in one.items() if k not in edited} == {
            k: v for k, v in other.items() if k not in edited
        }

    def _judge_failed(self, ending: Ending) -> None:
        is_nobodys = self._owner_before is None and self._event.action is not Action.CREATE
        excused = ending.gateway.struck or is_nobodys or ending.timed_out or self.rivalled or self._goes_on
        excused = excused or (self.edited and isinstance(ending.error, NotStabilized))
        assert excused, f"failed for no reason: {ending.error}"
        self._model.moved_on(self._before, self._event.declared, self._earlier)
        if (
            self._event.action is Action.CREATE
            and ending.error
            and ending.gateway.writes
            and not self.rivalled
        ):
            # Where even the claim is late to show, the message says how to get rid of it.
            assert self._model.owner is None or "deleting the resource gives them back" in str(ending.error)
