"""Create: it claims, then applies, and refuses a user that another resource owns."""

from typing import TYPE_CHECKING

import pytest
from unit.creating import DECLARATION, WANTED, claimed_by, to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    ENVIRONMENT,
    IDENTITY,
    LATER,
    NUMBER,
    OTHER_OWNER,
    OWNER,
    STACK,
    USER_ARN,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import (
    AlreadyExists,
    InvalidRequest,
    NotFound,
    NotStabilized,
    RecordDamaged,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.identifiers import Identity
from custom_connect_userconfig.core.ownership import MARKER_KEY, Owner
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

if TYPE_CHECKING:
    from custom_connect_userconfig.core.kinds import Value


def test_a_free_user_costs_one_tag_one_update_and_two_reads(
    service: SettingsService, connect: FakeConnect
) -> None:
    result = service.create(DECLARATION, OWNER)
    assert result == OwnedSettings(USER_ARN, WANTED)
    assert connect.calls == [DESCRIBE, TAG, UPDATE, DESCRIBE]
    assert connect.tags == claimed_by(OWNER)
    assert connect.settings[VOICE_ACCEPT] is True


def test_settings_that_are_so_already_are_recorded_and_not_written(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {VOICE_ACCEPT: True}
    service.create(DECLARATION, OWNER)
    assert connect.calls == [DESCRIBE, TAG, DESCRIBE]


def test_a_create_that_was_done_before_only_reads(service: SettingsService, connect: FakeConnect) -> None:
    """It reads more than once: the first read may be older than the giving back of an earlier try."""
    service.create(DECLARATION, OWNER)
    connect.calls.clear()
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.calls == [DESCRIBE] * 5


def test_a_create_anew_stamps_its_request_at_once(service: SettingsService, connect: FakeConnect) -> None:
    service.create(DECLARATION, OWNER)
    connect.calls.clear()
    service.create(DECLARATION, LATER)
    assert connect.calls == [DESCRIBE, TAG, DESCRIBE]
    assert connect.tags == recorded(OWNER, {VOICE_ACCEPT: (True, False)}, LATER).to_tags()


def test_a_create_that_was_cut_off_after_the_claim_keeps_the_value_recorded_first(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = claimed_by(OWNER)
    connect.settings = {VOICE_ACCEPT: True, CHAT_ACCEPT: True}
    service.create(Declaration(IDENTITY, {VOICE_ACCEPT: True, CHAT_ACCEPT: False}), OWNER)
    assert connect.tags[f"{MARKER_KEY}:auto-accept"] == "v1 VOICE=true CHAT=false was VOICE=false CHAT=true"


@pytest.mark.parametrize("owner", [OTHER_OWNER, None])
def test_a_user_that_another_owns_is_refused_without_a_write(
    service: SettingsService, connect: FakeConnect, owner: Owner | None
) -> None:
    connect.tags = claimed_by(owner)
    with pytest.raises(AlreadyExists, match="are already owned by ") as refused:
        service.create(DECLARATION, OWNER)
    assert (OTHER_OWNER.label if owner else "an unknown owner") in str(refused.value)
    assert MARKER_KEY in str(refused.value)
    assert connect.calls == [DESCRIBE]


def test_the_same_resource_with_another_spelling_is_told_to_keep_the_spelling(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = claimed_by(
        Owner.of(Identity.parse(IDENTITY.instance_id, USER_ARN, ENVIRONMENT), STACK, "Agent")
    )
    with pytest.raises(AlreadyExists, match="spelled in another way"):
        service.create(DECLARATION, OWNER)
    assert connect.writes == []


@pytest.mark.parametrize("hidden", [1, 4])
def test_a_user_made_seconds_ago_is_waited_for(
    service: SettingsService, connect: FakeConnect, hidden: int
) -> None:
    connect.script(DESCRIBE, *(NotFound("no user") for _ in range(hidden)))
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)


def test_a_user_that_never_appears_is_not_found_after_a_bounded_wait(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.exists = False
    with pytest.raises(NotFound):
        service.create(DECLARATION, OWNER)
    assert sum(clock.slept) == 15
    assert connect.writes == []


def test_too_many_tags_are_refused_before_any_write(service: SettingsService, connect: FakeConnect) -> None:
    connect.tags = {f"k{n}": "v" for n in range(48)}
    with pytest.raises(InvalidRequest, match="51"):
        service.create(DECLARATION, OWNER)
    assert connect.calls == [DESCRIBE]


def test_a_damaged_record_is_refused_without_a_write(service: SettingsService, connect: FakeConnect) -> None:
    connect.tags = {f"{MARKER_KEY}:owner": "v9"}
    with pytest.raises(RecordDamaged):
        service.create(DECLARATION, OWNER)
    assert connect.writes == []


@pytest.mark.parametrize("stale", [1, 3])
def test_reads_that_are_late_are_waited_for_and_nothing_is_written_twice(
    service: SettingsService, connect: FakeConnect, stale: int
) -> None:
    connect.stale_reads = stale
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.writes == [TAG, UPDATE]
    assert connect.tags == claimed_by(OWNER)


def test_a_record_that_vanished_after_the_writes_is_never_claimed_anew(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    with pytest.raises(NotStabilized, match="the tags of the record do not show"):
        to_the_end(clock, lambda context: service.create(DECLARATION, OWNER, context))
    assert connect.count(TAG) == 1
    assert clock.now() - 1_800_000_000 < 400


@pytest.mark.parametrize("is_importable", [True, False])
def test_a_record_that_goes_while_a_create_waits_was_released_unless_the_create_may_be_a_second_try(
    connect: FakeConnect, retrier: Retrier, is_importable: bool
) -> None:
    """CloudFormation retries the create of a registry resource; a custom resource's is a late duplicate."""
    service = SettingsService(connect, retrier, is_importable=is_importable)
    connect.tags = claimed_by(OWNER)
    connect.script(DESCRIBE, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    connect.script(TAG, Throttling("busy"))
    if is_importable:
        assert isinstance(service.create(DECLARATION, LATER), OwnedSettings)
        assert connect.tags == claimed_by(LATER)
    else:
        with pytest.raises(
            NotFound, match=r"were released while this request was under way\. It has changed nothing\.$"
        ):
            service.create(DECLARATION, LATER)
        assert (connect.tags, connect.writes) == ({}, [TAG])


def test_a_record_that_an_earlier_invocation_of_a_create_saw_was_released_too(
    connect: FakeConnect, retrier: Retrier
) -> None:
    service = SettingsService(connect, retrier, is_importable=False)
    connect.tags = claimed_by(OWNER)
    connect.script(TAG, *(Throttling("busy") for _ in range(5)))
    pending = service.create(DECLARATION, LATER)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    connect.tags = {}
    with pytest.raises(NotFound, match="were released"):
        service.create(DECLARATION, LATER, pending.context)
    assert connect.tags == {}


def test_a_claim_that_is_lost_on_its_way_is_made_again_where_no_record_had_shown_before(
    connect: FakeConnect, retrier: Retrier
) -> None:
    connect.script(TAG, Answer(ServiceInternalError("lost"), acted=False))
    assert isinstance(
        SettingsService(connect, retrier, is_importable=False).create(DECLARATION, OWNER), OwnedSettings
    )
    assert connect.tags == claimed_by(OWNER)


def test_a_lost_race_is_already_exists_and_the_winner_keeps_all(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.script(TAG, Answer(afterwards=lambda: connect.tags.update(claimed_by(OTHER_OWNER))))
    with pytest.raises(AlreadyExists, match=OTHER_OWNER.label):
        to_the_end(clock, lambda context: service.create(DECLARATION, OWNER, context))
    assert connect.tags == claimed_by(OTHER_OWNER)
    assert connect.count(UNTAG) == 0


def test_an_old_state_that_shows_another_owner_after_the_claim_is_waited_out(
    service: SettingsService, connect: FakeConnect
) -> None:
    ours = claimed_by(OWNER)
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "tags", claimed_by(OTHER_OWNER))))
    connect.script(DESCRIBE, None, Answer(afterwards=lambda: setattr(connect, "tags", ours)))
    assert isinstance(service.create(DECLARATION, OWNER), OwnedSettings)
    assert connect.writes == [TAG, UPDATE]


def test_what_never_shows_ends_as_not_stabilized_in_bounded_time_and_names_the_settings(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.store = lambda settings: {**settings, VOICE_ACCEPT: False}
    begun = clock.now()
    with pytest.raises(
        NotStabilized, match=r"AutoAcceptConfigs\[VOICE\]\.AutoAccept: wanted true, found false"
    ):
        to_the_end(clock, lambda context: service.create(DECLARATION, OWNER, context))
    assert clock.now() - begun < 15 * 60


def test_a_dropped_number_under_soft_phone_is_done_after_one_write(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.store = lambda settings: {k: v for k, v in settings.items() if k != PHONE_NUMBER_KEY}
    wanted: dict[SettingKey, Value] = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: NUMBER}
    assert service.create(Declaration(IDENTITY, wanted), OWNER) == OwnedSettings(
        USER_ARN, {PHONE_TYPE_KEY: SOFT_PHONE}
    )
    assert connect.count(UPDATE) == 1
