"""The excuses cover what they say and nothing beside it."""

from collections.abc import Sequence

import pytest
from properties.unreliable import Trouble

from custom_connect_userconfig.core.errors import AccessDenied, NetworkFailure
from interleavings.excuses import ONE, OTHER, Call, comes_after_delete
from interleavings.oracle import WITHOUT_A_LOCK, Breach
from interleavings.pairs import PAIRS, REGISTRY
from interleavings.trial import Variant, run_trial

PAIR = {pair.name: pair for pair in PAIRS}
READ, TAG, UPDATE, UNTAG = "DescribeUser", "TagResource", "UpdateUserConfig", "UntagResource"


FAILURES = {"?": Trouble(AccessDenied), "!": Trouble(NetworkFailure, acted=True)}


def _calls(*calls: tuple[str, str]) -> Sequence[Call]:
    """Return calls: "one1" was killed once before, "one?" is refused, the answer to "one!" is lost."""
    return [
        Call(
            (who.strip("?!0123456789"), int("0" + "".join(filter(str.isdigit, who)))),
            call,
            FAILURES.get(who[-1]),
        )
        for who, call in calls
    ]


ABANDONED = {
    "before the release": (False, [("one", READ), ("one", TAG), ("other", UNTAG), ("one", UPDATE)]),
    "first write after it": (True, [("one", READ), ("other", UNTAG), ("one", TAG)]),
    "no release": (False, [("one", READ), ("other", TAG), ("one", TAG)]),
    "only reads after it": (False, [("one", READ), ("other", UNTAG), ("one", READ)]),
    "its own release": (False, [("one", UNTAG), ("one", UPDATE)]),
    "killed, and again after it": (True, [("one", TAG), ("other", UNTAG), ("one1", READ), ("one1", TAG)]),
    "killed, and again before it": (False, [("one", TAG), ("one1", TAG), ("other", UNTAG), ("one1", UPDATE)]),
    "refused, and again after it": (True, [("one?", TAG), ("other", UNTAG), ("one", TAG)]),
    "answer lost, and again after it": (True, [("one!", TAG), ("other", UNTAG), ("one", TAG)]),
    "a release that was refused": (False, [("one", READ), ("other?", UNTAG), ("one", TAG)]),
    "a release without an answer": (True, [("one", READ), ("other!", UNTAG), ("one", TAG)]),
}


@pytest.mark.parametrize("case", ABANDONED)
def test_an_abandoned_update_is_new_to_all_if_it_first_writes_after_the_release(case: str) -> None:
    expected, calls = ABANDONED[case]
    assert comes_after_delete(PAIR["update adds | delete"], _calls(*calls)) is expected


DUPLICATED = {
    "before the release": (False, [("one", TAG), ("other", READ), ("one", UNTAG), ("other", READ)]),
    "first read after it": (True, [("one", TAG), ("one", UNTAG), ("other", READ)]),
    "first answer after it": (True, [("other?", READ), ("one", UNTAG), ("other", READ)]),
    "killed, and again after it": (True, [("other", READ), ("one", UNTAG), ("other1", READ)]),
    "a release that was refused": (False, [("one", TAG), ("one?", UNTAG), ("other", READ)]),
}


@pytest.mark.parametrize("case", DUPLICATED)
def test_a_duplicate_is_new_to_all_if_it_first_reads_after_the_release(case: str) -> None:
    expected, calls = DUPLICATED[case]
    assert comes_after_delete(PAIR["delete | create again"], _calls(*calls)) is expected


@pytest.mark.parametrize("name", ["create | create: same channel", "create | the owner's delete"])
def test_an_event_whose_answer_is_awaited_is_never_new_to_all(name: str) -> None:
    assert not comes_after_delete(PAIR[name], _calls(("one", UNTAG), ("other", READ), ("other", TAG)))


IN_STEP = (ONE, OTHER) * 4
IN_TURN = (ONE,) * 4 + (OTHER,) * 4
DENIED = Variant(trouble=(ONE, 4, Trouble(AccessDenied)))


@pytest.mark.parametrize(
    ("pair", "schedule", "variant", "expected"),
    [
        ("create | create: same channel", IN_STEP, DENIED, True),
        ("create | create: same channel", IN_TURN, DENIED, False),
        ("create | create: same channel", IN_STEP, Variant(), False),
        ("create | itself again", IN_STEP, DENIED, True),
        ("create | the owner's update adds", IN_STEP, DENIED, False),
    ],
)
def test_two_creates_contest_a_user_if_both_take_it_unseen_and_one_fails(
    pair: str, schedule: tuple[str, ...], variant: Variant, *, expected: bool
) -> None:
    front_end = PAIR[pair].front_ends[0]
    _, result = run_trial(PAIR[pair], front_end, variant, schedule)
    assert result.is_contested is expected


def test_a_contested_user_excuses_no_answer_that_names_nothing_and_no_record_that_stays() -> None:
    assert WITHOUT_A_LOCK.isdisjoint({Breach.SILENT, Breach.RECORD, Breach.STUCK, Breach.OWN, Breach.CHANGED})
    _, result = run_trial(PAIR["create | create: same channel"], REGISTRY, DENIED, IN_STEP)
    assert result.breaches <= WITHOUT_A_LOCK
