"""The state machine's own judgement: what it must not take for a broken rule."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from connect_local import Behaviour, EntryWrite, PhoneConfigLink
from custom_connect_userconfig import reconcile
from custom_connect_userconfig.core import planning
from custom_connect_userconfig.core.arrays import DESK_PHONE, PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    NetworkFailure,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.kinds import Unrecorded
from custom_connect_userconfig.core.ownership import OwnershipRecord
from custom_connect_userconfig.core.settings import Settings
from custom_connect_userconfig.retry.progress import Progress
from custom_connect_userconfig.undo import Undo
from support.earlier_values import take_breaches
from support.record_form import is_ours

from .agent import InitialUser, Truth
from .edits_meanwhile import EditsMeanwhile
from .meanwhile import Circumstances, Duplicate, Editing, Rival
from .oracle import Oracle
from .ownership_model import CHAT_ENDS, OwnershipModel
from .stacks import Action, Outcome
from .stories import AUTO_ACCEPT, DECLARED, Story, new_story
from .strategies import CHAT_ACW, VOICE_ENHANCEMENT
from .unreliable import Schedule, Trouble, UnreliableGateway

TASK_WORK = CHAT_ACW._replace(channel="TASK")
NOT_SHOWN = "the end is announced before reads show it"


def _drop(first: Schedule, again: Schedule | None = None) -> None:
    """Let a stack drop the work on TASK while reads are late, perhaps again at once, under the oracle."""
    with new_story(InitialUser(), Behaviour(stale_reads=4)) as story:
        custom = story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [custom])
        oracle.send(custom, custom.event(Action.CREATE, {AUTO_ACCEPT: True, TASK_WORK: 30}))
        update = custom.event(Action.UPDATE, {AUTO_ACCEPT: True}, custom.declared)
        ending = oracle.send(custom, update, Circumstances(first))
        if again is not None:
            assert ending.outcome is Outcome.KILLED
            ending = oracle.send(custom, update, Circumstances(again))
        assert ending.outcome is Outcome.DONE


BUSY = {4: Trouble(Throttling)}
LOST = {4: Trouble(NetworkFailure, acted=True), 8: Trouble(Throttling)}


def test_a_killed_process_may_let_reads_show_a_drop_twice() -> None:
    _drop({4: Trouble(None, acted=True)}, BUSY)


def test_a_process_that_drops_a_setting_twice_itself_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _drop(LOST)
    monkeypatch.setattr(Progress, "note_given_back", lambda *_: None)
    with pytest.raises(AssertionError, match=NOT_SHOWN):
        _drop(LOST)


def test_a_record_that_keeps_a_dropped_setting_is_found_also_after_a_killed_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The service acknowledges the second removal of tags, and does not carry it out."""
    untag, calls = UnreliableGateway.untag_user, itertools.count(1)

    def untag_once(gateway: UnreliableGateway, user_arn: str, keys: Sequence[str]) -> None:
        untag(gateway, user_arn, keys if next(calls) == 1 else [])

    monkeypatch.setattr(UnreliableGateway, "untag_user", untag_once)
    with pytest.raises(AssertionError, match=NOT_SHOWN):
        _drop({4: Trouble(None, acted=True)}, BUSY)


def _edited_after_giving_back() -> None:
    """An update gives a setting back and is throttled until CloudFormation invokes it again.

    Somebody edits the setting, the second invocation is killed, and a third one goes on.
    """
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        model = OwnershipModel.of(story.agent)
        judge = Oracle(story.agent, model, [custom])
        judge.send(custom, custom.event(Action.CREATE, {AUTO_ACCEPT: True}))
        email = AUTO_ACCEPT._replace(channel="EMAIL")
        update = custom.event(Action.UPDATE, {email: True}, custom.declared)
        troubles = {**dict.fromkeys(range(4, 13), Trouble(Throttling)), 14: Trouble(None)}
        ending = judge.send(custom, update, Circumstances(troubles, ((4, Editing({AUTO_ACCEPT: True})),)))
        assert ending.outcome is Outcome.KILLED
        assert custom.context
        # Reads show everything meanwhile.
        judge.catch_up()
        assert judge.send(custom, update).outcome is Outcome.DONE
        assert model.unowned[AUTO_ACCEPT] is story.agent.truth()[AUTO_ACCEPT]


