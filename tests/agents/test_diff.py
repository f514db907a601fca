"""The command `diff` without a stack: what changes, what is taken over, and whose it is."""

from pathlib import Path

import pytest
from agents.contact_centre import AUTO_ACCEPT_VOICE, WORK_VOICE, ContactCentre, auto_accept, work
from agents.templates_of_agents import Differ, declare, template


@pytest.fixture
def differ(centre: ContactCentre, tmp_path: Path) -> Differ:
    return Differ(centre, tmp_path)


def test_a_changed_value_and_one_that_is_given_back_are_differences(
    centre: ContactCentre, differ: Differ
) -> None:
    ada = centre.agent("ada", AfterContactWorkConfigs=work(45))
    centre.own(ada, {AUTO_ACCEPT_VOICE: True, WORK_VOICE: 60})
    off = [{"Channel": "VOICE", "AutoAccept": False}]
    told = differ.told(template(Ada=declare(centre, ada, AutoAcceptConfigs=off)))
    assert told.exit_code == 6
    assert told.changes == {
        ("ada", "VOICE", "AutoAccept", True, False),
        ("ada", "VOICE", "AfterContactWorkConfig", 60, 45),
    }


def test_the_table_names_agent_resource_and_both_values(centre: ContactCentre, differ: Differ) -> None:
    ada = centre.agent("ada")
    ended = differ.run(template(Ada=declare(centre, ada, AutoAcceptConfigs=auto_accept("VOICE"))))
    (row,) = [line.split() for line in ended.stdout.splitlines() if line.strip().startswith("ada")]
    assert row == ["ada", "Ada", "taken", "over", "auto-accept", "VOICE", "off", "on"]
    assert "1 setting of 1 agent would change" in ended.stderr
    assert centre.calls == ["DescribeUser"]
