"""The context from one invocation to the next, garbled contexts, and clocks that are set meanwhile."""

import json
import time

import pytest
from unit.examples import CHAT_ACW, OWNER, TASK_ACCEPT, VOICE_ACCEPT, recorded
from unit.waiting import FINAL, failing, waits_of

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from custom_connect_userconfig.core.errors import NotSettledYet, Throttling
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.retry.progress import Progress
from custom_connect_userconfig.retry.retrier import InProgress, Retrier, SystemClock
from support.clock import FakeClock, SteppedClock


def test_writing_again_does_not_start_the_five_minutes_anew() -> None:
    progress = Progress(0.0)
    progress.note_written(10.0)
    progress.note_written(100.0)
    assert (progress.settling_since, progress.written_at) == (10.0, 100.0)


@pytest.mark.parametrize(
    "progress",
    [Progress(1000.1234), Progress(1000.5, wrote=True), Progress(1000.5, written_at=1001.25, wrote=True)],
)
def test_a_context_reads_back_after_json(progress: Progress) -> None:
    found = Progress.from_context(json.loads(json.dumps(progress.to_context(4990.0, delay=10))), 5000.0)
    assert found.started == pytest.approx(progress.started)
    assert (found.written_at, found.wrote) == (progress.written_at, progress.wrote)
    assert found.has_written is progress.has_written
    assert found.attempts == {}


def test_notes_and_the_time_of_settling_survive_json() -> None:
    progress = Progress(1.5, settling_since=2.5, notes=("One.", "Two."))
    found = Progress.from_context(json.loads(json.dumps(progress.to_context(4990.0, delay=10))), 5000.0)
    assert (found.settling_since, found.notes) == (2.5, ("One.", "Two."))


@pytest.mark.parametrize("context", [None, {}])
def test_without_a_context_the_operation_starts_now(context: dict[str, object] | None) -> None:
    assert Progress.from_context(context, 77.0) == Progress(77.0)


GARBAGE: list[object] = [
    *("x", "", "nan", "inf", "-inf"),
    *([], {}, None, True, 10**400, float("nan"), float("inf")),
]
NAMES = (
    *(
        "elapsed",
        "sinceWritten",
        "sinceSettling",
        "delay",
        "refusals",
        "notes",
        "prior",
        "found",
        "givenBack",
        "givenBackAfter",
    ),
    *("wrote", "wroteSettings", "lostClaim", "released", "removedNumber"),
    *("onlyStamped", "hadClaim", "claimed"),
)


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("name", NAMES)
def test_a_garbled_context_costs_no_failure(clock: FakeClock, name: str, value: object) -> None:
    retrier = Retrier(clock, lambda: 0.5)
    progress = retrier.begin({name: value})
    assert progress.started <= clock.monotonic()
    end = waits_of(retrier, Throttling("busy"), {name: value})[1]
    assert isinstance(end, InProgress)
    json.dumps(end.context, allow_nan=False)


@pytest.mark.parametrize("value", [*GARBAGE, -1, 2.0, 10**9], ids=lambda value: repr(value)[:12])
def test_only_a_count_counts(value: object) -> None:
    assert Progress.from_context({"refusals": value}, 0.0).refusals == 0
    assert Progress.from_context({"refusals": 3}, 0.0) == Progress(0.0, refusals=3, resumed=True)


def test_waits_for_a_quota_are_counted_whatever_was_admitted_between_them() -> None:
    """One call may be admitted at each try, and the next one never: the waits must grow all the same."""
    progress, refusal = Progress(0.0), Throttling("busy")
    for waits in (1, 2, 3):
        progress.note_wait(refusal)
        progress.note_sent(settings=True)
        assert progress.refusals == waits
    progress.note_wait(NotSettledYet(FINAL))
    assert progress.refusals == 3, "only waits for a quota count"


@pytest.mark.parametrize("value", ["true", 1, "yes", []])
def test_only_true_says_that_something_was_written(value: object) -> None:
    assert Progress.from_context({"wrote": value}, 0.0).wrote is False


PRIOR: dict[SettingKey, RecordedValue] = {
    VOICE_ACCEPT: False,
    CHAT_ACW: Unrecorded.VALUE,
    PHONE_TYPE_KEY: "DESK_PHONE",
    PHONE_NUMBER_KEY: None,
}


