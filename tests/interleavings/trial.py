"""Runs one interleaving of one pair to its end: the answers, the events that follow them, the deletes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from properties.agent import INSTANCE_ID, USER_ID, InitialUser, LocalAgent, local_agent
from properties.stacks import Action, Ending, Event, Outcome, Stack
from properties.unreliable import Trouble, UnreliableGateway, Write

from connect_local import Behaviour
from custom_connect_userconfig.core.identifiers import Environment, Identity

from . import oracle
from .excuses import ONE, OTHER, Call, comes_after_delete, is_contested
from .lock_step import LockStep, Schedule, Step
from .oracle import Breach
from .pairs import DUPLICATE, INITIAL, Operation, Pair

_AGAIN = 3
"""How often an event is sent again after it was cut off, and a delete after it has failed."""
_COMES_AGAIN_AFTER = 60.0
"""Seconds after which Lambda runs an event again whose function was killed."""


@dataclass(frozen=True)
class Variant:
    """The conditions under which a pair runs."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    seconds_per_call: float = 0.0
    trouble: tuple[str, int, Trouble] | None = None
    """The operation that meets a failure, the number of its call, and the failure."""

    def troubles(self, who: str) -> Mapping[int, Trouble]:
        """Return the failures of one operation."""
        return {self.trouble[1]: self.trouble[2]} if self.trouble and self.trouble[0] == who else {}


@dataclass(frozen=True)
class Result:
    """The result of one interleaving."""

    breaches: frozenset[Breach]
    story: tuple[str, ...]
    is_new_to_all: bool
    """Whether a duplicate comes, or an abandoned event first writes, after a delete has removed the record:
    nothing distinguishes it from a new event (guide/owning.md).
    """
    is_contested: bool = False
    """Whether both operations are creates that meet a failure and have taken the user before either read
    showed the other one's record: without a lock nobody can exclude that (guide/owning.md).
    """


def run_trial(
    pair: Pair, front_end: type[Stack], variant: Variant, schedule: Schedule
) -> tuple[Sequence[Step], Result]:
    """Run the history, the pair by `schedule`, and the events that follow."""
    with local_agent(InitialUser(edits=(INITIAL,)), variant.behaviour) as agent:
        trial = Trial(agent, front_end, variant)
        for operation in pair.history:
            trial.settle(operation)
        steps = trial.beside(pair.one, pair.other, schedule)
        return steps, trial.result(
            is_new_to_all=comes_after_delete(pair, trial.calls),
            is_contested=variant.trouble is not None
            and is_contested(pair, trial.tags_before, trial.shown_before_claim),
        )


