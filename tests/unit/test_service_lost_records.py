"""Updates whose user carries no record, or is gone: within stacks such an update ends well and says so,
outside it is NotFound.
"""

import pytest
from unit.creating import to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    LATER,
    NO_STACK,
    NUMBER,
    OWNER,
    PERSISTENT,
    USER_ARN,
    VOICE_ACCEPT,
    VOICE_ACW,
    recorded,
)
from unit.fake_connect import DESCRIBE, SEARCH, TAG, UPDATE, Answer, FakeConnect

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
    NetworkFailure,
    NotFound,
    ResourceConflict,
    Retriable,
    Throttling,
)
from custom_connect_userconfig.core.kinds import RecordedValue, Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, OWNER_KEY, Owner, OwnershipRecord
from custom_connect_userconfig.core.ownership_messages import record_restored, user_gone
from custom_connect_userconfig.core.restoration import left_as_they_are
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.retry.retrier import InProgress, Retrier
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock

DECLARED: dict[SettingKey, Value] = {VOICE_ACCEPT: True, PERSISTENT: True, VOICE_ACW: 60}
PREVIOUS: dict[SettingKey, Value] = {VOICE_ACCEPT: True, CHAT_ACCEPT: True, VOICE_ACW: 30}
DECLARATION = Declaration(IDENTITY, DECLARED)
RESTORED = recorded(
    LATER,
    {VOICE_ACCEPT: (True, Unrecorded.VALUE), PERSISTENT: (True, False), VOICE_ACW: (60, Unrecorded.VALUE)},
)
SAID = (
    "The user carried no record of the settings that this resource owns: somebody has removed its tags."
    " The record is written again."
    " The earlier value of AfterContactWorkConfigs[VOICE].AfterContactWorkConfig.AfterContactWorkTimeLimit,"
    " AutoAcceptConfigs[VOICE].AutoAccept is not known any more: deleting the resource will leave it as it"
    " is."
    " AutoAcceptConfigs[CHAT].AutoAccept, no longer declared, is left as it is."
    " If another tool manages the user's tags, let it ignore those that start with connect-user-config."
)


@pytest.fixture
def stripped(connect: FakeConnect) -> FakeConnect:
    """A user as the stack has left it, but for the tags, which somebody has removed."""
    connect.settings, connect.tags = {**PREVIOUS, PERSISTENT: False}, {"team": "sales"}
    return connect


# -- no record
# ---------------------------------------------------------------------------------------------------------


def test_an_update_by_a_stack_writes_a_record_that_is_lost_again_and_says_so(
    service: SettingsService, stripped: FakeConnect, clock: FakeClock
) -> None:
    assert service.update(DECLARATION, LATER, None, PREVIOUS) == OwnedSettings(USER_ARN, DECLARED, (SAID,))
    assert stripped.calls == [*[DESCRIBE] * 5, TAG, DESCRIBE, TAG, UPDATE, DESCRIBE]
    assert stripped.sent[5] == (TAG, OwnershipRecord(LATER, {}, {}, (LATER.request,)).to_tags()), (
        "the request alone comes first"
    )
    assert clock.slept == [1, 2, 4, 8]
    assert stripped.tags == {**RESTORED.to_tags(), "team": "sales"}
    assert {key: stripped.settings[key] for key in DECLARED} == DECLARED
    assert stripped.settings[CHAT_ACCEPT] is True, "nobody knows what it was before"


def test_an_unchanged_update_writes_a_lost_record_again_too(
    service: SettingsService, stripped: FakeConnect
) -> None:
    result = service.update(Declaration(IDENTITY, PREVIOUS), LATER, None, PREVIOUS)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (record_restored(dict.fromkeys(PREVIOUS, Unrecorded.VALUE), PREVIOUS),)
    assert stripped.writes == [TAG, TAG]


@pytest.mark.parametrize("late", [1, 2, 3, 4])
def test_a_record_that_shows_late_is_no_lost_one(
    service: SettingsService, stripped: FakeConnect, late: int
) -> None:
    held = recorded(OWNER, {VOICE_ACCEPT: (True, False)})
    answers: list[Answer | None] = [None] * (late - 1)
    stripped.script(DESCRIBE, *answers, Answer(afterwards=lambda: stripped.tags.update(held.to_tags())))
    assert service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), OWNER) == OwnedSettings(
        USER_ARN, {VOICE_ACCEPT: True}
    )
    assert stripped.writes == []


