"""A record that was handed over: the next create takes it over, and its former owner's delete leaves it."""

import pytest
from unit.creating import DECLARATION, EVERY_CHANNEL, to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    INSTANCE_ARN,
    LATER,
    NO_STACK,
    OTHER_OWNER,
    OTHER_STACK,
    OWNER,
    PERSISTENT,
    USER,
    USER_ARN,
    VOICE_ACCEPT,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import (
    AlreadyExists,
    InvalidRequest,
    NetworkFailure,
    NotFound,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.identifiers import Environment, InstanceRef
from custom_connect_userconfig.core.interventions import plan_hand_over
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, OWNER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import OVERTAKEN
from custom_connect_userconfig.ports import FoundUser, FoundUsers
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

OWNED = (VOICE_ACCEPT, CHAT_ACCEPT, PERSISTENT)
EARLIER: dict[SettingKey, Value] = {**EVERY_CHANNEL, **dict.fromkeys(OWNED, False)}
HELD: dict[SettingKey, Value] = {**EVERY_CHANNEL, **dict.fromkeys(OWNED, True)}
RECORD = recorded(OWNER, dict.fromkeys(OWNED, (True, False)))
NEXT = Owner.of(IDENTITY, OTHER_STACK, "Agent", "request-9")
"""A resource of another stack."""
BOTH_FLAVOURS = pytest.mark.parametrize("service", [True, False], ids=["registry", "custom"], indirect=True)


def hand_over(connect: FakeConnect) -> None:
    """Hand over the record that the user carries, and forget the call."""
    record = OwnershipRecord.from_tags(connect.tags)
    assert record
    connect.tags = {**connect.tags, **plan_hand_over(record).claim}


@pytest.fixture
def service(connect: FakeConnect, retrier: Retrier, request: pytest.FixtureRequest) -> SettingsService:
    return SettingsService(connect, retrier, is_importable=getattr(request, "param", True))


@pytest.fixture
def handed_over(connect: FakeConnect) -> FakeConnect:
    """A user with the settings and the record of a resource, who was handed over."""
    connect.settings = dict(HELD)
    connect.tags = {**RECORD.to_tags(), "team": "sales"}
    hand_over(connect)
    return connect


def taken_by(owner: Owner, former: OwnershipRecord) -> dict[str, str]:
    """Return the tags after `owner` has taken over and declares auto-accept of VOICE alone."""
    handed = OwnershipRecord.from_tags({**former.to_tags(), **plan_hand_over(former).claim})
    assert handed
    requests = (*handed.requests, owner.request)
    record = OwnershipRecord(owner, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False}, requests)
    return {**record.to_tags(), "team": "sales"}


