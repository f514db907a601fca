"""What taking settings changes, agent by agent: `of_take`."""

from collections.abc import Sequence

import pytest
from agents.contact_centre import AUTO_ACCEPT_VOICE, NUMBER, PHONE_TYPE, WORK_VOICE, ContactCentre

from connect_user_config.agents.agent import Agent
from connect_user_config.agents.comparing.effects import Change, Kind, of_take
from connect_user_config.agents.instance import Instance
from connect_user_config.agents.pace import Pace
from connect_user_config.aws.region import Region, make_session
from custom_connect_userconfig.core.arrays import AFTER_CONTACT_WORK, CHAT
from custom_connect_userconfig.core.declaration import Declaration
from custom_connect_userconfig.core.errors import InvalidRequest
from custom_connect_userconfig.core.identifiers import Environment, Identity, InstanceRef
from custom_connect_userconfig.core.ownership import Owner
from custom_connect_userconfig.core.settings import Settings

CHAT_WORK = AFTER_CONTACT_WORK.key(CHAT, AFTER_CONTACT_WORK.fields[0])


def read(centre: ContactCentre, *user_ids: str) -> list[Agent]:
    region = Region(centre.connect.region, make_session(None))
    instance = Instance(region, InstanceRef.parse(centre.arn, Environment()), Pace(centre.clock), workers=1)
    return [agent for _, agent in instance.describe_each(user_ids) if agent]


def declaration(centre: ContactCentre, user_id: str, settings: Settings) -> Declaration:
    return Declaration(Identity.parse(centre.arn, user_id, Environment()), settings)


def changes(declarations: Sequence[Declaration], agents: Sequence[Agent]) -> list[tuple[Agent, Change]]:
    """Return each setting whose value a declaration changes, with its agent."""
    return [
        (agent, change)
        for each, agent in zip(declarations, agents, strict=True)
        for change in of_take(each.settings, _owner(agent, each), agent).changes
        if change.is_of_value
    ]


def _owner(agent: Agent, declared: Declaration) -> Owner:
    named = agent.record.owner if agent.record else None
    return named or Owner.of(declared.identity, None, None)


def test_values_that_are_in_force_change_nothing(centre: ContactCentre) -> None:
    phone = {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": NUMBER, "AfterContactWorkTimeLimit": 45}
    ada = centre.agent("ada", phone_config=phone)
    declared: Settings = {PHONE_TYPE: "DESK_PHONE", WORK_VOICE: 45, AUTO_ACCEPT_VOICE: False}
    assert changes([declaration(centre, ada, declared)], read(centre, ada)) == []


def test_a_value_that_is_not_in_force_is_a_change_of_its_agent(centre: ContactCentre) -> None:
    ada, grace = centre.agent("ada"), centre.agent("grace")
    declared = [declaration(centre, each, {WORK_VOICE: limit}) for each, limit in ((ada, 0), (grace, 30))]
    ((agent, change),) = changes(declared, read(centre, ada, grace))
    assert (agent.username, change.kind, change.now, change.then) == ("grace", Kind.TAKEN, 0, 30)


def test_what_an_owner_no_longer_declares_is_a_change(centre: ContactCentre) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {WORK_VOICE: 30})
    ((_, change),) = changes([declaration(centre, ada, {AUTO_ACCEPT_VOICE: False})], read(centre, ada))
    assert (change.key, change.kind, change.then) == (WORK_VOICE, Kind.GIVEN_BACK, 0)


def test_a_limit_that_the_service_has_cut_is_no_change_for_its_owner(centre: ContactCentre) -> None:
    ada = centre.agent("ada")
    centre.own(ada, {CHAT_WORK: 9000})
    limit = {"Channel": CHAT, "AfterContactWorkConfig": {"AfterContactWorkTimeLimit": 5400}}
    centre.edit(ada, AfterContactWorkConfigs=[limit])
    assert changes([declaration(centre, ada, {CHAT_WORK: 9000})], read(centre, ada)) == []
    ((_, change),) = changes([declaration(centre, ada, {CHAT_WORK: 8000})], read(centre, ada))
    assert (change.now, change.then) == (5400, 8000)


def test_an_agent_without_room_for_the_record_proves_nothing(centre: ContactCentre) -> None:
    ada = centre.agent("ada", tags={f"tag{number}": "x" for number in range(48)})
    with pytest.raises(InvalidRequest, match="50 at most"):
        changes([declaration(centre, ada, {WORK_VOICE: 0})], read(centre, ada))