def test_without_previous_properties_only_what_is_declared_now_may_be_its_own(
    service: SettingsService, stripped: FakeConnect
) -> None:
    service.update(DECLARATION, LATER)
    found = OwnershipRecord.from_tags(stripped.tags)
    assert found is not None
    assert found.prior == {VOICE_ACCEPT: Unrecorded.VALUE, PERSISTENT: False, VOICE_ACW: 30}


def test_an_update_that_finds_a_part_of_its_record_writes_it_again_and_names_what_is_lost(
    service: SettingsService, stripped: FakeConnect
) -> None:
    stripped.tags = recorded(OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACCEPT: (True, False)}).to_tags()
    result = service.update(Declaration(IDENTITY, {**PREVIOUS, CHAT_ACCEPT: False}), LATER, None, PREVIOUS)
    assert isinstance(result, OwnedSettings)
    said = (
        "Somebody has removed a tag of this resource's record from the user. It is written again."
        " The earlier value of"
        " AfterContactWorkConfigs[VOICE].AfterContactWorkConfig.AfterContactWorkTimeLimit"
        " is not known any more: deleting the resource will leave it as it is."
    )
    assert result.notes == (said,)


def test_a_setting_that_is_newly_declared_is_no_lost_one(
    service: SettingsService, stripped: FakeConnect
) -> None:
    stripped.tags = recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags()
    result = service.update(DECLARATION, LATER, None, {VOICE_ACCEPT: True})
    assert isinstance(result, OwnedSettings)
    assert result.notes == ()


def test_the_note_names_only_what_there_is_to_name() -> None:
    assert record_restored({VOICE_ACCEPT: False}, {VOICE_ACCEPT: True}) == (
        "The user carried no record of the settings that this resource owns: somebody has removed its tags."
        " The record is written again. If another tool manages the user's tags, let it ignore those that"
        " start with"
        " connect-user-config."
    )


@pytest.mark.parametrize("acted", [False, True])
def test_a_lost_answer_to_the_new_record_makes_no_own_value_an_earlier_one(
    service: SettingsService, stripped: FakeConnect, acted: bool
) -> None:
    stripped.script(TAG, Answer(NetworkFailure("lost"), acted=acted))
    result = service.update(DECLARATION, LATER, None, PREVIOUS)
    assert isinstance(result, OwnedSettings)
    assert result.notes == (SAID,)
    found = OwnershipRecord.from_tags(stripped.tags)
    assert found == RESTORED


@pytest.mark.parametrize("is_importable", [True, False])
@pytest.mark.parametrize("error", [NetworkFailure("lost"), Throttling("busy"), ResourceConflict("409")])
def test_a_record_that_goes_between_two_tries_was_released_and_is_not_written_again(
    connect: FakeConnect, retrier: Retrier, clock: FakeClock, error: Retriable, is_importable: bool
) -> None:
    """The resource has been deleted meanwhile: whoever wrote the record again would own settings that no
    stack holds.
    """
    service = SettingsService(connect, retrier, is_importable=is_importable)
    connect.settings, connect.tags = (
        {VOICE_ACCEPT: True},
        recorded(OWNER, {VOICE_ACCEPT: (True, True)}).to_tags(),
    )
    connect.script(DESCRIBE, Answer(afterwards=lambda: setattr(connect, "tags", {})))
    connect.script(TAG, error)
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: False})
    with pytest.raises(NotFound, match=r"^No settings of user .* are owned by this resource\.$"):
        to_the_end(clock, lambda context: service.update(declaration, LATER, context, {VOICE_ACCEPT: True}))  # type: ignore[arg-type]
    assert (connect.settings, connect.tags, connect.writes) == ({VOICE_ACCEPT: True}, {}, [TAG])


def test_a_record_that_an_earlier_invocation_saw_was_released_too(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    connect.script(TAG, *(Throttling("busy") for _ in range(5)))
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: True})
    pending = service.update(declaration, LATER, None, {VOICE_ACCEPT: False})
    assert isinstance(pending, InProgress)
    assert pending.context["hadClaim"] is True
    connect.tags = {}
    writes = list(connect.writes)
    with pytest.raises(NotFound, match="are owned by this resource"):
        service.update(declaration, LATER, pending.context, {VOICE_ACCEPT: False})
    assert (connect.writes, connect.tags) == (writes, {})


