"""The note of a create that has lost a race names the settings that stay as it wrote them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.creating import DECLARATION
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    NUMBER,
    OTHER_OWNER,
    OWNER,
    PERSISTENT,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, UPDATE, Answer, FakeConnect
from unit.racing import becomes, created

from custom_connect_userconfig.core.arrays import (
    DESK_PHONE,
    PHONE_NUMBER_KEY,
    PHONE_TYPE_KEY,
    SOFT_PHONE,
    SettingKey,
)
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import AccessDenied, AlreadyExists
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded
from custom_connect_userconfig.core.ownership import Marker
from custom_connect_userconfig.service import SettingsService
from support.clock import FakeClock

if TYPE_CHECKING:
    from custom_connect_userconfig.core.kinds import Value

THEIRS = "The record of support/Agent"


def test_a_setting_that_the_winner_declares_alike_is_named_and_no_other_is(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    wanted: dict[SettingKey, Value] = {VOICE_ACCEPT: True, CHAT_ACCEPT: True, PERSISTENT: True}
    theirs = recorded(OTHER_OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACCEPT: (False, False)})
    connect.settings = dict.fromkeys(wanted, False)
    connect.script(UPDATE, becomes(connect, {}, theirs))
    with pytest.raises(AlreadyExists) as failed:
        created(service, clock, Declaration(IDENTITY, wanted))
    assert str(failed.value).endswith(f" given back. {THEIRS} holds the same for {VOICE_ACCEPT}: that stays.")
    assert {key: connect.settings[key] for key in wanted} == {**wanted, CHAT_ACCEPT: False, PERSISTENT: False}


def test_a_create_that_has_lost_late_in_its_invocation_gives_back_instead_of_waiting_for_its_record(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.latency = {UPDATE: 36.9, DESCRIBE: 0.35}
    winner = becomes(connect, {CHAT_ACCEPT: True}, recorded(OTHER_OWNER, {CHAT_ACCEPT: (True, False)}))

    def wins_and_answers_at_once() -> None:
        winner.afterwards()
        del connect.latency[UPDATE]

    connect.script(UPDATE, Answer(afterwards=wins_and_answers_at_once))
    connect.script(DESCRIBE, None, AccessDenied("No."))
    with pytest.raises(AccessDenied, match=r"^No\. The written settings were given back\.$"):
        service.create(DECLARATION, OWNER)
    assert connect.settings[VOICE_ACCEPT] is False


def test_a_setting_that_the_winner_is_giving_back_is_given_back_and_not_named(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    theirs = replace(recorded(OTHER_OWNER, {VOICE_ACCEPT: (True, False)}), marker=Marker.RELEASING)
    connect.script(UPDATE, becomes(connect, {}, theirs))
    with pytest.raises(AlreadyExists) as failed:
        created(service, clock)
    assert str(failed.value).endswith("start with connect-user-config. The written settings were given back.")
    assert connect.settings[VOICE_ACCEPT] is False


def test_a_number_that_the_winner_declares_too_is_not_said_to_be_the_same(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """No record holds a number: this one may have replaced the winner's, or the winner's this one."""
    phone: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    theirs: dict[SettingKey, tuple[RecordedValue, RecordedValue]] = {
        PHONE_TYPE_KEY: (DESK_PHONE, SOFT_PHONE),
        PHONE_NUMBER_KEY: (Unrecorded.VALUE, None),
    }
    connect.script(UPDATE, becomes(connect, {}, recorded(OTHER_OWNER, theirs)))
    with pytest.raises(AlreadyExists) as failed:
        created(service, clock, Declaration(IDENTITY, phone))
    assert str(failed.value).endswith(
        f"{THEIRS} holds the same for {PHONE_TYPE_KEY}: that stays."
        f" {THEIRS} declares a phone number too, which it does not hold: the number is left as it is now."
    )