def test_what_an_operation_has_claimed_is_carried_on_in_the_form_of_tags() -> None:
    progress = Progress(0.0)
    progress.note_sent(claimed=PRIOR)
    assert (progress.claimed, progress.prior) == (True, PRIOR)
    assert (progress.wrote, progress.wrote_settings) == (True, False)
    progress.note_sent(settings=True)
    context = json.loads(json.dumps(progress.to_context(0.0, delay=1)))
    assert context["prior"] == OwnershipRecord(None, {}, PRIOR).to_tags()
    found = Progress.from_context(context, 0.0)
    assert (found.claimed, found.prior, found.wrote, found.wrote_settings) == (True, PRIOR, True, True)


def test_an_operation_that_has_claimed_nothing_carries_nothing_of_a_claim() -> None:
    progress = Progress(0.0)
    progress.note_sent(settings=True)
    assert progress.to_context(0.0, delay=1).keys().isdisjoint({"claimed", "prior", "hadClaim"})
    assert (progress.claimed, dict(progress.prior)) == (False, {})


def test_a_later_claim_takes_the_place_of_the_one_before() -> None:
    progress = Progress(0.0, claimed=True, prior=PRIOR)
    progress.note_sent(claimed={VOICE_ACCEPT: True})
    assert progress.prior == {VOICE_ACCEPT: True}


def test_a_write_of_settings_is_carried_on_and_that_it_was_in_this_invocation_is_not() -> None:
    progress = Progress(0.0)
    progress.note_sent(claimed=PRIOR)
    assert (progress.wrote_settings, progress.wrote_settings_now) == (False, False)
    assert "wroteSettings" not in progress.to_context(0.0, delay=1)
    progress.note_sent(settings=True)
    progress.note_sent()
    assert (progress.wrote_settings, progress.wrote_settings_now) == (True, True)
    found = Progress.from_context(json.loads(json.dumps(progress.to_context(0.0, delay=1))), 0.0)
    assert (found.wrote_settings, found.wrote_settings_now) == (True, False)


def test_a_removal_of_tags_is_carried_on() -> None:
    progress = Progress(0.0)
    progress.note_sent(settings=True)
    assert "released" not in progress.to_context(0.0, delay=1)
    progress.note_sent(released=True)
    progress.note_sent()
    assert progress.released is True
    assert Progress.from_context(progress.to_context(0.0, delay=1), 0.0).released is True


def test_whether_the_latest_write_recorded_only_the_request_is_carried_on() -> None:
    progress = Progress(0.0)
    progress.note_written(1.0, only_stamped=True)
    assert Progress.from_context(progress.to_context(1.0, delay=1), 2.0).only_stamped is True
    progress.note_written(2.0)
    assert progress.only_stamped is False
    assert "onlyStamped" not in progress.to_context(1.0, delay=1)


def test_a_claim_that_is_seen_to_be_lost_is_carried_on() -> None:
    assert "lostClaim" not in Progress(0.0).to_context(0.0, delay=1)
    context = json.loads(json.dumps(Progress(0.0, lost_claim=True).to_context(0.0, delay=1)))
    assert Progress.from_context(context, 0.0).lost_claim is True


@pytest.mark.parametrize("value", ["true", 1, "yes", []])
def test_only_true_says_that_settings_were_written_tags_removed_or_a_claim_lost(value: object) -> None:
    progress = Progress.from_context({"wroteSettings": value, "released": value, "lostClaim": value}, 0.0)
    assert (progress.wrote_settings, progress.released, progress.lost_claim) == (False, False, False)


def test_all_that_reads_have_shown_as_recorded_is_remembered_and_carried_on() -> None:
    progress = Progress(0.0)
    assert "found" not in progress.to_context(0.0, delay=1)
    progress.note_found(recorded(OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACW: (60, 0)}))
    progress.note_found(OwnershipRecord(OWNER, {}, {VOICE_ACCEPT: False}))
    progress.note_found(recorded(OWNER, {CHAT_ACW: (30, 0), TASK_ACCEPT: (True, Unrecorded.VALUE)}))
    known = recorded(
        None, {VOICE_ACCEPT: (True, False), CHAT_ACW: (30, 0), TASK_ACCEPT: (True, Unrecorded.VALUE)}
    )
    assert progress.found == known
    context = json.loads(json.dumps(progress.to_context(0.0, delay=1)))
    assert Progress.from_context(context, 0.0).found == known


