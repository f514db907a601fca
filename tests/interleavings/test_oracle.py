"""The oracle finds each kind of breach, and none if all is well."""

from collections.abc import Callable, Iterator

import pytest
from properties.agent import InitialUser, local_agent
from properties.stacks import Action, Ending, Event, Outcome
from properties.unreliable import UnreliableGateway

from connect_local import Behaviour
from custom_connect_userconfig.core.errors import AlreadyExists
from interleavings import oracle
from interleavings.oracle import Breach
from interleavings.pairs import INITIAL, REGISTRY, Operation, P, W
from interleavings.trial import Trial, Variant

CREATE = Operation("sales", Action.CREATE, {W: 30, P: True})
RECORD = "connect-user-config:after-contact-work"


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A stack that owns two settings."""
    with local_agent(InitialUser(edits=(INITIAL,)), Behaviour()) as agent:
        trial = Trial(agent, REGISTRY, Variant())
        trial.settle(CREATE)
        yield trial


def _lose_the_record(trial: Trial) -> None:
    trial.agent.untag([RECORD])


def _declare_it_no_more(trial: Trial) -> None:
    trial.stacks["sales"].declared = {P: True}


def _name_it(trial: Trial) -> None:
    _declare_it_no_more(trial)
    trial.answers.append("AfterContactWorkConfigs of VOICE stays as it is")


BREACHES: dict[str, tuple[Callable[[Trial], None], set[Breach]]] = {
    "all is well": (lambda _: None, set()),
    "another earlier value is recorded": (
        lambda trial: trial.agent.tag({RECORD: "v1 was VOICE=60"}),
        {Breach.LOST},
    ),
    "the form with declared values": (
        lambda trial: trial.agent.tag({RECORD: "v1 VOICE=30 was VOICE=120"}),
        set(),
    ),
    "the same, lost": (
        lambda trial: trial.agent.tag({RECORD: "v1 VOICE=30 was VOICE=unrecorded"}),
        {Breach.LOST},
    ),
    "no earlier value is recorded": (_lose_the_record, {Breach.LOST}),
    "nobody declares it": (_declare_it_no_more, {Breach.CHANGED}),
    "nobody declares it, and it is named": (_name_it, {Breach.NAMED}),
    "what is declared is not in force": (lambda trial: trial.agent.administer({P: False}), {Breach.WRONG}),
}


@pytest.mark.parametrize("case", BREACHES)
def test_what_is_wrong_in_the_end(trial: Trial, case: str) -> None:
    act, expected = BREACHES[case]
    act(trial)
    assert set(oracle.in_the_end(trial)) == expected


def test_what_is_kept_after_the_deletes(trial: Trial) -> None:
    assert set(oracle.after_deletes(trial)) == {Breach.KEPT, Breach.RECORD}
    trial.result(is_new_to_all=False)
    assert set(oracle.after_deletes(trial)) == set()


def test_two_successes(trial: Trial) -> None:
    answer = Event(Action.CREATE, {W: 30}), Ending(Outcome.DONE, UnreliableGateway(trial.agent.gateway))
    assert set(oracle.after_answers(trial, {"one": answer})) == set()
    assert set(oracle.after_answers(trial, {"one": answer, "other": answer})) == {Breach.BOTH}


@pytest.mark.parametrize(
    ("message", "expected"),
    [("Another stack owns the user.", {Breach.SILENT}), ("AfterContactWorkConfigs[VOICE] stays.", set())],
)
def test_a_failure_that_does_not_name_what_it_leaves(
    trial: Trial, message: str, expected: set[Breach]
) -> None:
    _declare_it_no_more(trial)
    _lose_the_record(trial)
    failed = Ending(Outcome.FAILED, UnreliableGateway(trial.agent.gateway), AlreadyExists(message))
    assert set(oracle.after_answers(trial, {"one": (Event(Action.CREATE, {W: 30}), failed)})) == expected
