"""Three stacks of both front ends, an administrator, the agent and crashes over one agent: the rules of
ownership hold throughout.

After every step and every write, also during operations, no setting changes that is not owned, no recorded value
is lost, nobody's record is touched by another but an import's update. What is taken for granted beside the
behaviours drawn, because Amazon Connect has no conditional write and no code could do without it:

- reads have caught up before another stack acts, and before the same stack sends another event. An event that
  was cut off, or whose answer was lost, comes again at once;
- another stack acts during an operation only just before a read of it: of two whose calls fall between a read
  of the one and the writes that follow, the later record wins, and what the earlier one has recorded in the
  same array is lost;
- a Create that runs twice at once, and fails in one of the two, does not have the other run wholly between
  its last two calls: what that one applies after the settings were given back, and before the record goes,
  stays for good;
- edits during an operation may be lost, or stay, exactly as `edits_meanwhile` says. A phone that is edited during an
  operation is only held to a number that somebody has set for it;
- nobody edits the tags of the record, except to remove them all, as the messages advise.

What a duplicate does that Lambda delivers later cannot be told from what the first delivery did. It keeps all
the rules, and the machine lets it happen; but what is owned then follows the duplicate and not the template,
and that is all that is not checked:

- a Create after the Delete owns the agent for a resource that is gone; an old Create or Update of a resource
  that lives applies what was declared then; an old Delete gives back what the resource, created anew under
  the same name, has taken since;
- a duplicate of a handover goes on as the operation that was handed over: where it fails it gives back as
  that one would have.

One end is announced too soon, where reads lag longer than a resource looks again (15 seconds, decision 8):
that of an operation which has claimed anew what it, its twin or its first delivery had given back already,
and is cut off before it gives that back again. The record then holds those settings, with the right earlier
values, until the next update or delete.
"""

import os
import random
from collections.abc import Callable

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

from . import strategies
from .agent import ACCOUNT, BYSTANDERS, INSTANCE_ID, REGION, InitialUser, LocalAgent
from .custom_stack import CustomStack
from .meanwhile import PEOPLE, Circumstances, Editing, Meanwhile, Phoning, Tagging, Untagging, amids
from .oracle import Oracle
from .ownership_model import OwnershipModel
from .stacks import Action, Outcome, Stack
from .step_count import KINDS, MEANWHILE, STEPS, summary
from .unreliable import Schedule, UnreliableGateway, schedules

WHO = st.integers(0, 2)
KEPT = st.sets(st.sampled_from(strategies.PLACES))
WAITS = st.sampled_from([100, 100, 100, 0, 2])
RESUMES = st.sampled_from([True, True, True, False])
"""Mostly an event that was cut off goes on from its context: few have one."""
FRONT_ENDS = st.lists(st.sampled_from([Stack, CustomStack]), min_size=3, max_size=3)
IDENTITIES = st.lists(strategies.identities(), min_size=3, max_size=3)


