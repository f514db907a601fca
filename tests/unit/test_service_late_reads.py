"""An update with a changed declaration reads again before it believes that nothing is left to do."""

from dataclasses import replace

import pytest
from unit.examples import (
    ENVIRONMENT,
    IDENTITY,
    INSTANCE,
    LATER,
    NUMBER,
    OWNER,
    PERSISTENT,
    USER,
    VOICE_ACCEPT,
    VOICE_RECORD,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.declaration import Declaration, parse_previous
from custom_connect_userconfig.core.errors import Throttling
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.restoration import NUMBER_STAYED
from custom_connect_userconfig.retry.progress import Progress
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

BEFORE: dict[SettingKey, Value] = {VOICE_ACCEPT: True}
AFTER = Declaration(IDENTITY, {VOICE_ACCEPT: False})


@pytest.fixture
def rolled_back(connect: FakeConnect) -> FakeConnect:
    """A user that reads show as the rollback wants it; the third read shows the failed update's write."""
    connect.settings = {VOICE_ACCEPT: False}
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    connect.script(DESCRIBE, None, Answer(afterwards=lambda: connect.settings.update(BEFORE)))
    return connect


def test_a_late_read_is_looked_at_again_where_the_declaration_has_changed(
    service: SettingsService, rolled_back: FakeConnect, clock: FakeClock
) -> None:
    assert isinstance(service.update(AFTER, OWNER, None, BEFORE), OwnedSettings)
    assert rolled_back.writes == [TAG, UPDATE]
    assert rolled_back.settings[VOICE_ACCEPT] is False
    assert clock.slept == [1, 2]


def test_if_a_read_hides_what_was_declared_before_the_request_alone_is_recorded_until_it_shows(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The failed update has taken PERSISTENT; an older read shows neither the claim nor the value."""
    claimed = recorded(OWNER, {VOICE_ACCEPT: (True, False), PERSISTENT: (True, False)})
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, VOICE_RECORD.to_tags()

    def shows() -> None:
        connect.settings, connect.tags = {VOICE_ACCEPT: True, PERSISTENT: True}, claimed.to_tags()

    connect.script(DESCRIBE, Answer(afterwards=shows))
    assert isinstance(service.update(AFTER, LATER, None, {**BEFORE, PERSISTENT: True}), OwnedSettings)
    assert connect.sent[1] == (TAG, OwnershipRecord(OWNER, {}, {}, (OWNER.request, LATER.request)).to_tags())
    assert connect.settings[VOICE_ACCEPT] is False
    assert connect.settings[PERSISTENT] is False, "it is given back"
    assert OwnershipRecord.from_tags(connect.tags) == recorded(OWNER, {VOICE_ACCEPT: (False, False)}, LATER)


def test_a_request_that_does_not_show_yet_is_waited_for_and_not_recorded_again(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, VOICE_RECORD.to_tags()
    connect.stale_reads = 3
    connect.script(TAG, None, Answer(afterwards=lambda: setattr(connect, "stale_reads", 0)))
    assert isinstance(service.update(AFTER, LATER, None, {**BEFORE, PERSISTENT: True}), OwnedSettings)
    assert connect.writes == [TAG, TAG, UPDATE]


def test_what_was_never_taken_costs_one_request_more_and_no_wait(
    service: SettingsService, rolled_back: FakeConnect, clock: FakeClock
) -> None:
    rolled_back.clear_faults()
    rolled_back.settings[VOICE_ACCEPT] = True
    assert isinstance(service.update(AFTER, LATER, None, {**BEFORE, PERSISTENT: True}), OwnedSettings)
    assert rolled_back.calls == [DESCRIBE, TAG, DESCRIBE, UPDATE, DESCRIBE]
    assert clock.slept == []


@pytest.mark.parametrize("previous", [None, AFTER.settings])
def test_without_a_change_one_read_is_enough(
    service: SettingsService, rolled_back: FakeConnect, previous: dict[SettingKey, Value] | None
) -> None:
    service.update(AFTER, OWNER, None, previous)
    assert rolled_back.calls == [DESCRIBE]


def test_looking_again_ends_after_some_seconds(
    service: SettingsService, rolled_back: FakeConnect, clock: FakeClock
) -> None:
    rolled_back.clear_faults()
    assert isinstance(service.update(AFTER, OWNER, None, BEFORE), OwnedSettings)
    assert (rolled_back.calls, clock.slept) == ([DESCRIBE] * 5, [1, 2, 4, 8])


def test_what_a_late_read_hid_shows_with_the_stamp_and_is_written_over(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings = {VOICE_ACCEPT: False}
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags()
    connect.stale_reads = 2
    entry = {"Channel": "VOICE", "AutoAccept": True}
    connect.update_user_config(INSTANCE, USER, {"AutoAcceptConfigs": [entry]})
    begun = clock.now()
    assert isinstance(service.update(AFTER, LATER, None, BEFORE), OwnedSettings)
    assert connect.writes == [UPDATE, TAG, UPDATE]
    assert connect.settings[VOICE_ACCEPT] is False
    assert clock.now() - begun < 5, "no settings were written before the stamp: it waits for none"


def test_a_tag_that_was_removed_and_still_shows_is_not_removed_again_at_once(
    service: SettingsService, connect: FakeConnect
) -> None:
    """An update that was cut off had left PERSISTENT as it is: only its tag was left to remove."""
    connect.settings = {VOICE_ACCEPT: False, PERSISTENT: True}
    prior: dict[SettingKey, RecordedValue] = {VOICE_ACCEPT: True, PERSISTENT: Unrecorded.VALUE}
    connect.tags = OwnershipRecord(OWNER, {VOICE_ACCEPT: False}, prior).to_tags()
    connect.stale_reads = 3
    service.update(AFTER, replace(OWNER, request=""))
    assert connect.writes == [TAG, UNTAG]


def test_slow_reads_are_looked_at_again_as_long_as_there_is_time(
    service: SettingsService, rolled_back: FakeConnect, clock: FakeClock
) -> None:
    """No further invocation reads again: each would use up its time before the last read."""
    rolled_back.clear_faults()
    rolled_back.latency = {DESCRIBE: 8}
    begun = clock.now()
    assert isinstance(service.update(AFTER, OWNER, None, BEFORE), OwnedSettings)
    assert rolled_back.count(DESCRIBE) == 4
    assert 39 <= clock.now() - begun <= 40


def test_looking_again_leaves_a_short_invocation_its_time(rolled_back: FakeConnect, clock: FakeClock) -> None:
    rolled_back.clear_faults()
    service = SettingsService(rolled_back, Retrier(clock, lambda: 0.5, write_seconds=5), is_importable=False)
    begun = clock.now()
    assert isinstance(service.update(AFTER, OWNER, None, BEFORE), OwnedSettings)
    assert clock.now() - begun <= 5


def test_a_later_invocation_looks_again_after_writes_of_an_earlier_one(
    service: SettingsService, connect: FakeConnect
) -> None:
    """Reads show the first one's record; a duplicate of the update that is undone may write meanwhile."""
    connect.settings, connect.tags = dict(BEFORE), recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags()
    connect.script(UPDATE, *(Throttling("busy") for _ in range(5)))
    pending = service.update(AFTER, LATER, None, BEFORE)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    connect.settings[VOICE_ACCEPT] = False
    connect.script(DESCRIBE, Answer(afterwards=lambda: connect.settings.update(BEFORE)))
    assert isinstance(service.update(AFTER, LATER, pending.context, BEFORE), OwnedSettings)
    assert connect.settings[VOICE_ACCEPT] is False


def test_once_written_nobody_looks_again(service: SettingsService, rolled_back: FakeConnect) -> None:
    rolled_back.clear_faults()
    rolled_back.settings[VOICE_ACCEPT] = True
    service.update(AFTER, OWNER, None, BEFORE)
    assert rolled_back.calls == [DESCRIBE, TAG, UPDATE, DESCRIBE]


@pytest.mark.parametrize(
    "properties", [None, {}, {"Gone": 1}, {"InstanceId": INSTANCE, "UserId": USER, "AutoAcceptConfigs": "?"}]
)
def test_previous_properties_that_cannot_be_read_are_not_known(properties: dict[str, object] | None) -> None:
    assert parse_previous(properties, ENVIRONMENT) is None


def test_previous_properties_are_read_like_any_others() -> None:
    entries = [{"Channel": "VOICE", "AutoAccept": "true"}]
    previous = {"InstanceId": INSTANCE, "UserId": USER, "AutoAcceptConfigs": entries}
    assert parse_previous(previous, ENVIRONMENT) == BEFORE


@pytest.fixture
def desk(connect: FakeConnect) -> FakeConnect:
    """A user that had no number before, on a service that never drops one."""
    connect.settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.tags = recorded(
        OWNER, {PHONE_TYPE_KEY: (DESK_PHONE, SOFT_PHONE), PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)}
    ).to_tags()
    connect.store = lambda settings: {PHONE_NUMBER_KEY: NUMBER, **settings}
    return connect


@pytest.mark.parametrize("stale", [0, 8])
def test_a_number_that_the_service_keeps_is_said_at_the_end_of_a_delete(
    service: SettingsService, desk: FakeConnect, stale: int
) -> None:
    desk.stale_reads = stale
    result = service.delete(IDENTITY, OWNER)
    if stale:
        assert isinstance(result, InProgress)
        result = service.delete(IDENTITY, OWNER, result.context)
    assert result == GivenBack((NUMBER_STAYED,))


def test_a_number_that_the_service_keeps_is_said_at_the_end_of_an_update(
    service: SettingsService, desk: FakeConnect
) -> None:
    result = service.update(Declaration(IDENTITY, {PHONE_TYPE_KEY: SOFT_PHONE}), OWNER)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (NUMBER_STAYED,)


def test_a_number_that_went_is_not_worth_a_word(service: SettingsService, desk: FakeConnect) -> None:
    desk.store = lambda settings: settings
    assert service.delete(IDENTITY, OWNER) == GivenBack()


@pytest.mark.parametrize(("kept", "removed"), [(True, True), (False, False), ("true", False), (1, False)])
def test_whether_a_number_was_to_go_is_carried_on(kept: object, removed: bool) -> None:
    assert Progress.from_context({"removedNumber": kept}, 0.0).removed_number is removed
    context = Progress(0.0, removed_number=removed).to_context(0.0, delay=1)
    assert Progress.from_context(context, 0.0).removed_number is removed
