"""Failures that the state machine has found between several actors: other stacks, and repeated events."""

from connect_local import Behaviour
from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.errors import (
    AccessDenied,
    NetworkFailure,
    NotFound,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.ownership import OwnershipRecord

from . import strategies
from .agent import InitialUser
from .stacks import Action, Outcome, Stack
from .stories import AUTO_ACCEPT, DECLARED, Story, new_story
from .unreliable import Trouble

CHAT_ACCEPT = SettingKey("AutoAcceptConfigs", "CHAT", "AutoAccept")
TASK_ACCEPT = SettingKey("AutoAcceptConfigs", "TASK", "AutoAccept")
TASK_WORK = strategies.CHAT_ACW._replace(channel="TASK")


def _import(story: Story, declared: dict[SettingKey, bool]) -> None:
    """Let the registry's stack import the agent, and stamp the record in its first update."""
    story.stack.adopt(declared)
    assert story.update(declared, previous=declared).outcome is Outcome.DONE


def test_a_custom_resource_takes_nothing_over() -> None:
    """A registry stack has imported the agent; then the custom resource that had owned it is updated.

    A custom resource cannot be imported, so it has no right to a record that names another owner. It had
    stamped the record, given back the other stack's settings, and applied its own.
    """
    with new_story(InitialUser(), Behaviour()) as story:
        former = story.custom()
        story.send(former.event(Action.CREATE, {AUTO_ACCEPT: True}), by=former)
        _import(story, {AUTO_ACCEPT: True, CHAT_ACCEPT: True})
        tags, truth = story.agent.tags(), story.agent.truth()
        update = former.event(Action.UPDATE, {AUTO_ACCEPT: False}, {AUTO_ACCEPT: True})
        updated = story.send(update, by=former)
        assert isinstance(updated.error, NotFound)
        assert "sales/Agent" in str(updated.error)
        assert (story.agent.tags(), story.agent.truth()) == (tags, truth)


def test_an_update_that_another_stack_has_overtaken_fails_and_leaves_what_that_one_declares() -> None:
    """An update has written its number; before it reads that, another stack takes over and gives it back.

    A number that does not show long after its write counts as dropped by the service. So the update took the
    record again and succeeded: it owned a number that it had not written again.
    """
    number = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: DECLARED}
    with new_story(InitialUser(), Behaviour()) as story:
        story.create({TASK_ACCEPT: False})
        rival = Stack("support", story.stack.identity)
        rival.adopt({TASK_ACCEPT: True})

        def take_over() -> None:
            update = rival.event(Action.UPDATE, rival.declared, rival.declared)
            assert story.send(update, by=rival).outcome is Outcome.DONE

        update = story.stack.event(Action.UPDATE, number, {TASK_ACCEPT: False})
        reads_back = 5  # after a read, the claim, the settings, and the release of the dropped tag
        ending = story.send(update, meanwhile={reads_back: take_over})
        assert isinstance(ending.error, NotFound)
        assert "support/Agent" in str(ending.error)
        truth = story.agent.truth()
        assert (truth[PHONE_NUMBER_KEY], truth[TASK_ACCEPT]) == (None, True)
        record = OwnershipRecord.from_tags(story.agent.tags())
        assert record
        assert record.owned_by(rival.owner)
        assert record.prior == {TASK_ACCEPT: False}


def test_the_end_is_not_announced_before_a_repeated_claim_shows() -> None:
    """An update is killed when all is done, comes again, repeats a claim after a late read, and is throttled.

    The next read shows the end of the first try, before that claim. The update said SUCCESS, and the record
    kept a setting that was given back: the next update or delete would have overwritten it.
    """
    before, after = {AUTO_ACCEPT: True, CHAT_ACCEPT: True}, {AUTO_ACCEPT: True, TASK_ACCEPT: True}
    with new_story(InitialUser(), Behaviour(stale_reads=1)) as story:
        story.create(before)
        story.agent.let_reads_catch_up()
        update = story.stack.event(Action.UPDATE, after, before)
        assert story.send(update, {4: Trouble(None, acted=True)}).outcome is Outcome.KILLED
        assert story.send(update, {3: Trouble(Throttling)}).outcome is Outcome.DONE
        record = OwnershipRecord.from_tags(story.agent.tags())
        assert record
        assert record.prior.keys() == after.keys()


