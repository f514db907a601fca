"""Update: apply, take, give back; only where something is owned; stamped with the stack that asks."""

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    NO_STACK,
    NUMBER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    USER_ARN,
    VOICE_ACCEPT,
    VOICE_ACW,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import NotFound, NotStabilized, ServiceFault, Throttled
from custom_connect_userconfig.core.kinds import Value, Withheld
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.core.restoration import NUMBER_LEFT
from custom_connect_userconfig.pacing import Pending
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

ACCEPT_TAG = f"{MARKER_KEY}:auto-accept"
OWNER_TAG = f"{MARKER_KEY}:owner"


@pytest.fixture
def owned(connect: FakeConnect) -> FakeConnect:
    """A user on which VOICE and CHAT acceptance are owned; VOICE was false before, CHAT true."""
    connect.settings = {VOICE_ACCEPT: True, CHAT_ACCEPT: False, TASK_ACCEPT: True}
    connect.tags = {**OwnershipRecord(OWNER, {VOICE_ACCEPT: False, CHAT_ACCEPT: True}).to_tags(), "team": "sales"}
    return connect


def declare(**more: Value) -> Declaration:
    keys = {"voice": VOICE_ACCEPT, "chat": CHAT_ACCEPT, "task": TASK_ACCEPT, "persistent": PERSISTENT, "acw": VOICE_ACW}
    return Declaration(IDENTITY, {keys[name]: value for name, value in more.items()})


def updated(service: SettingsService, clock: FakeClock, declaration: Declaration) -> OwnedSettings:
    """Update as CloudFormation does, invocation after invocation, for an hour at most."""
    begun = clock.now()
    result = service.update(declaration, OWNER)
    while isinstance(result, Pending):
        assert clock.now() - begun < 3600
        clock.sleep(result.delay)
        result = service.update(declaration, OWNER, result.context)
    return result


UNCHANGED = declare(voice=True, chat=False)


def test_an_unchanged_update_costs_one_read(service: SettingsService, owned: FakeConnect) -> None:
    assert service.update(UNCHANGED, OWNER) == OwnedSettings(USER_ARN, UNCHANGED.settings)
    assert owned.calls == [DESCRIBE]


def test_new_values_of_owned_settings_need_no_tag_call(service: SettingsService, owned: FakeConnect) -> None:
    service.update(declare(voice=True, chat=True), OWNER)
    assert owned.calls == [DESCRIBE, UPDATE, DESCRIBE]


def test_drift_is_written_over(service: SettingsService, owned: FakeConnect) -> None:
    owned.settings[VOICE_ACCEPT] = False
    service.update(UNCHANGED, OWNER)
    assert owned.settings == {**owned.settings, VOICE_ACCEPT: True, CHAT_ACCEPT: False, TASK_ACCEPT: True}


def test_a_newly_declared_setting_is_recorded_before_it_is_written(service: SettingsService, owned: FakeConnect) -> None:
    service.update(declare(voice=True, chat=False, task=False), OWNER)
    assert owned.writes == [TAG, UPDATE]
    assert owned.tags[ACCEPT_TAG] == "v1 VOICE=false CHAT=true TASK=true"


def test_a_dropped_setting_is_given_back_before_the_record_forgets_it(service: SettingsService, owned: FakeConnect) -> None:
    service.update(declare(voice=True), OWNER)
    assert owned.writes == [UPDATE, TAG]
    assert owned.settings[CHAT_ACCEPT] is True
    assert owned.tags[ACCEPT_TAG] == "v1 VOICE=false"


def test_a_dropped_array_is_given_back_before_its_tag_is_removed(service: SettingsService, owned: FakeConnect) -> None:
    service.update(declare(acw=30), OWNER)
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT], owned.settings[VOICE_ACW]) == (False, True, 30)
    assert ACCEPT_TAG not in owned.tags
    assert owned.tags["team"] == "sales"


@pytest.mark.parametrize("operation", [TAG, UPDATE, UNTAG])
@pytest.mark.parametrize("acted", [False, True])
def test_an_update_cut_off_anywhere_is_finished_by_the_next_try(
    service: SettingsService, owned: FakeConnect, operation: str, acted: bool
) -> None:
    owned.script(operation, Answer(ServiceFault("5xx"), acted=acted))
    assert isinstance(service.update(declare(task=False, acw=30), OWNER), OwnedSettings)
    found = OwnershipRecord.from_tags(owned.tags)
    assert found == OwnershipRecord(OWNER, {TASK_ACCEPT: True, VOICE_ACW: 0})
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT]) == (False, True)


