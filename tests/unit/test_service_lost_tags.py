"""Updates of a user who has lost a part of the record, before or after the writes."""

from typing import TYPE_CHECKING

import pytest
from unit.creating import to_the_end
from unit.examples import (
    IDENTITY,
    LATER,
    NO_STACK,
    OWNER,
    PERSISTENT,
    USER_ARN,
    VOICE_ACCEPT,
    VOICE_ACW,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import NotFound
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import Owner, OwnershipRecord
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock

if TYPE_CHECKING:
    from custom_connect_userconfig.core.arrays import SettingKey


def test_where_one_array_s_tag_was_removed_a_value_that_may_be_its_own_is_no_earlier_one(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {VOICE_ACCEPT: True, PERSISTENT: True, VOICE_ACW: 30}
    connect.tags = recorded(OWNER, {PERSISTENT: (True, False)}).to_tags()
    declared: dict[SettingKey, Value] = {VOICE_ACCEPT: True, PERSISTENT: True, VOICE_ACW: 60}
    previous: dict[SettingKey, Value] = {VOICE_ACCEPT: True, PERSISTENT: True, VOICE_ACW: 30}
    assert isinstance(service.update(Declaration(IDENTITY, declared), LATER, None, previous), OwnedSettings)
    found = OwnershipRecord.from_tags(connect.tags)
    assert found is not None
    assert found.prior == {VOICE_ACCEPT: Unrecorded.VALUE, PERSISTENT: False, VOICE_ACW: Unrecorded.VALUE}


@pytest.mark.parametrize(
    ("previous", "shown", "prior"),
    [
        ({VOICE_ACW: 30}, 60, Unrecorded.VALUE),  # declared now: an earlier try may have written it
        ({VOICE_ACW: 30}, 45, 45),  # somebody has changed it since
        ({VOICE_ACCEPT: True}, 60, 60),  # newly declared: nobody has written it yet
        (None, 60, 60),
    ],
)
def test_only_what_was_declared_before_may_be_its_own_where_there_is_an_owner(
    service: SettingsService,
    connect: FakeConnect,
    previous: Settings | None,
    shown: int,
    prior: RecordedValue,
) -> None:
    connect.settings = {VOICE_ACW: shown}
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: False, VOICE_ACW: 60})
    assert isinstance(service.update(declaration, LATER, None, previous), OwnedSettings)
    found = OwnershipRecord.from_tags(connect.tags)
    assert found is not None
    assert found.prior == {VOICE_ACCEPT: False, VOICE_ACW: prior}


def test_a_record_that_vanished_after_the_writes_is_waited_for(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    kept: dict[str, str] = {}

    def vanish() -> None:
        kept.update(connect.tags)
        connect.tags = {}

    connect.script(UPDATE, Answer(afterwards=vanish))
    connect.script(DESCRIBE, None, Answer(afterwards=lambda: connect.tags.update(kept)))
    assert service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), LATER) == OwnedSettings(
        USER_ARN, {VOICE_ACCEPT: True}
    )
    assert connect.writes == [TAG, UPDATE]


@pytest.mark.parametrize("owner", [LATER, NO_STACK])
def test_a_record_that_stays_away_after_the_writes_is_not_found_in_bounded_time_and_not_written_again(
    service: SettingsService, connect: FakeConnect, clock: FakeClock, owner: Owner
) -> None:
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    begun = clock.now()
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: True})
    with pytest.raises(NotFound):
        to_the_end(clock, lambda context: service.update(declaration, owner, context))
    assert clock.now() - begun < 400
    assert connect.count(TAG) == 1