@pytest.mark.parametrize(
    "tags",
    [
        *GARBAGE,
        *([MARKER_KEY], {MARKER_KEY: 1}, {1: "managed"}, {"team": "sales"}),
        {f"{MARKER_KEY}:auto-accept": "v1 was VOICE=maybe"},
        {f"{MARKER_KEY}:auto-accept": ["v1"]},
        {f"{MARKER_KEY}:hologram": "v1"},
    ],
    ids=lambda value: repr(value)[:24],
)
def test_garbled_earlier_values_are_none(tags: object) -> None:
    progress = Progress.from_context({"prior": tags, "givenBack": tags, "found": tags}, 0.0)
    assert (progress.prior, progress.given_back) == ({}, {})
    assert progress.found == OwnershipRecord(None, {}, {})


@pytest.mark.parametrize("value", ["true", 1, "yes", [], None])
@pytest.mark.parametrize("name", ["claimed", "hadClaim"])
def test_only_true_says_that_something_was_claimed(name: str, value: object) -> None:
    progress = Progress.from_context({name: value}, 0.0)
    assert (progress.claimed, progress.had_claim) == (False, False)
    assert Progress.from_context({"hadClaim": True}, 0.0).to_context(0.0, delay=1)["hadClaim"] is True


@pytest.mark.parametrize("duration", [-1, -9999.0, 1e9, 1e300])
def test_a_duration_that_cannot_be_counts_as_not_there(
    retrier: Retrier, clock: FakeClock, duration: float
) -> None:
    names = ("elapsed", "sinceWritten", "sinceSettling", "delay")
    progress = retrier.begin(dict.fromkeys(names, duration))
    assert (progress.started, progress.written_at, progress.settling_since) == (clock.monotonic(), None, None)


@pytest.mark.parametrize("steps", [(-100.0,), (100_000.0,), (-100_000.0, 100_000.0) * 4])
def test_a_wall_clock_that_is_set_changes_no_wait(clock: FakeClock, steps: tuple[float, ...]) -> None:
    for error in (Throttling("busy"), NotSettledYet(FINAL)):
        stepped, right = SteppedClock(FakeClock(), steps), Retrier(clock, lambda: 0.5)
        retrier, slept = Retrier(stepped, lambda: 0.5), stepped.true.slept
        context: dict[str, object] = {"elapsed": 50.0, "sinceWritten": 1.0, "sinceSettling": 2.0, "delay": 7}
        end = retrier.write(failing(error), retrier.begin(context))
        assert (slept, end) == waits_of(right, error, context)


@pytest.mark.parametrize(("seconds", "settling"), [(0, True), (59.9, True), (60, False), (6000, False)])
def test_a_write_is_not_repeated_for_a_minute(seconds: float, settling: bool) -> None:
    assert Progress(0.0, written_at=1000.0).is_settling(1000.0 + seconds) is settling
    assert Progress(0.0).is_settling(seconds) is False


def test_the_clock_of_the_machine_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    clock = SystemClock()
    clock.sleep(1.5)
    assert slept == [1.5]
    assert clock.now() > 1_700_000_000
    assert clock.monotonic() <= clock.monotonic()


CONTEXT = {"elapsed": 100.0, "sinceWritten": 10.0, "sinceSettling": 50.0}


@pytest.mark.parametrize("now", [0.0, 3.5, 1_000_000.0])
def test_between_two_invocations_passes_the_delay_that_was_asked_for(now: float) -> None:
    progress = Progress.from_context({**CONTEXT, "delay": 15}, now)
    assert (progress.started, progress.written_at, progress.settling_since) == (now - 115, now - 25, now - 65)


@pytest.mark.parametrize(("seconds", "settled"), [(0.0, False), (4.9, False), (5.0, True), (15.0, True)])
def test_where_less_passes_than_the_delay_only_that_counts(seconds: float, settled: bool) -> None:
    context = Progress(0.0, written_at=10.0).to_context(10.0, delay=15)
    progress = Progress.from_context(InProgress(context, 15, "wait").context_after(seconds), 1000.0)
    assert progress.written_at == 1000.0 - seconds
    assert progress.has_settled(1000.0) is settled


def test_invocations_add_up() -> None:
    progress = Progress(started=7.0, written_at=8.0, settling_since=7.5)
    for _ in range(3):
        progress = Progress.from_context(json.loads(json.dumps(progress.to_context(10.0, delay=5))), 0.0)
    later = 3 * 5 + 2 * 10  # three delays of 5 seconds, and two further invocations of 10
    moments = (-(3 + later), -(2 + later), -(2.5 + later))
    assert (progress.started, progress.written_at, progress.settling_since) == moments