def test_an_edit_after_the_giving_back_may_stay_or_not_when_the_operation_goes_on_later() -> None:
    _edited_after_giving_back()


def test_a_setting_that_changes_while_it_is_given_back_although_nobody_edits_it_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The judge overlooks the edit, so the change is nobody's."""
    monkeypatch.setattr(EditsMeanwhile, "follow", lambda *_: None)
    with pytest.raises(AssertionError, match="given back as True, was False"):
        _edited_after_giving_back()


def test_what_an_update_has_declared_before_is_remembered_while_another_stack_acts() -> None:
    """An update that gives a setting back never answers, nor does the next one, which declares its own value
    of it.

    The update back of that one finds the setting unrecorded, with a value that may be its own: so the earlier
    one is unrecorded. A delete of another stack, refused meanwhile, must not hide from the judge why.
    """
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        model = OwnershipModel.of(story.agent)
        judge = Oracle(story.agent, model, [custom, story.stack])
        noise, none = {VOICE_ENHANCEMENT: "NOISE_SUPPRESSION"}, {VOICE_ENHANCEMENT: "NONE"}
        judge.send(custom, custom.event(Action.CREATE, {AUTO_ACCEPT: True, **noise}))
        dropped = custom.event(Action.UPDATE, {AUTO_ACCEPT: True}, custom.declared)
        killed = Circumstances({5: Trouble(None)})
        assert judge.send(custom, dropped, killed).outcome is Outcome.KILLED
        declared = custom.event(Action.UPDATE, none, custom.declared)
        assert judge.send(custom, declared, Circumstances({3: Trouble(None)})).outcome is Outcome.KILLED
        back = custom.event(Action.UPDATE, custom.declared, declared.declared)
        refused = Circumstances(meanwhile=((3, Rival(0, {}, deletes=True, imports=False)),))
        story.stack.exists = True
        assert judge.send(custom, back, refused).outcome is Outcome.DONE
        assert model.unrecorded == {VOICE_ENHANCEMENT}


def test_longer_work_on_chat_may_be_the_resources_own_once_it_is_clamped() -> None:
    """A create of work on TASK writes longer work on CHAT along, of which the service stores 5,400 seconds.

    A stack that declares just that imports the agent: its update cannot know whose value it is.
    """
    longer = InitialUser({"AfterContactWorkTimeLimit": CHAT_ENDS + 1})
    with new_story(longer, Behaviour(clamp_chat_acw=True)) as story:
        custom = story.custom()
        model = OwnershipModel.of(story.agent)
        judge = Oracle(story.agent, model, [custom, story.stack])
        judge.send(custom, custom.event(Action.CREATE, {CHAT_ACW._replace(channel="TASK"): 30}))
        story.stack.adopt({CHAT_ACW: CHAT_ENDS})
        update = story.stack.event(Action.UPDATE, story.stack.declared, story.stack.declared)
        assert judge.send(story.stack, update).outcome is Outcome.DONE
        assert model.unrecorded == {CHAT_ACW}


def test_an_overtaken_event_answers_with_what_it_has_read_before_it_undoes_its_own() -> None:
    """An update is killed between its record and its settings; a create from before goes on, which has lost
    its claim.

    It writes what the record declares. Nobody waits for its answer, which says what the read has shown.
    """
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        model = OwnershipModel.of(story.agent)
        judge = Oracle(story.agent, model, [custom])
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        judge.send(custom, create)
        update = custom.event(Action.UPDATE, {AUTO_ACCEPT: False}, custom.declared)
        judge.send(custom, update, Circumstances({3: Trouble(None)}))
        prior = OwnershipRecord(None, {}, {AUTO_ACCEPT: False}).to_tags()
        lost = {"wrote": True, "wroteSettings": True, "lostClaim": True, "claimed": True, "prior": prior}
        judge.replay(custom, create, Circumstances(context=lost))
        assert story.agent.truth()[AUTO_ACCEPT] is False


