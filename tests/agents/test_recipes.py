"""Recipes that end an ownership: what they promise of the settings holds."""

import uuid

import pytest
from agents.contact_centre import WORK_VOICE, ContactCentre, work

from custom_connect_userconfig.aws.connect import ConnectGateway
from custom_connect_userconfig.core.errors import NotFound
from custom_connect_userconfig.core.identifiers import Environment, Identity
from custom_connect_userconfig.core.ownership import Owner, our_keys
from custom_connect_userconfig.retry.retrier import Retrier
from custom_connect_userconfig.service import SettingsService


def delete_resource(centre: ContactCentre, user_id: str, stack: str) -> None:
    """Delete the resource, as CloudFormation does when its stack is deleted."""
    service = SettingsService(ConnectGateway(client=centre._client), Retrier(centre.clock, lambda: 0.5))
    identity = Identity.parse(centre.instance_id, user_id, Environment())
    service.delete(identity, Owner.of(identity, centre.stack(stack, "Ada"), "Ada", str(uuid.uuid4())))


@pytest.fixture
def ada(centre: ContactCentre) -> str:
    """An agent with 45 seconds before, and 30 declared."""
    user_id = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(user_id, {WORK_VOICE: 30})
    return user_id


def test_leaving_gives_everything_back_if_the_stacks_are_deleted(centre: ContactCentre, ada: str) -> None:
    delete_resource(centre, ada, "sales")
    assert centre.value(ada, WORK_VOICE) == 45
    assert not our_keys(centre.tags(ada))
    assert centre.run("drift").exit_code == 0


def test_leaving_can_leave_every_setting_as_it_is(centre: ContactCentre, ada: str) -> None:
    assert centre.run("release", "--name", "*", "--hand-over", "--yes").exit_code == 0
    with pytest.raises(NotFound, match="handed over"):
        delete_resource(centre, ada, "sales")
    assert centre.run("release", "--name", "*", "--keep", "--yes").exit_code == 0
    assert centre.value(ada, WORK_VOICE) == 30
    assert not our_keys(centre.tags(ada))
    assert "0 with an owner" in centre.run("agents").stderr + centre.run("agents").stdout


def test_who_moves_to_the_other_flavour_keeps_settings_and_earlier_values(
    centre: ContactCentre, ada: str
) -> None:
    centre.run("release", "--name", "*", "--hand-over", "--yes")
    centre.own(ada, {WORK_VOICE: 30}, stack="registry")
    with pytest.raises(NotFound):
        delete_resource(centre, ada, "sales")
    assert centre.value(ada, WORK_VOICE) == 30
    delete_resource(centre, ada, "registry")
    assert centre.value(ada, WORK_VOICE) == 45


def test_somebody_whose_resource_rests_has_the_settings_of_before(centre: ContactCentre, ada: str) -> None:
    delete_resource(centre, ada, "sales")
    assert centre.value(ada, WORK_VOICE) == 45
    centre.own(ada, {WORK_VOICE: 30})
    assert centre.value(ada, WORK_VOICE) == 30
