"""One bench for each module; an actor for each cell."""

from collections.abc import Iterator

import pytest
from functional.leaks import LeakSearch

from faults.actors import requests_of_a_cell
from faults.baselines import acting
from faults.bench import Bench, set_up_bench
from faults.dimensions import OBSTACLES
from faults.harness import Harness
from support.clock import FakeClock
from support.reply_endpoint import ReplyEndpoint


@pytest.fixture(scope="session")
def _leaks() -> Iterator[LeakSearch]:
    with LeakSearch.over_all_loggers() as search:
        yield search


@pytest.fixture(scope="module")  # one local Connect is open at a time, and another folder may be next
def bench() -> Iterator[Bench]:
    with set_up_bench(FakeClock()) as bench:
        yield bench


@pytest.fixture(scope="module")
def replies(bench: Bench) -> Iterator[ReplyEndpoint]:
    with ReplyEndpoint.serving(bench.clock) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[object, ...], str]:
    return {}


@pytest.fixture
def harness(
    request: pytest.FixtureRequest,
    bench: Bench,
    replies: ReplyEndpoint,
    verdicts: dict[tuple[object, ...], str],
    _leaks: LeakSearch,
) -> Iterator[Harness]:
    """The harness of a cell, on the front end of its baseline."""
    baseline = request.getfixturevalue("cell").baseline
    seconds = OBSTACLES[baseline.obstacle].seconds if baseline.obstacle else 600.0
    with acting(baseline.front_end, bench.clock, replies, seconds, requests_of_a_cell()) as actor:
        yield Harness(bench, actor, _leaks, verdicts)
