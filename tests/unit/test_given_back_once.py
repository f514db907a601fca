"""What an update or a take-over has given back is not recorded again while reads are late.

Otherwise a read may show the end of the first try, which ends the operation, before reads show what the next
try recorded again.
"""

import json
from dataclasses import replace

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    LATER,
    NUMBER,
    OWNER,
    PERSISTENT,
    VOICE_ACCEPT,
    live,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect
from unit.plans import found, record

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import NetworkFailure, ServiceInternalError, Throttling
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.core.planning import Knowledge, plan_take
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.retry.progress import Progress
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

ACCEPT_TAG, CONNECTION_TAG = f"{MARKER_KEY}:auto-accept", f"{MARKER_KEY}:persistent-connection"
HELD = record(voice=(True, False), chat=(True, False), persistent=(True, False))
PREVIOUS: Settings = dict.fromkeys(HELD.declared, True)
DROPS_BOTH = Declaration(IDENTITY, {VOICE_ACCEPT: True})
"""Drops CHAT, which shares its tag with a setting that stays, and PERSISTENT, which has its own."""
RECORDED_BEFORE = ["v1 VOICE=true was VOICE=false CHAT=false", "v1 was VOICE=false"]
LEFT = {ACCEPT_TAG: "v1 VOICE=true was VOICE=false"}


@pytest.fixture
def held(connect: FakeConnect) -> FakeConnect:
    """A user with the settings of `HELD`; three reads after each write show the state before it."""
    connect.settings = dict.fromkeys(HELD.declared, True)
    connect.tags, connect.stale_reads = HELD.to_tags(), 3
    return connect


def claims(connect: FakeConnect) -> list[list[str]]:
    """Return the tags of arrays in each claim, not in the tags that are amended after it."""
    sent = [tags for call, tags in connect.sent if call == TAG and isinstance(tags, dict) and len(tags) > 1]
    return [[tags[key] for key in (ACCEPT_TAG, CONNECTION_TAG) if key in tags] for tags in sent]


def check_end(connect: FakeConnect) -> None:
    """Check that the settings are given back, and that the record has forgotten them."""
    left = OwnershipRecord.from_tags(connect.tags)
    assert left
    assert left.prior == {VOICE_ACCEPT: False}
    assert (connect.settings[CHAT_ACCEPT], connect.settings[PERSISTENT]) == (False, False)


@pytest.mark.parametrize("lost", [NetworkFailure("lost"), ServiceInternalError("lost")])
def test_a_try_whose_last_answer_is_lost_is_repeated_without_what_it_gave_back(
    service: SettingsService, held: FakeConnect, lost: NetworkFailure | ServiceInternalError
) -> None:
    held.script(UNTAG, Answer(lost, acted=True))
    assert isinstance(service.update(DROPS_BOTH, LATER, None, PREVIOUS), OwnedSettings)
    assert claims(held) == [RECORDED_BEFORE, list(LEFT.values())]
    check_end(held)


def test_a_setting_whose_give_back_may_have_failed_is_recorded_again(
    service: SettingsService, held: FakeConnect
) -> None:
    held.script(UPDATE, NetworkFailure("lost"))
    assert isinstance(service.update(DROPS_BOTH, LATER, None, PREVIOUS), OwnedSettings)
    assert claims(held) == [RECORDED_BEFORE, RECORDED_BEFORE]
    check_end(held)


def test_tags_that_were_not_removed_are_removed_by_the_next_try(
    service: SettingsService, held: FakeConnect
) -> None:
    held.stale_reads = 0
    held.script(UNTAG, NetworkFailure("lost"))
    assert isinstance(service.update(DROPS_BOTH, LATER, None, PREVIOUS), OwnedSettings)
    first, again = [TAG, UPDATE, TAG, UNTAG], [UPDATE, UNTAG]
    assert held.calls == [DESCRIBE, *first, DESCRIBE, *again, DESCRIBE]
    check_end(held)


