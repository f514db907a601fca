"""Examples that the properties and the state machine have found, each with its story; more in
`test_found_together`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from connect_local import Behaviour, EntryWrite
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
    InvalidRequest,
    NotFound,
    NotStabilized,
    ServiceInternalError,
    Throttling,
)
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.ownership import OwnershipRecord, our_keys
from custom_connect_userconfig.core.settings import Entry
from custom_connect_userconfig.service import GivenBack, OwnedSettings
from support.direct_gateway import DirectGateway

from .agent import INSTANCE_ID, USER_ID, InitialUser
from .ownership_model import OwnershipModel
from .stacks import Action, Event, Outcome, Stack
from .stories import AUTO_ACCEPT, DECLARED, at, new_story
from .strategies import CHAT_ACW
from .unreliable import Trouble, UnreliableGateway

FIRST_CALLBACK = SettingKey("AutoAcceptConfigs", "VOICE", "AgentFirstCallbackAutoAccept")
OWN, OTHER = "+15550100", "+15550102"
DESK = InitialUser({"PhoneType": DESK_PHONE, "DeskPhoneNumber": OWN})
STORM = dict.fromkeys(range(4), Trouble(ServiceInternalError))
"""As many faults in a row as end an operation."""


# -- creates that fail
# -------------------------------------------------------------------------------------------------


def test_a_refused_create_releases_the_agent_although_reads_are_late() -> None:
    """The role may not write settings: the claim was there, but did not show yet when it was to be removed,
    and so it stayed.

    The rollback then found nothing owned either, and the agent could never be owned by anybody.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        assert isinstance(story.create({AUTO_ACCEPT: True}, {3: Trouble(AccessDenied)}).error, AccessDenied)
        assert not story.agent.tags()


def test_a_failed_create_restores_what_reads_do_not_show_yet() -> None:
    """Throttling lets the claim show before the settings do; then five hundreds end the create.

    The settings of that read are those from before, so that nothing seemed to need restoring: only the tags
    were removed, the setting stayed as declared with no record, and the message said that all was given back.
    """
    late = {3: Trouble(Throttling), 5: Trouble(Throttling), **at(8, STORM)}
    with new_story(InitialUser(), Behaviour(stale_seconds=10.0)) as story:
        before = story.agent.truth()
        assert story.create({AUTO_ACCEPT: True}, late).outcome is Outcome.FAILED
        assert story.agent.tags() or story.agent.truth() == before, "changed, and nothing knows what it was"


@pytest.mark.parametrize("behaviour", [Behaviour(stale_seconds=2.0), Behaviour(stale_reads=1)])
def test_a_create_that_is_tried_again_does_not_believe_reads_from_before_it_was_undone(
    behaviour: Behaviour,
) -> None:
    """CloudFormation tries again after a fault of the service, at once.

    Reads still showed the record and the settings of the first try, which had been given back: the second one
    said SUCCESS, wrote nothing, and the resource existed in the stack only.
    """
    with new_story(InitialUser(), behaviour) as story:
        assert story.create({AUTO_ACCEPT: True}, at(4, STORM)).outcome is Outcome.FAILED
        again = story.create({AUTO_ACCEPT: True})
        assert again.outcome is not Outcome.DONE or story.agent.truth()[AUTO_ACCEPT] is True
        assert again.outcome is not Outcome.DONE or story.agent.tags()


