"""Examples that the state machine has found where several act: stacks beside each other, and events delivered anew."""

from connect_local import Behaviour
from custom_connect_userconfig.core.arrays import PHONE_NUMBER_KEY, PHONE_TYPE_KEY, SOFT_PHONE, SettingKey
from custom_connect_userconfig.core.errors import AccessDenied, NetworkFault, NotFound, ServiceFault, Throttled
from custom_connect_userconfig.core.ownership import OwnershipRecord

from . import strategies
from .agent import Birth
from .stacks import Action, Outcome, Stack
from .stories import AUTO_ACCEPT, DECLARED, Story, story
from .unreliable import Trouble

CHAT_ACCEPT = SettingKey("AutoAcceptConfigs", "CHAT", "AutoAccept")
TASK_ACCEPT = SettingKey("AutoAcceptConfigs", "TASK", "AutoAccept")


def _import(tale: Story, declared: dict[SettingKey, bool]) -> None:
    """Let the registry's stack adopt the agent, and stamp the record with its first update."""
    tale.stack.adopt(declared)
    assert tale.update(declared, previous=declared).outcome is Outcome.DONE


def test_a_custom_resource_takes_nothing_over() -> None:
    """A registry stack has imported the agent; then the custom resource that had owned it is updated, or an old update comes again.

    Nothing imports a custom resource, so that nothing entitles it to a record that names another: it had stamped the record as its
    own, given back what the other stack had declared, and applied its own settings.
    """
    with story(Birth(), Behaviour()) as tale:
        former = tale.custom()
        created = former.event(Action.CREATE, {AUTO_ACCEPT: True})
        former.remember(created, former.send(created, tale.gateway(), tale.agent.clock))
        _import(tale, {AUTO_ACCEPT: True, CHAT_ACCEPT: True})
        tags, truth = tale.agent.tags(), tale.agent.truth()
        updated = former.send(
            former.event(Action.UPDATE, {AUTO_ACCEPT: False}, {AUTO_ACCEPT: True}), tale.gateway(), tale.agent.clock
        )
        assert isinstance(updated.error, NotFound)
        assert "sales/Agent" in str(updated.error)
        assert (tale.agent.tags(), tale.agent.truth()) == (tags, truth)


def test_an_update_that_another_stack_has_overtaken_fails_and_leaves_what_that_one_declares() -> None:
    """An update has written its number; before it reads that back, another stack takes the record over and gives the number back.

    What does not show long enough after a write counts as dropped by the service, so that the update took the record again and
    ended in success, with a number owned that it had never written since.
    """
    number = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: DECLARED}
    with story(Birth(), Behaviour()) as tale:
        tale.create({TASK_ACCEPT: False})
        rival = Stack("support", tale.stack.identity)
        rival.adopt({TASK_ACCEPT: True})

        def take_over() -> None:
            update = rival.event(Action.UPDATE, rival.declared, rival.declared)
            assert rival.send(update, tale.gateway(), tale.agent.clock).outcome is Outcome.DONE

        update = tale.stack.event(Action.UPDATE, number, {TASK_ACCEPT: False})
        reads_back = 5  # after a read, the claim, the settings, and the removal of what is no longer declared
        ending = tale.stack.send(update, tale.gateway(meanwhile={reads_back: take_over}), tale.agent.clock)
        assert isinstance(ending.error, NotFound)
        assert "support/Agent" in str(ending.error)
        truth = tale.agent.truth()
        assert (truth[PHONE_NUMBER_KEY], truth[TASK_ACCEPT]) == (None, True)
        record = OwnershipRecord.from_tags(tale.agent.tags())
        assert record
        assert record.owned_by(rival.owner)
        assert record.prior == {TASK_ACCEPT: False}


def test_the_end_is_not_announced_before_a_repeated_claim_shows() -> None:
    """An update is killed when all is done, comes again, claims anew what a late read still shows, and is then throttled.

    The next read shows the end of the first try, from before that claim: the update said SUCCESS, and the record went on to hold a
    setting that was given back, which the next update or delete would have overwritten.
    """
    before, after = {AUTO_ACCEPT: True, CHAT_ACCEPT: True}, {AUTO_ACCEPT: True, TASK_ACCEPT: True}
    with story(Birth(), Behaviour(stale_reads=1)) as tale:
        tale.create(before)
        tale.agent.let_reads_catch_up()
        update = tale.stack.event(Action.UPDATE, after, before)
        killed = tale.stack.send(update, tale.gateway({4: Trouble(None, acted=True)}), tale.agent.clock)
        assert killed.outcome is Outcome.KILLED
        again = tale.stack.send(update, tale.gateway({3: Trouble(Throttled)}), tale.agent.clock)
        assert again.outcome is Outcome.DONE
        record = OwnershipRecord.from_tags(tale.agent.tags())
        assert record
        assert record.prior.keys() == after.keys()