def test_the_end_is_not_announced_before_a_claim_shows_that_the_same_operation_has_repeated() -> None:
    """The last read of an update is throttled for minutes, and is then late: the update does everything
    again.

    The second time is cut off after the claim. The next read showed the first end, and the update said
    SUCCESS.
    """
    before, after = {AUTO_ACCEPT: True, CHAT_ACCEPT: True}, {AUTO_ACCEPT: True, TASK_ACCEPT: True}
    throttled = dict.fromkeys(range(5, 13), Trouble(Throttling))
    with new_story(InitialUser(), Behaviour(stale_reads=1)) as story:
        story.create(before)
        story.agent.let_reads_catch_up()
        ending = story.update(after, {**throttled, 15: Trouble(ServiceInternalError, acted=True)}, before)
        written = [write.operation for write in ending.gateway.writes]
        assert written.count("UpdateUserConfig") > 1, "the update was done once only"
        assert ending.outcome is Outcome.DONE
        record = OwnershipRecord.from_tags(story.agent.tags())
        assert record
        assert record.prior.keys() == after.keys()


def test_a_duplicate_create_that_fails_leaves_the_resource_alive() -> None:
    """Somebody has changed an owned setting; Lambda repeats the Create, which corrects it and then fails.

    A failed create gives back what it took, and this one took the whole record for its own claim: the
    resource lost its record and its settings, and its stack did not know.
    """
    faults = {3: Trouble(NetworkFailure, acted=True), 4: Trouble(AccessDenied)}
    with new_story(InitialUser(), Behaviour()) as story:
        custom = story.custom()
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        assert story.send(create, by=custom).outcome is Outcome.DONE
        tags = story.agent.tags()
        story.agent.administer({AUTO_ACCEPT: False})
        ending = story.replay(create, faults, by=custom)
        assert isinstance(ending.error, AccessDenied)
        assert story.agent.tags() == tags
        assert story.agent.truth()[AUTO_ACCEPT] is True


def test_a_duplicate_create_that_runs_out_of_time_leaves_the_resource_alive() -> None:
    """As above, but the function's time ends while reads are late: a Create then gives back."""
    with new_story(InitialUser(), Behaviour(stale_seconds=90.0)) as story:
        custom = story.custom()
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        assert story.send(create, by=custom).outcome is Outcome.DONE
        story.agent.let_reads_catch_up()
        tags = story.agent.tags()
        story.agent.administer({AUTO_ACCEPT: False})
        story.agent.let_reads_catch_up()
        ending = story.replay(create, by=custom, waits=0)
        assert ending.timed_out
        assert story.agent.tags() == tags


def test_a_create_that_is_cut_off_by_the_end_of_time_gives_back() -> None:
    """The other side of the above: a first Create that fails leaves none of its own settings."""
    with new_story(InitialUser(), Behaviour(stale_seconds=90.0)) as story:
        custom = story.custom()
        ending = story.send(custom.event(Action.CREATE, {AUTO_ACCEPT: True}), by=custom, waits=2)
        assert ending.timed_out
        story.agent.let_reads_catch_up()
        assert not story.agent.tags() or "deleting the resource gives them back" in str(ending.error)


