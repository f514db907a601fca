"""Delete: record that nothing is declared any more, give everything back, remove the record; never what
another stack owns.
"""

import json
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
from custom_connect_userconfig.core.errors import (
    NetworkFailure,
    NotFound,
    NotStabilized,
    RecordDamaged,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import OVERTAKEN
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS, left_as_they_are
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

RECORD = recorded(OWNER, {VOICE_ACCEPT: (True, False)})


@pytest.fixture
def owned(connect: FakeConnect) -> FakeConnect:
    connect.settings = {VOICE_ACCEPT: True, CHAT_ACCEPT: True}
    connect.tags = {**RECORD.to_tags(), "team": "sales"}
    return connect


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
    """A read may be from before the settings were taken."""
    owned.settings[VOICE_ACCEPT] = False
    service.delete(IDENTITY, OWNER)
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]


def test_the_first_write_records_the_request_and_that_all_is_given_back(
    service: SettingsService, owned: FakeConnect
) -> None:
    service.delete(IDENTITY, LATER)
    stamp = OwnershipRecord(OWNER, {}, {}, (OWNER.request, LATER.request), is_ending=True).to_tags()
    assert owned.sent[1] == (TAG, stamp)
    assert stamp[MARKER_KEY] == "releasing"


def test_what_a_late_read_shows_of_a_record_that_is_gone_is_not_written_again(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.script(DESCRIBE, Answer(afterwards=lambda: setattr(owned, "tags", {"team": "sales"})))
    owned.script(UPDATE, Throttling("busy"))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert (UNTAG, (MARKER_KEY, f"{MARKER_KEY}:owner")) in owned.sent
    assert owned.tags == {"team": "sales"}


def test_a_request_without_a_mark_records_nothing_first(service: SettingsService, owned: FakeConnect) -> None:
    service.delete(IDENTITY, replace(OWNER, request=""))
    assert owned.writes == [UPDATE, UNTAG]


@pytest.mark.parametrize("previous", [None, {VOICE_ACCEPT: True}])
def test_an_earlier_request_that_comes_late_or_twice_is_overtaken_while_the_delete_gives_back(
    service: SettingsService, owned: FakeConnect, previous: dict[SettingKey, Value] | None
) -> None:
    answers: list[object] = []

    def late() -> None:
        declaration = Declaration(IDENTITY, {VOICE_ACCEPT: True})
        answers.extend(
            (service.create(declaration, OWNER), service.update(declaration, OWNER, None, previous))
        )

    owned.script(UPDATE, Answer(afterwards=late))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert answers == [OwnedSettings(USER_ARN, {VOICE_ACCEPT: False}, (OVERTAKEN,))] * 2
    assert (owned.settings[VOICE_ACCEPT], owned.writes) == (False, [TAG, UPDATE, UNTAG])


def test_a_delete_that_a_later_request_has_overtaken_changes_nothing_and_says_so(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = replace(RECORD, requests=(OWNER.request, LATER.request)).to_tags()
    assert service.delete(IDENTITY, OWNER) == GivenBack((OVERTAKEN,))
    assert owned.calls == [DESCRIBE]


def test_a_delete_does_not_stand_back_before_another_delete(
    service: SettingsService, owned: FakeConnect
) -> None:
    """All is being given back: whatever the other one has left is this one's to do."""
    owned.tags = replace(RECORD, requests=(OWNER.request, LATER.request), is_ending=True).to_tags()
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert (owned.settings[VOICE_ACCEPT], owned.tags) == (False, {})


def test_the_last_request_of_the_record_is_no_overtaken_one(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = replace(RECORD, requests=(OWNER.request, LATER.request)).to_tags()
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.tags == {}


def test_what_an_overtaken_delete_has_to_say_is_not_dropped(
    service: SettingsService, owned: FakeConnect
) -> None:
    later = replace(RECORD, requests=(OWNER.request, LATER.request)).to_tags()
    owned.tags = recorded(
        OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACCEPT: (True, Unrecorded.VALUE)}
    ).to_tags()
    owned.script(
        UPDATE, Answer(ServiceInternalError("lost"), acted=True, afterwards=lambda: owned.tags.update(later))
    )
    assert service.delete(IDENTITY, OWNER) == GivenBack((left_as_they_are([CHAT_ACCEPT]), OVERTAKEN))
    assert owned.tags == later


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
    owned.tags = replace(RECORD, owner=held_by).to_tags()
    assert service.delete(IDENTITY, asking) == GivenBack()
    assert owned.tags == {}


def test_a_user_without_a_record_is_not_found_without_a_write_after_a_short_wait(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """A claim that was cut off seconds ago may show a little later."""
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
    theirs = replace(RECORD, owner=OTHER_OWNER).to_tags()
    owned.script(UNTAG, Answer(afterwards=lambda: owned.tags.update(theirs)))
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert owned.tags == {"team": "sales", **theirs}


def test_whoever_may_not_release_a_record_without_an_owner_is_told_which_tags_to_remove(
    owned: FakeConnect, retrier: Retrier
) -> None:
    owned.tags = replace(RECORD, owner=None).to_tags()
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
    with pytest.raises(NotStabilized, match="the tags of the record are still there"):  # noqa: PT012 - any invocation may end it
        result = service.delete(IDENTITY, OWNER)
        while isinstance(result, InProgress) and clock.now() - begun < 3600:
            clock.sleep(result.delay)
            result = service.delete(IDENTITY, OWNER, result.context)
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
    connect.tags = replace(RECORD, owner=held_by).to_tags()
    with pytest.raises(NotFound, match="stay as they are"):
        SettingsService(connect, retrier, is_importable=False).delete(IDENTITY, OWNER)
    assert connect.writes == []


def test_a_record_whose_owner_a_late_read_hides_is_still_deleted(
    connect: FakeConnect, retrier: Retrier
) -> None:
    """Of what this very delete has removed, a late read may hide the owner's tag and show the rest."""
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, RECORD.to_tags()
    ownerless = replace(RECORD, owner=None, requests=()).to_tags()
    connect.script(UNTAG, Answer(afterwards=lambda: setattr(connect, "tags", ownerless)))
    connect.script(DESCRIBE, None, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    assert SettingsService(connect, retrier, is_importable=False).delete(IDENTITY, OWNER) == GivenBack()
    assert connect.count(DESCRIBE) == 3


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
    """The service keeps a number under SOFT_PHONE: type and number would be a phone that the agent never had."""
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


# -- a claim that does not show
# ----------------------------------------------------------------------------------------


def test_a_delete_does_not_end_before_its_claim_shows(service: SettingsService, owned: FakeConnect) -> None:
    """The first read was late, and the user released already: the claim has put the record back."""
    kept: dict[str, str] = {}

    def hide() -> None:
        kept.update(owned.tags)
        owned.tags = {}

    owned.script(TAG, Answer(ServiceInternalError("lost"), acted=True, afterwards=hide))
    owned.script(DESCRIBE, None, None, Answer(afterwards=lambda: owned.tags.update(kept)))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert (owned.writes, owned.tags) == ([TAG, UPDATE, UNTAG], {"team": "sales"})


def test_a_delete_whose_claim_never_shows_finds_nothing_after_some_minutes(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    """Another delete has released the user before the claim, which has not acted."""
    owned.script(DESCRIBE, Answer(afterwards=lambda: setattr(owned, "tags", {})))
    owned.script(TAG, ServiceInternalError("lost"))
    begun = clock.now()
    with pytest.raises(NotFound, match=r"are owned by this resource\.$"):
        to_the_end(clock, lambda context: service.delete(IDENTITY, LATER, context))  # type: ignore[arg-type]
    assert 300 <= clock.now() - begun < 400
    assert (owned.writes, owned.tags) == ([TAG], {})


def test_a_delete_whose_last_answer_was_lost_has_succeeded_in_another_invocation_too(
    service: SettingsService, owned: FakeConnect
) -> None:
    throttle = Answer(
        NetworkFailure("lost"),
        acted=True,
        afterwards=lambda: owned.script(DESCRIBE, *[Throttling("busy")] * 5),
    )
    owned.script(UNTAG, throttle)
    pending = service.delete(IDENTITY, LATER)
    assert isinstance(pending, InProgress)
    owned.clear_faults()
    assert service.delete(IDENTITY, LATER, json.loads(json.dumps(pending.context))) == GivenBack()


# -- written by an earlier request between our write and the end of the record
# -----------------------------------------


def writes_between(connect: FakeConnect, values: dict[SettingKey, Value]) -> None:
    """Have an earlier request write `values` after the delete has given back, and before the record is gone."""
    connect.script(UPDATE, Answer(afterwards=lambda: connect.settings.update(values)))


def test_a_declared_value_that_shows_again_after_the_record_is_given_back_once_more(
    service: SettingsService, owned: FakeConnect
) -> None:
    writes_between(owned, {VOICE_ACCEPT: True})
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE, UPDATE, DESCRIBE]
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT]) == (False, True)
    assert owned.tags == {"team": "sales"}


def test_another_value_is_that_of_somebody_else_and_stays(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings, connect.tags = {VOICE_ACW: 60}, recorded(OWNER, {VOICE_ACW: (60, 0)}).to_tags()
    writes_between(connect, {VOICE_ACW: 30})
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert (connect.settings[VOICE_ACW], connect.writes) == (30, [TAG, UPDATE, UNTAG])


def test_a_setting_that_was_before_as_it_was_declared_costs_no_further_write(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = recorded(OWNER, {VOICE_ACCEPT: (True, True)}).to_tags()
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]


def test_a_value_that_nobody_recorded_is_named_once_and_costs_no_further_write(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = recorded(
        OWNER, {VOICE_ACCEPT: (True, Unrecorded.VALUE), CHAT_ACCEPT: (False, Unrecorded.VALUE)}
    ).to_tags()
    assert service.delete(IDENTITY, LATER) == GivenBack((left_as_they_are([VOICE_ACCEPT, CHAT_ACCEPT]),))
    assert owned.calls == [DESCRIBE, TAG, UNTAG, DESCRIBE]


def test_it_is_given_back_once_more_only_once_for_reads_may_be_late(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.script(UPDATE, None, *[Answer(afterwards=lambda: owned.settings.update({VOICE_ACCEPT: True}))] * 5)
    writes_between(owned, {})
    owned.script(UNTAG, Answer(afterwards=lambda: owned.settings.update({VOICE_ACCEPT: True})))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.writes == [TAG, UPDATE, UNTAG, UPDATE]


def test_what_was_recorded_is_carried_on_to_another_invocation(
    service: SettingsService, owned: FakeConnect
) -> None:
    writes_between(owned, {VOICE_ACCEPT: True})
    owned.script(
        UNTAG, Answer(afterwards=lambda: owned.script(DESCRIBE, *(Throttling("busy") for _ in range(5))))
    )
    pending = service.delete(IDENTITY, LATER)
    assert isinstance(pending, InProgress)
    owned.clear_faults()
    context = json.loads(json.dumps(pending.context))
    assert context["found"][f"{MARKER_KEY}:auto-accept"] == "v1 VOICE=true was VOICE=false"
    assert service.delete(IDENTITY, LATER, context) == GivenBack()
    assert (owned.settings[VOICE_ACCEPT], owned.writes) == (False, [TAG, UPDATE, UNTAG, UPDATE])
