"""Update: it applies, takes and gives back, if the user has a record, and stamps the record."""

from dataclasses import replace

import pytest
from unit.creating import to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    IDENTITY,
    LATER,
    NO_STACK,
    NUMBER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    TASK_ACCEPT,
    USER_ARN,
    VOICE_ACCEPT,
    VOICE_ACW,
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
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import NotStabilized, ServiceInternalError, Throttling
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.restoration import NUMBER_LEFT
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

ACCEPT_TAG = f"{MARKER_KEY}:auto-accept"
OWNER_TAG = f"{MARKER_KEY}:owner"
STAMPED = (OWNER.request, LATER.request)
HELD = recorded(OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACCEPT: (False, True)})


@pytest.fixture
def owned(connect: FakeConnect) -> FakeConnect:
    """A user on which VOICE and CHAT acceptance are owned; VOICE was false before, CHAT true."""
    connect.settings = {VOICE_ACCEPT: True, CHAT_ACCEPT: False, TASK_ACCEPT: True}
    connect.tags = {**HELD.to_tags(), "team": "sales"}
    return connect


def declare(**more: Value) -> Declaration:
    keys = {
        "voice": VOICE_ACCEPT,
        "chat": CHAT_ACCEPT,
        "task": TASK_ACCEPT,
        "persistent": PERSISTENT,
        "acw": VOICE_ACW,
    }
    return Declaration(IDENTITY, {keys[name]: value for name, value in more.items()})


def updated(service: SettingsService, clock: FakeClock, declaration: Declaration) -> object:
    return to_the_end(clock, lambda context: service.update(declaration, LATER, context))


UNCHANGED = declare(voice=True, chat=False)


@pytest.mark.parametrize("owner", [OWNER, LATER])
@pytest.mark.parametrize("previous", [None, UNCHANGED.settings])
def test_an_unchanged_update_costs_one_read(
    service: SettingsService, owned: FakeConnect, owner: Owner, previous: Settings | None
) -> None:
    assert service.update(UNCHANGED, owner, None, previous) == OwnedSettings(USER_ARN, UNCHANGED.settings)
    assert owned.calls == [DESCRIBE]


def test_new_values_of_owned_settings_cost_one_tag_call_that_records_them_with_the_request(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.update(declare(voice=True, chat=True), LATER)
    assert owned.calls == [DESCRIBE, TAG, UPDATE, DESCRIBE]
    after = recorded(OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACCEPT: (True, True)}, LATER)
    assert owned.tags == {**after.to_tags(), "team": "sales"}


