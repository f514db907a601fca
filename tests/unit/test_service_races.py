"""Two resources on one user: an operation that has lost its record gives back its own writes."""

import json
from typing import TYPE_CHECKING

import pytest
from unit.creating import DECLARATION, WANTED, claimed_by, to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    LATER,
    NUMBER,
    OTHER_NUMBER,
    OTHER_OWNER,
    OWNER,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UPDATE, Answer, FakeConnect
from unit.racing import becomes, created

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    AlreadyExists,
    NotFound,
    NotStabilized,
    Throttling,
)
from custom_connect_userconfig.core.ownership import MARKER_KEY, OwnershipRecord
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

if TYPE_CHECKING:
    from custom_connect_userconfig.core.kinds import Value

WAY_OUT = (
    " If the user still carries this resource's record, deleting the resource gives them back;"
    " otherwise set them by hand."
)


def test_a_create_that_has_lost_the_race_gives_back_what_the_winner_does_not_hold(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)})
    connect.settings = {VOICE_ACCEPT: False}
    connect.script(UPDATE, becomes(connect, {CHAT_ACCEPT: True}, theirs))
    with pytest.raises(AlreadyExists) as failed:
        created(service, clock)
    assert str(failed.value).endswith("start with connect-user-config. The written settings were given back.")
    assert (connect.settings[VOICE_ACCEPT], connect.settings[CHAT_ACCEPT]) == (False, True)
    assert connect.tags == theirs.to_tags()
    assert connect.writes == [TAG, UPDATE, UPDATE]


def test_a_create_that_has_lost_the_race_leaves_alone_what_somebody_has_changed_since(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """It has waited for minutes by then: no read is older than its own write."""
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)})
    connect.script(UPDATE, becomes(connect, {VOICE_ACCEPT: False, CHAT_ACCEPT: True}, theirs))
    with pytest.raises(AlreadyExists, match="connect-user-config") as failed:
        created(service, clock)
    assert "given back" not in str(failed.value)
    assert connect.writes == [TAG, UPDATE]


def test_a_create_that_has_lost_the_race_leaves_a_phone_alone_that_has_another_number_since(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    phone: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (False, False)})
    connect.script(UPDATE, becomes(connect, {PHONE_NUMBER_KEY: OTHER_NUMBER}, theirs))
    with pytest.raises(AlreadyExists) as failed:
        created(service, clock, Declaration(IDENTITY, phone))
    assert "given back" not in str(failed.value)
    assert connect.settings == {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}
    assert connect.writes == [TAG, UPDATE]


