"""An update whose declaration has changed does not take a late read for a user that needs no change; numbers that stay are said."""

import pytest
from unit.examples import IDENTITY, INSTANCE, NUMBER, OWNER, PLACE, USER, VOICE_ACCEPT
from unit.fake_connect import DESCRIBE, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.declaration import Declaration, parse_previous
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.restoration import NUMBER_STAYED
from custom_connect_userconfig.pacing import Pending
from custom_connect_userconfig.progress import Progress
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

BEFORE: dict[SettingKey, Value] = {VOICE_ACCEPT: True}
AFTER = Declaration(IDENTITY, {VOICE_ACCEPT: False})


@pytest.fixture
def rolled_back(connect: FakeConnect) -> FakeConnect:
    """A user that reads show as the rollback wants it; what the failed update wrote shows with the third read."""
    connect.settings = {VOICE_ACCEPT: False}
    connect.tags = OwnershipRecord(OWNER, {VOICE_ACCEPT: False}).to_tags()
    connect.script(DESCRIBE, None, Answer(afterwards=lambda: connect.settings.update(BEFORE)))
    return connect


def test_a_late_read_is_looked_at_again_where_the_declaration_has_changed(
    service: SettingsService, rolled_back: FakeConnect, clock: FakeClock
) -> None:
    assert isinstance(service.update(AFTER, OWNER, None, BEFORE), OwnedSettings)
    assert rolled_back.writes == [UPDATE]
    assert rolled_back.settings[VOICE_ACCEPT] is False
    assert clock.slept == [1, 2]


@pytest.mark.parametrize("previous", [None, AFTER.settings])
def test_without_a_change_one_read_is_enough(
    service: SettingsService, rolled_back: FakeConnect, previous: dict[SettingKey, Value] | None
) -> None:
    service.update(AFTER, OWNER, None, previous)
    assert rolled_back.calls == [DESCRIBE]


def test_looking_again_ends_after_some_seconds(service: SettingsService, rolled_back: FakeConnect, clock: FakeClock) -> None:
    rolled_back.heal()
    assert isinstance(service.update(AFTER, OWNER, None, BEFORE), OwnedSettings)
    assert (rolled_back.calls, clock.slept) == ([DESCRIBE] * 5, [1, 2, 4, 8])


def test_once_written_nobody_looks_again(service: SettingsService, rolled_back: FakeConnect) -> None:
    rolled_back.heal()
    rolled_back.settings[VOICE_ACCEPT] = True
    service.update(AFTER, OWNER, None, BEFORE)
    assert rolled_back.calls == [DESCRIBE, UPDATE, DESCRIBE]


@pytest.mark.parametrize("properties", [None, {}, {"Gone": 1}, {"InstanceId": INSTANCE, "UserId": USER, "AutoAcceptConfigs": "?"}])
def test_previous_properties_that_cannot_be_read_are_not_known(properties: dict[str, object] | None) -> None:
    assert parse_previous(properties, PLACE) is None


def test_previous_properties_are_read_like_any_others() -> None:
    entries = [{"Channel": "VOICE", "AutoAccept": "true"}]
    assert parse_previous({"InstanceId": INSTANCE, "UserId": USER, "AutoAcceptConfigs": entries}, PLACE) == BEFORE


@pytest.fixture
def desk(connect: FakeConnect) -> FakeConnect:
    """A user that had no number before and whose service keeps one for ever."""
    connect.settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.tags = OwnershipRecord(OWNER, {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: None}).to_tags()
    connect.store = lambda settings: {PHONE_NUMBER_KEY: NUMBER, **settings}
    return connect


@pytest.mark.parametrize("stale", [0, 8])
def test_a_number_that_the_service_keeps_is_said_at_the_end_of_a_delete(
    service: SettingsService, desk: FakeConnect, stale: int
) -> None:
    desk.stale_reads = stale
    result = service.delete(IDENTITY, OWNER)
    if stale:
        assert isinstance(result, Pending)
        result = service.delete(IDENTITY, OWNER, result.context)
    assert result == GivenBack((NUMBER_STAYED,))


def test_a_number_that_the_service_keeps_is_said_at_the_end_of_an_update(service: SettingsService, desk: FakeConnect) -> None:
    result = service.update(Declaration(IDENTITY, {PHONE_TYPE_KEY: SOFT_PHONE}), OWNER)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (NUMBER_STAYED,)


def test_a_number_that_went_is_not_worth_a_word(service: SettingsService, desk: FakeConnect) -> None:
    desk.store = lambda settings: settings
    assert service.delete(IDENTITY, OWNER) == GivenBack()


@pytest.mark.parametrize(("kept", "removed"), [(True, True), (False, False), ("true", False), (1, False)])
def test_whether_a_number_was_to_go_is_carried_on(kept: object, removed: bool) -> None:
    assert Progress.from_context({"removedNumber": kept}, 0.0).removed_number is removed
    assert Progress.from_context(Progress(0.0, removed_number=removed).to_context(left=0.0, delay=1), 0.0).removed_number is removed
