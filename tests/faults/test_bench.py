"""The matrix misses no kind of fault, knows the legal states, and notices a broken rule."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from functional.agents import FOREIGN_TAGS
from functional.settings import acw, settings_of

from faults.actors import RegistryActor
from faults.baselines import Baseline, crash_baselines, plain_baselines
from faults.bench import Bench
from faults.cells import CELLS, CRASH_CELLS, LATE_CELLS, WHAT_FOLLOWS, kinds_for, modelled
from faults.dimensions import (
    ANN,
    BEHAVIOURS,
    BEN,
    CLEO,
    HANDLERS,
    INSTANCE_ID,
    KINDS,
    NEW,
    OBSTACLES,
    OLD,
    READS,
    RECORD_OF_NEW,
    RECORD_OF_OLD,
    TIMES,
)
from faults.watch import CrashPoint
from support.earlier_values import take_breaches

BASELINES = {(baseline.front_end, baseline.handler): baseline for baseline in plain_baselines()}


def test_every_modelled_error_is_a_kind() -> None:
    operations = {call.operation for baseline in plain_baselines() for call in baseline.calls}
    assert operations == {"DescribeUser", "TagResource", "UpdateUserConfig", "UntagResource", "SearchUsers"}
    errors = set().union(*map(modelled, operations))
    assert errors == {kind.error for kind in KINDS if kind.modelled}


def test_no_cell_is_missing_and_none_is_there_twice(record_property: Callable[[str, object], None]) -> None:
    faults = sum(
        len(kinds_for(call)) * len(TIMES) for baseline in plain_baselines() for call in baseline.calls
    )
    crashes = sum(
        2 * len(baseline.calls) * len(WHAT_FOLLOWS[baseline.handler]) for baseline in crash_baselines()
    )
    assert len(CELLS) == len({str(cell) for cell in CELLS}) == faults
    assert len(CRASH_CELLS) == len({str(cell) for cell in CRASH_CELLS}) == crashes
    assert {(cell.baseline.front_end, cell.baseline.handler) for cell in CELLS} == {
        (f, h) for f in HANDLERS for h in HANDLERS[f]
    }
    late = len(LATE_CELLS)
    assert {(cell.baseline.front_end, cell.baseline.handler) for cell in LATE_CELLS} == {
        (front_end, handler)
        for front_end in HANDLERS
        for handler in HANDLERS[front_end]
        if handler not in READS
    }
    counted = f"{faults:,} of faults, {late:,} of faults under late reads and {crashes:,} of crashes"
    record_property("counted", f"matrix: {faults + late + crashes:,} cells, {counted}")


@pytest.mark.parametrize("baseline", plain_baselines(), ids=str)
def test_both_legal_states_are_as_declared(baseline: Baseline, bench: Bench) -> None:
    """The undisturbed code must do what the template says: the matrix compares all other runs with it."""
    initial = bench.initial[ANN][0]
    as_old, as_new = (initial | settings_of(OLD), RECORD_OF_OLD), (initial | settings_of(NEW), RECORD_OF_NEW)
    unowned: tuple[dict[Any, Any], dict[str, str]] = (initial, {})
    before, after, bens = {
        "create": (unowned, as_new, unowned),
        "update": (as_old, as_new, unowned),
        "delete": (as_new, unowned, unowned),
        "replace": (as_old, as_old, as_new),
        **dict.fromkeys(READS, (as_old, as_old, unowned)),
    }[baseline.handler]
    for truth, ann, ben in ((baseline.before, before, unowned), (baseline.after, after, bens)):
        for user_id, (settings, record) in ((ANN, ann), (BEN, ben)):
            assert truth[user_id][0] == settings
            assert _without_owner(truth[user_id][1]) == FOREIGN_TAGS | record | _marker(record)
        assert truth[CLEO] == bench.initial[CLEO]


def _without_owner(tags: dict[str, str]) -> dict[str, str]:
    owner = tags.get("connect-user-config:owner")
    assert owner is None or re.search(r" id\.id [0-9a-f]{8}(\.[0-9a-f]{8})* sales-stack/Agent$", owner), owner
    assert (owner is None) == ("connect-user-config" not in tags)
    return {key: value for key, value in tags.items() if key != "connect-user-config:owner"}


def _marker(record: dict[str, str]) -> dict[str, str]:
    return {"connect-user-config": "managed"} if record else {}


def test_reads_show_what_is_owned() -> None:
    for front_end in HANDLERS:
        shown = BASELINES[front_end, "read"].outcome.shown
        assert shown is not None
        assert settings_of(shown) == settings_of(OLD)
    assert BASELINES["registry", "list"].outcome.shown == {"found": [ANN, CLEO]}


@pytest.mark.parametrize(
    "baseline", [baseline for baseline in crash_baselines() if baseline.obstacle == "throttled"], ids=str
)
def test_throttled_operations_go_on_in_another_invocation(baseline: Baseline) -> None:
    """Otherwise CloudFormation would never hold a callback context when the process dies."""
    assert baseline.outcome.invocations > 1


def test_every_obstacle_and_behaviour_is_tried() -> None:
    assert {baseline.obstacle for baseline in crash_baselines()} == {"", *OBSTACLES}
    assert {baseline.behaviour for baseline in crash_baselines()} == set(BEHAVIOURS)


def _edit(user_id: str) -> Callable[[Bench], None]:
    entries = [acw("EMAIL", 99)]
    return lambda bench: bench.connect.admin_update(INSTANCE_ID, user_id, AfterContactWorkConfigs=entries)


def _tag(key: str, value: str) -> Callable[[Bench], None]:
    return lambda bench: bench.connect.backend().tag_resource(_arn(bench), {key: value})


def _untag(*keys: str) -> Callable[[Bench], None]:
    return lambda bench: bench.connect.backend().untag_resource(_arn(bench), list(keys))


def _arn(bench: Bench) -> str:
    return str(bench.connect.backend().users[INSTANCE_ID][ANN].arn)


WRONGS: dict[str, tuple[Callable[[Bench], None], str]] = {
    "a setting that nobody owns changes": (_edit(ANN), "nothing records it"),
    "another stack's agent changes": (_edit(CLEO), "is another stack's"),
    "an owned setting is no longer recorded": (
        _untag("connect-user-config:auto-accept"),
        "nothing records it",
    ),
    "the owner is missing": (_untag("connect-user-config:owner"), "half owned"),
    "another value is recorded": (
        _tag("connect-user-config:auto-accept", "v1 VOICE=false was VOICE=false"),
        "is recorded as false",
    ),
    "another value is declared": (
        _tag("connect-user-config:after-contact-work", "v1 CHAT=31 was CHAT=22"),
        "is recorded as declared to be 31",
    ),
    "more is recorded": (
        _tag("connect-user-config:persistent-connection", "v1 VOICE=true was VOICE=true"),
        "nobody has declared it",
    ),
    "a foreign tag changes": (_tag("team", "support"), "somebody else's tags"),
    "a foreign tag goes": (_untag("team"), "somebody else's tags"),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_what_is_wrong_between_two_calls_is_noticed(wrong: str, bench: Bench) -> None:
    act, words = WRONGS[wrong]
    bench.restore(BASELINES["registry", "update"].snapshot, BEHAVIOURS["plain"])
    assert not list(bench.breaches())
    act(bench)
    assert any(words in breach for breach in bench.breaches()), list(bench.breaches())
    # The watch over every test has noticed some of them too.
    take_breaches()


def test_a_dead_process_that_goes_on_is_noticed(bench: Bench) -> None:
    bench.restore(BASELINES["registry", "create"].snapshot, BEHAVIOURS["plain"])
    actor = RegistryActor(bench.clock)
    bench.watch.kill_at(CrashPoint(2, after=False))
    assert not actor.send("create").succeeded
    assert not bench.watch.breaches
    actor.send("create")
    assert any("by a process that is dead" in breach for breach in bench.watch.breaches)
    bench.watch.reset()


def test_a_snapshot_is_put_back_as_it_was(bench: Bench) -> None:
    baseline = BASELINES["registry", "update"]
    bench.restore(baseline.snapshot, BEHAVIOURS["plain"])
    RegistryActor(bench.clock).send("update")
    assert bench.alike(bench.truth(), baseline.after)
    bench.restore(baseline.snapshot)
    assert bench.truth() == baseline.before