class Ownership(RuleBasedStateMachine):
    """The agent, the three stacks, and all that may happen to them."""

    agent: LocalAgent
    model: OwnershipModel
    judge: Oracle
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
        self.judge = Oracle(self.agent, self.model, self.stacks)

    def teardown(self) -> None:
        if hasattr(self, "agent"):
            self.agent.leave()

    # -- the stacks
    # ----------------------------------------------------------------------------------------------------

    @rule(
        who=WHO, wanted=strategies.settings(), kept=KEPT, schedule=schedules(), meanwhile=amids(), waits=WAITS
    )
    def declare(
        self,
        who: int,
        wanted: Settings,
        kept: set[tuple[str, str]],
        schedule: Schedule,
        meanwhile: Meanwhile,
        waits: int,
    ) -> None:
        """A template with the resource: a create, or an update that keeps some entries as they were."""
        stack = self.stacks[who]
        changed = {(key.array, key.channel) for key in wanted}
        old = {
            key: value for key, value in stack.declared.items() if (key.array, key.channel) in kept - changed
        }
        given = Circumstances(schedule, meanwhile, waits=waits)
        if not stack.exists:
            STEPS["creates"] += 1
            self.judge.send(stack, stack.event(Action.CREATE, wanted), given)
        elif stack.declared:
            STEPS["updates"] += 1
            self.judge.send(stack, stack.event(Action.UPDATE, {**old, **wanted}, stack.declared), given)

    @precondition(lambda self: any(stack.declared for stack in self.stacks))
    @rule(
        who=WHO, wanted=strategies.settings(), kept=KEPT, schedule=schedules(), meanwhile=amids(), waits=WAITS
    )
    def change(
        self,
        who: int,
        wanted: Settings,
        kept: set[tuple[str, str]],
        schedule: Schedule,
        meanwhile: Meanwhile,
        waits: int,
    ) -> None:
        """The same where there is something to change."""
        self.declare(
            self._one_of([stack.declared != {} for stack in self.stacks], who),
            wanted,
            kept,
            schedule,
            meanwhile,
            waits,
        )

    @precondition(lambda self: any(stack.exists for stack in self.stacks))
    @rule(who=WHO, schedule=schedules(), meanwhile=amids(), waits=WAITS)
    def delete(self, who: int, schedule: Schedule, meanwhile: Meanwhile, waits: int) -> None:
        """The resource or its stack goes."""
        STEPS["deletes"] += 1
        stack = self.stacks[self._one_of([stack.exists for stack in self.stacks], who)]
        self.judge.send(stack, stack.event(Action.DELETE), Circumstances(schedule, meanwhile, waits=waits))

    @precondition(lambda self: any(stack.latest and stack.may_send_again for stack in self.stacks))
    @rule(who=WHO, schedule=schedules(), meanwhile=amids(), resume=RESUMES)
    def send_again(self, who: int, schedule: Schedule, meanwhile: Meanwhile, resume: bool) -> None:
        """The answer was lost, never given, or one after which CloudFormation tries again: the same event
        comes again.
        """
        possible = [bool(stack.latest and stack.may_send_again) for stack in self.stacks]
        stack = self.stacks[self._one_of(possible, who)]
        assert stack.latest
        if stack.is_unfinished:
            STEPS["resumed" if resume and stack.context else "begun anew after a crash"] += 1
        else:
            STEPS["sent again"] += 1
        self.judge.send(stack, stack.latest, Circumstances(schedule, meanwhile, resume))

    @precondition(lambda self: any(stack.is_custom and stack.delivered for stack in self.stacks))
    @rule(who=WHO, which=st.integers(0, 30), schedule=schedules(), meanwhile=amids(), waits=WAITS)
    def deliver_anew(
        self, who: int, which: int, schedule: Schedule, meanwhile: Meanwhile, waits: int
    ) -> None:
        """Lambda delivers an event of a custom resource anew, whatever has happened since."""
        stack = self.stacks[
            self._one_of([stack.is_custom and bool(stack.delivered) for stack in self.stacks], who)
        ]
        event, context = stack.delivered[which % len(stack.delivered)]
        if event is not stack.latest or not stack.is_unfinished:
            STEPS["handed over anew" if context else "delivered anew"] += 1
            self.judge.replay(stack, event, Circumstances(schedule, meanwhile, context=context, waits=waits))

    @precondition(lambda self: any(stack.outcome is not Outcome.DONE for stack in self.stacks))
    @rule(who=WHO, schedule=schedules(), meanwhile=amids())
    def roll_back(self, who: int, schedule: Schedule, meanwhile: Meanwhile) -> None:
        """CloudFormation undoes what has failed or never answered: a create by a delete, an update by another
        one.
        """
        stack = self.stacks[self._one_of([stack.outcome is not Outcome.DONE for stack in self.stacks], who)]
        assert stack.latest
        STEPS["rolled back"] += 1
        if stack.latest.action is not Action.UPDATE:
            event = stack.event(Action.DELETE)
        else:
            event = stack.event(Action.UPDATE, stack.declared, stack.latest.declared)
        self.judge.send(stack, event, Circumstances(schedule, meanwhile))

    @precondition(lambda self: any(map(self.judge.may_import, self.stacks)))
    @rule(
        who=WHO,
        wanted=strategies.settings(),
        as_it_is=st.booleans(),
        retained=st.booleans(),
        at_once=st.booleans(),
    )
    def adopt(self, who: int, wanted: Settings, as_it_is: bool, retained: bool, at_once: bool) -> None:
        """A stack imports the agent's settings; the one that has had them has retained them, or still
        believes in them.
        """
        stack = self.stacks[self._one_of(list(map(self.judge.may_import, self.stacks)), who)]
        STEPS["imported"] += 1
        self.judge.catch_up()
        shown = self._service(UnreliableGateway(self.agent.gateway)).read(stack.identity).settings
        if retained:
            (old,) = (other for other in self.stacks if other.owner.digest == self.model.owner)
            old.retain()
        # What is being given back is not shown, and a template declares something.
        stack.adopt(self._declarable(shown) if as_it_is and shown else wanted)
        if at_once:
            self.judge.send(stack, stack.event(Action.UPDATE, stack.declared, stack.declared))

    @staticmethod
    def _declarable(shown: Settings) -> Settings:
        """Return what a template can say of owned settings: a desk phone needs its number."""
        needs_number = shown.get(PHONE_TYPE_KEY) == DESK_PHONE and PHONE_NUMBER_KEY not in shown
        return {**shown, PHONE_NUMBER_KEY: strategies.NUMBERS[0]} if needs_number else shown

    @staticmethod
    def _one_of(possible: list[bool], who: int) -> int:
        """Return `who` if that is possible, else the next for whom it is."""
        return next(place for place in (who, (who + 1) % 3, (who + 2) % 3) if possible[place])

    # -- people
    # --------------------------------------------------------------------------------------------------------

    @rule(act=PEOPLE | st.builds(Untagging, st.sets(st.sampled_from(strategies.FOREIGN_KEYS)), st.booleans()))
    def interfere(self, act: Tagging | Untagging | Editing | Phoning) -> None:
        """An administrator edits settings or tags, the agent changes their phone."""
        STEPS[type(act).__name__.lower()] += 1
        if isinstance(act, Tagging):
            self.judge.tag(act)
        elif isinstance(act, Untagging):
            self._untag(act)
        else:
            self.judge.catch_up()
            self.agent.administer(act.edit)
            self.judge.catch_up()
            self.model.administered()

    def _untag(self, act: Untagging) -> None:
        if gone := act.keys & self.model.foreign.keys():
            self.agent.untag(sorted(gone))
            self.model.foreign = {key: value for key, value in self.model.foreign.items() if key not in gone}
        if act.releases and self.model.owner is not None:
            self.agent.release()
            self.judge.catch_up()
            self.model.released_by_hand()

    # -- looking
    # -------------------------------------------------------------------------------------------------------

    @rule(who=WHO, schedule=schedules())
    def look(self, who: int, schedule: Schedule) -> None:
        """READ and LIST."""
        STEPS["looked"] += 1
        self._read(who, schedule)
        self._list()

    def _read(self, who: int, schedule: Schedule) -> None:
        self.judge.catch_up()
        gateway = UnreliableGateway(self.agent.gateway, {n: t for n, t in schedule.items() if t.error})
        try:
            result = self._service(gateway).read(self.stacks[who].identity)
        except SettingsError as error:
            assert gateway.struck or (isinstance(error, NotFound) and self.model.owner is None)  # noqa: PT017 - one of two right answers
        else:
            assert self.model.owner is not None
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
        while True:
            page = self._service(gateway).list_users(
                InstanceRef.parse(INSTANCE_ID, Environment(REGION, ACCOUNT)), token
            )
            found += page.identifiers
            token = page.next_token
            if token is None:
                break
        is_managed = (
            self.agent.tags().get(MARKER_KEY) in MARKER_VALUES
        )  # a delete that was cut off can be read, and so listed
        owners = [
            stack.identity for stack in self.stacks if is_managed and stack.owner.digest == self.model.owner
        ]
        assert found == [
            *((owner.instance.given, owner.user_given) for owner in owners),
            (INSTANCE_ID, BYSTANDERS[-1]),
        ]
        assert set(gateway.calls) == {"SearchUsers"}

    @invariant()
    def the_rules_hold(self) -> None:
        if hasattr(self, "model"):
            self.model.check()

    def _service(self, gateway: UnreliableGateway) -> SettingsService:
        return SettingsService(gateway, Retrier(self.agent.clock, random=lambda: 0.5))