def test_nothing_owned_is_not_found_without_a_write(service: SettingsService, connect: FakeConnect) -> None:
    with pytest.raises(NotFound, match=r"^No settings of user .* are owned by this resource\.$"):
        service.update(UNCHANGED, OWNER)
    assert connect.calls == [DESCRIBE]


def test_no_user_is_not_found_at_once(service: SettingsService, connect: FakeConnect, clock: FakeClock) -> None:
    connect.exists = False
    with pytest.raises(NotFound):
        service.update(UNCHANGED, OWNER)
    assert (connect.calls, clock.slept) == ([DESCRIBE], [])


def test_after_an_import_the_record_is_stamped_with_the_new_stack(service: SettingsService, owned: FakeConnect) -> None:
    service.update(UNCHANGED, OTHER_OWNER)
    assert owned.calls == [DESCRIBE, TAG, DESCRIBE]
    assert owned.tags[OWNER_TAG] == OTHER_OWNER.to_tag()


def test_a_request_without_a_stack_leaves_the_stack_s_stamp(service: SettingsService, owned: FakeConnect) -> None:
    service.update(declare(voice=False, chat=False), NO_STACK)
    assert owned.writes == [UPDATE]
    assert owned.tags[OWNER_TAG] == OWNER.to_tag()


def test_a_record_without_an_owner_is_stamped_by_whoever_updates(service: SettingsService, owned: FakeConnect) -> None:
    del owned.tags[OWNER_TAG]
    service.update(UNCHANGED, NO_STACK)
    assert owned.tags[OWNER_TAG] == NO_STACK.to_tag()


def test_a_record_that_vanished_after_the_first_write_is_waited_for(service: SettingsService, owned: FakeConnect) -> None:
    kept = dict(owned.tags)
    owned.script(UPDATE, Answer(afterwards=owned.tags.clear))
    owned.script(DESCRIBE, None, Answer(afterwards=lambda: owned.tags.update(kept)))
    assert isinstance(service.update(declare(voice=True, chat=True), OWNER), OwnedSettings)


def test_a_record_that_stays_away_is_not_found_in_bounded_time(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    owned.script(UPDATE, Answer(afterwards=owned.tags.clear))
    begun = clock.now()
    with pytest.raises(NotFound):
        updated(service, clock, declare(voice=True, chat=True))
    assert clock.now() - begun < 400
    assert owned.count(TAG) == 0


def test_reads_that_are_late_are_waited_for(service: SettingsService, owned: FakeConnect) -> None:
    owned.stale_reads = 3
    service.update(declare(task=False), OWNER)
    assert owned.writes == [TAG, UPDATE, TAG]
    assert owned.count(DESCRIBE) == 5


def test_what_never_shows_ends_in_bounded_time(service: SettingsService, owned: FakeConnect, clock: FakeClock) -> None:
    owned.store = lambda settings: {**settings, VOICE_ACCEPT: False}
    begun = clock.now()
    with pytest.raises(NotStabilized):
        updated(service, clock, declare(voice=True, chat=True))
    assert clock.now() - begun < 15 * 60


def test_a_throttled_update_goes_on_in_another_invocation(service: SettingsService, owned: FakeConnect, clock: FakeClock) -> None:
    owned.script(UPDATE, *(Throttled("busy") for _ in range(5)))
    pending = service.update(declare(voice=True, chat=True), OWNER)
    assert isinstance(pending, Pending)
    assert pending.context["wrote"] is False
    assert isinstance(service.update(declare(voice=True, chat=True), OWNER, pending.context), OwnedSettings)
    assert clock.slept == [5, 12.5, 8, 8]


DESK: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
SOFT = Declaration(IDENTITY, {PHONE_TYPE_KEY: SOFT_PHONE})


@pytest.fixture
def desk(connect: FakeConnect) -> FakeConnect:
    connect.settings = dict(DESK)
    connect.tags = OwnershipRecord(OWNER, {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: Withheld.NUMBER}).to_tags()
    return connect


def test_a_number_that_cannot_be_given_back_is_left_and_that_is_said(service: SettingsService, desk: FakeConnect) -> None:
    result = service.update(SOFT, OWNER)
    assert result == OwnedSettings(USER_ARN, SOFT.settings, (NUMBER_LEFT,))
    assert desk.settings[PHONE_NUMBER_KEY] == NUMBER


def test_what_has_to_be_said_survives_another_invocation(service: SettingsService, desk: FakeConnect) -> None:
    desk.stale_reads = 7
    pending = service.update(SOFT, OWNER)
    assert isinstance(pending, Pending)
    result = service.update(SOFT, OWNER, pending.context)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (NUMBER_LEFT,)
