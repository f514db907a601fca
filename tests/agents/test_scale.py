"""Thousands of agents at documented quotas, in simulated time: calls, rate, and what others use meanwhile."""

import math
import tracemalloc

import pytest
from agents.contact_centre import ContactCentre, work

from connect_local import DOCUMENTED_QUOTAS, Behaviour, Fault, FaultKind
from support.exhaustive import EXHAUSTIVE

QUOTAS = Behaviour(quotas=DOCUMENTED_QUOTAS)
SEARCHES_A_SECOND = DOCUMENTED_QUOTAS["SearchUsers"].rate / 2
DESCRIBES_A_SECOND = DOCUMENTED_QUOTAS["DescribeUser"].rate / 2
AGENTS = 2_000 if EXHAUSTIVE else 500
PAGES = AGENTS // 100


@pytest.mark.parametrize("behaviour", [QUOTAS], ids=str)
@pytest.mark.parametrize("command", ["agents", "drift"])
def test_agents_take_a_search_for_each_hundred(centre: ContactCentre, command: str) -> None:
    _hire(centre, AGENTS)
    begun = centre.clock.monotonic()
    ended = centre.run(command, "--json")
    seconds = centre.clock.monotonic() - begun
    assert ended.exit_code == 0
    assert len(centre.calls) <= PAGES + 5
    assert seconds <= 1.1 * PAGES / SEARCHES_A_SECOND
    assert centre.refused == 0


@pytest.mark.parametrize("behaviour", [QUOTAS], ids=str)
def test_exact_reads_keep_to_half_of_the_quota(centre: ContactCentre) -> None:
    _hire(centre, 200)
    begun = centre.clock.monotonic()
    assert len(centre.run("agents", "--json", "--exact").json["agents"]) == 200
    assert centre.clock.monotonic() - begun <= 1.1 * (200 / DESCRIBES_A_SECOND)
    assert centre.refused == 0


@pytest.mark.parametrize("behaviour", [QUOTAS], ids=str)
def test_another_rate_is_kept_to_as_well(centre: ContactCentre) -> None:
    _hire(centre, 1_000)
    begun = centre.clock.monotonic()
    centre.run("agents", "--json", "--rate", "0.1")
    needed = 10 / (DOCUMENTED_QUOTAS["SearchUsers"].rate * 0.1)
    assert 0.85 * needed <= centre.clock.monotonic() - begun <= 1.1 * needed


@pytest.mark.parametrize("share", ["0", "-1", "1.5", "nan", "half"])
def test_a_rate_that_is_no_share_of_the_quota_is_refused(centre: ContactCentre, share: str) -> None:
    ended = centre.run("agents", "--rate", share)
    assert ended.exit_code == 2
    assert "--rate" in ended.stderr


def test_a_quota_that_others_use_up_is_waited_for(centre: ContactCentre) -> None:
    _hire(centre, 300)
    centre.connect.plant(Fault("SearchUsers", FaultKind.THROTTLING, on_call=2, times=5))
    assert len(centre.run("agents", "--json").json["agents"]) == 300


def test_a_quota_that_stays_used_up_ends_in_a_failure_that_says_so(centre: ContactCentre) -> None:
    centre.connect.plant(Fault("SearchUsers", FaultKind.THROTTLING, times=math.inf))
    begun = centre.clock.monotonic()
    ended = centre.run("agents")
    assert ended.exit_code == 1
    assert "SearchUsers" in ended.stderr
    assert centre.clock.monotonic() - begun <= 700


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.CONNECTION_RESET_BEFORE])
def test_a_fault_that_passes_is_not_seen(centre: ContactCentre, kind: FaultKind) -> None:
    _hire(centre, 3)
    centre.connect.plant(Fault("SearchUsers", kind, times=2))
    assert len(centre.run("agents", "--json").json["agents"]) == 3


def test_a_missing_permission_is_named_and_is_exit_code_5(centre: ContactCentre) -> None:
    centre.connect.plant(Fault("SearchUsers", FaultKind.ACCESS_DENIED))
    ended = centre.run("agents")
    assert ended.exit_code == 5
    assert "connect:SearchUsers" in ended.stderr


def test_agents_who_may_not_be_read_are_counted_and_the_others_shown(centre: ContactCentre) -> None:
    _hire(centre, 5)
    denied = Fault("DescribeUser", FaultKind.ACCESS_DENIED, times=math.inf, user_id="id-agent-00003")
    centre.connect.plant(denied)
    ended = centre.run("agents", "--json", "--exact")
    assert ended.exit_code == 5
    assert len(ended.json["agents"]) == 4
    assert "1 agent could not be read" in ended.stderr


def test_a_caller_who_may_read_nobody_is_stopped_early(centre: ContactCentre) -> None:
    _hire(centre, 50)
    centre.connect.plant(Fault("DescribeUser", FaultKind.ACCESS_DENIED, times=math.inf))
    ended = centre.run("agents", "--exact")
    assert ended.exit_code == 5
    assert "connect:DescribeUser" in ended.stderr
    assert centre.calls.count("DescribeUser") <= 5


def test_csv_needs_no_more_memory_for_more_agents(centre: ContactCentre) -> None:
    peaks = []
    for more in (100, 500):
        _hire(centre, more)
        centre.run("agents", "--csv")
        tracemalloc.start()
        try:
            centre.run("agents", "--csv")
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    # The text itself is kept by the test, and the calls by the local Connect.
    assert peaks[1] < 3 * peaks[0]


@pytest.mark.exhaustive
@pytest.mark.parametrize("behaviour", [QUOTAS], ids=str)
def test_ten_thousand_agents_take_a_hundred_searches(centre: ContactCentre) -> None:
    _hire(centre, 10_000)
    begun = centre.clock.monotonic()
    ended = centre.run("drift", "--no-stacks")
    assert ended.exit_code == 0
    assert len(centre.calls) <= 105
    assert centre.clock.monotonic() - begun <= 1.1 * 100 / SEARCHES_A_SECOND


def _hire(centre: ContactCentre, count: int) -> None:
    for number in range(centre.hired, centre.hired + count):
        centre.agent(f"agent-{number:05}", AfterContactWorkConfigs=work(30 + number % 7))