def test_a_later_invocation_knows_what_an_earlier_one_gave_back(
    service: SettingsService, held: FakeConnect, clock: FakeClock
) -> None:
    held.script(UNTAG, Answer(NetworkFailure("lost"), acted=True))
    held.script(TAG, None, None, *(Throttling("busy") for _ in range(6)))
    held.stale_reads = 20
    pending = service.update(DROPS_BOTH, LATER, None, PREVIOUS)
    assert isinstance(pending, InProgress)
    context = json.loads(json.dumps(pending.context))
    held.clear_faults()
    held.sent.clear()
    held.stale_reads = 3
    clock.sleep(pending.delay)
    assert isinstance(service.update(DROPS_BOTH, LATER, context, PREVIOUS), OwnedSettings)
    assert claims(held) == [list(LEFT.values())]
    check_end(held)


def test_the_end_of_a_try_that_was_cut_off_is_not_taken_for_the_end_of_this_one(
    service: SettingsService, held: FakeConnect, clock: FakeClock
) -> None:
    """That try was killed after its last call; this one is refused between its record and the end."""
    held.stale_reads = 0
    late: dict[str, str] = {}

    def hide() -> None:
        late.update(held.tags)
        held.tags = {key: value for key, value in held.tags.items() if key != CONNECTION_TAG}

    held.script(TAG, None, Answer(afterwards=hide))
    held.script(UNTAG, Throttling("busy"))
    held.script(DESCRIBE, None, Answer(afterwards=lambda: held.tags.update(late)))
    unchanged = DROPS_BOTH.settings
    assert isinstance(service.update(DROPS_BOTH, LATER, None, unchanged), OwnedSettings)
    assert held.count(UNTAG) == 2
    assert clock.slept == [5, 1]
    check_end(held)


def test_a_plan_names_what_it_gives_back_and_the_next_one_does_not_record_it() -> None:
    user = live(dict.fromkeys(HELD.declared, True), HELD.to_tags())
    first = plan_take(DROPS_BOTH.settings, LATER, HELD, user)
    assert first.given_back == {CHAT_ACCEPT: False, PERSISTENT: False}
    knowledge = Knowledge(claimed=True, given_back=first.given_back)
    again = plan_take(DROPS_BOTH.settings, LATER, HELD, user, knowledge)
    assert CONNECTION_TAG not in again.claim
    assert found(again, user).prior == {VOICE_ACCEPT: False, PERSISTENT: False}, "its tag is still there"
    assert (again.arrays, again.release, again.amend) == (first.arrays, first.release, {})


def test_a_setting_that_was_dropped_but_not_given_back_yet_is_recorded() -> None:
    """A read that shows more of the record than the first one: only CHAT was given back then."""
    user = live(dict.fromkeys(HELD.declared, True), HELD.to_tags())
    again = plan_take(DROPS_BOTH.settings, LATER, HELD, user, Knowledge(given_back={CHAT_ACCEPT: False}))
    assert again.claim[ACCEPT_TAG] == LEFT[ACCEPT_TAG]
    assert again.claim[CONNECTION_TAG] == "v1 was VOICE=false"


def test_a_setting_with_another_earlier_value_than_the_one_given_back_is_recorded() -> None:
    """The first read was late: the value that was given back is not the earlier one."""
    user = live(dict.fromkeys(HELD.declared, True), HELD.to_tags())
    again = plan_take(DROPS_BOTH.settings, LATER, HELD, user, Knowledge(given_back={CHAT_ACCEPT: True}))
    assert again.claim[ACCEPT_TAG] == RECORDED_BEFORE[0]


def test_a_declared_setting_stays_recorded_whatever_was_given_back() -> None:
    user = live(dict.fromkeys(HELD.declared, True), HELD.to_tags())
    knowledge = Knowledge(given_back=HELD.prior)
    again = plan_take(DROPS_BOTH.settings, LATER, HELD, user, knowledge)
    assert again.claim[ACCEPT_TAG] == LEFT[ACCEPT_TAG]


