"""Two requests on one user: the one that has been overtaken changes nothing, and the one that has lost gives
back what it wrote.
"""

import json
from dataclasses import replace

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
    PERSISTENT,
    USER_ARN,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    AlreadyExists,
    NotFound,
    NotStabilized,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import OVERTAKEN
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

BOTH = Declaration(IDENTITY, {VOICE_ACCEPT: True, PERSISTENT: True})
WAY_OUT = " If the user still carries this resource's record, deleting the resource gives them back; otherwise set them by hand."
HELD = recorded(OWNER, {PERSISTENT: (True, False)}, LATER)
"""The later request has dropped VOICE and given it back."""


def created(service: SettingsService, clock: FakeClock, declaration: Declaration = DECLARATION) -> object:
    return to_the_end(clock, lambda context: service.create(declaration, OWNER, context))  # type: ignore[arg-type]


def becomes(
    connect: FakeConnect, settings: dict[SettingKey, Value], record: OwnershipRecord | None
) -> Answer:
    """Return an ordinary answer after which the user has `settings` and the tags of `record`."""

    def meanwhile() -> None:
        connect.settings = {**connect.settings, **settings}
        connect.tags = record.to_tags() if record else {}

    return Answer(afterwards=meanwhile)


# -- overtaken
# ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def overtaken(connect: FakeConnect) -> FakeConnect:
    connect.settings = {VOICE_ACCEPT: False, PERSISTENT: True}
    connect.tags = HELD.to_tags()
    return connect


def test_a_create_that_was_overtaken_changes_nothing_and_answers_with_what_is_in_force(
    service: SettingsService, overtaken: FakeConnect
) -> None:
    assert service.create(BOTH, OWNER) == OwnedSettings(USER_ARN, {PERSISTENT: True}, (OVERTAKEN,))
    assert overtaken.calls == [DESCRIBE]


@pytest.mark.parametrize("previous", [None, {VOICE_ACCEPT: True}, BOTH.settings])
def test_an_update_that_was_overtaken_changes_nothing_and_answers_with_what_is_in_force(
    service: SettingsService, overtaken: FakeConnect, previous: dict[SettingKey, Value] | None
) -> None:
    assert service.update(BOTH, OWNER, None, previous) == OwnedSettings(
        USER_ARN, {PERSISTENT: True}, (OVERTAKEN,)
    )
    assert overtaken.calls == [DESCRIBE]


