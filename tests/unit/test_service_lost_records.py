"""Updates of a user without a record: a stack's writes the record again and says so; others are NotFound."""

import pytest
from unit.creating import to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    LATER,
    NO_STACK,
    NUMBER,
    OTHER_NUMBER,
    OWNER,
    PERSISTENT,
    USER_ARN,
    VOICE_ACCEPT,
    VOICE_ACW,
    VOICE_RECORD,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UPDATE, Answer, FakeConnect
from unit.updating import DECLARATION, DECLARED, PREVIOUS

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
    ResourceConflict,
    Retriable,
    Throttling,
)
from custom_connect_userconfig.core.kinds import Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, OWNER_KEY, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import record_restored
from custom_connect_userconfig.core.restoration import left_as_they_are
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

RESTORED = recorded(
    LATER,
    {VOICE_ACCEPT: (True, Unrecorded.VALUE), PERSISTENT: (True, False), VOICE_ACW: (60, Unrecorded.VALUE)},
)


SAID = (
    "The user carried no record of the settings that this resource owns: somebody has removed its tags."
    " The record is written again."
    " The earlier value of AfterContactWorkConfigs[VOICE].AfterContactWorkConfig.AfterContactWorkTimeLimit,"
    " AutoAcceptConfigs[VOICE].AutoAccept is not known any more:"
    " deleting the resource will leave it as it is."
    " AutoAcceptConfigs[CHAT].AutoAccept, no longer declared, is left as it is."
    " If another tool manages the user's tags, let it ignore those that start with connect-user-config."
)


@pytest.fixture
def stripped(connect: FakeConnect) -> FakeConnect:
    """A user as the stack has left it, except that somebody has removed the tags."""
    connect.settings, connect.tags = {**PREVIOUS, PERSISTENT: False}, {"team": "sales"}
    return connect


def test_an_update_by_a_stack_writes_a_record_that_is_lost_again_and_says_so(
    service: SettingsService, stripped: FakeConnect, clock: FakeClock
) -> None:
    assert service.update(DECLARATION, LATER, None, PREVIOUS) == OwnedSettings(USER_ARN, DECLARED, (SAID,))
    assert stripped.calls == [*[DESCRIBE] * 5, TAG, DESCRIBE, TAG, UPDATE, DESCRIBE]
    request = OwnershipRecord(LATER, {}, {}, (LATER.request,)).to_tags()
    assert stripped.sent[5] == (TAG, request), "the request alone comes first"
    assert clock.slept == [1, 2, 4, 8]
    assert stripped.tags == {**RESTORED.to_tags(), "team": "sales"}
    assert {key: stripped.settings[key] for key in DECLARED} == DECLARED
    assert stripped.settings[CHAT_ACCEPT] is True, "nobody knows what it was before"


def test_an_unchanged_update_writes_a_lost_record_again_too(
    service: SettingsService, stripped: FakeConnect
) -> None:
    result = service.update(Declaration(IDENTITY, PREVIOUS), LATER, None, PREVIOUS)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (record_restored(dict.fromkeys(PREVIOUS, Unrecorded.VALUE), PREVIOUS),)
    assert stripped.writes == [TAG, TAG]


@pytest.mark.parametrize("late", [1, 2, 3, 4])
def test_a_record_that_shows_late_is_no_lost_one(
    service: SettingsService, stripped: FakeConnect, late: int
) -> None:
    held = recorded(OWNER, {VOICE_ACCEPT: (True, False)})
    answers: list[Answer | None] = [None] * (late - 1)
    stripped.script(DESCRIBE, *answers, Answer(afterwards=lambda: stripped.tags.update(held.to_tags())))
    assert service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), OWNER) == OwnedSettings(
        USER_ARN, {VOICE_ACCEPT: True}
    )
    assert stripped.writes == []


def test_without_previous_properties_only_what_is_declared_now_may_be_its_own(
    service: SettingsService, stripped: FakeConnect
) -> None:
    service.update(DECLARATION, LATER)
    found = OwnershipRecord.from_tags(stripped.tags)
    assert found is not None
    assert found.prior == {VOICE_ACCEPT: Unrecorded.VALUE, PERSISTENT: False, VOICE_ACW: 30}


def test_an_update_that_finds_a_part_of_its_record_writes_it_again_and_names_what_is_lost(
    service: SettingsService, stripped: FakeConnect
) -> None:
    stripped.tags = recorded(OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACCEPT: (True, False)}).to_tags()
    result = service.update(Declaration(IDENTITY, {**PREVIOUS, CHAT_ACCEPT: False}), LATER, None, PREVIOUS)
    assert isinstance(result, OwnedSettings)
    said = (
        "Somebody has removed a tag of this resource's record from the user. It is written again. The earlier"
        " value of AfterContactWorkConfigs[VOICE].AfterContactWorkConfig.AfterContactWorkTimeLimit"
        " is not known any more: deleting the resource will leave it as it is."
    )
    assert result.notes == (said,)