def test_the_type_of_an_earlier_desk_phone_stays_unrecorded_once_its_number_is_given_back() -> None:
    values: dict[SettingKey, tuple[RecordedValue, RecordedValue]] = {
        PHONE_TYPE_KEY: (DESK_PHONE, DESK_PHONE),
        PHONE_NUMBER_KEY: (Unrecorded.VALUE, Unrecorded.VALUE),
    }
    held = recorded(OWNER, values)
    user = live({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}, held.to_tags())
    declared = {PHONE_TYPE_KEY: DESK_PHONE}
    first = plan_take(declared, LATER, held, user)
    again = plan_take(declared, LATER, held, user, Knowledge(claimed=True, given_back=first.given_back))
    assert {**again.claim, **again.amend} == {**first.claim, **first.amend}
    assert found(again, user).prior == {PHONE_TYPE_KEY: Unrecorded.VALUE}


def test_what_an_earlier_resource_has_given_back_is_recorded_when_its_handover_comes_again(
    service: SettingsService, held: FakeConnect
) -> None:
    """The resource of that name has been created again since, with a setting that the earlier one dropped."""
    given_back = OwnershipRecord(None, {}, {CHAT_ACCEPT: False, PERSISTENT: False}).to_tags()
    context: dict[str, object] = {"wrote": True, "givenBack": given_back}
    for after in ({}, {"givenBackAfter": "0badcafe"}):
        held.tags = replace(HELD, requests=("cafe0bad",)).to_tags()
        held.settings = dict.fromkeys(HELD.declared, True)
        held.sent.clear()
        service.create(DROPS_BOTH, LATER, {**context, **after})
        assert claims(held)[0] == RECORDED_BEFORE


def test_what_was_given_back_is_carried_on_with_the_request_that_was_the_latest_in_its_record(
    service: SettingsService, held: FakeConnect
) -> None:
    held.tags = replace(HELD, requests=("cafe0bad",)).to_tags()
    held.stale_reads = 20
    pending = service.update(DROPS_BOTH, LATER, None, PREVIOUS)
    assert isinstance(pending, InProgress)
    assert pending.context["givenBackAfter"] == "cafe0bad"
    assert Progress.from_context(pending.context, 0.0).given_back_after == "cafe0bad"


@pytest.fixture
def hidden(held: FakeConnect) -> dict[str, str]:
    """The tags that reads hide: between the first read and the claim of an update, a duplicate of it ends.

    The settings of the update are then refused, until its invocation is nearly over.
    """
    held.stale_reads = 0
    claimed: dict[str, str] = {}

    def show_the_end() -> None:
        claimed.update(held.tags)
        held.tags = {key: LEFT.get(key, value) for key, value in held.tags.items() if key != CONNECTION_TAG}
        held.settings.update({CHAT_ACCEPT: False, PERSISTENT: False})

    held.script(TAG, Answer(afterwards=show_the_end))
    held.script(UPDATE, Throttling("busy"))
    held.latency = {UPDATE: 30.0}
    return claimed


def test_without_time_to_see_whether_an_end_is_a_duplicate_s_the_next_invocation_looks(
    service: SettingsService, held: FakeConnect, clock: FakeClock, hidden: dict[str, str]
) -> None:
    pending = service.update(DROPS_BOTH, LATER, None, PREVIOUS)
    assert isinstance(pending, InProgress)
    assert pending.delay < 3
    held.tags, held.latency = hidden, {}
    clock.sleep(pending.delay)
    assert isinstance(service.update(DROPS_BOTH, LATER, pending.context, PREVIOUS), OwnedSettings)
    check_end(held)


def test_the_last_invocation_does_not_wait_for_another_one_to_look(
    service: SettingsService, hidden: dict[str, str]
) -> None:
    last = replace(service, is_last=True)
    assert isinstance(last.update(DROPS_BOTH, LATER, None, PREVIOUS), OwnedSettings)
    assert hidden


def test_what_was_given_back_is_carried_on_in_the_form_of_tags() -> None:
    progress = Progress(0.0)
    assert "givenBack" not in progress.to_context(0.0, delay=1)
    progress.note_given_back({CHAT_ACCEPT: False})
    progress.note_given_back({})
    progress.note_given_back({PERSISTENT: True})
    known = {CHAT_ACCEPT: False, PERSISTENT: True}
    assert progress.given_back == known
    context = json.loads(json.dumps(progress.to_context(0.0, delay=1)))
    assert context["givenBack"] == OwnershipRecord(None, {}, known).to_tags()
    assert Progress.from_context(context, 0.0).given_back == known