class Trial:
    """The agent, the stacks, and their answers."""

    def __init__(self, agent: LocalAgent, front_end: type[Stack], variant: Variant) -> None:
        self.agent, self._variant = agent, variant
        identity = Identity.parse(INSTANCE_ID, USER_ID, Environment())
        self.stacks = {name: front_end(name, identity) for name in ("sales", "support")}
        self.initial = agent.truth()
        self.answers: list[str] = []
        self.story: list[str] = []
        self._events: list[Event] = []
        self.calls: list[Call] = []
        """The calls of both operations, in the order in which the service got them."""
        self.shown_before_claim: dict[str, Mapping[str, str]] = {}
        """The tags that an operation's latest read showed before it wrote tags."""
        self.tags_before: Mapping[str, str] = {}
        """The tags before both operations."""
        self._breaches: set[Breach] = set()

    def settle(self, operation: Operation) -> None:
        """Run an event of the history to its end, and let reads show it."""
        stack = self.stacks[operation.by]
        event = _event(stack, operation)
        self._events.append(event)
        ending = stack.send(event, self._gateway(), self.agent.clock)
        assert ending.outcome is Outcome.DONE, ending.error
        stack.remember(event, ending)
        self.agent.let_reads_catch_up()
        self.agent.clock.sleep(120.0)

    def beside(self, one: Operation, other: Operation, schedule: Schedule) -> Sequence[Step]:
        """Run both by `schedule`; then let CloudFormation act on their answers."""
        self.tags_before = self.agent.tags()
        lock_step = LockStep(self.agent.clock, self._variant.seconds_per_call)
        event = self._event_of(one)
        events = {ONE: event, OTHER: event if other is DUPLICATE else self._event_of(other)}
        owners = {ONE: self.stacks[one.by], OTHER: self.stacks[one.by if other is DUPLICATE else other.by]}
        endings: dict[str, Ending] = {}
        programs = {
            who: self._program(who, lock_step, endings, self._sender(owners[who], operation, events[who]))
            for who, operation in ((ONE, one), (OTHER, other))
        }
        steps = lock_step.run(programs, schedule)
        awaited = _awaited(one, other, endings)
        self._breaches.update(
            oracle.after_answers(self, {who: (events[who], endings[who]) for who in awaited})
        )
        for who in awaited:
            self._follow(owners[who], events[who], endings[who])
        return steps

    def _event_of(self, operation: Operation) -> Event:
        return (
            self._events[operation.again]
            if operation.again is not None
            else _event(self.stacks[operation.by], operation)
        )

    @staticmethod
    def _sender(
        stack: Stack, operation: Operation, event: Event
    ) -> Callable[[UnreliableGateway, LockStep], Ending]:
        if operation is DUPLICATE or operation.again is not None or operation.is_abandoned:
            return lambda gateway, clock: stack.replay(event, gateway, clock)
        return lambda gateway, clock: stack.send(event, gateway, clock)

    def _program(
        self,
        who: str,
        lock_step: LockStep,
        endings: dict[str, Ending],
        send: Callable[[UnreliableGateway, LockStep], Ending],
    ) -> Callable[[], None]:
        def run() -> None:
            for times in range(_AGAIN):
                endings[who] = ending = send(self._watched(who, times, lock_step), lock_step)
                self._note(f"{who} again" if times else who, ending)
                if ending.outcome is not Outcome.KILLED:
                    break
                lock_step.sleep(_COMES_AGAIN_AFTER)

        return run

    def _watched(self, who: str, times: int, lock_step: LockStep) -> UnreliableGateway:
        """Return a gateway that notes its calls; only the first run of an operation meets the failure."""
        troubles = {} if times else self._variant.troubles(who)

        def before(operation: str) -> None:
            lock_step.before_call(operation)
            number = 1 + sum(call.run == (who, times) for call in self.calls)
            self.calls.append(Call((who, times), operation, troubles.get(number)))

        def watch(write: Write) -> None:
            if write.operation == "TagResource" and write.shown:
                self.shown_before_claim.setdefault(who, write.shown.tags)

        return UnreliableGateway(self.agent.gateway, troubles, watch=watch, before=before)

    def _follow(self, stack: Stack, event: Event, ending: Ending) -> None:
        """Act as CloudFormation does: undo the event if it has failed."""
        stack.outcome, stack.error = ending.outcome, ending.error
        stack.remember(event, ending)
        if ending.outcome is Outcome.DONE:
            return
        if event.action is Action.UPDATE:
            back = stack.event(Action.UPDATE, event.previous, event.declared)
            undone = self._send(stack, back)
            stack.remember(back, undone)
            self._breaches |= set() if undone.outcome is Outcome.DONE else {Breach.STUCK}
        else:
            self._delete(stack)

    def _delete(self, stack: Stack) -> None:
        for _ in range(_AGAIN):
            if stack.exists:
                delete = stack.event(Action.DELETE)
                stack.remember(delete, self._send(stack, delete))
        self._breaches |= {Breach.STUCK} if stack.exists else set()

    def result(self, *, is_new_to_all: bool = False, is_contested: bool = False) -> Result:
        """Check the end; then delete all resources, and check again."""
        self._settle_down()
        self._breaches.update(oracle.in_the_end(self))
        for stack in self.stacks.values():
            self._delete(stack)
        self._settle_down()
        self._breaches.update(oracle.after_deletes(self))
        return Result(frozenset(self._breaches), tuple(self.story), is_new_to_all, is_contested)

    def _settle_down(self) -> None:
        self.agent.clock.sleep(120.0)
        self.agent.let_reads_catch_up()

    def _send(self, stack: Stack, event: Event) -> Ending:
        ending = stack.send(event, self._gateway(), self.agent.clock)
        self._note(f"{stack.name} {event.action.value}", ending)
        return ending

    def _gateway(self) -> UnreliableGateway:
        return UnreliableGateway(
            self.agent.gateway, before=lambda _: self.agent.clock.sleep(self._variant.seconds_per_call)
        )

    def _note(self, who: str, ending: Ending) -> None:
        said = " ".join((str(ending.error or ""), *(ending.result.notes if ending.result else ())))
        self.answers.append(said)
        self.story.append(
            f"{who}: {ending.outcome.value} after {_runs(ending.gateway.calls)}. {said}".strip()
        )


def _event(stack: Stack, operation: Operation) -> Event:
    if operation.action is Action.UPDATE:
        return stack.event(Action.UPDATE, operation.declared, stack.declared)
    return stack.event(operation.action, operation.declared or None)


def _runs(calls: Sequence[str]) -> str:
    """Return the calls as a text, with a run of equal calls as one."""
    return ", ".join(
        f"{call} x{number}" if number > 1 else call
        for call, number in ((k, len([*g])) for k, g in groupby(calls))
    )


def _is_awaited(who: str, one: Operation, other: Operation) -> bool:
    """Return whether CloudFormation waits for the answer; it has had the answer to a duplicate before."""
    operation = one if who == ONE else other
    return operation.again is None and not operation.is_abandoned


def _awaited(one: Operation, other: Operation, endings: Mapping[str, Ending]) -> list[str]:
    """Return the operations whose answers count; of two deliveries of one event, the first that answers."""
    if other is DUPLICATE:
        return [next(iter(endings))]
    return [who for who in (ONE, OTHER) if _is_awaited(who, one, other)]
