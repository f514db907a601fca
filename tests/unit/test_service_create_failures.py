"""Create when a call fails: what was taken is given back, or it is said what was not; lost answers cost nothing."""

import pytest
from unit.creating import DECLARATION, claimed_by
from unit.examples import (
    IDENTITY,
    NUMBER,
    OTHER_NUMBER,
    OWNER,
    VOICE_ACCEPT,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    InvalidRequest,
    NetworkFault,
    NotFound,
    ServiceFault,
    SettingsError,
    Throttled,
)
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS
from custom_connect_userconfig.pacing import Pending
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock


def test_a_refused_write_gives_back_what_was_taken_and_says_so(service: SettingsService, connect: FakeConnect) -> None:
    connect.settings = {VOICE_ACCEPT: False}
    connect.script(UPDATE, InvalidRequest("The service refused."))
    with pytest.raises(InvalidRequest) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == "The service refused. What had been taken was given back."
    assert failed.value.__cause__ is not None
    assert connect.writes == [TAG, UPDATE, UNTAG]
    assert connect.tags == {}


def test_settings_are_given_back_before_the_record_is_removed(service: SettingsService, connect: FakeConnect) -> None:
    connect.script(UPDATE, Answer(InvalidRequest("Lost."), acted=True))
    with pytest.raises(InvalidRequest, match="was given back"):
        service.create(DECLARATION, OWNER)
    assert connect.writes == [TAG, UPDATE, UPDATE, UNTAG]
    assert connect.settings[VOICE_ACCEPT] is False


def test_what_cannot_be_given_back_after_a_failure_is_said(service: SettingsService, connect: FakeConnect) -> None:
    connect.settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest) as failed:
        service.create(Declaration(IDENTITY, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}), OWNER)
    assert str(failed.value) == f"Refused. What had been taken was given back. {LEFT_AS_IT_IS}"


@pytest.mark.parametrize("operation", [DESCRIBE, UNTAG])
def test_a_failed_clean_up_is_said_and_the_first_error_stays(
    service: SettingsService, connect: FakeConnect, operation: str
) -> None:
    connect.script(UPDATE, AccessDenied("No update."))
    connect.script(operation, *([None] if operation == DESCRIBE else []), AccessDenied("No clean up."))
    with pytest.raises(AccessDenied) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == (
        "No update. What had been taken could not be given back (No clean up.); the record on the user holds it,"
        " and deleting the resource gives it back."
    )


def test_a_clean_up_that_does_not_see_its_own_claim_says_so(service: SettingsService, connect: FakeConnect) -> None:
    """The read may be old: the claim went through, so silence would leave tags that nobody knows of."""
    connect.freeze_reads = True
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest) as failed:
        service.create(DECLARATION, OWNER)
    assert connect.tags == {} or "given back" in str(failed.value)


def test_a_failed_claim_leaves_nothing_to_give_back(service: SettingsService, connect: FakeConnect) -> None:
    connect.script(TAG, AccessDenied("No tags."))
    with pytest.raises(AccessDenied) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == "No tags."
    assert connect.writes == [TAG]


def test_a_failure_in_a_later_invocation_gives_back_too(service: SettingsService, connect: FakeConnect) -> None:
    connect.always(UPDATE, Throttled("busy"))
    pending = service.create(DECLARATION, OWNER)
    assert isinstance(pending, Pending)
    connect.heal()
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest, match="was given back"):
        service.create(DECLARATION, OWNER, pending.context)
    assert connect.tags == {}


def test_a_lost_answer_is_made_good_by_reading_again(service: SettingsService, connect: FakeConnect) -> None:
    connect.script(TAG, Answer(NetworkFault("lost"), acted=True))
    connect.script(UPDATE, Answer(ServiceFault("lost"), acted=True))
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.writes == [TAG, UPDATE]
    assert connect.tags == claimed_by(OWNER)


def test_an_invocation_that_is_out_of_time_goes_on_in_the_next_without_losing_anything(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.latency = {DESCRIBE: 21, TAG: 21}
    pending = service.create(DECLARATION, OWNER)
    assert isinstance(pending, Pending)
    assert (connect.calls, pending.delay) == ([DESCRIBE, TAG], 1)
    connect.latency = {}
    assert isinstance(service.create(DECLARATION, OWNER, pending.context), OwnedSettings)
    assert connect.writes == [TAG, UPDATE]


def test_a_claim_that_shows_late_is_given_back_too(service: SettingsService, connect: FakeConnect) -> None:
    connect.stale_reads = 2
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest, match="was given back"):
        service.create(DECLARATION, OWNER)
    assert connect.tags == {}


def test_a_user_that_vanishes_meanwhile_is_not_found(service: SettingsService, connect: FakeConnect) -> None:
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "exists", False)))
    with pytest.raises(NotFound, match=r"no such user\. Should the user show again, .* deleting the resource gives it back"):
        service.create(DECLARATION, OWNER)


@pytest.mark.parametrize("error", [NetworkFault("timeout"), ServiceFault("503")])
@pytest.mark.parametrize("seconds", [1, 3, 8])
def test_an_invocation_ends_within_its_minute_even_when_calls_are_slow_and_writes_time_out(
    service: SettingsService, connect: FakeConnect, clock: FakeClock, error: SettingsError, seconds: float
) -> None:
    connect.latency = {DESCRIBE: seconds, TAG: seconds, UPDATE: 11, UNTAG: seconds}
    connect.always(UPDATE, error)
    begun = clock.now()
    with pytest.raises(type(error)):
        service.create(DECLARATION, OWNER)
    assert clock.now() - begun < 60