def test_a_write_after_the_new_record_that_is_throttled_keeps_its_earlier_values_and_its_note(
    service: SettingsService, stripped: FakeConnect
) -> None:
    stripped.script(UPDATE, *(Throttling("busy") for _ in range(5)))
    pending = service.update(DECLARATION, LATER, None, PREVIOUS)
    assert isinstance(pending, InProgress)
    result = service.update(DECLARATION, LATER, pending.context, PREVIOUS)
    assert result == OwnedSettings(USER_ARN, DECLARED, (SAID,))
    assert OwnershipRecord.from_tags(stripped.tags) == RESTORED


def test_a_delete_after_that_gives_back_what_is_known_and_says_what_stays(
    service: SettingsService, stripped: FakeConnect
) -> None:
    service.update(DECLARATION, LATER, None, PREVIOUS)
    assert service.delete(IDENTITY, LATER) == GivenBack((left_as_they_are([VOICE_ACCEPT, VOICE_ACW]),))
    assert (stripped.settings[VOICE_ACCEPT], stripped.settings[PERSISTENT], stripped.settings[VOICE_ACW]) == (
        True,
        False,
        60,
    )
    assert stripped.tags == {"team": "sales"}


def test_an_earlier_number_stays_unrecorded_and_no_note_holds_it(
    service: SettingsService, connect: FakeConnect
) -> None:
    phone: dict[SettingKey, Value] = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: NUMBER}
    connect.settings = dict(phone)
    result = service.update(Declaration(IDENTITY, {PHONE_TYPE_KEY: SOFT_PHONE}), LATER, None, phone)
    assert isinstance(result, OwnedSettings)
    assert NUMBER not in " ".join(result.notes) + " ".join(connect.tags.values())
    assert connect.tags[f"{MARKER_KEY}:phone-number"] == "v1 VOICE=SOFT_PHONE was VOICE=unrecorded"


def test_a_record_that_shows_before_it_was_written_again_was_never_lost(
    service: SettingsService, stripped: FakeConnect
) -> None:
    held = recorded(OWNER, {VOICE_ACCEPT: (True, False)})
    stripped.script(TAG, Throttling("busy"))
    stripped.script(DESCRIBE, *[None] * 4, Answer(afterwards=lambda: stripped.tags.update(held.to_tags())))
    result = service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), LATER, None, PREVIOUS)
    assert result == OwnedSettings(USER_ARN, {VOICE_ACCEPT: True})
    assert OwnershipRecord.from_tags(stripped.tags) == recorded(OWNER, {VOICE_ACCEPT: (True, False)}, LATER)


def test_a_record_that_is_stripped_again_before_any_plan_was_done_is_written_again(
    service: SettingsService, stripped: FakeConnect
) -> None:
    """Only this update has written what showed between: nobody has released the resource."""
    strip = Answer(afterwards=lambda: setattr(stripped, "tags", {"team": "sales"}))
    stripped.script(DESCRIBE, *[None] * 5, strip)
    stripped.script(TAG, Answer(NetworkFailure("lost"), acted=True), Throttling("busy"))
    assert service.update(DECLARATION, LATER, None, PREVIOUS) == OwnedSettings(USER_ARN, DECLARED, (SAID,))
    assert OwnershipRecord.from_tags(stripped.tags) == RESTORED


def test_a_record_that_is_stripped_again_after_the_writes_is_not_written_once_more(
    service: SettingsService, stripped: FakeConnect, clock: FakeClock
) -> None:
    stripped.script(UPDATE, Answer(afterwards=lambda: setattr(stripped, "tags", {"team": "sales"})))
    with pytest.raises(NotFound, match="are owned by this resource"):
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context, PREVIOUS))  # type: ignore[arg-type]
    assert (stripped.count(TAG), stripped.tags) == (2, {"team": "sales"})


