"""Updates of a user who has left: a stack's succeeds and says so; others are NotFound."""

import pytest
from unit.creating import to_the_end
from unit.examples import IDENTITY, LATER, NO_STACK, OWNER, USER_ARN, VOICE_ACCEPT, VOICE_RECORD, recorded
from unit.fake_connect import DESCRIBE, SEARCH, UPDATE, Answer, FakeConnect
from unit.updating import DECLARATION, DECLARED, PREVIOUS

from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import AccessDenied, NotFound, Throttling
from custom_connect_userconfig.core.ownership_messages import user_gone
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import OwnedSettings, SettingsService
from support.clock import FakeClock


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
        f"There is no {IDENTITY} any more: there is nothing to change, and nothing to give back."
        " You may remove the resource from the template."
    )


@pytest.mark.parametrize("hidden", [1, 4])
def test_a_user_who_shows_again_is_not_gone(
    service: SettingsService, connect: FakeConnect, hidden: int
) -> None:
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, VOICE_RECORD.to_tags()
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
        to_the_end(clock, lambda context: service.update(DECLARATION, LATER, context))
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
    connect.settings, connect.tags = {VOICE_ACCEPT: True}, VOICE_RECORD.to_tags()
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
        "the next one has the time: it does not wait for late reads again"
    )
