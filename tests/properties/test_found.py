"""Failures that the properties and the state machine have found; more in `test_found_together`."""

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
from custom_connect_userconfig.core.identifiers import Environment
from custom_connect_userconfig.core.ownership import OwnershipRecord, our_keys
from custom_connect_userconfig.core.settings import Entry
from custom_connect_userconfig.service import GivenBack, OwnedSettings
from support.direct_gateway import DirectGateway

from .agent import INSTANCE_ID, USER_ID, InitialUser
from .ownership_model import OwnershipModel
from .stacks import Action, Outcome, Stack
from .stories import AGENT, AUTO_ACCEPT, DECLARED, at, new_story
from .strategies import CHAT_ACW
from .unreliable import Trouble

FIRST_CALLBACK = SettingKey("AutoAcceptConfigs", "VOICE", "AgentFirstCallbackAutoAccept")
OWN, OTHER = "+15550100", "+15550102"
DESK = InitialUser({"PhoneType": DESK_PHONE, "DeskPhoneNumber": OWN})
STORM = dict.fromkeys(range(4), Trouble(ServiceInternalError))
"""So many faults in a row that the operation fails."""


def test_a_refused_create_releases_the_agent_although_reads_are_late() -> None:
    """The role may not write settings. Reads did not show the claim when the create gave back, so it stayed.

    The rollback found nothing owned either, and nobody could ever own the agent.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        assert isinstance(story.create({AUTO_ACCEPT: True}, {3: Trouble(AccessDenied)}).error, AccessDenied)
        assert not story.agent.tags()


def test_a_failed_create_restores_what_reads_do_not_show_yet() -> None:
    """Throttling lets the claim show before the settings; then errors of the service (5xx) end the create.

    That read showed the earlier settings, so nothing seemed to need restoring. The create removed the tags
    alone, the setting stayed as declared without a record, and the message said that all was given back.
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
    """CloudFormation tries again at once after a fault of the service.

    Reads still showed the record and the settings of the first try, which had been given back. The second try
    said SUCCESS and wrote nothing: the resource existed in the stack only.
    """
    with new_story(InitialUser(), behaviour) as story:
        assert story.create({AUTO_ACCEPT: True}, at(4, STORM)).outcome is Outcome.FAILED
        again = story.create({AUTO_ACCEPT: True})
        assert again.outcome is not Outcome.DONE or story.agent.truth()[AUTO_ACCEPT] is True
        assert again.outcome is not Outcome.DONE or story.agent.tags()


@dataclass(frozen=True)
class DeafGateway(DirectGateway):
    """Acknowledges writes of settings, and does not carry them out."""

    def update_user_config(
        self, instance_id: str, user_id: str, arrays: Mapping[str, Sequence[Entry]]
    ) -> None:
        """Do nothing."""


def test_settings_that_never_show_end_the_operation() -> None:
    """Each repeated write started the five minutes again: the operation never ended."""
    with new_story(InitialUser(), Behaviour()) as story:
        story.agent.gateway = DeafGateway(story.agent.gateway.backend)
        begun = story.agent.clock.now()
        assert isinstance(story.create({AUTO_ACCEPT: True}).error, NotStabilized)
        assert story.agent.clock.now() - begun < 400


def test_a_create_that_has_lost_a_race_leaves_the_winner_alone() -> None:
    """Two creates read the agent before either claims it, and the other one claims it last.

    The loser learns of its loss only after it has failed. It must then undo its own writes only. (Found by
    breaking the check.)
    """
    with new_story(InitialUser(), Behaviour()) as story:
        winner = Stack("support", AGENT)
        theirs = OwnershipRecord(winner.owner, {AUTO_ACCEPT: True}, {AUTO_ACCEPT: False}).to_tags()
        create = story.stack.event(Action.CREATE, {AUTO_ACCEPT: True})
        story.send(create, {3: Trouble(AccessDenied)}, {3: lambda: story.agent.tag(theirs)})
        assert story.agent.tags() == theirs


def test_a_claim_that_vanishes_is_not_made_anew() -> None:
    """Somebody removes the record while a create waits to see it.

    Reads then show the value that the create has written: the create must never record it as the earlier one.
    (Found by breaking the check.)
    """
    with new_story(InitialUser(), Behaviour()) as story:
        vanishes = {4: lambda: story.agent.untag(our_keys(story.agent.tags()))}
        ending = story.send(story.stack.event(Action.CREATE, {AUTO_ACCEPT: True}), meanwhile=vanishes)
        assert isinstance(ending.error, NotStabilized)
        assert not story.agent.tags()


