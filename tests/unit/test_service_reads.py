"""Read and list: one call, no write, declared settings only, identifiers as the owner spells them."""

from dataclasses import dataclass

import pytest
from unit.examples import (
    CHAT_ACCEPT,
    CHAT_ACW,
    ENVIRONMENT,
    IDENTITY,
    INSTANCE,
    INSTANCE_ARN,
    OWNER,
    STACK,
    USER,
    USER_ARN,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, SEARCH, FakeConnect

from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY
from custom_connect_userconfig.core.errors import NotFound, RecordDamaged, ServiceInternalError, Throttling
from custom_connect_userconfig.core.identifiers import Identity, InstanceRef
from custom_connect_userconfig.core.kinds import Unrecorded
from custom_connect_userconfig.core.ownership import MARKER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.ports import FoundUser, FoundUsers
from custom_connect_userconfig.retry.retrier import Retrier
from custom_connect_userconfig.service import OwnedSettings, OwnedUsers, SettingsService
from support.clock import FakeClock

HERE = InstanceRef.parse(INSTANCE, ENVIRONMENT)


def test_a_read_shows_the_live_value_of_what_is_declared_and_not_of_what_is_being_given_back(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings = {VOICE_ACCEPT: True, CHAT_ACCEPT: True}
    connect.tags = OwnershipRecord(
        OWNER,
        {VOICE_ACCEPT: True, CHAT_ACW: 30, PHONE_NUMBER_KEY: Unrecorded.VALUE},
        {VOICE_ACCEPT: False, CHAT_ACW: 5, PHONE_NUMBER_KEY: None, CHAT_ACCEPT: False},
    ).to_tags()
    assert service.read(IDENTITY) == OwnedSettings(USER_ARN, {VOICE_ACCEPT: True, CHAT_ACW: 0})
    assert connect.calls == [DESCRIBE]


@pytest.mark.parametrize("exists", [True, False])
def test_a_read_of_nothing_owned_is_not_found_at_once(
    service: SettingsService, connect: FakeConnect, exists: bool
) -> None:
    connect.exists = exists
    with pytest.raises(NotFound):
        service.read(IDENTITY)
    assert connect.calls == [DESCRIBE]


def test_a_read_of_a_damaged_record_fails(service: SettingsService, connect: FakeConnect) -> None:
    connect.tags = {MARKER_KEY: "managed", f"{MARKER_KEY}:owner": ""}
    with pytest.raises(RecordDamaged):
        service.read(IDENTITY)


def test_a_throttled_read_is_tried_again_inside(service: SettingsService, connect: FakeConnect) -> None:
    connect.tags = recorded(OWNER, {CHAT_ACW: (30, 5)}).to_tags()
    connect.script(DESCRIBE, Throttling("busy"), ServiceInternalError("5xx"))
    assert service.read(IDENTITY).settings == {CHAT_ACW: 0}


@pytest.mark.parametrize("operation", ["read", "list"])
def test_reads_end_within_their_thirty_seconds(
    connect: FakeConnect, clock: FakeClock, operation: str
) -> None:
    connect.latency = {DESCRIBE: 11, SEARCH: 11}
    connect.always(DESCRIBE, Throttling("busy"))
    connect.always(SEARCH, Throttling("busy"))
    service = SettingsService(connect, Retrier(clock, lambda: 1.0))
    begun = clock.now()
    with pytest.raises(Throttling):
        service.read(IDENTITY) if operation == "read" else service.list_users(HERE)
    assert clock.now() - begun < 30


@dataclass
class Listed:
    """One user of a page, and the spelling of the identifiers in its owner's template."""

    name: str
    instance_given: str = INSTANCE
    by_arn: bool = False

    @property
    def arn(self) -> str:
        return f"{INSTANCE_ARN}/agent/{self.name}"

    @property
    def given(self) -> tuple[str, str]:
        return self.instance_given, self.arn if self.by_arn else self.name

    def found(self) -> FoundUser:
        owner = Owner.of(Identity.parse(*self.given, ENVIRONMENT), STACK, "Agent")
        return FoundUser(self.name, self.arn, recorded(owner, {CHAT_ACW: (30, 0)}).to_tags())


def test_a_page_is_one_call_and_names_each_user_as_its_owner_does(
    service: SettingsService, connect: FakeConnect
) -> None:
    listed = [
        Listed("a"),
        Listed("b", INSTANCE_ARN),
        Listed("c", by_arn=True),
        Listed("d", INSTANCE_ARN, by_arn=True),
    ]
    connect.pages = {None: FoundUsers([user.found() for user in listed], None)}
    assert service.list_users(HERE) == OwnedUsers([user.given for user in listed], None)
    assert connect.sent == [(SEARCH, (INSTANCE, MARKER_KEY, ("managed", "releasing", "handed-over"), None))]


@pytest.mark.parametrize("tags", [{MARKER_KEY: "managed"}, {f"{MARKER_KEY}:owner": "v9 ?"}])
def test_a_user_whose_owner_cannot_be_understood_is_named_by_ids(
    service: SettingsService, connect: FakeConnect, tags: dict[str, str]
) -> None:
    connect.pages = {None: FoundUsers([FoundUser(USER, USER_ARN, tags)], None)}
    assert service.list_users(HERE).identifiers == [(INSTANCE, USER)]


def test_pages_follow_each_other_by_token(service: SettingsService, connect: FakeConnect) -> None:
    connect.pages = {
        None: FoundUsers([Listed("a").found()], "t1"),
        "t1": FoundUsers([Listed("b").found()], None),
    }
    first = service.list_users(InstanceRef.parse(INSTANCE_ARN, ENVIRONMENT))
    assert first.next_token == "t1"
    second = service.list_users(HERE, first.next_token)
    assert [*first.identifiers, *second.identifiers] == [(INSTANCE, "a"), (INSTANCE, "b")]
    assert second.next_token is None
    assert connect.calls == [SEARCH, SEARCH]


def test_a_throttled_page_is_tried_again(service: SettingsService, connect: FakeConnect) -> None:
    connect.pages = {None: FoundUsers([], None)}
    connect.script(SEARCH, Throttling("busy"))
    assert service.list_users(HERE) == OwnedUsers([], None)
