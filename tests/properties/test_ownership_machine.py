"""Two stacks, an administrator and crashes over one agent: the rules of ownership hold after every step.

What is taken for granted beside the behaviours drawn, because no code could do without it:

- reads have caught up before somebody else acts, and before the same stack sends another event. An event that was cut off, or
  whose answer was lost, comes again at once;
- nobody edits the tags of the record, except to remove them all, as the messages advise;
- a stack whose record was removed by hand sends no update once another stack owns the agent: an update takes a record over,
  which is what makes imports work.
"""

import os
from collections.abc import Mapping

from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connect_local import Behaviour
from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.errors import AlreadyExists, NotFound, SettingsError
from custom_connect_userconfig.core.identifiers import Identity, InstanceRef, Place
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import OwnershipRecord, our_keys
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.pacing import Pacing
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService

from . import strategies
from .agent import ACCOUNT, BYSTANDERS, INSTANCE_ID, REGION, Birth, LocalAgent
from .ownership_model import OwnershipModel
from .stacks import Action, Ending, Event, Outcome, Stack
from .unreliable import Schedule, UnreliableGateway, schedules

WHO = st.integers(0, 1)
KEPT = st.sets(st.sampled_from(strategies.PLACES))
Meanwhile = dict[int, dict[str, str]]
"""Somebody else's tags that come just before a call."""
MEANWHILE = st.dictionaries(st.integers(1, 6), strategies.foreign_tags(), max_size=1)