def test_a_record_that_shows_with_the_request_was_never_lost_and_nothing_is_said(
    service: SettingsService, stripped: FakeConnect
) -> None:
    held = {
        key: tag
        for key, tag in recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags().items()
        if key != OWNER_KEY
    }
    stripped.script(TAG, Answer(afterwards=lambda: stripped.tags.update(held)))
    result = service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), LATER, None, PREVIOUS)
    assert result == OwnedSettings(USER_ARN, {VOICE_ACCEPT: True})


def test_the_request_alone_comes_first_even_if_nobody_knows_what_was_declared_before(
    service: SettingsService, stripped: FakeConnect
) -> None:
    service.update(DECLARATION, LATER)
    assert stripped.writes == [TAG, TAG, UPDATE]


def test_outside_of_stacks_nothing_owned_is_not_found_at_once(
    service: SettingsService, stripped: FakeConnect
) -> None:
    with pytest.raises(NotFound, match=r"^No settings of user .* are owned by this resource\.$"):
        service.update(DECLARATION, NO_STACK, None, PREVIOUS)
    assert stripped.calls == [DESCRIBE]


@pytest.mark.parametrize("is_importable", [True, False])
def test_a_record_without_an_owner_is_no_lost_one(
    connect: FakeConnect, retrier: Retrier, is_importable: bool
) -> None:
    held = OwnershipRecord(None, {VOICE_ACCEPT: True}, {VOICE_ACCEPT: False})
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, held.to_tags()
    service = SettingsService(connect, retrier, is_importable=is_importable)
    assert service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), OWNER) == OwnedSettings(
        USER_ARN, {VOICE_ACCEPT: True}
    )
    assert connect.tags == recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags()
    assert connect.count(DESCRIBE) == 2


@pytest.mark.parametrize("is_importable", [True, False])
def test_an_update_whose_claim_then_lacks_its_owner_is_lost_and_gives_back(
    connect: FakeConnect, retrier: Retrier, clock: FakeClock, is_importable: bool
) -> None:
    """A release that runs at the same time has removed the tags; what shows without an owner is what is left
    of them.
    """
    service = SettingsService(connect, retrier, is_importable=is_importable)
    connect.settings, connect.tags = (
        {VOICE_ACCEPT: False},
        recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags(),
    )
    left = OwnershipRecord(None, {}, {CHAT_ACCEPT: False}).to_tags()
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "tags", left)))
    declaration = Declaration(IDENTITY, {VOICE_ACCEPT: True})
    with pytest.raises(NotFound, match=r"an unknown owner .* The written settings were given back\.$"):
        to_the_end(clock, lambda context: service.update(declaration, LATER, context))  # type: ignore[arg-type]
    assert (connect.settings[VOICE_ACCEPT], connect.tags, connect.writes) == (
        False,
        left,
        [TAG, UPDATE, UPDATE],
    )


# -- one tag was removed
# -----------------------------------------------------------------------------------------------


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
        (
            {VOICE_ACW: 30},
            60,
            Unrecorded.VALUE,
        ),  # declared now: the update before this try may have written it
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
    connect.settings, connect.tags = (
        {VOICE_ACW: shown},
        recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags(),
    )
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
    with pytest.raises(NotFound):  # noqa: PT012 - any invocation may end it
        result = service.update(declaration, owner)
        while isinstance(result, InProgress):
            clock.sleep(result.delay)
            result = service.update(declaration, owner, result.context)
    assert clock.now() - begun < 400
    assert connect.count(TAG) == 1


# -- no user
# -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def gone(connect: FakeConnect) -> FakeConnect:
    connect.exists = False
    return connect


@pytest.mark.parametrize("previous", [None, PREVIOUS])
def test_an_update_by_a_stack_of_a_user_who_has_left_ends_well_and_says_so(
    service: SettingsService, gone: FakeConnect, clock: FakeClock, previous: Settings | None
) -> None:
    said = user_gone(IDENTITY)
    assert service.update(DECLARATION, LATER, None, previous) == OwnedSettings(None, DECLARED, (said,))
    assert gone.calls == [*[DESCRIBE] * 5, SEARCH]
    assert clock.slept == [1, 2, 4, 8]
    assert said == (
        f"There is no {IDENTITY} any more: there is nothing to change, and nothing to give back. You may"
        " remove the"
        " resource from the template."
    )