@dataclass(frozen=True)
class DeafGateway(DirectGateway):
    """Writes of settings are acknowledged, and nothing happens."""

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Do nothing."""


def test_settings_that_never_show_end_the_operation() -> None:
    """Each time that the write was made anew, the five minutes began anew: the operation never ended."""
    with new_story(InitialUser(), Behaviour()) as story:
        story.agent.gateway = DeafGateway(story.agent.gateway.backend)
        begun = story.agent.clock.now()
        assert isinstance(story.create({AUTO_ACCEPT: True}).error, NotStabilized)
        assert story.agent.clock.now() - begun < 400


def test_a_create_that_has_lost_a_race_leaves_the_winner_alone() -> None:
    """Two creates read the agent before either has claimed it, and the other claims it last.

    Neither is known to have lost before it has failed; what it undoes then must be its own. (Found by
    breaking the check.)
    """
    with new_story(InitialUser(), Behaviour()) as story:
        winner = Stack("support", Identity.parse(INSTANCE_ID, USER_ID, Environment()))
        theirs = OwnershipRecord(winner.owner, {AUTO_ACCEPT: True}, {AUTO_ACCEPT: False}).to_tags()
        gateway = UnreliableGateway(
            story.agent.gateway, {3: Trouble(AccessDenied)}, {3: lambda: story.agent.tag(theirs)}
        )
        story.stack.send(Event(Action.CREATE, {AUTO_ACCEPT: True}), gateway, story.agent.clock)
        assert story.agent.tags() == theirs


def test_a_claim_that_vanishes_is_not_made_anew() -> None:
    """Somebody removes the record while a create waits to see it.

    What shows as the earlier value by then is what the create has written, and must never be recorded as the
    agent's own. (Found by breaking the check.)
    """
    with new_story(InitialUser(), Behaviour()) as story:
        vanishes = {4: lambda: story.agent.untag(our_keys(story.agent.tags()))}
        gateway = UnreliableGateway(story.agent.gateway, {}, vanishes)
        ending = story.stack.send(Event(Action.CREATE, {AUTO_ACCEPT: True}), gateway, story.agent.clock)
        assert isinstance(ending.error, NotStabilized)
        assert not story.agent.tags()


# -- deletes after a crash
# ---------------------------------------------------------------------------------------------


def test_a_delete_right_after_a_crash_finds_a_claim_that_does_not_show_yet() -> None:
    """The process of a create is killed after it has written, and CloudFormation rolls back within the
    second.

    Reads do not show the claim yet, so that the delete says NotFound, the stack forgets the resource, and the
    agent keeps claim and settings for ever.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        assert story.create({AUTO_ACCEPT: True}, {3: Trouble(None, acted=True)}).outcome is Outcome.KILLED
        deleted = story.delete()
        gone = deleted.outcome is Outcome.DONE or isinstance(deleted.error, NotFound)
        assert not gone or not story.agent.tags(), "the resource is gone for its stack, and its claim is not"


def test_a_delete_right_after_a_crash_restores_what_reads_do_not_show_yet() -> None:
    """As above, but throttling lets the claim show while the settings do not.

    The delete saw settings that needed no restoring, removed the record alone, and the settings stayed as
    declared.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=5.0)) as story:
        before = story.agent.truth()
        killed = {3: Trouble(Throttling), 5: Trouble(None, acted=True)}
        assert story.create({AUTO_ACCEPT: True}, killed).outcome is Outcome.KILLED
        assert story.delete().outcome is Outcome.DONE
        assert story.agent.truth() == before


def test_a_delete_right_after_a_killed_update_restores_what_reads_do_not_show_yet() -> None:
    """An update claims one more field of an array that is owned already, writes it, and is killed; a delete
    follows at once.

    The record that it reads does not hold the new field yet, and the tag that it removes does: the field
    stays as declared.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        before = story.agent.truth()
        story.create({AUTO_ACCEPT: False})
        killed = Event(Action.UPDATE, {AUTO_ACCEPT: False, FIRST_CALLBACK: True})
        story.stack.send(
            killed, UnreliableGateway(story.agent.gateway, {3: Trouble(None, acted=True)}), story.agent.clock
        )
        story.delete()
        assert story.agent.truth() == before


# -- the phone
# ---------------------------------------------------------------------------------------------------------


def test_a_desk_phone_is_not_given_back_with_the_number_of_the_stack() -> None:
    """The number is owned, then no longer declared, then everything is given back.

    The earlier type was still recorded while the earlier number was lost, and what stood there was the
    stack's: the agent's calls would have rung somebody else's desk.
    """
    with new_story(DESK, Behaviour()) as story:
        story.create({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED})
        story.update({PHONE_TYPE_KEY: SOFT_PHONE})
        deleted = story.delete()
        assert story.agent.truth()[PHONE_TYPE_KEY] == SOFT_PHONE
        assert isinstance(deleted.result, GivenBack)
        assert deleted.result.notes


