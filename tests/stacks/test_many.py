"""A stack of many agents. ministack makes resources one by one: parallel load and quotas are simulated
elsewhere.

The stack ends with its cloud: to delete it takes as long again, and shows no more than a small one.
"""

import json

import pytest

from demo.stacks import Stacks

from .world import State, World, accepts, after_contact, ended

MANY = 200


@pytest.mark.slow
def test_two_hundred_agents(world: World, stacks: Stacks, request: pytest.FixtureRequest) -> None:
    # Late reads would have every resource look twice, with a pause between.
    world.cloud.control("POST", "behaviour", {"stale_reads": 0})
    request.addfinalizer(lambda: world.cloud.control("POST", "behaviour", {"stale_reads": 1}))
    users = world.hire(MANY)
    before = world.state()
    name = world.name("many")
    resources = {
        f"Agent{number}": world.resource(user, {**accepts("VOICE"), **after_contact(30)})
        for number, user in enumerate(users)
    }
    ended(stacks.create(name, json.dumps({"Resources": resources})), "CREATE_COMPLETE")
    held = world.state()
    assert {state["tags"]["connect-user-config"] for state in held.values()} == {"managed"}
    assert {
        held[user]["settings"][
            "AfterContactWorkConfigs", "VOICE", ("AfterContactWorkConfig", "AfterContactWorkTimeLimit")
        ]
        for user in users
    } == {30}
    assert all(_unowned(held[user]) == _unowned(before[user]) for user in users)


def _unowned(state: State) -> State:
    """The settings that the stack does not own."""
    arrays = ("PersistentConnectionConfigs", "PhoneNumberConfigs", "VoiceEnhancementConfigs")
    return {
        setting: value
        for setting, value in state["settings"].items()
        if setting[0] in arrays or setting[1] != "VOICE"
    }