def test_an_update_that_another_resource_has_overtaken_is_not_found_and_changes_nothing(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The user was imported into another stack since."""
    theirs = recorded(OTHER_OWNER, {VOICE_ACCEPT: (False, False)})
    connect.tags = replace(theirs, requests=(OWNER.request, OTHER_OWNER.request)).to_tags()
    with pytest.raises(NotFound, match=r"owned by support/Agent, and stay as they are\.$"):
        service.update(DECLARATION, OWNER)
    assert connect.calls == [DESCRIBE]


def test_the_latest_request_and_a_new_one_are_not_overtaken(
    service: SettingsService, overtaken: FakeConnect
) -> None:
    for owner in (LATER, replace(OWNER, request="0123abcd")):
        result = service.update(BOTH, owner, None, {PERSISTENT: True})
        assert result == OwnedSettings(USER_ARN, BOTH.settings)


def test_a_request_that_was_overtaken_while_it_wrote_writes_what_is_declared_since(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {PERSISTENT: False}
    connect.script(UPDATE, becomes(connect, {}, HELD))
    assert service.create(BOTH, OWNER) == OwnedSettings(USER_ARN, {PERSISTENT: True}, (OVERTAKEN,))
    assert connect.calls == [DESCRIBE, TAG, UPDATE, DESCRIBE, UPDATE]
    assert (connect.settings[VOICE_ACCEPT], connect.settings[PERSISTENT]) == (False, True)
    assert connect.tags == HELD.to_tags()


def test_what_an_overtaken_request_has_just_written_is_undone_even_if_it_seems_to_be_as_before(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The read may be from before its own write."""
    later = recorded(OWNER, {CHAT_ACCEPT: (True, False)}, LATER)
    connect.script(UPDATE, becomes(connect, {VOICE_ACCEPT: False, CHAT_ACCEPT: True}, later))
    assert service.create(DECLARATION, OWNER) == OwnedSettings(USER_ARN, {CHAT_ACCEPT: True}, (OVERTAKEN,))
    assert connect.writes == [TAG, UPDATE, UPDATE]


def test_a_request_that_wrote_while_the_later_one_gave_back_gives_back_too(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The later request has given VOICE back before this one wrote it, and is about to remove it from the
    record.
    """
    between = replace(HELD, prior={**HELD.prior, VOICE_ACCEPT: False})
    connect.script(UPDATE, becomes(connect, {}, between))
    assert service.create(BOTH, OWNER) == OwnedSettings(USER_ARN, {PERSISTENT: True}, (OVERTAKEN,))
    assert (connect.settings[VOICE_ACCEPT], connect.settings[PERSISTENT]) == (False, True)


def test_a_request_that_was_overtaken_before_it_wrote_settings_writes_none(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.script(
        TAG,
        Answer(
            ServiceInternalError("lost"), acted=True, afterwards=lambda: connect.tags.update(HELD.to_tags())
        ),
    )
    result = service.create(BOTH, OWNER)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (OVERTAKEN,)
    assert connect.writes == [TAG]


def test_a_refused_way_back_of_an_overtaken_request_is_gone_again(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.script(UPDATE, becomes(connect, {}, HELD), *(Throttling("busy") for _ in range(5)))
    result = created(service, clock, BOTH)
    assert result == OwnedSettings(USER_ARN, {PERSISTENT: True}, (OVERTAKEN,))
    assert connect.settings[VOICE_ACCEPT] is False


def test_an_overtaken_request_that_goes_on_elsewhere_undoes_only_what_still_stands(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The value may be that of somebody who has set it since."""
    theirs = recorded(OWNER, {CHAT_ACCEPT: (True, False)}, LATER)
    connect.script(
        UPDATE, becomes(connect, {CHAT_ACCEPT: True}, theirs), *(Throttling("busy") for _ in range(5))
    )
    pending = service.create(BOTH, OWNER)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    connect.settings[VOICE_ACCEPT] = False
    assert service.create(BOTH, OWNER, pending.context) == OwnedSettings(
        USER_ARN, {CHAT_ACCEPT: True}, (OVERTAKEN,)
    )
    assert connect.sent[-1] == (
        UPDATE,
        {"PersistentConnectionConfigs": [{"Channel": "VOICE", "PersistentConnection": False}]},
    )


def test_a_duplicate_of_a_handover_that_knew_of_no_loss_undoes_nothing(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The request has long ended, and what it finds may be somebody else's."""
    connect.script(
        UPDATE, Answer(afterwards=lambda: connect.script(DESCRIBE, *(Throttling("busy") for _ in range(5))))
    )
    pending = service.create(BOTH, OWNER)
    assert isinstance(pending, InProgress)
    connect.clear_faults()
    connect.tags = recorded(OWNER, {CHAT_ACCEPT: (True, False)}, LATER).to_tags()
    calls = len(connect.calls)
    result = service.create(BOTH, OWNER, json.loads(json.dumps(pending.context)))
    assert isinstance(result, OwnedSettings)
    assert result.notes == (OVERTAKEN,)
    assert connect.calls[calls:] == [DESCRIBE]


def test_a_create_that_fails_after_it_was_overtaken_leaves_the_record_to_the_later_request(
    service: SettingsService, connect: FakeConnect
) -> None:
    theirs = recorded(OWNER, {VOICE_ACCEPT: (True, False), PERSISTENT: (True, False)}, LATER)
    connect.script(UPDATE, becomes(connect, {}, theirs))
    connect.script(DESCRIBE, None, AccessDenied("Expired."))
    with pytest.raises(AccessDenied) as failed:
        service.create(BOTH, OWNER)
    assert str(failed.value) == "Expired. The written settings were given back."
    assert connect.tags == theirs.to_tags()
    assert (connect.settings[VOICE_ACCEPT], connect.settings[PERSISTENT]) == (True, True)
    assert connect.count(UNTAG) == 0


# -- lost
# --------------------------------------------------------------------------------------------------------------


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
    """It has waited for minutes by then: no read is from before its own write."""
    theirs = recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)})
    connect.script(UPDATE, becomes(connect, {VOICE_ACCEPT: False, CHAT_ACCEPT: True}, theirs))
    with pytest.raises(AlreadyExists, match="connect-user-config") as failed:
        created(service, clock)
    assert "given back" not in str(failed.value)
    assert connect.writes == [TAG, UPDATE]


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
        " AutoAcceptConfigs[VOICE].AutoAccept (was false), PhoneNumberConfigs[VOICE].PhoneType (was"
        " DESK_PHONE),"
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
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))  # type: ignore[arg-type]
    assert str(failed.value).endswith("are owned by this resource. The written settings were given back.")
    assert connect.settings[VOICE_ACCEPT] is False
    assert (connect.writes, connect.tags) == ([TAG, UPDATE, UPDATE], {})


