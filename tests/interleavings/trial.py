"""One interleaving of one pair, carried through to its end: the answers, what CloudFormation does next, the
deletes.
"""

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
from .pairs import BORN, TWIN, Deed, Pair

ONE, OTHER = "one", "other"
_AGAIN = 3
"""How often an event comes again that was cut off, and a delete that has failed."""


@dataclass(frozen=True)
class Variant:
    """Under which conditions a pair is played."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    seconds_per_call: float = 0.0
    trouble: tuple[str, int, Trouble] | None = None
    """Which of the two meets a failure, at which of its calls, and which one."""

    def troubles(self, who: str) -> Mapping[int, Trouble]:
        """Return the failures of one of the two."""
        return {self.trouble[1]: self.trouble[2]} if self.trouble and self.trouble[0] == who else {}


@dataclass(frozen=True)
class Result:
    """What has come of one interleaving."""

    breaches: frozenset[Breach]
    story: tuple[str, ...]
    is_new_to_all: bool
    """Whether a duplicate comes, or an abandoned event first writes, when a delete has removed the record:
    nothing tells it from a
    new event (README)."""


def play(
    pair: Pair, front_end: type[Stack], variant: Variant, schedule: Schedule
) -> tuple[Sequence[Step], Result]:
    """Harness `schedule` and what follows it."""
    with local_agent(InitialUser(edits=(BORN,)), variant.behaviour) as agent:
        trial = Trial(agent, front_end, variant)
        for deed in pair.history:
            trial.settle(deed)
        steps = trial.beside(pair.one, pair.other, schedule)
        return steps, trial.result(is_new_to_all=_comes_after_delete(pair, steps, trial))


class Trial:
    """The agent, the stacks, and all that was answered."""

    def __init__(self, agent: LocalAgent, front_end: type[Stack], variant: Variant) -> None:
        self.agent, self._variant = agent, variant
        identity = Identity.parse(INSTANCE_ID, USER_ID, Environment())
        self.stacks = {name: front_end(name, identity) for name in ("sales", "support")}
        self.born = agent.truth()
        self.ran_again = False
        """Whether a duplicate was cut off, and came once more when all was over."""
        self.answers: list[str] = []
        self.story: list[str] = []
        self._events: list[Event] = []
        self.calls: dict[str, Sequence[str]] = {}
        """The calls of each of the two."""
        self.writes: list[tuple[str, str]] = []
        """Who of the two has written, and by which call, in the order in which the service acted."""
        self._breaches: set[Breach] = set()

    def settle(self, deed: Deed) -> None:
        """Let an event of the history end, and be seen by all."""
        stack = self.stacks[deed.by]
        event = _event(stack, deed)
        self._events.append(event)
        ending = stack.send(event, self._gateway(), self.agent.clock)
        assert ending.outcome is Outcome.DONE, ending.error
        stack.remember(event, ending)
        self.agent.let_reads_catch_up()
        self.agent.clock.sleep(120.0)

    # -- the two
    # -------------------------------------------------------------------------------------------------------

    def beside(self, one: Deed, other: Deed, schedule: Schedule) -> Sequence[Step]:
        """Run both by `schedule`; then let CloudFormation do what follows from their answers."""
        lock_step = LockStep(self.agent.clock, self._variant.seconds_per_call)
        event = self._event_of(one)
        events = {ONE: event, OTHER: event if other is TWIN else self._event_of(other)}
        owners = {ONE: self.stacks[one.by], OTHER: self.stacks[one.by if other is TWIN else other.by]}
        endings: dict[str, Ending] = {}
        programs = {
            who: self._program(who, lock_step, endings, self._sender(owners[who], deed, events[who]))
            for who, deed in ((ONE, one), (OTHER, other))
        }
        steps = lock_step.run(programs, schedule)
        self.calls = {who: ending.gateway.calls for who, ending in endings.items()}
        for who, ending in endings.items():
            if ending.outcome is Outcome.KILLED and not _is_awaited(who, one, other):
                # Nobody waits for its answer, but Lambda runs it again.
                self.ran_again = True
                self._note(f"{who} again", owners[who].replay(events[who], self._gateway(), self.agent.clock))
        awaited = _awaited(one, other, endings)
        self._breaches.update(
            oracle.after_answers(self, {who: (events[who], endings[who]) for who in awaited})
        )
        for who in awaited:
            self._follow(owners[who], events[who], endings[who])
        return steps

    def _event_of(self, deed: Deed) -> Event:
        return self._events[deed.again] if deed.again is not None else _event(self.stacks[deed.by], deed)

    @staticmethod
    def _sender(stack: Stack, deed: Deed, event: Event) -> Callable[[UnreliableGateway, LockStep], Ending]:
        if deed is TWIN or deed.again is not None or deed.is_abandoned:
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

    # -- what follows
    # --------------------------------------------------------------------------------------------------

    def _follow(self, stack: Stack, event: Event, ending: Ending) -> None:
        """Do what CloudFormation does: send again what was cut off, undo what has failed."""
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
        """Oracle; then delete all that is left, and judge again."""
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


def _event(stack: Stack, deed: Deed) -> Event:
    if deed.action is Action.UPDATE:
        return stack.event(Action.UPDATE, deed.declared, stack.declared)
    return stack.event(deed.action, deed.declared or None)


def _runs(calls: Sequence[str]) -> str:
    """Return the calls, those in a row as one."""
    return ", ".join(
        f"{call} x{number}" if number > 1 else call
        for call, number in ((k, len([*g])) for k, g in groupby(calls))
    )


def _is_awaited(who: str, one: Deed, other: Deed) -> bool:
    """Return whether CloudFormation waits for the answer: not for a duplicate's of what was answered before."""
    deed = one if who == ONE else other
    return deed.again is None and not deed.is_abandoned


def _awaited(one: Deed, other: Deed, endings: Mapping[str, Ending]) -> list[str]:
    """Return whose answers count; of twins that of the first that answers."""
    if other is TWIN:
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
    """Whether an abandoned event has not written before the delete beside it had removed the record."""
    released = (OTHER, "UntagResource")
    return (
        released in writes
        and ONE in [who for who, _ in writes]
        and writes.index(released) < [w for w, _ in writes].index(ONE)
    )
