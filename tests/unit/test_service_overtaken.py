"""Two requests of one resource: the one that was overtaken changes nothing, or undoes its own writes."""

import json
from dataclasses import replace

import pytest
from unit.creating import DECLARATION, to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    LATER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    USER_ARN,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect
from unit.racing import becomes, created

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import AccessDenied, NotFound, ServiceInternalError, Throttling
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import Marker, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import OVERTAKEN
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

BOTH = Declaration(IDENTITY, {VOICE_ACCEPT: True, PERSISTENT: True})


HELD = recorded(OWNER, {PERSISTENT: (True, False)}, LATER)
"""The later request has dropped VOICE and given it back."""


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
    """The read may be older than its own write."""
    later = recorded(OWNER, {CHAT_ACCEPT: (True, False)}, LATER)
    connect.script(UPDATE, becomes(connect, {VOICE_ACCEPT: False, CHAT_ACCEPT: True}, later))
    assert service.create(DECLARATION, OWNER) == OwnedSettings(USER_ARN, {CHAT_ACCEPT: True}, (OVERTAKEN,))
    assert connect.writes == [TAG, UPDATE, UPDATE]


def test_a_request_that_wrote_while_the_later_one_gave_back_gives_back_too(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The later request has given VOICE back before this one wrote it, and the record drops it next."""
    between = replace(HELD, prior={**HELD.prior, VOICE_ACCEPT: False})
    connect.script(UPDATE, becomes(connect, {}, between))
    assert service.create(BOTH, OWNER) == OwnedSettings(USER_ARN, {PERSISTENT: True}, (OVERTAKEN,))
    assert (connect.settings[VOICE_ACCEPT], connect.settings[PERSISTENT]) == (False, True)


def test_a_request_that_was_overtaken_before_it_wrote_settings_writes_none(
    service: SettingsService, connect: FakeConnect
) -> None:
    overtaken = Answer(
        ServiceInternalError("lost"), acted=True, afterwards=lambda: connect.tags.update(HELD.to_tags())
    )
    connect.script(TAG, overtaken)
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
    """Somebody may have set the value since."""
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
    """The request has long ended, and the values that it finds may be somebody else's."""
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
    both = f"{VOICE_ACCEPT}, {PERSISTENT}"
    left = f"The record of {OWNER.label} holds the same for {both}: that stays."
    assert str(failed.value) == f"Expired. The written settings were given back. {left}"
    assert connect.tags == theirs.to_tags()
    assert (connect.settings[VOICE_ACCEPT], connect.settings[PERSISTENT]) == (True, True)
    assert connect.count(UNTAG) == 0


def test_an_owner_is_the_same_in_every_request() -> None:
    assert Owner.of(IDENTITY, None, None, "a").request != Owner.of(IDENTITY, None, None, "b").request
    assert OWNER == LATER
    assert OWNER.request != LATER.request


RELEASING = replace(recorded(OWNER, {VOICE_ACCEPT: (True, False)}), marker=Marker.RELEASING)
"""A delete of the same resource has begun."""


def test_an_update_leaves_the_user_to_a_delete_that_has_begun_and_finds_nothing_then(
    service: SettingsService, connect: FakeConnect
) -> None:
    """CloudFormation has given this update up; if it wrote, the delete would take it for a later request."""
    connect.tags = RELEASING.to_tags()
    connect.script(DESCRIBE, None, None, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    with pytest.raises(NotFound, match=r"are owned by this resource\.$"):
        service.update(BOTH, LATER, None, {VOICE_ACCEPT: True})
    assert connect.writes == []


def test_an_update_says_what_it_waits_for(service: SettingsService, connect: FakeConnect) -> None:
    connect.tags = RELEASING.to_tags()
    pending = service.update(BOTH, LATER, None, {VOICE_ACCEPT: True})
    assert isinstance(pending, InProgress)
    assert pending.reason == f"A delete of this resource is giving the settings of {IDENTITY} back."


def test_an_update_after_a_delete_that_was_cut_off_takes_the_settings_again_in_the_end(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """Somebody may have imported the rest of a failed delete into the same stack, under the same name."""
    connect.tags, begun = RELEASING.to_tags(), clock.now()
    result = to_the_end(clock, lambda context: service.update(BOTH, LATER, context, {VOICE_ACCEPT: True}))
    assert isinstance(result, OwnedSettings)
    assert 120 <= clock.now() - begun < 150
    found = OwnershipRecord.from_tags(connect.tags)
    assert found is not None
    assert found.declared == BOTH.settings
    assert not found.is_ending


@pytest.mark.parametrize(("elapsed", "waits"), [(119.5, True), (120.0, False)])
def test_two_minutes_are_left_to_the_delete(
    service: SettingsService, connect: FakeConnect, clock: FakeClock, elapsed: float, waits: bool
) -> None:
    connect.tags, begun = RELEASING.to_tags(), clock.now()
    result = service.update(BOTH, LATER, {"elapsed": elapsed}, {VOICE_ACCEPT: True})
    assert isinstance(result, OwnedSettings)
    assert (clock.now() > begun) is waits


def test_the_delete_of_another_resource_is_not_waited_for(
    service: SettingsService, connect: FakeConnect
) -> None:
    """The user was imported from it."""
    connect.tags = replace(RELEASING, owner=OTHER_OWNER).to_tags()
    assert isinstance(service.update(BOTH, LATER, None, {}), OwnedSettings)


def test_an_update_waits_if_a_delete_has_begun_since_it_wrote_and_gives_back_after_it(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """The delete has read the user before this update recorded itself, so that it does not know of it."""
    connect.settings = {VOICE_ACCEPT: True, PERSISTENT: False}
    connect.tags = replace(RELEASING, marker=Marker.MANAGED).to_tags()
    connect.script(UPDATE, becomes(connect, {}, RELEASING))
    connect.script(DESCRIBE, None, None, None, becomes(connect, {VOICE_ACCEPT: False}, None))
    with pytest.raises(NotFound, match=r"The written settings were given back\.$"):
        to_the_end(clock, lambda context: service.update(BOTH, LATER, context, {VOICE_ACCEPT: True}))
    assert (connect.settings[VOICE_ACCEPT], connect.settings[PERSISTENT]) == (False, False)
    assert connect.tags == {}


def test_an_update_that_has_waited_and_then_written_waits_for_a_delete_that_comes_again(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """The delete has read the user before this update recorded itself, as above."""
    connect.settings, connect.tags = {VOICE_ACCEPT: True, PERSISTENT: False}, RELEASING.to_tags()
    connect.script(UPDATE, becomes(connect, {}, RELEASING))
    with pytest.raises(NotFound, match=r"^A delete of this resource .* The written settings were given back"):
        to_the_end(clock, lambda context: service.update(BOTH, LATER, context, {VOICE_ACCEPT: True}))
    assert (connect.settings[VOICE_ACCEPT], connect.settings[PERSISTENT]) == (False, False)
    assert connect.tags == RELEASING.to_tags()
