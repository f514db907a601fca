"""Create, if a call fails: it gives back its claim, or says what stays; a lost answer costs nothing."""

import json
from typing import Any

import pytest
from unit.creating import DECLARATION, EVERY_CHANNEL, claimed_by
from unit.examples import (
    CHAT_ACCEPT,
    EMAIL_ACCEPT,
    IDENTITY,
    LATER,
    NUMBER,
    OTHER_NUMBER,
    OWNER,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    InvalidRequest,
    NetworkFailure,
    NotFound,
    ServiceInternalError,
    ServiceLimitExceeded,
    ServiceRefused,
    SettingsError,
    Throttling,
)
from custom_connect_userconfig.core.ownership import MARKER_KEY
from custom_connect_userconfig.core.restoration import LEFT_AS_IT_IS
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock


def test_a_refused_write_gives_back_what_was_taken_and_says_so(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = dict(EVERY_CHANNEL)
    connect.script(UPDATE, InvalidRequest("The service refused."))
    with pytest.raises(InvalidRequest) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == "The service refused. The taken settings were given back."
    assert failed.value.__cause__ is not None
    assert connect.writes == [TAG, UPDATE, UNTAG]
    assert connect.tags == {}


def test_settings_are_given_back_before_the_record_is_removed(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = dict(EVERY_CHANNEL)
    connect.script(UPDATE, Answer(InvalidRequest("Lost."), acted=True))
    with pytest.raises(InvalidRequest, match="were given back"):
        service.create(DECLARATION, OWNER)
    assert connect.writes == [TAG, UPDATE, UPDATE, UNTAG]
    assert connect.settings[VOICE_ACCEPT] is False


def test_what_cannot_be_given_back_after_a_failure_is_said(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest) as failed:
        service.create(Declaration(IDENTITY, {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}), OWNER)
    assert str(failed.value) == f"Refused. The taken settings were given back. {LEFT_AS_IT_IS}"


@pytest.mark.parametrize("operation", [DESCRIBE, UNTAG])
def test_a_failed_clean_up_is_said_and_the_first_error_stays(
    service: SettingsService, connect: FakeConnect, operation: str
) -> None:
    connect.script(UPDATE, AccessDenied("No update."))
    connect.script(operation, *([None] if operation == DESCRIBE else []), AccessDenied("No clean up."))
    with pytest.raises(AccessDenied) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == (
        "No update. The taken settings could not be given back (No clean up.);"
        " the record on the user holds them: deleting the resource gives them back."
    )


def test_a_clean_up_that_does_not_see_its_own_claim_says_so(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The read may be late: the claim went through, and silence would leave tags that nobody knows of."""
    connect.settings = dict(EVERY_CHANNEL)
    connect.freeze_reads = True
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest) as failed:
        service.create(DECLARATION, OWNER)
    later = "If tags that start with connect-user-config appear on the user later, they hold taken settings:"
    assert f"{later} deleting the resource gives them back." in str(failed.value)
    assert "Reads show nothing to give back." in str(failed.value)
    assert connect.tags == claimed_by(OWNER)


def test_a_failed_claim_leaves_nothing_to_give_back(service: SettingsService, connect: FakeConnect) -> None:
    connect.script(TAG, AccessDenied("No tags."))
    with pytest.raises(AccessDenied) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == "No tags."
    assert connect.writes == [TAG]


def test_a_failure_in_a_later_invocation_gives_back_too(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = dict(EVERY_CHANNEL)
    connect.always(UPDATE, Throttling("busy"))
    pending = service.create(DECLARATION, OWNER)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest, match="were given back"):
        service.create(DECLARATION, OWNER, pending.context)
    assert connect.tags == {}


def test_a_lost_answer_is_made_good_by_reading_again(service: SettingsService, connect: FakeConnect) -> None:
    connect.script(TAG, Answer(NetworkFailure("lost"), acted=True))
    connect.script(UPDATE, Answer(ServiceInternalError("lost"), acted=True))
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.writes == [TAG, UPDATE]
    assert connect.tags == claimed_by(OWNER)


def test_an_invocation_that_is_out_of_time_goes_on_in_the_next_without_losing_anything(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.latency = {DESCRIBE: 21, TAG: 21}
    pending = service.create(DECLARATION, OWNER)
    assert isinstance(pending, InProgress)
    assert (connect.calls, pending.delay) == ([DESCRIBE, TAG], 1)
    connect.latency = {}
    assert isinstance(service.create(DECLARATION, OWNER, pending.context), OwnedSettings)
    assert connect.writes == [TAG, UPDATE]


def test_a_claim_that_shows_late_is_given_back_too(service: SettingsService, connect: FakeConnect) -> None:
    connect.settings = dict(EVERY_CHANNEL)
    connect.stale_reads = 2
    connect.script(UPDATE, InvalidRequest("Refused."))
    with pytest.raises(InvalidRequest, match="were given back"):
        service.create(DECLARATION, OWNER)
    assert connect.tags == {}


def test_a_user_that_vanishes_meanwhile_is_not_found(service: SettingsService, connect: FakeConnect) -> None:
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "exists", False)))
    with pytest.raises(
        NotFound, match=r"no such user\. If the user shows again, .* deleting the resource gives them back"
    ):
        service.create(DECLARATION, OWNER)


@pytest.mark.parametrize("error", [NetworkFailure("timeout"), ServiceInternalError("503")])
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


def test_a_channel_that_is_refused_and_that_nobody_declares_is_left_out(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {CHAT_ACCEPT: True}
    connect.script(UPDATE, InvalidRequest("EMAIL is not known here."))
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.calls == [DESCRIBE, TAG, UPDATE, UPDATE, DESCRIBE]
    first, second = (arrays for operation, arrays in connect.sent if operation == UPDATE)
    assert isinstance(first, dict)
    assert second == {name: entries[:3] for name, entries in first.items()}
    assert [entry["Channel"] for entry in first["AutoAcceptConfigs"]] == ["VOICE", "CHAT", "TASK", "EMAIL"]


def test_no_more_channels_are_left_out_than_are_refused(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {CHAT_ACCEPT: True}
    connect.script(
        UPDATE, InvalidRequest("TASK is not known here."), InvalidRequest("TASK is not known here.")
    )
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.calls == [DESCRIBE, TAG, UPDATE, UPDATE, UPDATE, DESCRIBE]
    assert connect.settings == {VOICE_ACCEPT: True, CHAT_ACCEPT: True, EMAIL_ACCEPT: False}


def test_a_quota_that_is_used_up_between_two_refusals_does_not_begin_them_again(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.script(UPDATE, InvalidRequest("EMAIL is not known here."), Throttling("busy"))
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    sent: list[Any] = [arrays for operation, arrays in connect.sent if operation == UPDATE]
    assert [len(arrays["AutoAcceptConfigs"]) for arrays in sent] == [4, 3, 3]


def test_a_record_of_a_channel_that_is_refused_can_be_released(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = recorded(OWNER, {CHAT_ACCEPT: (True, False)}).to_tags()
    connect.script(UPDATE, *(InvalidRequest("No such channel.") for _ in range(15)))
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert (connect.settings, connect.tags) == ({}, {})
    assert connect.writes == [TAG, *[UPDATE] * 15, UNTAG]


def test_a_refusal_of_what_is_declared_stays_a_refusal(
    service: SettingsService, connect: FakeConnect
) -> None:
    again = (InvalidRequest(f"Refused {number} times.") for number in range(1, 8))
    connect.script(UPDATE, *again, InvalidRequest("VOICE is not known here."))
    with pytest.raises(InvalidRequest) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == "VOICE is not known here. The taken settings were given back."
    assert connect.writes == [TAG, *[UPDATE] * 8, UNTAG]


@pytest.mark.parametrize(
    "error", [AccessDenied("No."), ServiceRefused("Why not."), ServiceLimitExceeded("Enough.")]
)
def test_no_other_refusal_is_tried_again_with_less(
    service: SettingsService, connect: FakeConnect, error: SettingsError
) -> None:
    connect.script(UPDATE, error)
    with pytest.raises(type(error)):
        service.create(DECLARATION, OWNER)
    assert connect.writes == [TAG, UPDATE, UNTAG]


def test_an_earlier_value_is_remembered_where_the_record_vanished_and_the_live_value_may_be_its_own(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.script(
        UPDATE,
        Answer(ServiceInternalError("lost"), acted=True, afterwards=lambda: setattr(connect, "tags", {})),
    )
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.writes == [TAG, UPDATE, TAG]
    assert connect.tags == claimed_by(OWNER)


def test_a_value_that_somebody_has_set_before_this_operation_wrote_settings_is_an_earlier_value(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.script(TAG, NetworkFailure("lost"))
    connect.script(DESCRIBE, Answer(afterwards=lambda: connect.settings.update({VOICE_ACCEPT: True})))
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.tags == recorded(OWNER, {VOICE_ACCEPT: (True, True)}).to_tags()


def test_earlier_values_are_carried_on_and_not_used_for_what_another_invocation_finds(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The other invocation may be a duplicate of a handover, and the value the agent's own."""
    connect.script(
        UPDATE, Answer(ServiceInternalError("lost"), acted=True), *(Throttling("busy") for _ in range(5))
    )
    connect.script(DESCRIBE, None, *(Throttling("busy") for _ in range(5)))
    pending = service.create(DECLARATION, OWNER)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    context = json.loads(json.dumps(pending.context))
    assert (context["claimed"], context["wroteSettings"]) == (True, True)
    assert context["prior"] == {MARKER_KEY: "managed", f"{MARKER_KEY}:auto-accept": "v1 was VOICE=false"}
    connect.tags, connect.settings = {}, {VOICE_ACCEPT: True}
    assert isinstance(service.create(DECLARATION, OWNER, context), OwnedSettings)
    assert connect.tags == recorded(OWNER, {VOICE_ACCEPT: (True, True)}).to_tags()


def test_a_duplicate_of_a_create_that_fails_leaves_the_resource(
    connect: FakeConnect, retrier: Retrier
) -> None:
    """A custom resource's create that finds its own record may be a duplicate of the one that wrote it."""
    connect.settings, connect.tags = dict(EVERY_CHANNEL), claimed_by(OWNER)
    connect.script(UPDATE, AccessDenied("No."))
    with pytest.raises(AccessDenied) as failed:
        SettingsService(connect, retrier, is_importable=False).create(DECLARATION, OWNER)
    stays = (
        "The resource had been created before, and keeps its settings: deleting the resource gives them back."
    )
    assert str(failed.value) == f"No. {stays}"
    assert connect.tags == claimed_by(OWNER)


def test_a_create_that_sees_the_record_it_has_written_itself_is_no_duplicate(
    connect: FakeConnect, retrier: Retrier
) -> None:
    connect.script(UPDATE, ServiceInternalError("5xx"), AccessDenied("No."))
    with pytest.raises(AccessDenied, match="The taken settings were given back"):
        SettingsService(connect, retrier, is_importable=False).create(DECLARATION, OWNER)
    assert connect.tags == {}


def test_a_retry_of_a_create_that_fails_gives_back_where_resources_can_be_imported(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings, connect.tags = dict(EVERY_CHANNEL), claimed_by(OWNER)
    connect.script(UPDATE, AccessDenied("No."))
    with pytest.raises(AccessDenied, match="The taken settings were given back"):
        service.create(DECLARATION, OWNER)
    assert connect.tags == {}


def test_a_create_that_runs_out_of_time_leaves_a_resource_that_had_been_created_before(
    service: SettingsService, connect: FakeConnect
) -> None:
    """It may be an old event of a living resource, delivered again."""
    connect.tags = claimed_by(OWNER)
    connect.always(UPDATE, Throttling("Slow down."))
    waiting = service.create(DECLARATION, LATER)
    assert isinstance(waiting, InProgress)
    connect.clear_faults()
    before = dict(connect.tags)
    said = service.abandon(DECLARATION, LATER, waiting.context_after(0.0))
    assert "had been created before, and keeps its settings" in said
    assert connect.tags == before