def test_an_earlier_value_that_nobody_knows_is_no_work_on_chat() -> None:
    with new_story(InitialUser(), Behaviour(clamp_chat_acw=True)) as story:
        model = OwnershipModel.of(story.agent)
        assert not model._is_same(CHAT_ACW, CHAT_ENDS, Unrecorded.VALUE)
        assert model._is_same(CHAT_ACW, CHAT_ENDS, CHAT_ENDS + 1)


def _create_again(edited: str, before_the_second: Callable[[Story], None]) -> str:
    """Let an administrator edit the setting that a create is about to claim, which reads do not show yet.

    The process is killed when it has written, and the create comes again. Return the earlier value that it
    records.
    """
    with new_story(InitialUser(), Behaviour(stale_reads=1)) as story:
        create = story.stack.event(Action.CREATE, {VOICE_ENHANCEMENT: "NOISE_SUPPRESSION"})
        story.agent.administer({VOICE_ENHANCEMENT: edited})
        assert story.send(create, {4: Trouble(None)}).outcome is Outcome.KILLED
        before_the_second(story)
        story.send(create)
        return story.agent.tags()["connect-user-config:voice-enhancement"].partition(" was ")[2]


def test_an_edit_that_a_claim_has_overlooked_is_no_value_of_the_resource_although_it_wrote_the_same() -> None:
    assert _create_again("NOISE_SUPPRESSION", lambda _: None) == "VOICE=NOISE_SUPPRESSION"
    assert not take_breaches()


def test_a_value_of_the_resource_is_its_own_although_a_claim_has_overlooked_an_edit_to_another() -> None:
    """Somebody removes the record without saying so: the create takes its own value for an earlier one."""

    def remove_record(story: Story) -> None:
        story.agent.untag([key for key in story.agent.tags() if is_ours(key)])
        story.catch_up()

    assert _create_again("VOICE_ISOLATION", remove_record) == "VOICE=NOISE_SUPPRESSION"
    assert len(take_breaches()) == 1


def _go_on_without_a_claim(edited: Settings) -> Truth:
    """Deliver the handover of a create that has lost its claim again, after an edit; return the settings."""
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        model = OwnershipModel.of(story.agent)
        oracle = Oracle(story.agent, model, [custom])
        story.agent.administer(edited)
        model.administered()
        lost = {"wrote": True, "wroteSettings": True, "claimed": True, "lostClaim": True}
        since = {"sinceWritten": 40.0, "sinceSettling": 40.0}
        prior = OwnershipRecord(None, {}, {AUTO_ACCEPT: False, TASK_WORK: 0}).to_tags()
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True, TASK_WORK: 30})
        oracle.replay(custom, create, Circumstances(context={**lost, **since, "prior": prior}))
        return {key: story.agent.truth()[key] for key in edited}


def test_a_create_without_its_claim_may_undo_an_edit_that_made_what_it_declares() -> None:
    assert _go_on_without_a_claim({AUTO_ACCEPT: True}) == {AUTO_ACCEPT: False}


def test_a_create_without_its_claim_that_undoes_an_edit_to_something_else_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edited = {AUTO_ACCEPT: True, TASK_WORK: 45}
    assert _go_on_without_a_claim(edited) == {AUTO_ACCEPT: False, TASK_WORK: 45}
    monkeypatch.setattr(Undo, "_written", lambda undo, _: undo.operation.progress.prior)
    with pytest.raises(AssertionError, match=r"AfterContactWorkTimeLimit: 0, not 45"):
        _go_on_without_a_claim(edited)


