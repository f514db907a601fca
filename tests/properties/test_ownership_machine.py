"""Three stacks of both front ends, an administrator, the agent and crashes: ownership's rules always hold.

After every step and every write, also during operations: no unowned setting changes, no recorded value is
lost, and nobody touches another's record, except the update of an import. The machine takes for granted,
beside the behaviours that it draws, because Amazon Connect has no conditional write and no code could do
without:

- Reads have caught up before another stack acts, and before the same stack sends another event. An event that
  was cut off, or whose answer was lost, comes again at once.
- During an operation, another stack acts only just before a read of it. If the calls of two stacks fall
  between a read of the one and its next write, the later record wins, and the earlier values that the other
  has recorded in the same array are lost.
- A Create may run twice at once, and fail in one run. The other run then does not take place wholly between
  the last two calls of the first: its settings would come after the giving back and before the end of the
  record, and would stay.
- Edits during an operation may be lost, or stay, exactly as `edits_meanwhile` says. A phone that is edited
  during an operation must only have a number that somebody has set.
- Nobody edits the tags of the record, except to remove them all, as messages advise, or to hand the agent
  over while no operation runs and reads have caught up.

Nobody can distinguish a duplicate that Lambda delivers later from the first delivery. The machine lets that
happen, and the duplicate keeps all the rules. But the owned settings then follow the duplicate, not the
template, and the machine does not check them:

- A Create after the Delete owns the agent for a resource that is gone. An old Create or Update applies its
  own declaration. An old Delete gives back the settings that a new resource of the same name has taken since.
- A duplicate of a handover continues the operation that was handed over; if it fails, it gives back as that
  one would have. If that one had lost its claim, the duplicate takes an edit that makes a declared value for
  its own write, and undoes it. A duplicate of a delete takes such an edit for the write of an earlier
  request, and undoes it. The model excuses exactly that.

One end may be announced too soon, if reads lag longer than a resource rechecks (15 seconds, decision 8; not
at all if it goes on after a handover before which nothing was written): the end of an operation that has
claimed settings again after it, its duplicate or its first delivery had given them back, and that is cut off
before it gives them back again. The record then holds those settings, with the right earlier values, until
the next update or delete.
"""

import os
import random
from collections.abc import Callable
from dataclasses import replace

from hypothesis import seed
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from connect_local import Behaviour
from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY
from custom_connect_userconfig.core.errors import NotFound, SettingsError
from custom_connect_userconfig.core.identifiers import Environment, Identity, InstanceRef
from custom_connect_userconfig.core.ownership import MARKER_KEY, MARKER_VALUES
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.retry.retrier import Retrier
from custom_connect_userconfig.service import SettingsService
from support.earlier_values import take_breaches
from support.exhaustive import EXHAUSTIVE

from . import strategies
from .agent import ACCOUNT, BYSTANDERS, INSTANCE_ID, REGION, InitialUser, LocalAgent
from .custom_stack import CustomStack
from .meanwhile import PEOPLE, Circumstances, Editing, Phoning, Tagging, Untagging, acts_meanwhile
from .oracle import Oracle
from .ownership_model import OwnershipModel
from .phone_model import PHONE
from .stacks import Action, Outcome, Stack
from .step_count import KINDS, MEANWHILE, STEPS, summary
from .unreliable import Schedule, UnreliableGateway, schedules

WHO = st.integers(0, 2)
KEPT = st.sets(st.sampled_from(strategies.ENTRIES))
RESUMES = st.sampled_from([True, True, True, False])
"""An event that was cut off usually goes on from its context: few events have one."""
FRONT_ENDS = st.lists(st.sampled_from([Stack, CustomStack]), min_size=3, max_size=3)
IDENTITIES = st.lists(strategies.identities(), min_size=3, max_size=3)
WAITS = st.sampled_from([100, 100, 100, 0, 2])
GIVEN = st.builds(Circumstances, schedules(), acts_meanwhile(), waits=WAITS)