def test_a_delete_right_after_a_crash_finds_a_claim_that_does_not_show_yet() -> None:
    """The process of a create is killed after it has written, and CloudFormation rolls back within the
    second.

    Reads did not show the claim yet: the delete said NotFound, the stack forgot the resource, and the agent
    kept the claim and the settings.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        assert story.create({AUTO_ACCEPT: True}, {3: Trouble(None, acted=True)}).outcome is Outcome.KILLED
        deleted = story.delete()
        gone = deleted.outcome is Outcome.DONE or isinstance(deleted.error, NotFound)
        assert not gone or not story.agent.tags(), "the resource is gone for its stack, and its claim is not"


def test_a_delete_right_after_a_crash_restores_what_reads_do_not_show_yet() -> None:
    """As above, but throttling lets the claim show before the settings.

    The delete saw settings that needed no restoring, and removed the record alone: they stayed as declared.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=5.0)) as story:
        before = story.agent.truth()
        killed = {3: Trouble(Throttling), 5: Trouble(None, acted=True)}
        assert story.create({AUTO_ACCEPT: True}, killed).outcome is Outcome.KILLED
        assert story.delete().outcome is Outcome.DONE
        assert story.agent.truth() == before


def test_a_delete_right_after_a_killed_update_restores_what_reads_do_not_show_yet() -> None:
    """An update claims a further field of an owned array, writes it, and is killed; a delete follows at once.

    The record that the delete reads does not hold the new field yet, and the tag that it removes does: the
    field stayed as declared.
    """
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        before = story.agent.truth()
        story.create({AUTO_ACCEPT: False})
        story.update({AUTO_ACCEPT: False, FIRST_CALLBACK: True}, {3: Trouble(None, acted=True)})
        story.delete()
        assert story.agent.truth() == before


def test_a_desk_phone_is_not_given_back_with_the_number_of_the_stack() -> None:
    """A stack owns the number, then drops it, then gives everything back.

    The earlier type was still recorded, the earlier number was lost, and the user had the stack's number: the
    agent's calls would have rung on somebody else's desk.
    """
    with new_story(DESK, Behaviour()) as story:
        story.create({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED})
        story.update({PHONE_TYPE_KEY: SOFT_PHONE})
        deleted = story.delete()
        assert story.agent.truth()[PHONE_TYPE_KEY] == SOFT_PHONE
        assert isinstance(deleted.result, GivenBack)
        assert deleted.result.notes


def test_what_cannot_be_given_back_is_said_by_the_invocation_that_ends_the_operation() -> None:
    """The delete ended in its second invocation, since reads were late, and forgot the phone left."""
    with new_story(DESK, Behaviour(stale_seconds=30.0)) as story:
        story.create({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED})
        deleted = story.delete()
        assert isinstance(deleted.result, GivenBack)
        assert deleted.result.notes


@pytest.mark.parametrize("steps", [1, 2])
def test_a_number_that_cannot_be_taken_away_is_said(steps: int) -> None:
    """The API cannot say "no number": if entries are merged, the declared one stays, and no note said so."""
    with new_story(InitialUser(), Behaviour(entry_write=EntryWrite.MERGE)) as story:
        story.create({PHONE_TYPE_KEY: DESK_PHONE, PHONE_NUMBER_KEY: DECLARED})
        ending = story.delete() if steps == 1 else story.update({PHONE_TYPE_KEY: SOFT_PHONE})
        assert ending.result is not None
        assert ending.result.notes
        assert story.agent.truth()[PHONE_NUMBER_KEY] == DECLARED
        assert story.agent.truth()[PHONE_TYPE_KEY] == SOFT_PHONE


def test_a_dropped_number_that_uncovers_an_older_one_counts_as_dropped() -> None:
    """The service drops a number under a soft phone, and the older form of the settings holds another one.

    Reads show that one, neither the declared number nor none: the declaration could never be fulfilled.
    """
    old_form = InitialUser(edits=[{"PhoneType": DESK_PHONE, "DeskPhoneNumber": OWN}])
    with new_story(old_form, Behaviour(drop_number_under_soft_phone=True)) as story:
        created = story.create({PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: DECLARED})
        assert created.outcome is Outcome.DONE, created.error


def test_a_number_under_a_soft_phone_is_waited_for() -> None:
    """A number that did not show *yet* was taken for a dropped one: the answer lacked a declared setting."""
    soft = {PHONE_TYPE_KEY: SOFT_PHONE, PHONE_NUMBER_KEY: DECLARED}
    with new_story(InitialUser(), Behaviour(stale_seconds=3.0)) as story:
        created = story.create(soft, {3: Trouble(Throttling)})
        assert isinstance(created.result, OwnedSettings)
        assert created.result.settings.get(PHONE_NUMBER_KEY) == DECLARED
        assert story.agent.truth()[PHONE_NUMBER_KEY] == DECLARED


def test_a_chat_limit_above_its_ceiling_is_given_back() -> None:
    """A declared 5,400 and an earlier 9,000 have one effect, so the earlier value was not restored."""
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
    """Messages show the wrong value, and a number may be wrong anywhere: an object for a list was enough."""
    with pytest.raises(InvalidRequest) as refused:
        Declaration.parse({"InstanceId": INSTANCE_ID, "UserId": USER_ID, **misplaced}, Environment())
    assert OTHER[1:] not in str(refused.value)