def test_a_number_is_written_although_the_request_was_recorded_a_while_before(
    service: SettingsService, connect: FakeConnect
) -> None:
    """Only a number that the update itself has written may be one that the service has dropped."""
    previous: dict[SettingKey, Value] = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}
    phone = recorded(
        OWNER, {PHONE_TYPE_KEY: (SOFT_PHONE, SOFT_PHONE), PHONE_NUMBER_KEY: (Unrecorded.VALUE, None)}
    )
    connect.settings, connect.tags, connect.stale_reads = {**previous, VOICE_ACCEPT: True}, phone.to_tags(), 5
    declaration = Declaration(IDENTITY, {**previous, PHONE_NUMBER_KEY: NUMBER})
    service.update(declaration, LATER, None, {**previous, VOICE_ACCEPT: True})
    assert connect.settings[PHONE_NUMBER_KEY] == NUMBER


def test_a_setting_that_is_newly_declared_is_no_lost_one(
    service: SettingsService, stripped: FakeConnect
) -> None:
    stripped.tags = recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags()
    result = service.update(DECLARATION, LATER, None, {VOICE_ACCEPT: True})
    assert isinstance(result, OwnedSettings)
    assert result.notes == ()


def test_the_note_names_only_what_there_is_to_name() -> None:
    assert record_restored({VOICE_ACCEPT: False}, {VOICE_ACCEPT: True}) == (
        "The user carried no record of the settings that this resource owns: somebody has removed its tags."
        " The record is written again. If another tool manages the user's tags,"
        " let it ignore those that start with connect-user-config."
    )


@pytest.mark.parametrize("acted", [False, True])
def test_a_lost_answer_to_the_new_record_makes_no_own_value_an_earlier_one(
    service: SettingsService, stripped: FakeConnect, acted: bool
) -> None:
    stripped.script(TAG, Answer(NetworkFailure("lost"), acted=acted))
    result = service.update(DECLARATION, LATER, None, PREVIOUS)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (SAID,)
    found = OwnershipRecord.from_tags(stripped.tags)
    assert found == RESTORED


@pytest.mark.parametrize("is_importable", [True, False])
@pytest.mark.parametrize("error", [NetworkFailure("lost"), Throttling("busy"), ResourceConflict("409")])
def test_a_record_that_goes_between_two_tries_was_released_and_is_not_written_again(
    connect: FakeConnect, retrier: Retrier, clock: FakeClock, error: Retriable, is_importable: bool
) -> None:
    """The resource was deleted meanwhile: a new record would own settings for no stack."""
    service = SettingsService(connect, retrier, is_importable=is_importable)
    connect.settings = {VOICE_ACCEPT: True}
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (True, True)}).to_tags()
    connect.script(DESCRIBE, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    connect.script(TAG, error)
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: False})
    with pytest.raises(NotFound, match=r"^No settings of user .* are owned by this resource\.$"):
        to_the_end(clock, lambda context: service.update(declaration, LATER, context, {VOICE_ACCEPT: True}))
    assert (connect.settings, connect.tags, connect.writes) == ({VOICE_ACCEPT: True}, {}, [TAG])


def test_a_record_that_an_earlier_invocation_saw_was_released_too(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    connect.script(TAG, *(Throttling("busy") for _ in range(5)))
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: True})
    pending = service.update(declaration, LATER, None, {VOICE_ACCEPT: False})
    assert isinstance(pending, InProgress)
    assert pending.context["hadClaim"] is True
    connect.tags = {}
    writes = list(connect.writes)
    with pytest.raises(NotFound, match="are owned by this resource"):
        service.update(declaration, LATER, pending.context, {VOICE_ACCEPT: False})
    assert (connect.writes, connect.tags) == (writes, {})


def test_a_write_after_the_new_record_that_is_throttled_keeps_its_earlier_values_and_its_note(
    service: SettingsService, stripped: FakeConnect
) -> None:
    stripped.script(UPDATE, *(Throttling("busy") for _ in range(5)))
    pending = service.update(DECLARATION, LATER, None, PREVIOUS)
    assert isinstance(pending, InProgress)
    result = service.update(DECLARATION, LATER, pending.context, PREVIOUS)
    assert result == OwnedSettings(USER_ARN, DECLARED, (SAID,))
    assert OwnershipRecord.from_tags(stripped.tags) == RESTORED


def test_a_delete_after_that_gives_back_what_is_known_and_says_what_stays(
    service: SettingsService, stripped: FakeConnect
) -> None:
    service.update(DECLARATION, LATER, None, PREVIOUS)
    assert service.delete(IDENTITY, LATER) == GivenBack((left_as_they_are([VOICE_ACCEPT, VOICE_ACW]),))
    assert stripped.settings[PERSISTENT] is False
    assert (stripped.settings[VOICE_ACCEPT], stripped.settings[VOICE_ACW]) == (True, 60)
    assert stripped.tags == {"team": "sales"}