class Ownership(RuleBasedStateMachine):
    """The agent, the three stacks, and all that may happen to them."""

    agent: LocalAgent
    model: OwnershipModel
    oracle: Oracle
    stacks: list[Stack]

    @initialize(
        initial=strategies.initial_users(),
        behaviour=strategies.behaviours(),
        front_ends=FRONT_ENDS,
        identities=IDENTITIES,
    )
    def begin(
        self,
        initial: InitialUser,
        behaviour: Behaviour,
        front_ends: list[type[Stack]],
        identities: list[Identity],
    ) -> None:
        self.agent = LocalAgent(initial, behaviour)
        self.model = OwnershipModel.of(self.agent)
        names = ("sales", "support", "training")
        self.stacks = [
            kind(name, identity) for kind, name, identity in zip(front_ends, names, identities, strict=True)
        ]
        self.oracle = Oracle(self.agent, self.model, self.stacks)

    def teardown(self) -> None:
        if hasattr(self, "agent"):
            self.agent.close()

    @rule(who=WHO, wanted=strategies.settings(), kept=KEPT, given=GIVEN)
    def declare(self, who: int, wanted: Settings, kept: set[tuple[str, str]], given: Circumstances) -> None:
        """A template declares the resource: a create, or an update that keeps some entries."""
        stack = self.stacks[who]
        keeps = kept - {(key.array, key.channel) for key in wanted}
        old = {key: value for key, value in stack.declared.items() if (key.array, key.channel) in keeps}
        if not stack.exists:
            STEPS["creates"] += 1
            self.oracle.send(stack, stack.event(Action.CREATE, wanted), given)
        elif stack.declared:
            STEPS["updates"] += 1
            self.oracle.send(stack, stack.event(Action.UPDATE, {**old, **wanted}, stack.declared), given)

    @precondition(lambda self: any(stack.declared for stack in self.stacks))
    @rule(who=WHO, wanted=strategies.settings(), kept=KEPT, given=GIVEN)
    def change(self, who: int, wanted: Settings, kept: set[tuple[str, str]], given: Circumstances) -> None:
        """The same, for a stack that has something to change."""
        self.declare(self._one_of([stack.declared != {} for stack in self.stacks], who), wanted, kept, given)

    @precondition(lambda self: any(stack.exists for stack in self.stacks))
    @rule(who=WHO, given=GIVEN)
    def delete(self, who: int, given: Circumstances) -> None:
        """The resource leaves the template, or its stack is deleted."""
        STEPS["deletes"] += 1
        stack = self.stacks[self._one_of([stack.exists for stack in self.stacks], who)]
        self.oracle.send(stack, stack.event(Action.DELETE), given)

    @precondition(lambda self: any(stack.latest and stack.may_send_again for stack in self.stacks))
    @rule(who=WHO, given=GIVEN, resume=RESUMES)
    def send_again(self, who: int, given: Circumstances, resume: bool) -> None:
        """The same event comes again: the answer was lost or never given, or it made CloudFormation retry."""
        possible = [bool(stack.latest and stack.may_send_again) for stack in self.stacks]
        stack = self.stacks[self._one_of(possible, who)]
        assert stack.latest
        if stack.is_unfinished:
            STEPS["resumed" if resume and stack.context else "restarted after a crash"] += 1
        else:
            STEPS["sent again"] += 1
        self.oracle.send(stack, stack.latest, replace(given, resume=resume, waits=100))

    @precondition(lambda self: any(stack.is_unfinished and stack.context for stack in self.stacks))
    @rule(who=WHO, given=GIVEN)
    def resume(self, who: int, given: Circumstances) -> None:
        """The same, for an event that was cut off and continues from a context."""
        possible = [stack.is_unfinished and bool(stack.context) for stack in self.stacks]
        self.send_again(self._one_of(possible, who), given, resume=True)

    @precondition(lambda self: any(stack.is_custom and stack.delivered for stack in self.stacks))
    @rule(who=WHO, which=st.integers(0, 30), given=GIVEN)
    def deliver_again(self, who: int, which: int, given: Circumstances) -> None:
        """Lambda delivers an event of a custom resource again, after any other steps."""
        possible = [stack.is_custom and bool(stack.delivered) for stack in self.stacks]
        stack = self.stacks[self._one_of(possible, who)]
        event, context = stack.delivered[which % len(stack.delivered)]
        if event is not stack.latest or not stack.is_unfinished:
            STEPS["handed over again" if context else "delivered again"] += 1
            self.oracle.replay(stack, event, replace(given, context=context))

    @precondition(lambda self: any(stack.outcome is not Outcome.DONE for stack in self.stacks))
    @rule(who=WHO, given=GIVEN)
    def roll_back(self, who: int, given: Circumstances) -> None:
        """CloudFormation undoes an event without a success: a create by a delete, an update by an update."""
        stack = self.stacks[self._one_of([stack.outcome is not Outcome.DONE for stack in self.stacks], who)]
        assert stack.latest
        STEPS["rolled back"] += 1
        if stack.latest.action is not Action.UPDATE:
            event = stack.event(Action.DELETE)
        else:
            event = stack.event(Action.UPDATE, stack.declared, stack.latest.declared)
        self.oracle.send(stack, event, replace(given, waits=100))

    @precondition(lambda self: any(map(self.oracle.may_import, self.stacks)))
    @rule(
        who=WHO,
        wanted=strategies.settings(),
        as_it_is=st.booleans(),
        retained=st.booleans(),
        at_once=st.booleans(),
    )
    def adopt(self, who: int, wanted: Settings, as_it_is: bool, retained: bool, at_once: bool) -> None:
        """A stack imports the agent's settings; their owner has retained them, or does not know."""
        stack = self.stacks[self._one_of(list(map(self.oracle.may_import, self.stacks)), who)]
        STEPS["imported"] += 1
        self.oracle.catch_up()
        shown = self._service(UnreliableGateway(self.agent.gateway)).read(stack.identity).settings
        if retained:
            (old,) = (other for other in self.stacks if other.owner.digest == self.model.named)
            old.retain()
        # A read leaves out settings that are being given back, and a template declares at least one.
        stack.adopt(self._declarable(shown) if as_it_is and shown else wanted)
        if at_once:
            self.oracle.send(stack, stack.event(Action.UPDATE, stack.declared, stack.declared))

    @precondition(lambda self: self.model.owner is not None)
    @rule(who=WHO, wanted=strategies.settings(), removed=st.booleans(), given=GIVEN)
    def hand_over(self, who: int, wanted: Settings, removed: bool, given: Circumstances) -> None:
        """Somebody hands the agent over. Its stack may remove the resource, and another one may create it."""
        STEPS["handed over"] += 1
        self.oracle.hand_over()
        former = next((stack for stack in self.stacks if stack.owner.digest == self.model.former), None)
        if removed and former and former.exists:
            self.oracle.send(former, former.event(Action.DELETE))
        stack = self.stacks[who]
        if not stack.exists:
            STEPS["taken over"] += 1
            self.oracle.send(stack, stack.event(Action.CREATE, wanted), given)

    @staticmethod
    def _declarable(shown: Settings) -> Settings:
        """Return owned settings as a template can declare them: a desk phone needs its number."""
        needs_number = shown.get(PHONE_TYPE_KEY) == DESK_PHONE and PHONE_NUMBER_KEY not in shown
        return {**shown, PHONE_NUMBER_KEY: strategies.NUMBERS[0]} if needs_number else shown

    @staticmethod
    def _one_of(possible: list[bool], who: int) -> int:
        """Return `who` if that is possible, else the next possible index."""
        return next(index for index in (who, (who + 1) % 3, (who + 2) % 3) if possible[index])

    @rule(act=PEOPLE | st.builds(Untagging, st.sets(st.sampled_from(strategies.FOREIGN_KEYS)), st.booleans()))
    def interfere(self, act: Tagging | Untagging | Editing | Phoning) -> None:
        """An administrator edits settings or tags, or the agent changes their phone."""
        STEPS[type(act).__name__.lower()] += 1
        if isinstance(act, Tagging):
            self.oracle.tag(act)
        elif isinstance(act, Untagging):
            self._untag(act)
        else:
            self.oracle.catch_up()
            self.agent.administer(act.edit)
            self.oracle.catch_up()
            self.model.administered()

    def _untag(self, act: Untagging) -> None:
        if gone := act.keys & self.model.foreign.keys():
            self.agent.untag(sorted(gone))
            self.model.foreign = {key: value for key, value in self.model.foreign.items() if key not in gone}
        if act.releases and self.model.named is not None:
            self.agent.release()
            self.oracle.catch_up()
            self.model.released_by_hand()

    @rule(who=WHO, schedule=schedules())
    def look(self, who: int, schedule: Schedule) -> None:
        """READ and LIST."""
        STEPS["looked"] += 1
        self._read(who, schedule)
        self._list()

    def _read(self, who: int, schedule: Schedule) -> None:
        self.oracle.catch_up()
        gateway = UnreliableGateway(self.agent.gateway, {n: t for n, t in schedule.items() if t.error})
        try:
            result = self._service(gateway).read(self.stacks[who].identity)
        except SettingsError as error:
            assert gateway.met or (isinstance(error, NotFound) and self.model.named is None)  # noqa: PT017 - one of two right answers
        else:
            assert self.model.named is not None
            shown = {
                key: value
                for key, value in self.model.owned.items()
                if value is not None and key in self.model.declared
            }
            assert result.settings == shown
        assert set(gateway.calls) == {"DescribeUser"}

    def _list(self) -> None:
        gateway = UnreliableGateway(self.agent.gateway)
        found: list[tuple[str, str]] = []
        token = None
        instance = InstanceRef.parse(INSTANCE_ID, Environment(REGION, ACCOUNT))
        while True:
            page = self._service(gateway).list_users(instance, token)
            found += page.identifiers
            token = page.next_token
            if token is None:
                break
        # A delete that was cut off leaves a user that can be read, and so listed; a hand-over does too.
        is_managed = self.agent.tags().get(MARKER_KEY) in MARKER_VALUES
        owners = [stack.identity for stack in self.stacks if stack.owner.digest == self.model.named]
        listed = [(owner.instance.given, owner.user_given) for owner in owners if is_managed]
        assert found == [*listed, (INSTANCE_ID, BYSTANDERS[-1])]
        assert set(gateway.calls) == {"SearchUsers"}

    @invariant()
    def the_rules_hold(self) -> None:
        if not hasattr(self, "model"):
            return
        self.model.check()
        broken = take_breaches()
        if self.model.edits.touched(PHONE):
            # Nobody can say whose value a phone has that was edited during an operation.
            broken = [breach for breach in broken if not breach.startswith("PhoneNumberConfigs")]
        assert not broken, broken

    def _service(self, gateway: UnreliableGateway) -> SettingsService:
        return SettingsService(gateway, Retrier(self.agent.clock, random=lambda: 0.5))