def test_the_end_is_not_announced_before_a_claim_shows_that_the_same_operation_has_repeated() -> None:
    """An update is done but for its last read, which is throttled for minutes, and then is a late one: so all is done once more.

    The second time is cut off after the claim. The next read showed the first end, and the update said SUCCESS all the same.
    """
    before, after = {AUTO_ACCEPT: True, CHAT_ACCEPT: True}, {AUTO_ACCEPT: True, TASK_ACCEPT: True}
    throttled = dict.fromkeys(range(5, 13), Trouble(Throttled))
    with story(Birth(), Behaviour(stale_reads=1)) as tale:
        tale.create(before)
        tale.agent.let_reads_catch_up()
        ending = tale.update(after, {**throttled, 15: Trouble(ServiceFault, acted=True)}, before)
        assert [write.operation for write in ending.gateway.writes].count("UpdateUserConfig") > 1, "done once, as far as that shows"
        assert ending.outcome is Outcome.DONE
        record = OwnershipRecord.from_tags(tale.agent.tags())
        assert record
        assert record.prior.keys() == after.keys()


def test_a_duplicate_create_that_fails_leaves_the_resource_alive() -> None:
    """Somebody has changed an owned setting; Lambda delivers the Create anew, which corrects that and then fails.

    A failed create gives back what it has taken, and this one found all of it its own: the resource, long created, lost its record
    and its settings, while its stack believed in it.
    """
    faults = {3: Trouble(NetworkFault, acted=True), 4: Trouble(AccessDenied)}
    with story(Birth(), Behaviour()) as tale:
        custom = tale.custom()
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        assert custom.send(create, tale.gateway(), tale.agent.clock).outcome is Outcome.DONE
        tags = tale.agent.tags()
        tale.agent.administer({AUTO_ACCEPT: False})
        ending = custom.replay(create, tale.gateway(faults), tale.agent.clock)
        assert isinstance(ending.error, AccessDenied)
        assert tale.agent.tags() == tags
        assert tale.agent.truth()[AUTO_ACCEPT] is True


def test_a_duplicate_create_that_runs_out_of_time_leaves_the_resource_alive() -> None:
    """As above, but reads are late and the function's time ends: what a Create has taken is given back before the reply."""
    with story(Birth(), Behaviour(stale_seconds=90.0)) as tale:
        custom = tale.custom()
        create = custom.event(Action.CREATE, {AUTO_ACCEPT: True})
        assert custom.send(create, tale.gateway(), tale.agent.clock).outcome is Outcome.DONE
        tale.agent.let_reads_catch_up()
        tags = tale.agent.tags()
        tale.agent.administer({AUTO_ACCEPT: False})
        tale.agent.let_reads_catch_up()
        ending = custom.replay(create, tale.gateway(), tale.agent.clock, waits=0)
        assert ending.timed_out
        assert tale.agent.tags() == tags


def test_a_create_that_is_cut_off_by_the_end_of_time_gives_back() -> None:
    """The other side of the above: what a first Create has taken itself does not stay when it fails."""
    with story(Birth(), Behaviour(stale_seconds=90.0)) as tale:
        custom = tale.custom()
        ending = custom.send(custom.event(Action.CREATE, {AUTO_ACCEPT: True}), tale.gateway(), tale.agent.clock, waits=2)
        assert ending.timed_out
        tale.agent.let_reads_catch_up()
        assert not tale.agent.tags() or "deleting the resource gives it back" in str(ending.error)


def test_what_a_failed_create_has_added_to_a_record_is_not_left_without_an_owner() -> None:
    """A resource could not be deleted and its stack went on without it; declared again, it claims one more array and then fails.

    A late read still showed the record from before that claim. Its tags were removed, the owner's among them; the one just written
    stayed, and neither this stack nor another could ever take the agent again.
    """
    chat_work = strategies.CHAT_ACW
    with story(Birth(), Behaviour(stale_seconds=3.0)) as tale:
        before = tale.agent.truth()
        tale.create({AUTO_ACCEPT: True})
        tale.stack.retain()
        tale.agent.let_reads_catch_up()
        failed = tale.create({AUTO_ACCEPT: True, chat_work: 30}, {4: Trouble(AccessDenied)})
        assert isinstance(failed.error, AccessDenied)
        assert not tale.agent.tags()
        assert tale.agent.truth() == before


def test_a_create_that_goes_on_after_a_crash_and_fails_restores_what_reads_do_not_show_yet() -> None:
    """A create is throttled, hands back, and is killed when it has written the settings; it goes on, and may write them no more.

    What it was to go on from says that no settings were written, and a late read shows the claim, but the settings from before: so
    the record alone was removed, and with it the only trace of what they had been.
    """
    throttled = dict.fromkeys(range(3, 15), Trouble(Throttled))
    with story(Birth(), Behaviour(stale_seconds=10.0)) as tale:
        before = tale.agent.truth()
        create = tale.stack.event(Action.CREATE, {AUTO_ACCEPT: True})
        killed = tale.stack.send(create, tale.gateway({**throttled, 16: Trouble(None, acted=True)}), tale.agent.clock)
        assert killed.outcome is Outcome.KILLED
        assert tale.agent.truth() != before
        failed = tale.stack.send(create, tale.gateway({2: Trouble(AccessDenied)}), tale.agent.clock)
        assert isinstance(failed.error, AccessDenied)
        assert tale.agent.tags() or tale.agent.truth() == before