def test_a_create_that_has_lost_the_race_gives_back_a_phone_whose_number_it_does_not_declare(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.script(UPDATE, becomes(connect, {}, recorded(OTHER_OWNER, {CHAT_ACCEPT: (False, False)})))
    with pytest.raises(AlreadyExists, match="The written settings were given back"):
        created(service, clock, Declaration(IDENTITY, {PHONE_TYPE_KEY: SOFT_PHONE}))
    assert connect.settings == {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}


def test_a_setting_that_the_winner_holds_gets_the_winner_s_value(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings = {VOICE_ACCEPT: False}
    connect.script(UPDATE, becomes(connect, {}, recorded(OTHER_OWNER, {VOICE_ACCEPT: (False, False)})))
    with pytest.raises(AlreadyExists):
        created(service, clock)
    assert connect.settings[VOICE_ACCEPT] is False


def test_a_create_that_lost_before_it_wrote_settings_has_nothing_to_give_back(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings = dict(WANTED)
    connect.script(TAG, Answer(afterwards=lambda: connect.tags.update(claimed_by(OTHER_OWNER))))
    with pytest.raises(AlreadyExists) as failed:
        created(service, clock)
    assert connect.writes == [TAG]
    assert "given back" not in str(failed.value)


def test_what_could_not_be_given_back_after_a_lost_race_is_named_with_its_earlier_value_but_for_a_number(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings = {VOICE_ACCEPT: False, PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: OTHER_NUMBER}
    connect.script(
        UPDATE,
        becomes(connect, {}, recorded(OTHER_OWNER, {CHAT_ACCEPT: (False, False)})),
        AccessDenied("No."),
    )
    phone: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    with pytest.raises(AlreadyExists) as failed:
        created(service, clock, Declaration(IDENTITY, {VOICE_ACCEPT: True, **phone}))
    assert str(failed.value).endswith(
        " These settings may stay as this operation wrote them (No.):"
        " AutoAcceptConfigs[VOICE].AutoAccept (was false),"
        " PhoneNumberConfigs[VOICE].PhoneType (was DESK_PHONE),"
        " PhoneNumberConfigs[VOICE].PhoneNumber (its earlier number is not recorded)."
        f"{WAY_OUT}"
    )


def test_a_race_that_shows_as_lost_only_on_the_way_back_is_named_alike(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.script(
        UPDATE,
        becomes(connect, {}, recorded(OTHER_OWNER, {CHAT_ACCEPT: (False, False)})),
        AccessDenied("No."),
    )
    connect.script(DESCRIBE, None, AccessDenied("Expired."))
    with pytest.raises(AccessDenied) as failed:
        service.create(DECLARATION, OWNER)
    assert str(failed.value) == (
        "Expired. These settings may stay as this operation wrote them (No.):"
        f" AutoAcceptConfigs[VOICE].AutoAccept (was false).{WAY_OUT}"
    )


def test_a_number_that_was_not_there_is_named_as_none(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.script(
        UPDATE,
        becomes(connect, {}, recorded(OTHER_OWNER, {CHAT_ACCEPT: (False, False)})),
        AccessDenied("No."),
    )
    phone: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    with pytest.raises(
        AlreadyExists, match=r"\.PhoneType \(was SOFT_PHONE\), .*\.PhoneNumber \(was none\)\. If"
    ):
        created(service, clock, Declaration(IDENTITY, phone))


@pytest.mark.parametrize("operation", [UPDATE, DESCRIBE])
def test_a_failed_update_whose_record_is_gone_gives_back_or_names_what_it_wrote(
    service: SettingsService, connect: FakeConnect, clock: FakeClock, operation: str
) -> None:
    connect.settings, connect.tags = {VOICE_ACCEPT: False}, claimed_by(OWNER)
    connect.script(UPDATE, becomes(connect, {}, None))
    with pytest.raises(NotFound) as failed:
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))
    assert str(failed.value).endswith("are owned by this resource. The written settings were given back.")
    assert connect.settings[VOICE_ACCEPT] is False
    assert (connect.writes, connect.tags) == ([TAG, UPDATE, UPDATE], {})


def test_a_failed_update_whose_record_is_gone_names_what_stays(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.tags = claimed_by(OWNER)
    connect.script(UPDATE, becomes(connect, {}, None), AccessDenied("No."))
    named = r"AutoAcceptConfigs\[VOICE\]\.AutoAccept \(was false\)"
    with pytest.raises(NotFound, match=rf"\(No\.\): {named}\. .* otherwise set them by hand\.$"):
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))


def test_a_failed_update_whose_record_is_there_leaves_the_way_back_to_the_rollback(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = claimed_by(OWNER)
    connect.script(UPDATE, Answer(afterwards=lambda: connect.script(DESCRIBE, AccessDenied("Expired."))))
    with pytest.raises(AccessDenied) as failed:
        service.update(DECLARATION, LATER)
    assert str(failed.value) == "Expired."
    assert connect.writes == [TAG, UPDATE]


def test_a_failed_update_looks_again_whether_its_record_has_gone_before_it_wrote(
    service: SettingsService, connect: FakeConnect
) -> None:
    """A delete has ended between the claim and the settings, and the read after them is refused."""
    connect.settings, connect.tags = {VOICE_ACCEPT: False}, claimed_by(OWNER)
    connect.script(TAG, becomes(connect, {}, None))
    connect.script(DESCRIBE, None, AccessDenied("Expired."))
    with pytest.raises(AccessDenied) as failed:
        service.update(DECLARATION, LATER)
    assert str(failed.value) == "Expired. The written settings were given back."
    assert (connect.settings[VOICE_ACCEPT], connect.tags) == (False, {})


def test_a_failed_update_that_cannot_look_again_says_nothing_that_it_does_not_know(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings, connect.tags = {VOICE_ACCEPT: False}, claimed_by(OWNER)
    connect.script(DESCRIBE, None, AccessDenied("Expired."), AccessDenied("Again."))
    with pytest.raises(AccessDenied) as failed:
        service.update(DECLARATION, LATER)
    assert str(failed.value) == "Expired."


def test_a_failed_create_that_sees_the_record_of_another_waits_for_its_own_to_show(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The other one was there before, and a late read shows it: to leave would leave a record behind."""
    connect.settings, before = {VOICE_ACCEPT: False}, recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)})
    connect.script(TAG, Answer(afterwards=lambda: late(connect, before.to_tags())))
    connect.script(UPDATE, AccessDenied("No."))
    with pytest.raises(AccessDenied, match=r"^No\. The taken settings were given back\.$"):
        service.create(DECLARATION, OWNER)
    assert connect.tags == {}


def late(connect: FakeConnect, tags: dict[str, str]) -> None:
    """Let one read show `tags`, and the next one the tags that are there now."""
    now, connect.tags = connect.tags, tags
    connect.script(DESCRIBE, Answer(afterwards=lambda: setattr(connect, "tags", now)))


def test_an_update_that_loses_its_record_to_another_resource_that_it_cannot_take_over_gives_back(
    connect: FakeConnect, retrier: Retrier, clock: FakeClock
) -> None:
    service = SettingsService(connect, retrier, is_importable=False)
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)})
    connect.tags = claimed_by(OWNER)
    connect.script(UPDATE, becomes(connect, {CHAT_ACCEPT: True}, theirs))
    with pytest.raises(
        NotFound,
        match=r"owned by support/Agent, and stay as they are\. The written settings were given back\.$",
    ):
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))
    assert (connect.settings[VOICE_ACCEPT], connect.settings[CHAT_ACCEPT]) == (False, True)
    assert connect.tags == theirs.to_tags()


def test_a_record_of_another_resource_is_taken_over_only_where_resources_can_be_imported(
    connect: FakeConnect, retrier: Retrier
) -> None:
    connect.settings, connect.tags = dict(WANTED), claimed_by(OTHER_OWNER)
    with pytest.raises(NotFound, match="owned by support/Agent, and stay as they are"):
        SettingsService(connect, retrier, is_importable=False).update(DECLARATION, OWNER)
    assert connect.calls == [DESCRIBE]
    assert isinstance(SettingsService(connect, retrier).update(DECLARATION, OWNER), OwnedSettings)
    assert OwnershipRecord.owner_of(connect.tags) == OWNER


@pytest.mark.parametrize("is_importable", [True, False])
def test_a_refused_create_advises_an_import_only_where_there_is_one(
    connect: FakeConnect, retrier: Retrier, is_importable: bool
) -> None:
    connect.tags = claimed_by(OTHER_OWNER)
    with pytest.raises(AlreadyExists) as failed:
        SettingsService(connect, retrier, is_importable=is_importable).create(DECLARATION, OWNER)
    assert ("import the user here" in str(failed.value)) is is_importable


def test_a_create_that_is_to_be_abandoned_names_what_an_earlier_invocation_wrote_without_a_record(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {VOICE_ACCEPT: False}
    connect.script(
        UPDATE, Answer(afterwards=lambda: connect.script(DESCRIBE, *(Throttling("busy") for _ in range(5))))
    )
    pending = service.create(DECLARATION, OWNER)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    connect.tags = {}
    context = json.loads(json.dumps(pending.context))
    assert service.abandon(DECLARATION, OWNER, context).startswith(
        "These settings may stay as this operation wrote them (an earlier invocation wrote them):"
        f" AutoAcceptConfigs[VOICE].AutoAccept (was false).{WAY_OUT} If tags that start with"
        f" {MARKER_KEY} appear"
    )
    assert connect.settings[VOICE_ACCEPT] is True, "it may be somebody else's"
    connect.settings[VOICE_ACCEPT] = False
    assert service.abandon(DECLARATION, OWNER, context).startswith("Reads show nothing to give back.")
    assert service.abandon(DECLARATION, OWNER, {**context, "wroteSettings": False}).startswith(
        "Reads show nothing"
    )


def test_a_create_that_is_to_be_abandoned_gives_back_what_it_has_seen_to_be_lost(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {VOICE_ACCEPT: False}
    connect.script(UPDATE, becomes(connect, {}, None))
    pending = service.create(DECLARATION, OWNER)
    assert isinstance(pending, InProgress)
    assert pending.context["lostClaim"] is True
    said = service.abandon(DECLARATION, OWNER, json.loads(json.dumps(pending.context)))
    assert said.startswith(
        f"The written settings were given back. If tags that start with {MARKER_KEY} appear"
    )
    assert connect.settings[VOICE_ACCEPT] is False


def test_a_failed_update_that_sees_the_loss_only_in_a_later_invocation_names_what_it_wrote(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings, connect.tags = {VOICE_ACCEPT: False}, claimed_by(OWNER)
    connect.script(
        UPDATE, Answer(afterwards=lambda: connect.script(DESCRIBE, *(Throttling("busy") for _ in range(5))))
    )
    pending = service.update(DECLARATION, LATER)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    connect.tags = {}
    with pytest.raises(
        NotFound, match=r"\(an earlier invocation wrote them\): .* \(was false\)\. If .* set them by hand\.$"
    ):
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context or pending.context))
    assert connect.settings[VOICE_ACCEPT] is True


def test_a_record_that_is_gone_after_the_writes_of_a_create_stays_away_and_the_settings_are_given_back(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings = {VOICE_ACCEPT: False}
    connect.script(UPDATE, becomes(connect, {}, None))
    with pytest.raises(NotStabilized, match="does not show in reads"):
        created(service, clock)
    assert (connect.settings[VOICE_ACCEPT], connect.tags) == (False, {})
    assert connect.writes == [TAG, UPDATE, UPDATE]
