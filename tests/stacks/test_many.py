"""A stack of many agents, one after another as ministack creates them; `benchmarks.load` simulates quotas.

The stack ends with its cloud: its delete would take as long again, and show no more than a small stack's.
"""

import json

import pytest

from demo.settings import LIMIT
from demo.stacks import Stacks

from .world import State, World, accepts, after_contact, ended

MANY = 200


@pytest.mark.slow
def test_two_hundred_agents(world: World, stacks: Stacks, request: pytest.FixtureRequest) -> None:
    # With late reads every resource would read twice, with a pause between.
    world.cloud.control("POST", "behaviour", {"stale_reads": 0})
    request.addfinalizer(lambda: world.cloud.control("POST", "behaviour", {"stale_reads": 1}))
    users = world.create_agents(MANY)
    before = world.state()
    name = world.name("many")
    resources = {
        f"Agent{number}": world.resource(user, {**accepts("VOICE"), **after_contact(30)})
        for number, user in enumerate(users)
    }
    ended(stacks.create(name, json.dumps({"Resources": resources})), "CREATE_COMPLETE")
    held = world.state()
    assert {state["tags"]["connect-user-config"] for state in held.values()} == {"managed"}
    assert {held[user]["settings"]["AfterContactWorkConfigs", "VOICE", LIMIT] for user in users} == {30}
    assert all(_unowned(held[user]) == _unowned(before[user]) for user in users)


def _unowned(state: State) -> State:
    """Return the settings that the stack does not own."""
    arrays = ("PersistentConnectionConfigs", "PhoneNumberConfigs", "VoiceEnhancementConfigs")
    settings = state["settings"]
    return {key: value for key, value in settings.items() if key[0] in arrays or key[1] != "VOICE"}