_HISTORIES, _LEAST_STEPS = (
    (2_000, 20_000) if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else (240, 2_000)
)


def test_ownership(record_property: Callable[[str, object], None]) -> None:
    """``OWNERSHIP_EXAMPLES`` sets how many histories are played, ``OWNERSHIP_SEED`` repeats a run of the
    random profiles.
    """
    chosen, examples = os.environ.get("OWNERSHIP_SEED"), int(os.environ.get("OWNERSHIP_EXAMPLES", "0"))
    number = (
        int(chosen) if chosen else None if profile().derandomize else random.SystemRandom().randrange(2**32)
    )
    STEPS.clear()
    MEANWHILE.clear()
    try:
        run_state_machine_as_test(
            Ownership if number is None else seed(number)(Ownership),
            settings=profile(max_examples=examples or _HISTORIES),
        )
    finally:
        again = (
            "derandomized, the same everywhere" if number is None else f"again with OWNERSHIP_SEED={number}"
        )
        record_property("counted", f"ownership machine: {summary(again)}")
    if not examples:
        assert STEPS.total() >= _LEAST_STEPS, "the machine has shrunk"
        assert not {kind for kind in KINDS if STEPS[kind] < STEPS.total() // 500}, (
            "a kind of step has become rare"
        )
        assert all(MEANWHILE[kind] for kind in ("editing", "phoning", "rival", "duplicate"))