class Ownership(RuleBasedStateMachine):
    """The agent, the two stacks, and all that may happen to them."""

    agent: LocalAgent
    model: OwnershipModel
    stacks: tuple[Stack, Stack]
    acted_last: Stack | None = None

    @initialize(
        birth=strategies.births(),
        behaviour=strategies.behaviours(),
        one=strategies.identities(),
        other=strategies.identities(),
    )
    def begin(self, birth: Birth, behaviour: Behaviour, one: Identity, other: Identity) -> None:
        self.agent = LocalAgent(birth, behaviour)
        self.model = OwnershipModel.of(self.agent)
        self.stacks = (Stack("sales", one), Stack("support", other))

    def teardown(self) -> None:
        if hasattr(self, "agent"):
            self.agent.leave()

    # -- the stacks ----------------------------------------------------------------------------------------------------

    @rule(who=WHO, wanted=strategies.settings(), kept=KEPT, schedule=schedules(), meanwhile=MEANWHILE)
    def declare(self, who: int, wanted: Settings, kept: set[tuple[str, str]], schedule: Schedule, meanwhile: Meanwhile) -> None:
        """A template with the resource: a create, or an update that keeps some entries as they were."""
        stack = self.stacks[who]
        changed = {(key.array, key.channel) for key in wanted}
        old = {key: value for key, value in stack.declared.items() if (key.array, key.channel) in kept - changed}
        if not stack.exists:
            self._send(stack, Event(Action.CREATE, wanted), schedule, meanwhile)
        elif self._may_update(stack):
            self._send(stack, Event(Action.UPDATE, {**old, **wanted}), schedule, meanwhile)

    @precondition(lambda self: any(stack.declared for stack in self.stacks))
    @rule(who=WHO, wanted=strategies.settings(), kept=KEPT, schedule=schedules(), meanwhile=MEANWHILE)
    def change(self, who: int, wanted: Settings, kept: set[tuple[str, str]], schedule: Schedule, meanwhile: Meanwhile) -> None:
        """The same where there is something to change."""
        self.declare(self._one_of([stack.declared != {} for stack in self.stacks], who), wanted, kept, schedule, meanwhile)

    @precondition(lambda self: any(stack.exists for stack in self.stacks))
    @rule(who=WHO, schedule=schedules(), meanwhile=MEANWHILE)
    def delete(self, who: int, schedule: Schedule, meanwhile: Meanwhile) -> None:
        """The resource or its stack goes."""
        stack = self.stacks[self._one_of([stack.exists for stack in self.stacks], who)]
        self._send(stack, Event(Action.DELETE), schedule, meanwhile)

    @precondition(lambda self: any(stack.latest and stack.may_send_again for stack in self.stacks))
    @rule(who=WHO, schedule=schedules())
    def send_again(self, who: int, schedule: Schedule) -> None:
        """The answer was lost, never given, or one after which CloudFormation tries again: the same event comes again."""
        possible = [bool(stack.latest and stack.may_send_again) for stack in self.stacks]
        stack = self.stacks[self._one_of(possible, who)]
        assert stack.latest
        if stack.latest.action is not Action.UPDATE or self._may_update(stack):
            self._send(stack, stack.latest, schedule, {})

    @precondition(lambda self: any(stack.outcome is not Outcome.DONE for stack in self.stacks))
    @rule(who=WHO)
    def roll_back(self, who: int) -> None:
        """CloudFormation undoes what has failed or never answered: a create by a delete, an update by another one."""
        stack = self.stacks[self._one_of([stack.outcome is not Outcome.DONE for stack in self.stacks], who)]
        assert stack.latest
        if stack.latest.action is not Action.UPDATE:
            self._send(stack, Event(Action.DELETE), {}, {})
        elif self._may_update(stack):
            self._send(stack, Event(Action.UPDATE, stack.declared), {}, {})

    @staticmethod
    def _one_of(possible: list[bool], who: int) -> int:
        """Return `who` if that is possible, else the other."""
        return who if possible[who] else 1 - who

    def _may_update(self, stack: Stack) -> bool:
        return stack.exists and bool(stack.declared) and self.model.owner in (None, stack.owner.digest)

    # -- an administrator ----------------------------------------------------------------------------------------------

    @rule(edit=strategies.settings() | strategies.legacy_configs())
    def administer(self, edit: Mapping[SettingKey, Value] | Mapping[str, Value]) -> None:
        self.agent.let_reads_catch_up()
        self.agent.administer(edit)
        self.agent.let_reads_catch_up()
        self.model.administered()

    @rule(tags=strategies.foreign_tags(), removed=st.sets(st.sampled_from(strategies.FOREIGN_KEYS)), releases=st.integers(0, 9))
    def tag(self, tags: dict[str, str], removed: set[str], releases: int) -> None:
        """Somebody changes tags of their own, and now and then removes all of ours."""
        self._tag(tags)
        if gone := removed & self.model.foreign.keys():
            self.agent.untag(sorted(gone))
            self.model.foreign = {key: value for key, value in self.model.foreign.items() if key not in gone}
        if releases == 0 and self.model.owner is not None:
            self.agent.untag(our_keys(self.agent.tags()))
            self.agent.let_reads_catch_up()
            self.model.released_by_hand()

    # -- looking -------------------------------------------------------------------------------------------------------

    @rule(who=WHO, schedule=schedules())
    def look(self, who: int, schedule: Schedule) -> None:
        """READ and LIST."""
        self._read(who, schedule)
        self._list()

    def _read(self, who: int, schedule: Schedule) -> None:
        self.agent.let_reads_catch_up()
        gateway = self._gateway({n: t for n, t in schedule.items() if t.error})
        try:
            result = self._service(gateway).read(self.stacks[who].identity)
        except SettingsError as error:
            assert gateway.struck or (isinstance(error, NotFound) and self.model.owner is None)  # noqa: PT017 - one of two right answers
        else:
            assert self.model.owner is not None
            assert result.settings == {key: value for key, value in self.model.owned.items() if value is not None}
        assert set(gateway.calls) == {"DescribeUser"}

    def _list(self) -> None:
        gateway = self._gateway({})
        found: list[tuple[str, str]] = []
        token = None
        while True:
            page = self._service(gateway).list_users(InstanceRef.parse(INSTANCE_ID, Place(REGION, ACCOUNT)), token)
            found += page.identifiers
            token = page.next_token
            if token is None:
                break
        owners = [stack.identity for stack in self.stacks if stack.owner.digest == self.model.owner]
        assert found == [*((owner.instance.given, owner.user_given) for owner in owners), (INSTANCE_ID, BYSTANDERS[-1])]
        assert set(gateway.calls) == {"SearchUsers"}

    @invariant()
    def the_rules_hold(self) -> None:
        if hasattr(self, "model"):
            self.model.check()

    # -- sending and judging -------------------------------------------------------------------------------------------

    def _service(self, gateway: UnreliableGateway) -> SettingsService:
        return SettingsService(gateway, Pacing(self.agent.clock, random=lambda: 0.5))

    def _gateway(self, schedule: Schedule, meanwhile: Meanwhile | None = None) -> UnreliableGateway:
        others = {call: (lambda tags=tags: self._tag(tags)) for call, tags in (meanwhile or {}).items()}
        return UnreliableGateway(self.agent.gateway, schedule, others, self.model.check_amid)

    def _tag(self, tags: Mapping[str, str]) -> None:
        if tags:
            self.agent.tag(tags)
            self.model.foreign |= tags

    def _send(self, stack: Stack, event: Event, schedule: Schedule, meanwhile: Meanwhile) -> None:
        reads_are_fresh = self._let_reads_catch_up(stack, event)
        before = self.agent.truth()
        mine = stack.owner.digest
        ending = stack.send(event, self._gateway(schedule, meanwhile), self.agent.clock)
        assert ending.gateway.struck or len(ending.gateway.writes) <= self._most_writes(), (
            "written more often than late reads excuse"
        )
        is_anothers = self.model.owner not in (None, mine)
        is_nobodys = self.model.owner is None and event.action is not Action.CREATE
        if is_anothers or (is_nobodys and reads_are_fresh):
            self._judge_refused(event, ending)
        elif ending.outcome is Outcome.DONE:
            self._judge_done(stack, event, ending, before)
        else:
            assert ending.gateway.struck or is_nobodys, f"failed for no reason: {ending.error}"
            self.model.moved_on(before, event.declared, stack.declared)
            self._judge_failed_create(event, ending)
        stack.remember(event, ending)

    def _let_reads_catch_up(self, stack: Stack, event: Event) -> bool:
        """Return whether reads now show everything."""
        comes_again = stack.latest is event and stack.outcome is not Outcome.FAILED
        at_once = self.acted_last is stack and comes_again
        if not at_once:
            self.agent.let_reads_catch_up()
        self.acted_last = stack
        return not at_once

    def _most_writes(self) -> int:
        """Return how many writes an undisturbed operation may take: what does not show for a minute is written once more."""
        return 4 if self.agent.behaviour.stale_seconds < 60 else 8

    def _judge_refused(self, event: Event, ending: Ending) -> None:
        assert not ending.gateway.writes, f"{event.action} has written to what the stack does not own"
        assert ending.outcome is not Outcome.DONE
        if not ending.gateway.struck:
            expected = AlreadyExists if event.action is Action.CREATE else NotFound
            assert isinstance(ending.error, expected)
        if isinstance(ending.error, AlreadyExists):
            (owner,) = (other.owner for other in self.stacks if other.owner.digest == self.model.owner)
            assert owner.label in str(ending.error)

    def _judge_done(self, stack: Stack, event: Event, ending: Ending, before: dict[SettingKey, Value | None]) -> None:
        shown = OwnershipRecord.from_tags(self.agent.read().tags)
        assert (shown.prior.keys() if shown else set()) == event.declared.keys(), "the end is announced before it shows"
        if event.action is Action.DELETE:
            self.model.given_back(before)
            assert isinstance(ending.result, GivenBack)
        else:
            self.model.taken(stack.owner.digest, event.declared, before)
            assert isinstance(ending.result, OwnedSettings)
            live = {key: value for key, value in self.model.owned.items() if value is not None}
            if live.get(PHONE_TYPE_KEY) == SOFT_PHONE:
                # A service may drop a number under a soft phone, so that nobody waits until a read shows it.
                live[PHONE_NUMBER_KEY] = ending.result.settings.get(PHONE_NUMBER_KEY, "")
            assert {PHONE_NUMBER_KEY: "", **ending.result.settings} == {PHONE_NUMBER_KEY: "", **live}

    def _judge_failed_create(self, event: Event, ending: Ending) -> None:
        if event.action is Action.CREATE and ending.error and ending.gateway.writes:
            # Where even the claim is late to show, the message says how to get rid of it.
            assert self.model.owner is None or "deleting the resource gives it back" in str(ending.error)


_EXAMPLES = int(os.environ.get("OWNERSHIP_EXAMPLES", "0"))
"""How many histories to play; without it, twice the examples of a property."""

TestOwnership = Ownership.TestCase
TestOwnership.settings = profile(max_examples=_EXAMPLES or 2 * profile().max_examples)