@pytest.mark.parametrize("hidden", [1, 4])
def test_a_user_who_shows_again_is_not_gone(
    service: SettingsService, connect: FakeConnect, hidden: int
) -> None:
    connect.settings, connect.tags = (
        {VOICE_ACCEPT: True},
        recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags(),
    )
    connect.script(DESCRIBE, *(NotFound("no user") for _ in range(hidden)))
    assert service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), LATER) == OwnedSettings(
        USER_ARN, {VOICE_ACCEPT: True}
    )
    assert connect.calls == [DESCRIBE] * (hidden + 1)


def test_a_user_whom_a_search_still_finds_is_not_gone(
    service: SettingsService, gone: FakeConnect, clock: FakeClock
) -> None:
    gone.is_found = True
    begun = clock.now()
    with pytest.raises(
        NotFound,
        match=r"^DescribeUser does not find user .*, but SearchUsers does\. Try again when both agree\.$",
    ):
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))  # type: ignore[arg-type]
    assert gone.writes == []
    assert 300 <= clock.now() - begun < 400, "the index of a search may be late"


def test_a_user_whom_only_a_late_search_still_found_is_gone(
    service: SettingsService, gone: FakeConnect
) -> None:
    gone.is_found = True
    pending = service.update(DECLARATION, LATER)
    assert isinstance(pending, InProgress)
    gone.is_found = False
    assert service.update(DECLARATION, LATER, pending.context) == OwnedSettings(
        None, DECLARED, (user_gone(IDENTITY),)
    )


def test_a_user_who_shows_again_after_the_search_is_updated(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings, connect.tags = (
        {VOICE_ACCEPT: True},
        recorded(OWNER, {VOICE_ACCEPT: (True, False)}).to_tags(),
    )
    connect.is_found = True
    connect.script(DESCRIBE, *(NotFound("no user") for _ in range(5)))
    assert isinstance(service.update(Declaration(IDENTITY, {VOICE_ACCEPT: True}), LATER), OwnedSettings)


@pytest.mark.parametrize(
    "error", [NotFound("There is no such instance."), AccessDenied("Not connect:SearchUsers.")]
)
def test_a_missing_instance_or_permission_is_no_user_who_has_left(
    service: SettingsService, gone: FakeConnect, error: NotFound | AccessDenied
) -> None:
    gone.script(SEARCH, error)
    with pytest.raises(type(error)) as failed:
        service.update(DECLARATION, LATER)
    assert str(failed.value) == str(error)


def test_a_throttled_search_is_made_again(service: SettingsService, gone: FakeConnect) -> None:
    gone.script(SEARCH, Throttling("busy"))
    assert service.update(DECLARATION, LATER) == OwnedSettings(None, DECLARED, (user_gone(IDENTITY),))


def test_a_user_who_leaves_while_the_update_writes_is_gone_too(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.tags = recorded(OWNER, {VOICE_ACCEPT: (False, False)}).to_tags()
    connect.script(UPDATE, Answer(afterwards=lambda: setattr(connect, "exists", False)))
    result = service.update(DECLARATION, LATER)
    assert result == OwnedSettings(None, DECLARED, (user_gone(IDENTITY),))


def test_outside_of_stacks_a_user_who_has_left_is_not_found_at_once(
    service: SettingsService, gone: FakeConnect, clock: FakeClock
) -> None:
    with pytest.raises(NotFound, match="no such user"):
        service.update(DECLARATION, NO_STACK, None, PREVIOUS)
    assert (gone.calls, clock.slept) == ([DESCRIBE], [])


def test_no_search_begins_when_the_time_of_the_invocation_is_used_up(
    service: SettingsService, gone: FakeConnect, clock: FakeClock
) -> None:
    gone.latency = {DESCRIBE: 6, SEARCH: 11}
    begun = clock.now()
    pending = service.update(DECLARATION, LATER)
    assert isinstance(pending, InProgress)
    assert gone.calls == [DESCRIBE] * 5
    assert clock.now() - begun < 60
    gone.calls.clear()
    assert service.update(DECLARATION, LATER, pending.context) == OwnedSettings(
        None, DECLARED, (user_gone(IDENTITY),)
    )
    assert gone.calls == [DESCRIBE, SEARCH], (
        "the next one has time for it: it does not wait for late reads again"
    )
