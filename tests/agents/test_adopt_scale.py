"""`adopt` for thousands of agents at documented quotas, in simulated time: calls, seconds, parts, memory."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import ContactCentre, work

from connect_local import DOCUMENTED_QUOTAS, Behaviour
from connect_user_config.agents.adopting.declaring import Adopted
from connect_user_config.agents.adopting.documents import Flavour, Form
from connect_user_config.agents.adopting.fleet import Fleet
from connect_user_config.agents.adopting.folder import Folder
from connect_user_config.agents.adopting.journal import Journal
from connect_user_config.agents.instance import Instance
from support.exhaustive import chosen_or_all

QUOTAS = Behaviour(quotas=DOCUMENTED_QUOTAS)
DESCRIBES_A_SECOND = DOCUMENTED_QUOTAS["DescribeUser"].rate / 2
INTERRUPTED_AFTER = 150


def _hire(centre: ContactCentre, count: int) -> None:
    for number in range(centre.hired, centre.hired + count):
        centre.agent(f"agent-{number:05}", AfterContactWorkConfigs=work(30 + number % 7))


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", [QUOTAS], ids=str)
@pytest.mark.parametrize("count", chosen_or_all((400, 1_000, 10_000), (400,)))
def test_agents_take_a_call_each_at_half_of_the_quota(
    centre: ContactCentre, tmp_path: Path, count: int
) -> None:
    _hire(centre, count)
    begun = centre.clock.monotonic()
    ended = centre.run("adopt", "--to", str(tmp_path))
    assert ended.exit_code == 0, ended.stderr
    assert centre.clock.monotonic() - begun <= 1.1 * count / DESCRIBES_A_SECOND
    assert centre.calls.count("SearchUsers") == count // 100
    # One more tells the unit of the search.
    assert centre.calls.count("DescribeUser") == count + 1
    assert centre.refused == 0
    paths = list(tmp_path.glob("part-*"))
    assert sum(path.read_text().count("UserId:") for path in paths) == count
    assert all(path.stat().st_size <= 600_000 for path in paths)
    assert all(path.read_text().count("UserId:") <= 300 for path in paths)


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", [QUOTAS], ids=str)
def test_an_interruption_costs_no_second_read(
    centre: ContactCentre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _hire(centre, 250)
    describe, read = Instance.describe, []

    def describing(self: Instance, user_id: str, *more: Any) -> Any:
        read.append(user_id)
        if len(read) == INTERRUPTED_AFTER + 1:
            raise KeyboardInterrupt
        return describe(self, user_id, *more)

    monkeypatch.setattr(Instance, "describe", describing)
    assert centre.run("adopt", "--to", str(tmp_path)).exit_code == 130
    assert centre.run("adopt", "--to", str(tmp_path)).exit_code == 0
    # Each run asks once for the unit of the search; the interrupted call is the only other one.
    assert len(read) == 250 + 2 + 1
    assert sum(path.read_text().count("UserId:") for path in tmp_path.glob("part-*")) == 250


def test_writing_needs_memory_for_one_part_only(tmp_path: Path) -> None:
    """The local Connect keeps its calls, so the files alone are measured."""

    def peak(count: int, parts: int) -> int:
        folder = Folder(tmp_path / str(count), "yaml")
        folder.make()
        about = {"Instance": "10000000-0000-4000-8000-000000000001"}
        with Journal(folder.journal, "") as journal:
            ids = [f"{number:08x}-0000-4000-8000-00000000000a" for number in range(count)]
            for each in ids:
                journal.add(Adopted(each, f"agent-{each}", {"AfterContactWorkConfigs": work(30)}))
            fleet = Fleet(
                journal, dict.fromkeys(ids), Form(Flavour("Acme::Connect::UserConfig"), "yaml"), about
            )
            tracemalloc.start()
            try:
                fleet.tally(())
                assert len(list(fleet.write(folder, fleet.parts(parts, None)))) == parts
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    assert peak(2_000, 10) < 3 * peak(200, 1)
