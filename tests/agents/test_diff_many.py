"""`diff` of a full template: 500 agents, each read once, at the permitted rate."""

from pathlib import Path

from agents.contact_centre import ContactCentre, work
from agents.templates_of_agents import Differ, declare, template

AGENTS = 500


def test_500_agents_take_a_hundred_seconds_and_one_read_each(centre: ContactCentre, tmp_path: Path) -> None:
    ids = [centre.agent(f"agent{number:03}") for number in range(AGENTS)]
    resources = {
        f"Agent{number:03}": declare(centre, user_id, AfterContactWorkConfigs=work(30))
        for number, user_id in enumerate(ids)
    }
    began = centre.clock.seconds
    told = Differ(centre, tmp_path).told(template(**resources))
    assert len(told.changes) == AGENTS
    assert centre.calls == ["DescribeUser"] * AGENTS
    # Half of the quota of ten calls a second.
    assert centre.clock.seconds - began <= 1.1 * AGENTS / 5
