"""Delete: give everything back, then remove the record; never what another stack owns."""

import pytest
from unit.examples import CHAT_ACCEPT, IDENTITY, NO_STACK, NUMBER, OTHER_OWNER, OWNER, VOICE_ACCEPT
from unit.fake_connect import DESCRIBE, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY
from custom_connect_userconfig.core.errors import NetworkFault, NotFound, NotStabilized, RecordDamaged, ServiceFault, Throttled
from custom_connect_userconfig.core.kinds import Withheld
from custom_connect_userconfig.core.ownership import MARKER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS
from custom_connect_userconfig.pacing import Pending
from custom_connect_userconfig.service import GivenBack, SettingsService
from support.clock import FakeClock

RECORD = OwnershipRecord(OWNER, {VOICE_ACCEPT: False})


@pytest.fixture
def owned(connect: FakeConnect) -> FakeConnect:
    connect.settings = {VOICE_ACCEPT: True, CHAT_ACCEPT: True}
    connect.tags = {**RECORD.to_tags(), "team": "sales"}
    return connect


def test_a_delete_costs_one_update_one_untag_and_two_reads(service: SettingsService, owned: FakeConnect) -> None:
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.calls == [DESCRIBE, UPDATE, UNTAG, DESCRIBE]
    assert owned.tags == {"team": "sales"}
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT]) == (False, True)


def test_what_seems_to_be_as_it_was_is_written_all_the_same(service: SettingsService, owned: FakeConnect) -> None:
    """A read may be from before the settings were taken."""
    owned.settings[VOICE_ACCEPT] = False
    service.delete(IDENTITY, OWNER)
    assert owned.calls == [DESCRIBE, UPDATE, UNTAG, DESCRIBE]


def test_another_stack_s_settings_are_not_found_and_not_touched(service: SettingsService, owned: FakeConnect) -> None:
    with pytest.raises(NotFound, match=r"owned by sales/Agent, and stay as they are\.$"):
        service.delete(IDENTITY, OTHER_OWNER)
    assert owned.calls == [DESCRIBE]


@pytest.mark.parametrize(
    ("recorded", "asking"), [(OWNER, NO_STACK), (NO_STACK, OWNER), (None, OWNER), (NO_STACK, Owner.of(IDENTITY, None, None, "t2"))]
)
def test_where_one_of_the_stacks_is_not_known_the_delete_goes_on(
    service: SettingsService, owned: FakeConnect, recorded: Owner | None, asking: Owner
) -> None:
    owned.tags = OwnershipRecord(recorded, RECORD.prior).to_tags()
    assert service.delete(IDENTITY, asking) == GivenBack()
    assert owned.tags == {}


def test_a_user_without_a_record_is_not_found_without_a_write_after_a_short_wait(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """A claim that was cut off seconds ago may show a little later."""
    with pytest.raises(NotFound, match="are owned by this resource"):
        service.delete(IDENTITY, OWNER)
    assert connect.writes == []
    assert sum(clock.slept) < 4


def test_a_user_that_is_gone_is_not_found_at_once(service: SettingsService, connect: FakeConnect, clock: FakeClock) -> None:
    connect.exists = False
    with pytest.raises(NotFound):
        service.delete(IDENTITY, OWNER)
    assert (connect.calls, clock.slept) == ([DESCRIBE], [])


def test_a_user_that_goes_after_the_writes_is_deleted(service: SettingsService, owned: FakeConnect) -> None:
    owned.script(UNTAG, Answer(afterwards=lambda: setattr(owned, "exists", False)))
    assert service.delete(IDENTITY, OWNER) == GivenBack()


def test_a_user_that_another_takes_after_the_writes_is_deleted_and_left_to_the_other(
    service: SettingsService, owned: FakeConnect
) -> None:
    theirs = OwnershipRecord(OTHER_OWNER, RECORD.prior).to_tags()
    owned.script(UNTAG, Answer(afterwards=lambda: owned.tags.update(theirs)))
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.tags == {"team": "sales", **theirs}


def test_a_damaged_record_is_not_touched(service: SettingsService, owned: FakeConnect) -> None:
    owned.tags[f"{MARKER_KEY}:auto-accept"] = "v1 VOICE=perhaps"
    with pytest.raises(RecordDamaged):
        service.delete(IDENTITY, OWNER)
    assert owned.writes == []


@pytest.mark.parametrize("operation", [UPDATE, UNTAG])
def test_a_delete_cut_off_before_a_call_is_finished_by_the_next_try(
    service: SettingsService, owned: FakeConnect, operation: str
) -> None:
    owned.script(operation, ServiceFault("5xx"))
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.tags == {"team": "sales"}
    assert owned.settings[VOICE_ACCEPT] is False


@pytest.mark.parametrize("error", [NetworkFault("lost"), ServiceFault("5xx")])
def test_a_delete_whose_last_answer_was_lost_has_succeeded(
    service: SettingsService, owned: FakeConnect, error: NetworkFault
) -> None:
    owned.script(UNTAG, Answer(error, acted=True))
    assert service.delete(IDENTITY, OWNER) == GivenBack()


def test_reads_that_are_late_are_waited_for_and_nothing_is_written_twice(service: SettingsService, owned: FakeConnect) -> None:
    owned.stale_reads = 3
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.writes == [UPDATE, UNTAG]


def test_a_record_that_never_goes_ends_as_not_stabilized_in_bounded_time(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    owned.freeze_reads = True
    begun = clock.now()
    with pytest.raises(NotStabilized, match="the tags of the record are still there"):  # noqa: PT012 - any invocation may end it
        result = service.delete(IDENTITY, OWNER)
        while isinstance(result, Pending) and clock.now() - begun < 3600:
            clock.sleep(result.delay)
            result = service.delete(IDENTITY, OWNER, result.context)
    assert clock.now() - begun < 15 * 60


def test_a_throttled_delete_goes_on_in_another_invocation(service: SettingsService, owned: FakeConnect) -> None:
    owned.script(UNTAG, *(Throttled("busy") for _ in range(5)))
    pending = service.delete(IDENTITY, OWNER)
    assert isinstance(pending, Pending)
    assert service.delete(IDENTITY, OWNER, pending.context) == GivenBack()
    assert owned.count(UPDATE) == 1


@pytest.fixture
def desk(connect: FakeConnect) -> FakeConnect:
    connect.settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.tags = OwnershipRecord(OWNER, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Withheld.NUMBER}).to_tags()
    return connect


def test_an_earlier_desk_phone_stays_as_it_is_and_that_is_said(service: SettingsService, desk: FakeConnect) -> None:
    assert service.delete(IDENTITY, OWNER) == GivenBack((LEFT_AS_IT_IS,))
    assert desk.settings == {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    assert desk.writes == [UNTAG]


def test_what_has_to_be_said_survives_another_invocation(service: SettingsService, desk: FakeConnect) -> None:
    desk.stale_reads = 8
    pending = service.delete(IDENTITY, OWNER)
    assert isinstance(pending, Pending)
    assert service.delete(IDENTITY, OWNER, pending.context) == GivenBack((LEFT_AS_IT_IS,))