_HISTORIES, _LEAST_STEPS = (2_000, 20_000) if EXHAUSTIVE else (240, 2_000)


def test_ownership(record_property: Callable[[str, object], None]) -> None:
    """``OWNERSHIP_EXAMPLES`` sets the number of histories, ``OWNERSHIP_SEED`` repeats a random run."""
    chosen, examples = os.environ.get("OWNERSHIP_SEED"), int(os.environ.get("OWNERSHIP_EXAMPLES", "0"))
    drawn = None if profile().derandomize else random.SystemRandom().randrange(2**32)
    number = int(chosen) if chosen else drawn
    STEPS.clear()
    MEANWHILE.clear()
    try:
        run_state_machine_as_test(
            Ownership if number is None else seed(number)(Ownership),
            settings=profile(max_examples=examples or _HISTORIES),
        )
    finally:
        repeat = "derandomized" if number is None else f"OWNERSHIP_SEED={number} repeats them"
        record_property("counted", f"ownership machine: {summary(repeat)}")
    if not examples:
        assert STEPS.total() >= _LEAST_STEPS, "the machine takes fewer steps"
        rare = {kind for kind in KINDS if STEPS[kind] < STEPS.total() // 500}
        assert not rare, "a kind of step has become rare"
        assert all(MEANWHILE[kind] for kind in ("editing", "phoning", "rival", "duplicate"))