@BOTH_FLAVOURS
def test_the_next_create_keeps_earlier_values_and_gives_back_what_it_does_not_declare(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    result = service.create(DECLARATION, NEXT)
    assert result == OwnedSettings(USER_ARN, {VOICE_ACCEPT: True})
    assert handed_over.settings == {**EARLIER, VOICE_ACCEPT: True}
    assert handed_over.tags == taken_by(NEXT, RECORD)
    assert handed_over.calls == [DESCRIBE, TAG, UPDATE, TAG, UNTAG, DESCRIBE]
    assert service.delete(IDENTITY, NEXT) == GivenBack()
    assert (handed_over.settings, handed_over.tags) == (EARLIER, {"team": "sales"})


def test_the_first_write_is_the_whole_record(service: SettingsService, handed_over: FakeConnect) -> None:
    """Cut off after it, the next create goes on from there, and nobody else can take it."""
    handed_over.script(TAG, Answer(NetworkFailure("cut off"), acted=True))
    handed_over.always(UPDATE, Throttling("busy"))
    assert isinstance(service.create(DECLARATION, NEXT), InProgress)
    found = OwnershipRecord.from_tags(handed_over.tags)
    assert found
    assert (found.owned_by(NEXT), found.is_handed_over, found.prior) == (True, False, RECORD.prior)
    with pytest.raises(AlreadyExists):
        service.create(DECLARATION, LATER)


def test_a_record_that_somebody_has_edited_can_be_handed_over_too(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    del handed_over.tags[OWNER_KEY]
    assert isinstance(service.create(DECLARATION, NEXT), OwnedSettings)
    assert handed_over.settings == {**EARLIER, VOICE_ACCEPT: True}


def test_a_refused_create_names_the_command(service: SettingsService, connect: FakeConnect) -> None:
    connect.tags = RECORD.to_tags()
    with pytest.raises(AlreadyExists, match="connect-user-config release --hand-over"):
        service.create(DECLARATION, NEXT)


def test_outside_of_stacks_the_caller_becomes_the_owner(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    assert isinstance(service.create(DECLARATION, NO_STACK), OwnedSettings)
    assert handed_over.tags == taken_by(NO_STACK, RECORD)


@BOTH_FLAVOURS
@pytest.mark.parametrize("stale", [1, 3, 6])
def test_reads_that_show_the_hand_over_after_the_claim_are_waited_out(
    service: SettingsService, handed_over: FakeConnect, clock: FakeClock, stale: int
) -> None:
    handed_over.stale_reads = stale
    result = to_the_end(clock, lambda context: service.create(DECLARATION, NEXT, context))
    assert isinstance(result, OwnedSettings)
    assert handed_over.writes == [TAG, UPDATE, TAG, UNTAG]
    assert handed_over.tags == taken_by(NEXT, RECORD)


@BOTH_FLAVOURS
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("acted", [True, False])
@pytest.mark.parametrize("stale", [0, 2])
def test_a_create_that_is_cut_off_at_a_write_is_finished_by_the_next_try(
    service: SettingsService, handed_over: FakeConnect, clock: FakeClock, number: int, acted: bool, stale: int
) -> None:
    """The process dies at the write: nothing of it reaches the next try but the same request."""
    operation = [TAG, UPDATE, TAG, UNTAG][number]
    handed_over.stale_reads = stale
    before = [None] if number == 2 else []
    handed_over.script(operation, *before, Answer(_Killed(), acted=acted))
    with pytest.raises(_Killed):
        service.create(DECLARATION, NEXT)
    result = to_the_end(clock, lambda context: service.create(DECLARATION, NEXT, context))
    assert isinstance(result, OwnedSettings)
    assert handed_over.settings == {**EARLIER, VOICE_ACCEPT: True}
    assert handed_over.tags == taken_by(NEXT, RECORD)


class _Killed(BaseException):
    """The end of the process."""


@BOTH_FLAVOURS
def test_a_create_that_fails_gives_everything_back(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    handed_over.script(UPDATE, InvalidRequest("no"))
    with pytest.raises(InvalidRequest, match="were given back"):
        service.create(DECLARATION, NEXT)
    assert (handed_over.settings, handed_over.tags) == (EARLIER, {"team": "sales"})


@BOTH_FLAVOURS
def test_a_create_that_fails_while_reads_show_the_hand_over_leaves_its_record_to_the_delete(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    handed_over.freeze_reads = True
    handed_over.script(UPDATE, InvalidRequest("no"))
    with pytest.raises(InvalidRequest, match="deleting the resource gives them back"):
        service.create(DECLARATION, NEXT)
    found = OwnershipRecord.from_tags(handed_over.tags)
    assert found
    assert (found.owned_by(NEXT), found.prior) == (True, RECORD.prior)
    handed_over.freeze_reads = False
    assert service.delete(IDENTITY, NEXT) == GivenBack()
    assert (handed_over.settings, handed_over.tags) == (EARLIER, {"team": "sales"})


@BOTH_FLAVOURS
def test_a_delete_right_after_the_take_waits_until_reads_show_it(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    service.create(DECLARATION, NEXT)
    taken = dict(handed_over.tags)
    handed_over.tags = {**RECORD.to_tags(), "team": "sales"}
    hand_over(handed_over)
    handed_over.script(DESCRIBE, Answer(afterwards=lambda: setattr(handed_over, "tags", taken)))
    assert service.delete(IDENTITY, NEXT) == GivenBack()
    assert (handed_over.settings, handed_over.tags) == (EARLIER, {"team": "sales"})


@BOTH_FLAVOURS
@pytest.mark.parametrize("operation", [TAG, UPDATE, UNTAG])
def test_a_delete_that_has_begun_does_not_take_a_late_read_for_its_end(
    service: SettingsService, handed_over: FakeConnect, clock: FakeClock, operation: str
) -> None:
    late = dict(handed_over.tags)
    service.create(DECLARATION, NEXT)
    kept: dict[str, str] = {}

    def hide() -> None:
        kept.update(handed_over.tags)
        handed_over.tags = late

    lost = operation != UNTAG
    handed_over.script(operation, Answer(ServiceInternalError("lost") if lost else None, lost, hide))
    shows = Answer(afterwards=lambda: setattr(handed_over, "tags", kept))
    handed_over.script(DESCRIBE, *[None] * 7, shows)
    result = to_the_end(clock, lambda context: service.delete(IDENTITY, NEXT, context))
    assert result == GivenBack()
    assert (handed_over.settings, handed_over.tags) == (EARLIER, {"team": "sales"})


@BOTH_FLAVOURS
@pytest.mark.parametrize("taken", [False, True])
def test_the_former_owners_delete_finds_nothing_and_touches_nothing(
    service: SettingsService, handed_over: FakeConnect, taken: bool
) -> None:
    if taken:
        service.create(DECLARATION, NEXT)
        handed_over.calls.clear()
    before = (dict(handed_over.settings), dict(handed_over.tags))
    with pytest.raises(NotFound, match="are owned by this resource") as refused:
        service.delete(IDENTITY, LATER)
    assert ("handed over" in str(refused.value)) == (not taken)
    assert (handed_over.settings, handed_over.tags) == before
    assert not handed_over.writes


@pytest.mark.parametrize("asking", [NO_STACK, OTHER_OWNER])
def test_no_other_delete_releases_it_either(
    service: SettingsService, handed_over: FakeConnect, asking: Owner
) -> None:
    del handed_over.tags[OWNER_KEY]
    with pytest.raises(NotFound):
        service.delete(IDENTITY, asking)
    assert not handed_over.writes


@BOTH_FLAVOURS
def test_an_update_of_the_former_owner_takes_it_again(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    """Its template still declares the settings, and nobody else has taken them."""
    declared = Declaration(IDENTITY, dict.fromkeys(OWNED, True))
    assert isinstance(service.update(declared, LATER, None, declared.settings), OwnedSettings)
    found = OwnershipRecord.from_tags(handed_over.tags)
    assert found
    assert (found.owned_by(OWNER), found.is_handed_over, found.prior) == (True, False, RECORD.prior)
    assert UPDATE not in handed_over.writes
    with pytest.raises(AlreadyExists):
        service.create(DECLARATION, NEXT)


@BOTH_FLAVOURS
@pytest.mark.parametrize("act", ["create", "update"])
def test_a_former_owners_event_that_comes_again_changes_nothing(
    service: SettingsService, handed_over: FakeConnect, act: str
) -> None:
    result = getattr(service, act)(DECLARATION, OWNER)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (OVERTAKEN,)
    assert not handed_over.writes


def test_a_former_owners_create_that_comes_again_after_the_take_is_refused(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    service.create(DECLARATION, NEXT)
    handed_over.calls.clear()
    with pytest.raises(AlreadyExists, match="support/Agent"):
        service.create(DECLARATION, OWNER)
    assert handed_over.calls == [DESCRIBE]


def test_the_former_owners_stack_may_create_it_again(
    service: SettingsService, handed_over: FakeConnect
) -> None:
    assert isinstance(service.create(DECLARATION, LATER), OwnedSettings)
    assert handed_over.tags == taken_by(LATER, RECORD)


@pytest.mark.parametrize(("service", "takes"), [(True, True), (False, False)], indirect=["service"])
def test_an_update_of_another_stack_takes_it_only_as_an_import(
    service: SettingsService, handed_over: FakeConnect, takes: bool
) -> None:
    if takes:
        assert isinstance(service.update(DECLARATION, NEXT), OwnedSettings)
        assert handed_over.tags == taken_by(NEXT, RECORD)
    else:
        with pytest.raises(NotFound, match="handed over"):
            service.update(DECLARATION, NEXT)
        assert not handed_over.writes


@BOTH_FLAVOURS
@pytest.mark.parametrize("at", [TAG, UPDATE])
def test_a_create_during_which_its_record_is_handed_over_stands_back(
    service: SettingsService, handed_over: FakeConnect, at: str
) -> None:
    handed_over.settings = dict(EARLIER)
    handed_over.script(at, Answer(afterwards=lambda: hand_over(handed_over)))
    result = service.create(Declaration(IDENTITY, dict.fromkeys(OWNED, True)), NEXT)
    assert isinstance(result, OwnedSettings)
    assert OVERTAKEN in result.notes
    found = OwnershipRecord.from_tags(handed_over.tags)
    assert found
    assert (found.is_handed_over, found.prior) == (True, RECORD.prior)
    assert handed_over.settings == HELD


@BOTH_FLAVOURS
def test_a_hand_over_that_was_read_before_the_claim_is_taken_again(
    service: SettingsService, connect: FakeConnect, clock: FakeClock
) -> None:
    """It puts the former owner back beside the claim's earlier values; the create waits, and claims again."""
    connect.settings, connect.tags = dict(HELD), {**RECORD.to_tags(), "team": "sales"}
    hand_over(connect)
    again = {key: connect.tags[key] for key in (MARKER_KEY, OWNER_KEY)}
    connect.script(UPDATE, Answer(afterwards=lambda: connect.tags.update(again)))
    result = to_the_end(clock, lambda context: service.create(DECLARATION, NEXT, context))
    assert isinstance(result, OwnedSettings)
    assert connect.tags == taken_by(NEXT, RECORD)
    assert connect.settings == {**EARLIER, VOICE_ACCEPT: True}


def test_a_read_and_a_list_show_it_for_an_import(service: SettingsService, handed_over: FakeConnect) -> None:
    assert service.read(IDENTITY) == OwnedSettings(USER_ARN, dict(RECORD.declared))  # type: ignore[arg-type]  # no setting is unrecorded
    handed_over.pages = {None: FoundUsers([FoundUser(USER, USER_ARN, handed_over.tags)], None)}
    listed = service.list_users(InstanceRef.parse(INSTANCE_ARN, Environment()))
    assert listed.identifiers == [(IDENTITY.instance_id, USER)]
    assert "handed-over" in str(handed_over.sent[-1])