def test_a_number_that_is_lost_may_be_recorded_as_one_that_no_record_holds() -> None:
    """Of two deliveries of an update, one forgets the number under a soft phone; the other records it again,
    from what it had read, and ends.
    """
    desk_phone = InitialUser(edits=[{PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED}])
    with new_story(desk_phone, Behaviour(drop_number_under_soft_phone=True)) as story:
        custom = story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [custom])
        soft_phone: Settings = {PHONE_TYPE_KEY: SOFT_PHONE}
        with_number: Settings = {**soft_phone, PHONE_NUMBER_KEY: DECLARED}
        oracle.send(custom, custom.event(Action.CREATE, with_number))
        without = custom.event(Action.UPDATE, soft_phone, custom.declared)
        busy = dict.fromkeys(range(3, 9), Trouble(Throttling))
        assert oracle.send(custom, without, Circumstances(busy, ((2, Duplicate()),), waits=0)).timed_out
        again = custom.event(Action.UPDATE, with_number, custom.declared)
        assert oracle.send(custom, again).outcome is Outcome.DONE


def test_no_number_that_is_recorded_as_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    unrecorded = {PHONE_NUMBER_KEY: Unrecorded.VALUE}
    monkeypatch.setattr(planning, "as_recorded", unrecorded.get)
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [custom])
        phone: Settings = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: DECLARED}
        with pytest.raises(AssertionError, match="PhoneNumber is recorded as"):
            oracle.send(custom, custom.event(Action.CREATE, phone))


DESK: Settings = {PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED}


def test_a_number_that_the_service_has_dropped_may_come_back_while_reads_still_show_it() -> None:
    behaviour = Behaviour(drop_number_under_soft_phone=True, stale_seconds=30.0)
    with new_story(InitialUser(edits=[DESK]), behaviour) as story:
        story.catch_up()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [story.stack])
        create = story.stack.event(Action.CREATE, {PHONE_TYPE_KEY: SOFT_PHONE})
        oracle.send(story.stack, create, Circumstances({4: Trouble(AccessDenied)}))
        assert {key: story.agent.truth()[key] for key in DESK} == DESK


def test_a_number_that_comes_back_although_reads_show_that_it_is_gone_is_found() -> None:
    with new_story(InitialUser(edits=[DESK]), Behaviour(drop_number_under_soft_phone=True)) as story:
        model = OwnershipModel.of(story.agent)
        oracle = Oracle(story.agent, model, [story.stack])
        soft_phone: Settings = {PHONE_TYPE_KEY: SOFT_PHONE}
        oracle.send(story.stack, story.stack.event(Action.CREATE, soft_phone))
        oracle.catch_up()
        before = story.agent.truth()
        story.agent.administer(DESK)
        with pytest.raises(AssertionError, match=f"PhoneNumber: .{DECLARED[1:]}, not None"):
            model.moved_on(before, soft_phone)


def test_a_desk_phone_whose_number_somebody_has_removed_may_be_recorded_as_unknown() -> None:
    """The number goes while a resource owns the type alone; the next updates declare a number, and drop it.

    No place holds the earlier number then, so the desk phone cannot be given back.
    """
    behaviour = Behaviour(entry_write=EntryWrite.MERGE, phone_config=PhoneConfigLink.MIRRORS_VOICE)
    with new_story(InitialUser(edits=[DESK]), behaviour) as story:
        model = OwnershipModel.of(story.agent)
        oracle = Oracle(story.agent, model, [story.stack])
        soft_phone: Settings = {PHONE_TYPE_KEY: SOFT_PHONE}
        oracle.send(story.stack, story.stack.event(Action.CREATE, soft_phone))
        story.agent.administer({"PhoneType": SOFT_PHONE})
        model.administered()
        assert story.agent.truth()[PHONE_NUMBER_KEY] is None
        for declared in (DESK, soft_phone):
            update = story.stack.event(Action.UPDATE, declared, story.stack.declared)
            assert oracle.send(story.stack, update).outcome is Outcome.DONE
        record = OwnershipRecord.from_tags(story.agent.tags())
        assert record
        assert record.prior == {PHONE_TYPE_KEY: Unrecorded.VALUE}


