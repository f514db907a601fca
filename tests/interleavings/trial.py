"""Runs one interleaving of one pair to its end: the answers, the events that follow them, the deletes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from properties.agent import INSTANCE_ID, USER_ID, InitialUser, LocalAgent, local_agent
from properties.stacks import Action, Ending, Event, Outcome, Stack
from properties.unreliable import Trouble, UnreliableGateway

from connect_local import Behaviour
from custom_connect_userconfig.core.identifiers import Environment, Identity

from . import oracle
from .lock_step import LockStep, Schedule, Step
from .oracle import Breach
from .pairs import DUPLICATE, INITIAL, Operation, Pair

ONE, OTHER = "one", "other"
_AGAIN = 3
"""How often an event is sent again after it was cut off, and a delete after it has failed."""


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


def run_trial(
    pair: Pair, front_end: type[Stack], variant: Variant, schedule: Schedule
) -> tuple[Sequence[Step], Result]:
    """Run the history, the pair by `schedule`, and the events that follow."""
    with local_agent(InitialUser(edits=(INITIAL,)), variant.behaviour) as agent:
        trial = Trial(agent, front_end, variant)
        for operation in pair.history:
            trial.settle(operation)
        steps = trial.beside(pair.one, pair.other, schedule)
        return steps, trial.result(is_new_to_all=_comes_after_delete(pair, steps, trial))


class Trial:
    """The agent, the stacks, and their answers."""

    def __init__(self, agent: LocalAgent, front_end: type[Stack], variant: Variant) -> None:
        self.agent, self._variant = agent, variant
        identity = Identity.parse(INSTANCE_ID, USER_ID, Environment())
        self.stacks = {name: front_end(name, identity) for name in ("sales", "support")}
        self.initial = agent.truth()
        self.ran_again = False
        """Whether a duplicate was cut off, and came once more at the end."""
        self.answers: list[str] = []
        self.story: list[str] = []
        self._events: list[Event] = []
        self.calls: dict[str, Sequence[str]] = {}
        """The calls of each operation."""
        self.writes: list[tuple[str, str]] = []
        """The operation and the call of each write, in the order in which the service acted."""
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
        self.calls = {who: ending.gateway.calls for who, ending in endings.items()}
        for who, ending in endings.items():
            if ending.outcome is Outcome.KILLED and not _is_awaited(who, one, other):
                # CloudFormation does not wait for its answer, but Lambda runs it again.
                self.ran_again = True
                self._note(f"{who} again", owners[who].replay(events[who], self._gateway(), self.agent.clock))
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
        gateway = UnreliableGateway(
            self.agent.gateway,
            self._variant.troubles(who),
            watch=lambda write: self.writes.append((who, write.operation)),
            before=lock_step.before_call,
        )

        def run() -> None:
            endings[who] = send(gateway, lock_step)
            self._note(who, endings[who])

        return run

    def _follow(self, stack: Stack, event: Event, ending: Ending) -> None:
        """Act as CloudFormation does: send an event again if it was cut off, undo it if it failed."""
        stack.outcome, stack.error = ending.outcome, ending.error
        for _ in range(_AGAIN):
            if ending.outcome is Outcome.KILLED:
                ending = self._send(stack, event)
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

    def result(self, *, is_new_to_all: bool) -> Result:
        """Check the end; then delete all resources, and check again."""
        self._settle_down()
        self._breaches.update(oracle.in_the_end(self))
        for stack in self.stacks.values():
            self._delete(stack)
        self._settle_down()
        self._breaches.update(oracle.after_deletes(self))
        return Result(frozenset(self._breaches), tuple(self.story), is_new_to_all)

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
        return [next((who for who, ending in endings.items() if ending.outcome is not Outcome.KILLED), ONE)]
    return [who for who in (ONE, OTHER) if _is_awaited(who, one, other)]


def _comes_after_delete(pair: Pair, steps: Sequence[Step], trial: Trial) -> bool:
    if pair.one.is_abandoned:
        return _writes_after_delete(trial.writes)
    calls = trial.calls[ONE]
    if pair.one.action is not Action.DELETE or pair.other.again is None or "UntagResource" not in calls:
        return False
    chosen = [step.chosen for step in steps]
    released = len(calls) - calls[::-1].index("UntagResource")
    return trial.ran_again or chosen[: chosen.index(OTHER)].count(ONE) >= released


def _writes_after_delete(writes: Sequence[tuple[str, str]]) -> bool:
    """Whether an abandoned event first writes after the delete beside it has removed the record."""
    released, writers = (OTHER, "UntagResource"), [who for who, _ in writes]
    return released in writes and ONE in writers and writes.index(released) < writers.index(ONE)
