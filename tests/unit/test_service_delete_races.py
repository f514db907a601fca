"""Delete beside other requests: overtaken ones, lost claims, and writes before the end of the record."""

import json
from dataclasses import replace

import pytest
from unit.creating import to_the_end
from unit.examples import (
    CHAT_ACCEPT,
    IDENTITY,
    LATER,
    OWNER,
    USER_ARN,
    VOICE_ACCEPT,
    VOICE_ACW,
    VOICE_RECORD,
    recorded,
)
from unit.fake_connect import DESCRIBE, TAG, UNTAG, UPDATE, Answer, FakeConnect

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import NetworkFailure, NotFound, ServiceInternalError, Throttling
from custom_connect_userconfig.core.kinds import Unrecorded, Value
from custom_connect_userconfig.core.ownership import MARKER_KEY, Marker
from custom_connect_userconfig.core.ownership_messages import OVERTAKEN
from custom_connect_userconfig.core.restoration import left_as_they_are
from custom_connect_userconfig.retry.retrier import InProgress
from custom_connect_userconfig.service import GivenBack, OwnedSettings, SettingsService
from support.clock import FakeClock


def test_what_a_late_read_shows_of_a_record_that_is_gone_is_not_written_again(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.script(DESCRIBE, Answer(afterwards=lambda: setattr(owned, "tags", {"team": "sales"})))
    owned.script(UPDATE, Throttling("busy"))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert (UNTAG, (MARKER_KEY, f"{MARKER_KEY}:owner")) in owned.sent
    assert owned.tags == {"team": "sales"}


@pytest.mark.parametrize("previous", [None, {VOICE_ACCEPT: True}])
def test_an_earlier_request_that_comes_late_or_twice_is_overtaken_while_the_delete_gives_back(
    service: SettingsService, owned: FakeConnect, previous: dict[SettingKey, Value] | None
) -> None:
    answers: list[object] = []

    def late() -> None:
        declaration = Declaration(IDENTITY, {VOICE_ACCEPT: True})
        answers.extend(
            (service.create(declaration, OWNER), service.update(declaration, OWNER, None, previous))
        )

    owned.script(UPDATE, Answer(afterwards=late))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert answers == [OwnedSettings(USER_ARN, {VOICE_ACCEPT: False}, (OVERTAKEN,))] * 2
    assert (owned.settings[VOICE_ACCEPT], owned.writes) == (False, [TAG, UPDATE, UNTAG])


def test_a_delete_that_a_later_request_has_overtaken_changes_nothing_and_says_so(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = replace(VOICE_RECORD, requests=(OWNER.request, LATER.request)).to_tags()
    assert service.delete(IDENTITY, OWNER) == GivenBack((OVERTAKEN,))
    assert owned.calls == [DESCRIBE]


def test_a_delete_does_not_stand_back_before_another_delete(
    service: SettingsService, owned: FakeConnect
) -> None:
    """Both give everything back: this one finishes what the other has left."""
    owned.tags = replace(
        VOICE_RECORD, requests=(OWNER.request, LATER.request), marker=Marker.RELEASING
    ).to_tags()
    assert service.delete(IDENTITY, OWNER) == GivenBack()
    assert (owned.settings[VOICE_ACCEPT], owned.tags) == (False, {})


def test_the_last_request_of_the_record_is_no_overtaken_one(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = replace(VOICE_RECORD, requests=(OWNER.request, LATER.request)).to_tags()
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.tags == {}


def test_what_an_overtaken_delete_has_to_say_is_not_dropped(
    service: SettingsService, owned: FakeConnect
) -> None:
    later = replace(VOICE_RECORD, requests=(OWNER.request, LATER.request)).to_tags()
    owned.tags = recorded(
        OWNER, {VOICE_ACCEPT: (True, False), CHAT_ACCEPT: (True, Unrecorded.VALUE)}
    ).to_tags()
    owned.script(
        UPDATE, Answer(ServiceInternalError("lost"), acted=True, afterwards=lambda: owned.tags.update(later))
    )
    assert service.delete(IDENTITY, OWNER) == GivenBack((left_as_they_are([CHAT_ACCEPT]), OVERTAKEN))
    assert owned.tags == later


def test_a_delete_does_not_end_before_its_claim_shows(service: SettingsService, owned: FakeConnect) -> None:
    """The first read was late, and the user had been released: the claim has restored the record."""
    kept: dict[str, str] = {}

    def hide() -> None:
        kept.update(owned.tags)
        owned.tags = {}

    owned.script(TAG, Answer(ServiceInternalError("lost"), acted=True, afterwards=hide))
    owned.script(DESCRIBE, None, None, Answer(afterwards=lambda: owned.tags.update(kept)))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert (owned.writes, owned.tags) == ([TAG, UPDATE, UNTAG], {"team": "sales"})


def test_a_delete_whose_claim_never_shows_finds_nothing_after_some_minutes(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    """Another delete has released the user before the claim, which the service has not carried out."""
    owned.script(DESCRIBE, Answer(afterwards=lambda: setattr(owned, "tags", {})))
    owned.script(TAG, ServiceInternalError("lost"))
    begun = clock.now()
    with pytest.raises(NotFound, match=r"are owned by this resource\.$"):
        to_the_end(clock, lambda context: service.delete(IDENTITY, LATER, context))
    assert 300 <= clock.now() - begun < 400
    assert (owned.writes, owned.tags) == ([TAG], {})


def test_a_delete_whose_last_answer_was_lost_has_succeeded_in_another_invocation_too(
    service: SettingsService, owned: FakeConnect
) -> None:
    throttle = Answer(
        NetworkFailure("lost"),
        acted=True,
        afterwards=lambda: owned.script(DESCRIBE, *[Throttling("busy")] * 5),
    )
    owned.script(UNTAG, throttle)
    pending = service.delete(IDENTITY, LATER)
    assert isinstance(pending, InProgress)
    owned.clear_faults()
    assert service.delete(IDENTITY, LATER, json.loads(json.dumps(pending.context))) == GivenBack()


def writes_between(connect: FakeConnect, values: dict[SettingKey, Value]) -> None:
    """Let an earlier request write `values` between the giving back of a delete and the end of its record."""
    connect.script(UPDATE, Answer(afterwards=lambda: connect.settings.update(values)))


def test_a_declared_value_that_shows_again_after_the_record_is_given_back_once_more(
    service: SettingsService, owned: FakeConnect
) -> None:
    writes_between(owned, {VOICE_ACCEPT: True})
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE, UPDATE, DESCRIBE]
    assert (owned.settings[VOICE_ACCEPT], owned.settings[CHAT_ACCEPT]) == (False, True)
    assert owned.tags == {"team": "sales"}


def test_another_value_is_that_of_somebody_else_and_stays(
    service: SettingsService, connect: FakeConnect
) -> None:
    connect.settings, connect.tags = {VOICE_ACW: 60}, recorded(OWNER, {VOICE_ACW: (60, 0)}).to_tags()
    writes_between(connect, {VOICE_ACW: 30})
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert (connect.settings[VOICE_ACW], connect.writes) == (30, [TAG, UPDATE, UNTAG])


def test_a_setting_that_was_before_as_it_was_declared_costs_no_further_write(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = recorded(OWNER, {VOICE_ACCEPT: (True, True)}).to_tags()
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.calls == [DESCRIBE, TAG, UPDATE, UNTAG, DESCRIBE]


def test_a_value_that_nobody_recorded_is_named_once_and_costs_no_further_write(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.tags = recorded(
        OWNER, {VOICE_ACCEPT: (True, Unrecorded.VALUE), CHAT_ACCEPT: (False, Unrecorded.VALUE)}
    ).to_tags()
    assert service.delete(IDENTITY, LATER) == GivenBack((left_as_they_are([VOICE_ACCEPT, CHAT_ACCEPT]),))
    assert owned.calls == [DESCRIBE, TAG, UNTAG, DESCRIBE]


def test_it_is_given_back_once_more_only_once_for_reads_may_be_late(
    service: SettingsService, owned: FakeConnect
) -> None:
    owned.script(UPDATE, None, *[Answer(afterwards=lambda: owned.settings.update({VOICE_ACCEPT: True}))] * 5)
    writes_between(owned, {})
    owned.script(UNTAG, Answer(afterwards=lambda: owned.settings.update({VOICE_ACCEPT: True})))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.writes == [TAG, UPDATE, UNTAG, UPDATE]


def test_an_invocation_that_has_not_seen_the_record_gives_nothing_back_again(
    service: SettingsService, owned: FakeConnect
) -> None:
    writes_between(owned, {VOICE_ACCEPT: True})
    owned.script(
        UNTAG, Answer(afterwards=lambda: owned.script(DESCRIBE, *(Throttling("busy") for _ in range(5))))
    )
    pending = service.delete(IDENTITY, LATER)
    assert isinstance(pending, InProgress)
    owned.clear_faults()
    context = json.loads(json.dumps(pending.context))
    assert context["found"][f"{MARKER_KEY}:auto-accept"] == "v1 VOICE=true was VOICE=false"
    assert service.delete(IDENTITY, LATER, context) == GivenBack()
    assert (owned.settings[VOICE_ACCEPT], owned.writes) == (True, [TAG, UPDATE, UNTAG])


def test_an_invocation_that_sees_the_record_without_settings_gives_nothing_back_again(
    service: SettingsService, owned: FakeConnect
) -> None:
    """A late read has let an earlier run record its request alone, on a user who was released before."""
    owned.script(DESCRIBE, None, *(Throttling("busy") for _ in range(8)))
    owned.script(TAG, Throttling("busy"))
    pending = service.delete(IDENTITY, LATER)
    assert isinstance(pending, InProgress)
    assert "found" in pending.context
    owned.clear_faults()
    owned.tags = {key: tag for key, tag in owned.tags.items() if key != f"{MARKER_KEY}:auto-accept"}
    assert service.delete(IDENTITY, LATER, pending.context) == GivenBack()
    assert owned.settings[VOICE_ACCEPT] is True
    assert owned.tags == {"team": "sales"}


def test_the_end_of_a_duplicate_is_not_taken_for_the_end_of_this_delete(
    service: SettingsService, owned: FakeConnect, clock: FakeClock
) -> None:
    """The other delivery ends before this one records its request, and late reads hide that."""
    stamped: dict[str, str] = {}

    def end() -> None:
        stamped.update(owned.tags)
        owned.tags = {"team": "sales"}

    owned.script(UPDATE, Answer(afterwards=end))
    owned.script(UNTAG, ServiceInternalError("lost"))
    owned.script(DESCRIBE, None, Answer(afterwards=lambda: owned.tags.update(stamped)))
    assert service.delete(IDENTITY, LATER) == GivenBack()
    assert owned.tags == {"team": "sales"}
    assert owned.count(UNTAG) == 2
    assert clock.slept == [1, 1]