def test_an_earlier_number_stays_unrecorded_and_no_note_holds_it(
    service: SettingsService, connect: FakeConnect
) -> None:
    phone: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.settings = dict(phone)
    result = service.update(Declaration(IDENTITY, {PHONE_TYPE_KEY: SOFT_PHONE}), LATER, None, phone)
    assert isinstance(result, OwnedSettings)
    assert NUMBER not in " ".join(result.notes) + " ".join(connect.tags.values())
    assert connect.tags[f"{MARKER_KEY}:phone-number"] == "v1 VOICE=SOFT_PHONE was VOICE=unrecorded"


def test_a_record_that_shows_before_it_was_written_again_was_never_lost(
    service: SettingsService, stripped: FakeConnect
) -> None:
    held = recorded(OWNER, {VOICE_ACCEPT: (True, False)})
    stripped.script(TAG, Throttling("busy"))
    stripped.script(DESCRIBE, *[None] * 4, Answer(afterwards=lambda: stripped.tags.update(held.to_tags())))
    result = service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), LATER, None, PREVIOUS)
    assert result == OwnedSettings(USER_ARN, {VOICE_ACCEPT: True})
    assert OwnershipRecord.from_tags(stripped.tags) == recorded(OWNER, {VOICE_ACCEPT: (True, False)}, LATER)


def test_a_record_that_is_stripped_again_before_any_plan_was_done_is_written_again(
    service: SettingsService, stripped: FakeConnect
) -> None:
    """This update itself wrote the record that a read has shown: nobody has released the resource."""
    strip = Answer(afterwards=lambda: setattr(stripped, "tags", {"team": "sales"}))
    stripped.script(DESCRIBE, *[None] * 5, strip)
    stripped.script(TAG, Answer(NetworkFailure("lost"), acted=True), Throttling("busy"))
    assert service.update(DECLARATION, LATER, None, PREVIOUS) == OwnedSettings(USER_ARN, DECLARED, (SAID,))
    assert OwnershipRecord.from_tags(stripped.tags) == RESTORED


def test_a_record_that_is_stripped_again_after_the_writes_is_not_written_once_more(
    service: SettingsService, stripped: FakeConnect, clock: FakeClock
) -> None:
    stripped.script(UPDATE, Answer(afterwards=lambda: setattr(stripped, "tags", {"team": "sales"})))
    with pytest.raises(NotFound, match="are owned by this resource"):
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context, PREVIOUS))
    assert (stripped.count(TAG), stripped.tags) == (2, {"team": "sales"})


def test_a_record_that_shows_with_the_request_was_never_lost_and_nothing_is_said(
    service: SettingsService, stripped: FakeConnect
) -> None:
    held = {key: tag for key, tag in VOICE_RECORD.to_tags().items() if key != OWNER_KEY}
    stripped.script(TAG, Answer(afterwards=lambda: stripped.tags.update(held)))
    result = service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), LATER, None, PREVIOUS)
    assert result == OwnedSettings(USER_ARN, {VOICE_ACCEPT: True})


def test_the_request_alone_comes_first_even_if_nobody_knows_what_was_declared_before(
    service: SettingsService, stripped: FakeConnect
) -> None:
    service.update(DECLARATION, LATER)
    assert stripped.writes == [TAG, TAG, UPDATE]


def test_outside_of_stacks_nothing_owned_is_not_found_at_once(
    service: SettingsService, stripped: FakeConnect
) -> None:
    with pytest.raises(NotFound, match=r"^No settings of user .* are owned by this resource\.$"):
        service.update(DECLARATION, NO_STACK, None, PREVIOUS)
    assert stripped.calls == [DESCRIBE]


@pytest.mark.parametrize("is_importable", [True, False])
def test_a_record_without_an_owner_is_no_lost_one(
    connect: FakeConnect, retrier: Retrier, is_importable: bool
) -> None:
    held = OwnershipRecord(None, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False})
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, held.to_tags()
    service = SettingsService(connect, retrier, is_importable=is_importable)
    assert service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), OWNER) == OwnedSettings(
        USER_ARN, {VOICE_ACCEPT: True}
    )
    assert connect.tags == recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags()
    assert connect.count(DESCRIBE) == 2


@pytest.mark.parametrize("is_importable", [True, False])
def test_an_update_whose_claim_then_lacks_its_owner_is_lost_and_gives_back(
    connect: FakeConnect, retrier: Retrier, clock: FakeClock, is_importable: bool
) -> None:
    """A release at the same time has removed tags; those that are left have no owner."""
    service = SettingsService(connect, retrier, is_importable=is_importable)
    connect.settings = {VOICE_ACCEPT: False}
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    left = OwnershipRecord(None, {}, {CHAT_ACCEPT: False}).to_tags()
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "tags", left)))
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: True})
    with pytest.raises(NotFound, match=r"an unknown owner .* The written settings were given back\.$"):
        to_the_end(clock, lambda context: service.update(declaration, LATER, context))
    assert (connect.settings[VOICE_ACCEPT], connect.tags) == (False, left)
    assert connect.writes == [TAG, UPDATE, UPDATE]
