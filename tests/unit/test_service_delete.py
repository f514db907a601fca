"""Delete: it records that nothing is declared any more, gives everything back, and removes the record."""

from dataclasses import replace

import pytest
from unit.creating import to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    LATER,
    NO_STACK,
    NUMBER,
    OTHER_OWNER,
    OWNER,
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
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    NetworkFailure,
    NotFound,
    NotStabilized,
    RecordDamaged,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, OWNER_KEY, Marker, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import NO_OWNER
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS, left_as_they_are
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, SettingsService
from support.clock import FakeClock


def test_a_delete_costs_one_tag_one_update_one_untag_and_two_reads(
    service: SettingsService, owned: FakeConnect
) -> None:
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]
    assert owned.tags == {"team": "sales"}
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT]) == (False, True)


def test_what_seems_to_be_as_it_was_is_written_all_the_same(
    service: SettingsService, owned: FakeConnect
) -> None:
    """A read may be older than the claim."""
    owned.settings[VOICE_ACCEPT] = False
    service.delete(IDENTITY, OWNER)
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]


def test_the_first_write_records_the_request_and_that_all_is_given_back(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.delete(IDENTITY, LATER)
    stamp = OwnershipRecord(OWNER, {}, {}, (OWNER.request, LATER.request), marker=Marker.RELEASING).to_tags()
    assert owned.sent[1] == (TAG, stamp)
    assert stamp[MARKER_KEY] == "releasing"


def test_a_request_without_a_mark_records_nothing_first(service: SettingsService, owned: FakeConnect) -> None:
    service.delete(IDENTITY, replace(OWNER, request=""))
    assert owned.writes == [UPDATE, UNTAG]


def test_another_stack_s_settings_are_not_found_and_not_touched(
    service: SettingsService, owned: FakeConnect
) -> None:
    with pytest.raises(NotFound, match=r"owned by sales/Agent, and stay as they are\.$"):
        service.delete(IDENTITY, OTHER_OWNER)
    assert owned.calls == [DESCRIBE]


@pytest.mark.parametrize(
    ("held_by", "asking"),
    [(OWNER, NO_STACK), (NO_STACK, OWNER), (None, OWNER), (NO_STACK, Owner.of(IDENTITY, None, None, "t2"))],
)
def test_where_one_of_the_stacks_is_not_known_the_delete_goes_on(
    service: SettingsService, owned: FakeConnect, held_by: Owner | None, asking: Owner
) -> None:
    owned.tags = replace(VOICE_RECORD, owner=held_by).to_tags()
    assert service.delete(IDENTITY, asking) == GivenBack(() if held_by else (NO_OWNER,))
    assert owned.tags == {}


def test_a_user_without_a_record_is_not_found_without_a_write_after_a_short_wait(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """Reads may show a little later a claim that was cut off seconds ago."""
    with pytest.raises(NotFound, match="are owned by this resource"):
        service.delete(IDENTITY, OWNER)
    assert connect.writes == []
    assert len(clock.slept) == 4
    assert sum(clock.slept) < 20


def test_a_user_that_is_gone_is_not_found_at_once(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
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
    theirs = replace(VOICE_RECORD, owner=OTHER_OWNER).to_tags()
    owned.script(UNTAG, Answer(afterwards=lambda: owned.tags.update(theirs)))
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.tags == {"team": "sales", **theirs}


def test_whoever_may_not_release_a_record_without_an_owner_is_told_which_tags_to_remove(
    owned: FakeConnect, retrier: Retrier
) -> None:
    owned.tags = replace(VOICE_RECORD, owner=None).to_tags()
    with pytest.raises(NotFound, match=f"remove its tags that start with {MARKER_KEY}"):
        SettingsService(owned, retrier, is_importable=False).delete(IDENTITY, OWNER)
    assert owned.writes == []


def test_a_damaged_record_is_not_touched(service: SettingsService, owned: FakeConnect) -> None:
    owned.tags[f"{MARKER_KEY}:auto-accept"] = "v1 VOICE=perhaps"
    with pytest.raises(RecordDamaged):
        service.delete(IDENTITY, OWNER)
    assert owned.writes == []


@pytest.mark.parametrize("operation", [TAG, UPDATE, UNTAG])
@pytest.mark.parametrize("acted", [False, True])
def test_a_delete_cut_off_at_a_call_is_finished_by_the_next_try(
    service: SettingsService, owned: FakeConnect, operation: str, acted: bool
) -> None:
    owned.script(operation, Answer(ServiceInternalError("5xx"), acted=acted))
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.tags == {"team": "sales"}
    assert owned.settings[VOICE_ACCEPT] is False


@pytest.mark.parametrize("error", [NetworkFailure("lost"), ServiceInternalError("5xx")])
def test_a_delete_whose_last_answer_was_lost_has_succeeded(
    service: SettingsService, owned: FakeConnect, error: NetworkFailure
) -> None:
    owned.script(UNTAG, Answer(error, acted=True))
    assert service.delete(IDENTITY, OWNER) == GivenBack()


def test_reads_that_are_late_are_waited_for_and_nothing_is_written_twice(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.stale_reads = 3
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.writes == [TAG, UPDATE, UNTAG]


def test_a_record_that_never_goes_ends_as_not_stabilized_in_bounded_time(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    owned.freeze_reads = True
    begun = clock.now()
    with pytest.raises(NotStabilized, match="the tags of the record are still there"):
        to_the_end(clock, lambda context: service.delete(IDENTITY, OWNER, context))
    assert clock.now() - begun < 15 * 60


def test_a_throttled_delete_goes_on_in_another_invocation(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.script(UNTAG, *(Throttling("busy") for _ in range(5)))
    pending = service.delete(IDENTITY, OWNER)
    assert isinstance(pending, InProgress)
    assert service.delete(IDENTITY, OWNER, pending.context) == GivenBack()
    assert (owned.count(TAG), owned.count(UPDATE)) == (1, 1)


def test_a_setting_whose_earlier_value_nobody_knows_stays_and_that_is_said(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = recorded(
        OWNER, {VOICE_ACCEPT: (True, Unrecorded.VALUE), CHAT_ACCEPT: (True, False)}
    ).to_tags()
    assert service.delete(IDENTITY, OWNER) == GivenBack((left_as_they_are([VOICE_ACCEPT]),))
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT], owned.tags) == (True, False, {})


def test_a_delete_completes_what_an_update_was_giving_back(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = OwnershipRecord(
        OWNER, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False, CHAT_ACCEPT: False}
    ).to_tags()
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT], owned.tags) == (False, False, {})


@pytest.mark.parametrize("held_by", [NO_STACK, OTHER_OWNER, None])
def test_where_resources_cannot_be_imported_only_the_owner_itself_deletes(
    connect: FakeConnect, retrier: Retrier, held_by: Owner | None
) -> None:
    connect.tags = replace(VOICE_RECORD, owner=held_by).to_tags()
    with pytest.raises(NotFound, match="stay as they are"):
        SettingsService(connect, retrier, is_importable=False).delete(IDENTITY, OWNER)
    assert connect.writes == []


def test_a_record_whose_owner_a_late_read_hides_is_still_deleted(
    connect: FakeConnect, retrier: Retrier
) -> None:
    """A late read may hide the owner's tag, which this delete has removed, and still show the others."""
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, VOICE_RECORD.to_tags()
    ownerless = replace(VOICE_RECORD, owner=None, requests=()).to_tags()
    connect.script(UNTAG, Answer(afterwards=lambda: setattr(connect, "tags", ownerless)))
    connect.script(DESCRIBE, None, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    assert SettingsService(connect, retrier, is_importable=False).delete(IDENTITY, OWNER) == GivenBack()
    assert connect.count(DESCRIBE) == 3


def test_tags_that_show_after_the_end_of_the_record_are_given_back_too_without_a_note(
    connect: FakeConnect, retrier: Retrier, clock: FakeClock
) -> None:
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, VOICE_RECORD.to_tags()
    left = {key: value for key, value in connect.tags.items() if key not in {MARKER_KEY, OWNER_KEY}}
    connect.script(UNTAG, Answer(afterwards=lambda: setattr(connect, "tags", left)))
    service = SettingsService(connect, retrier, is_importable=False)
    assert to_the_end(clock, lambda context: service.delete(IDENTITY, OWNER, context)) == GivenBack()
    assert (connect.settings[VOICE_ACCEPT], connect.tags, connect.count(UNTAG)) == (False, {}, 2)


@pytest.mark.parametrize("is_importable", [True, False])
def test_what_a_delete_has_left_that_its_read_did_not_show_is_given_back_too(
    connect: FakeConnect, retrier: Retrier, is_importable: bool
) -> None:
    """An update took the setting after the read of the delete, which was killed after its last write."""
    connect.settings = {VOICE_ACCEPT: True}
    connect.tags = OwnershipRecord(None, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False}).to_tags()
    del connect.tags[MARKER_KEY]
    service = SettingsService(connect, retrier, is_importable=is_importable)
    assert service.delete(IDENTITY, OWNER) == GivenBack((NO_OWNER,))
    assert (connect.settings[VOICE_ACCEPT], connect.tags) == (False, {})


def test_a_failed_delete_takes_its_stamp_off_a_user_whom_another_delivery_has_released(
    service: SettingsService, owned: FakeConnect
) -> None:
    """A late read showed the record that was gone. The stamp alone would refuse every other resource."""
    owned.script(DESCRIBE, Answer(afterwards=lambda: setattr(owned, "tags", {"team": "sales"})))
    owned.script(UPDATE, AccessDenied("No."))
    with pytest.raises(AccessDenied, match=r"^No\.$"):
        service.delete(IDENTITY, LATER)
    assert (owned.writes, owned.tags) == ([TAG, UPDATE, UNTAG], {"team": "sales"})


@pytest.mark.parametrize(
    ("owner", "marker"), [(OTHER_OWNER, Marker.RELEASING), (OWNER, Marker.MANAGED)], ids=["other", "update"]
)
def test_a_failed_delete_leaves_a_stamp_that_is_not_of_a_delete_of_its_resource(
    service: SettingsService, owned: FakeConnect, owner: Owner, marker: Marker
) -> None:
    stamp = OwnershipRecord(owner, {}, {}, ("0a1b2c3d",), marker).to_tags()
    owned.script(UPDATE, AccessDenied("No."))
    owned.script(TAG, Answer(afterwards=lambda: setattr(owned, "tags", stamp)))
    with pytest.raises(AccessDenied, match=r"^No\.$"):
        service.delete(IDENTITY, LATER)
    assert (owned.writes, owned.tags) == ([TAG, UPDATE], stamp)


@pytest.mark.parametrize("trouble", [None, AccessDenied("Again.")])
def test_a_failed_delete_leaves_a_record_of_settings(
    service: SettingsService, owned: FakeConnect, trouble: AccessDenied | None
) -> None:
    owned.script(UPDATE, AccessDenied("No."))
    owned.script(DESCRIBE, None, trouble)
    with pytest.raises(AccessDenied, match=r"^No\.$"):
        service.delete(IDENTITY, LATER)
    assert owned.writes == [TAG, UPDATE]
    assert owned.tags[MARKER_KEY] == Marker.RELEASING.value


def test_a_delete_that_fails_before_its_stamp_or_after_the_end_of_the_record_looks_no_further(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.script(TAG, AccessDenied("No."))
    with pytest.raises(AccessDenied):
        service.delete(IDENTITY, LATER)
    assert owned.calls == [DESCRIBE, TAG]
    owned.script(DESCRIBE, None, AccessDenied("No."))
    with pytest.raises(AccessDenied):
        service.delete(IDENTITY, LATER)
    assert owned.calls[2:] == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]


@pytest.fixture
def desk(connect: FakeConnect) -> FakeConnect:
    connect.settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.tags = OwnershipRecord(
        OWNER, {}, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: Unrecorded.VALUE}
    ).to_tags()
    return connect


def test_an_earlier_desk_phone_stays_as_it_is_and_that_is_said(
    service: SettingsService, desk: FakeConnect
) -> None:
    assert service.delete(IDENTITY, OWNER) == GivenBack((LEFT_AS_IT_IS,))
    assert desk.settings == {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    assert desk.writes == [TAG, UNTAG]


def test_what_has_to_be_said_survives_another_invocation(service: SettingsService, desk: FakeConnect) -> None:
    desk.stale_reads = 8
    pending = service.delete(IDENTITY, OWNER)
    assert isinstance(pending, InProgress)
    assert service.delete(IDENTITY, OWNER, pending.context) == GivenBack((LEFT_AS_IT_IS,))


def test_an_earlier_desk_phone_is_not_put_together_from_its_type_and_the_declared_number(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The service keeps a number under SOFT_PHONE: both together would be a phone that nobody had."""
    declared: dict[SettingKey, Value] = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.settings = dict(declared)
    phone: dict[SettingKey, tuple[RecordedValue, RecordedValue]] = {
        PHONE_TYPE_KEY: (SOFT_PHONE, DESK_PHONE),
        PHONE_NUMBER_KEY: (Unrecorded.VALUE, Unrecorded.VALUE),
    }
    connect.tags = recorded(OWNER, phone).to_tags()
    assert service.delete(IDENTITY, LATER) == GivenBack((LEFT_AS_IT_IS,))
    assert connect.settings == declared
    assert connect.writes == [TAG, UNTAG]