def test_drift_that_is_written_over_is_claimed_first_and_stamped(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.settings[VOICE_ACCEPT] = False
    service.update(UNCHANGED, LATER, None, UNCHANGED.settings)
    assert owned.calls == [DESCRIBE, TAG, UPDATE, DESCRIBE]
    assert owned.tags == {
        **HELD.to_tags(),
        OWNER_TAG: replace(HELD, requests=STAMPED).to_tags()[OWNER_TAG],
        "team": "sales",
    }


def test_a_changed_declaration_stamps_its_request_although_all_is_as_declared(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.update(UNCHANGED, LATER, None, {VOICE_ACCEPT: False})
    assert owned.calls == [DESCRIBE, TAG, DESCRIBE]
    found = OwnershipRecord.from_tags(owned.tags)
    assert found == replace(HELD, requests=STAMPED)


def test_reads_must_show_the_stamp_before_an_update_is_done(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.stale_reads = 3
    service.update(UNCHANGED, LATER, None, {VOICE_ACCEPT: False})
    assert (owned.writes, owned.count(DESCRIBE)) == ([TAG], 5)


def test_a_stamp_that_another_writer_has_overwritten_is_set_again(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    owned.settings[VOICE_ACCEPT] = False
    owned.script(UPDATE, Answer(afterwards=lambda: owned.tags.update(HELD.to_tags())))
    updated(service, clock, UNCHANGED)
    assert OwnershipRecord.from_tags(owned.tags) == replace(HELD, requests=STAMPED)
    assert owned.writes == [TAG, UPDATE, TAG]


def test_what_another_has_given_back_meanwhile_is_written_again_even_if_the_service_might_have_made_it_so(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    """The service may clamp 6,000 seconds to 5,400; here 5,400 is the earlier value."""
    owned.settings[CHAT_ACW] = 5_400
    kept, before = dict(owned.tags), dict(owned.settings)

    def give_back() -> None:
        owned.tags, owned.settings = kept, before

    owned.script(UPDATE, Answer(afterwards=give_back))
    updated(service, clock, Declaration(IDENTITY, {**UNCHANGED.settings, CHAT_ACW: 6_000}))
    assert owned.count(UPDATE) == 2
    assert owned.settings[CHAT_ACW] == 6_000


def test_a_value_between_two_writes_is_not_what_the_service_made_of_the_first(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    """Somebody changes it after the first one, and again before the second one shows."""

    def becomes(seconds: int) -> None:
        owned.settings[CHAT_ACW] = seconds

    lost = ServiceInternalError("lost")
    second = Answer(lost, acted=True, afterwards=lambda: becomes(5_400))
    owned.script(UPDATE, Answer(afterwards=lambda: becomes(30)), second)
    updated(service, clock, Declaration(IDENTITY, {**UNCHANGED.settings, CHAT_ACW: 6_000}))
    assert owned.settings[CHAT_ACW] == 6_000


def test_the_first_write_of_an_update_sets_every_tag_of_the_record(
    service: SettingsService, owned: FakeConnect
) -> None:
    """The read may be late, and show tags that an earlier update has removed."""
    shown = dict(owned.tags)
    owned.script(DESCRIBE, Answer(afterwards=lambda: setattr(owned, "tags", {"team": "sales"})))
    service.update(declare(voice=True, chat=True), LATER)
    assert owned.tags.keys() == shown.keys()
    assert owned.count(TAG) == 1


def test_drift_is_written_over(service: SettingsService, owned: FakeConnect) -> None:
    owned.settings[VOICE_ACCEPT] = False
    service.update(UNCHANGED, OWNER)
    assert owned.settings == {**owned.settings, VOICE_ACCEPT: True, CHAT_ACCEPT: False, TASK_ACCEPT: True}


def test_a_newly_declared_setting_is_recorded_before_it_is_written(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.update(declare(voice=True, chat=False, task=False), OWNER)
    assert owned.writes == [TAG, UPDATE]
    assert owned.tags[ACCEPT_TAG] == "v1 VOICE=true CHAT=false TASK=false was VOICE=false CHAT=true TASK=true"


def test_a_dropped_setting_is_given_back_before_the_record_forgets_it(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.update(declare(voice=True), OWNER)
    assert owned.writes == [TAG, UPDATE, TAG]
    assert owned.settings[CHAT_ACCEPT] is True
    assert owned.tags[ACCEPT_TAG] == "v1 VOICE=true was VOICE=false"
    claim = next(sent for operation, sent in owned.sent if operation == TAG)
    assert isinstance(claim, dict)
    assert claim[ACCEPT_TAG] == "v1 VOICE=true was VOICE=false CHAT=true"


def test_a_dropped_array_is_given_back_before_its_tag_is_removed(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.update(declare(acw=30), OWNER)
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT]) == (False, True)
    assert owned.settings[VOICE_ACW] == 30
    assert ACCEPT_TAG not in owned.tags
    assert owned.tags["team"] == "sales"


@pytest.mark.parametrize("operation", [TAG, UPDATE, UNTAG])
@pytest.mark.parametrize("acted", [False, True])
def test_an_update_cut_off_anywhere_is_finished_by_the_next_try(
    service: SettingsService, owned: FakeConnect, operation: str, acted: bool
) -> None:
    owned.script(operation, Answer(ServiceInternalError("5xx"), acted=acted))
    assert isinstance(service.update(declare(task=False, acw=30), OWNER), OwnedSettings)
    found = OwnershipRecord.from_tags(owned.tags)
    assert found == recorded(OWNER, {TASK_ACCEPT: (False, True), VOICE_ACW: (30, 0)})
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT]) == (False, True)


def test_after_an_import_the_record_is_stamped_with_the_new_stack(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.update(UNCHANGED, OTHER_OWNER)
    assert owned.calls == [DESCRIBE, TAG, DESCRIBE]
    found = OwnershipRecord.from_tags(owned.tags)
    assert found == replace(HELD, owner=OTHER_OWNER, requests=(OWNER.request, OTHER_OWNER.request))


def test_a_request_without_a_stack_leaves_the_stack_s_stamp(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.update(declare(voice=False, chat=False), NO_STACK)
    assert owned.writes == [TAG, UPDATE]
    found = OwnershipRecord.from_tags(owned.tags)
    assert found is not None
    assert (found.owner, found.requests) == (OWNER, (OWNER.request, NO_STACK.request))


def test_a_record_without_an_owner_is_stamped_by_whoever_updates(
    service: SettingsService, owned: FakeConnect
) -> None:
    del owned.tags[OWNER_TAG]
    service.update(UNCHANGED, NO_STACK)
    found = OwnershipRecord.from_tags(owned.tags)
    assert found is not None
    assert (found.owner, found.requests) == (NO_STACK, (NO_STACK.request,))


def test_reads_that_are_late_are_waited_for(service: SettingsService, owned: FakeConnect) -> None:
    owned.stale_reads = 3
    service.update(declare(task=False), OWNER)
    assert owned.writes == [TAG, UPDATE, TAG]
    assert owned.count(DESCRIBE) == 5


def test_what_never_shows_ends_in_bounded_time(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    owned.store = lambda settings: {**settings, VOICE_ACCEPT: False}
    begun = clock.now()
    with pytest.raises(NotStabilized):
        updated(service, clock, declare(voice=True, chat=True))
    assert clock.now() - begun < 15 * 60


def test_a_throttled_update_goes_on_in_another_invocation(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    owned.script(UPDATE, *(Throttling("busy") for _ in range(5)))
    pending = service.update(declare(voice=True, chat=True), OWNER)
    assert isinstance(pending, InProgress)
    assert (pending.context["wrote"], pending.context["claimed"]) == (True, True)
    assert pending.context["prior"] == OwnershipRecord(None, {}, HELD.prior).to_tags()
    assert isinstance(service.update(declare(voice=True, chat=True), OWNER, pending.context), OwnedSettings)
    assert clock.slept == pytest.approx([5, 10, 8, 8.05])


DESK: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
PHONES: dict[SettingKey, tuple[RecordedValue, RecordedValue]] = {
    PHONE_TYPE_KEY: (DESK_PHONE, SOFT_PHONE),
    PHONE_NUMBER_KEY: (Unrecorded.VALUE, Unrecorded.VALUE),
}
SOFT = Declaration(IDENTITY, {PHONE_TYPE_KEY: SOFT_PHONE})


@pytest.fixture
def desk(connect: FakeConnect) -> FakeConnect:
    connect.settings = dict(DESK)
    connect.tags = recorded(OWNER, PHONES).to_tags()
    return connect


def test_a_number_that_cannot_be_given_back_is_left_and_that_is_said(
    service: SettingsService, desk: FakeConnect
) -> None:
    result = service.update(SOFT, OWNER)
    assert result == OwnedSettings(USER_ARN, SOFT.settings, (NUMBER_LEFT,))
    assert desk.settings[PHONE_NUMBER_KEY] == NUMBER


def test_what_has_to_be_said_survives_another_invocation(service: SettingsService, desk: FakeConnect) -> None:
    desk.stale_reads = 7
    pending = service.update(SOFT, OWNER)
    assert isinstance(pending, InProgress)
    result = service.update(SOFT, OWNER, pending.context)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (NUMBER_LEFT,)