def test_what_cannot_be_given_back_is_said_by_the_invocation_that_ends_the_operation() -> None:
    """Reads were so late that the delete ended in its second invocation, which knew nothing of the phone that
    was left.
    """
    with new_story(DESK, Behaviour(stale_seconds=30.0)) as story:
        story.create({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED})
        deleted = story.delete()
        assert isinstance(deleted.result, GivenBack)
        assert deleted.result.notes


@pytest.mark.parametrize("steps", [1, 2])
def test_a_number_that_cannot_be_taken_away_is_said(steps: int) -> None:
    """The API has no way to say "no number": where entries are merged, the declared one stays, and nothing
    said so.
    """
    with new_story(InitialUser(), Behaviour(entry_write=EntryWrite.MERGE)) as story:
        story.create({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED})
        ending = story.delete() if steps == 1 else story.update({PHONE_TYPE_KEY: SOFT_PHONE})
        assert ending.result is not None
        assert ending.result.notes
        assert story.agent.truth()[PHONE_NUMBER_KEY] == DECLARED
        assert story.agent.truth()[PHONE_TYPE_KEY] == SOFT_PHONE


def test_a_dropped_number_that_uncovers_an_older_one_counts_as_dropped() -> None:
    """The service forgets a number under a soft phone, and the older form of the settings still holds
    another.

    That one shows, which is neither the declared number nor none: the declaration could never be fulfilled.
    """
    old_form = InitialUser(edits=[{"PhoneType": DESK_PHONE, "DeskPhoneNumber": OWN}])
    with new_story(old_form, Behaviour(drop_number_under_soft_phone=True)) as story:
        created = story.create({PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: DECLARED})
        assert created.outcome is Outcome.DONE, created.error


def test_a_number_under_a_soft_phone_is_waited_for() -> None:
    """A number that does not show *yet* was taken for one that the service has dropped: the answer lacked a
    declared setting.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        created = story.create(
            {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: DECLARED}, {3: Trouble(Throttling)}
        )
        assert isinstance(created.result, OwnedSettings)
        assert (
            created.result.settings.get(PHONE_NUMBER_KEY) == story.agent.truth()[PHONE_NUMBER_KEY] == DECLARED
        )


# -- values
# ------------------------------------------------------------------------------------------------------------


def test_a_chat_limit_above_its_ceiling_is_given_back() -> None:
    """A declared 5,400 and an earlier 9,000 come to the same, yet the earlier one is the administrator's: it
    was not restored.
    """
    with new_story(InitialUser({"AfterContactWorkTimeLimit": 9_000}), Behaviour()) as story:
        model = OwnershipModel.of(story.agent)
        story.create({CHAT_ACW: 5_400})
        model.taken(story.stack.owner.digest, {CHAT_ACW: 5_400}, story.agent.truth())
        before = story.agent.truth()
        story.delete()
        model.given_back(before)


@pytest.mark.parametrize(
    "misplaced",
    [
        {"PhoneNumberConfigs": {"Channel": "VOICE", "PhoneNumber": OTHER}},
        {"PhoneNumberConfigs": [OTHER]},
        {"PhoneNumberConfigs": [{"Channel": "VOICE", "PhoneType": OTHER}]},
        {"AutoAcceptConfigs": [{"Channel": OTHER}]},
        {OTHER: True},
    ],
)
def test_a_number_in_the_wrong_place_is_not_repeated(misplaced: dict[str, object]) -> None:
    """Messages show the value at fault, and a number may be at fault anywhere: an object instead of a list
    was enough.
    """
    with pytest.raises(InvalidRequest) as refused:
        Declaration.parse({"InstanceId": INSTANCE_ID, "UserId": USER_ID, **misplaced}, Environment())
    assert OTHER[1:] not in str(refused.value)