def test_what_a_failed_create_has_added_to_a_record_is_not_left_without_an_owner() -> None:
    """A stack has retained its resource; declared again, the resource claims a further array and then fails.

    A late read showed the record before that claim. The create removed those tags, the owner's among them,
    and left the latest one: no stack could ever take the agent again.
    """
    chat_work = strategies.CHAT_ACW
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        before = story.agent.truth()
        story.create({AUTO_ACCEPT: True})
        story.stack.retain()
        story.agent.let_reads_catch_up()
        failed = story.create({AUTO_ACCEPT: True, chat_work: 30}, {4: Trouble(AccessDenied)})
        assert isinstance(failed.error, AccessDenied)
        assert not story.agent.tags()
        assert story.agent.truth() == before


def test_a_create_that_goes_on_after_a_crash_and_fails_restores_what_reads_do_not_show_yet() -> None:
    """A create is throttled, hands back, and is killed after it has written settings; it resumes without
    access.

    Its context says that no settings were written, and a late read shows the claim with the earlier settings.
    So it removed the record alone, and with it the only trace of the earlier values.
    """
    throttled = dict.fromkeys(range(3, 15), Trouble(Throttling))
    with new_story(InitialUser(), Behaviour(stale_seconds=10.0)) as story:
        before = story.agent.truth()
        create = story.stack.event(Action.CREATE, {AUTO_ACCEPT: True})
        killed = story.send(create, {**throttled, 16: Trouble(None, acted=True)})
        assert killed.outcome is Outcome.KILLED
        assert story.agent.truth() != before
        failed = story.send(create, {2: Trouble(AccessDenied)})
        assert isinstance(failed.error, AccessDenied)
        assert story.agent.tags() or story.agent.truth() == before


def test_a_handed_over_delete_that_comes_twice_leaves_what_somebody_has_set_since() -> None:
    """A delete waits for late reads and hands over; when it is done, an administrator sets what had been
    declared.

    Lambda delivers the handover once more: the value counted as the write of an earlier request, between what
    the delete had written and the end of its record, and was given back again.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=90.0)) as story:
        custom, clock = story.custom(), story.agent.clock
        custom.send(custom.event(Action.CREATE, {AUTO_ACCEPT: True}), story.gateway(), clock)
        story.agent.let_reads_catch_up()
        delete = custom.event(Action.DELETE)
        assert custom.send(delete, story.gateway(), clock).outcome is Outcome.DONE
        story.agent.administer({AUTO_ACCEPT: True})
        story.agent.let_reads_catch_up()
        _, handed_over = custom.delivered[-1]
        assert handed_over
        assert handed_over["released"]
        custom.replay(delete, story.gateway(), clock, handed_over)
        assert story.agent.truth()[AUTO_ACCEPT] is True


def test_what_a_duplicate_writes_along_clamped_is_the_agents_own() -> None:
    """The service stores 5,400 seconds for longer work on CHAT; a create of work on TASK writes CHAT along.

    Lambda delivers it twice at once: the second writes the longer limit that it had read before the first had
    made 5,400 of it. An update that takes CHAT then records 5,400 as earlier, which nobody has ever declared;
    the watch over earlier values took it for the resource's own.
    """
    longer = InitialUser({"AfterContactWorkTimeLimit": 9_000})
    with new_story(longer, Behaviour(clamp_chat_acw=True)) as story:
        custom, clock = story.custom(), story.agent.clock
        create = custom.event(Action.CREATE, {TASK_WORK: 30})

        def deliver_twice() -> None:
            assert custom.replay(create, story.gateway(), clock).outcome is Outcome.DONE

        custom.remember(create, custom.send(create, story.gateway(meanwhile={2: deliver_twice}), clock))
        update = custom.event(Action.UPDATE, {TASK_WORK: 30, strategies.CHAT_ACW: 60}, {TASK_WORK: 30})
        assert custom.send(update, story.gateway(), clock).outcome is Outcome.DONE
        record = OwnershipRecord.from_tags(story.agent.tags())
        assert record
        assert record.prior == {TASK_WORK: 9_000, strategies.CHAT_ACW: 5_400}