def test_a_failed_update_whose_record_is_gone_names_what_stays(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.tags = claimed_by(OWNER)
    connect.script(UPDATE, becomes(connect, {}, None), AccessDenied("No."))
    with pytest.raises(
        NotFound,
        match=r"\(No\.\): AutoAcceptConfigs\[VOICE\]\.AutoAccept \(was false\)\. .* otherwise set them by hand\.$",
    ):
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))  # type: ignore[arg-type]


def test_a_failed_update_whose_record_is_there_leaves_the_way_back_to_the_rollback(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = claimed_by(OWNER)
    connect.script(UPDATE, Answer(afterwards=lambda: connect.script(DESCRIBE, AccessDenied("Expired."))))
    with pytest.raises(AccessDenied) as failed:
        service.update(DECLARATION, LATER)
    assert str(failed.value) == "Expired."
    assert connect.writes == [TAG, UPDATE]


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
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))  # type: ignore[arg-type]
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


def test_a_create_that_is_to_be_abandoned_names_what_an_earlier_invocation_wrote_without_a_record_that_is_left(
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
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context or pending.context))  # type: ignore[arg-type]
    assert connect.settings[VOICE_ACCEPT] is True


def test_a_record_that_is_gone_after_the_writes_of_a_create_is_not_written_again_and_the_settings_are_given_back(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    connect.settings = {VOICE_ACCEPT: False}
    connect.script(UPDATE, becomes(connect, {}, None))
    with pytest.raises(NotStabilized, match="does not show in reads"):
        created(service, clock)
    assert (connect.settings[VOICE_ACCEPT], connect.tags) == (False, {})
    assert connect.writes == [TAG, UPDATE, UPDATE]


def test_an_owner_is_the_same_in_every_request() -> None:
    assert Owner.of(IDENTITY, None, None, "a").request != Owner.of(IDENTITY, None, None, "b").request
    assert OWNER == LATER
    assert OWNER.request != LATER.request


def test_an_update_after_a_delete_that_was_cut_off_takes_the_settings_again(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The resource that a failed delete has left may have been imported again, into the same stack under the
    same name.
    """
    connect.tags = replace(recorded(OWNER, {VOICE_ACCEPT: (True, False)}), is_ending=True).to_tags()
    result = service.update(BOTH, LATER, None, {VOICE_ACCEPT: True})
    assert isinstance(result, OwnedSettings)
    found = OwnershipRecord.from_tags(connect.tags)
    assert found is not None
    assert found.declared == BOTH.settings
    assert not found.is_ending