def _restart_behind_the_end(*, resume: bool) -> Outcome:
    """An update gives TASK back, and is killed. Restarted, it is throttled until it hands over, records TASK
    again from a late read, and is killed once more; the next read shows the end of the first run.
    """
    with new_story(InitialUser(), Behaviour(stale_reads=1)) as story:
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [story.stack])
        oracle.send(story.stack, story.stack.event(Action.CREATE, {AUTO_ACCEPT: True, TASK_WORK: 30}))
        update = story.stack.event(Action.UPDATE, {AUTO_ACCEPT: True}, story.stack.declared)
        oracle.send(story.stack, update, Circumstances({4: Trouble(None, acted=True)}))
        busy = dict.fromkeys(range(1, 8), Trouble(Throttling))
        oracle.send(story.stack, update, Circumstances({**busy, 9: Trouble(None, acted=True)}))
        assert story.stack.context
        return oracle.send(story.stack, update, Circumstances(resume=resume)).outcome


@pytest.mark.parametrize("resume", [True, False])
def test_the_end_of_an_earlier_run_may_be_announced_by_an_operation_that_does_not_recheck(
    resume: bool,
) -> None:
    assert _restart_behind_the_end(resume=resume) is Outcome.DONE


def test_the_end_of_an_earlier_run_that_is_announced_without_the_rechecks_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconcile, "RECHECK_DELAYS", ())
    with pytest.raises(AssertionError, match=NOT_SHOWN):
        _restart_behind_the_end(resume=False)


def test_a_create_whose_giving_up_was_killed_comes_again_when_reads_show_that() -> None:
    """Its event goes on from a time before it gave up, when the settings were written already."""
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        custom = story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [custom])
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        busy = dict.fromkeys(range(3, 13), Trouble(Throttling))
        killed = Circumstances({**busy, 15: Trouble(None, acted=True)}, waits=2)
        assert oracle.send(custom, create, killed).outcome is Outcome.KILLED
        assert custom.context
        assert not story.agent.tags()
        assert oracle.send(custom, create).outcome is Outcome.DONE
        assert story.agent.truth()[AUTO_ACCEPT] is True


def _deleted_twice(stale_seconds: float) -> OwnershipRecord | None:
    """Return what two deliveries of a delete leave: one ends first, the other cannot remove its request."""
    with new_story(InitialUser(), Behaviour(stale_seconds=stale_seconds)) as story:
        custom = story.custom()
        oracle = Oracle(story.agent, OwnershipModel.of(story.agent), [custom])
        oracle.send(custom, custom.event(Action.CREATE, {AUTO_ACCEPT: True}))
        lost = Circumstances({4: Trouble(ServiceInternalError)}, ((2, Duplicate()),))
        assert oracle.send(custom, custom.event(Action.DELETE), lost).outcome is Outcome.DONE
        return OwnershipRecord.from_tags(story.agent.tags())


def test_the_request_of_a_delete_may_stay_if_reads_hide_it_for_longer_than_it_looks_again() -> None:
    left = _deleted_twice(25.0)
    assert left
    assert left.is_ending
    assert not left.prior
    assert _deleted_twice(10.0) is None


def test_a_lost_claim_says_nothing_about_what_a_later_claim_owns() -> None:
    with new_story(InitialUser(edits=[{AUTO_ACCEPT: False}]), Behaviour()) as story:
        model = OwnershipModel.of(story.agent)
        model.unowned[AUTO_ACCEPT] = True
        model.owned = {AUTO_ACCEPT: False}
        model.taken_for_own({AUTO_ACCEPT: True}, {AUTO_ACCEPT: False})
        assert model.unowned[AUTO_ACCEPT] is True
