"""One stage for each module; an actor for each cell."""

from collections.abc import Iterator

import pytest
from functional.leaks import LeakSearch

from faults.actors import requests_of_a_cell
from faults.dimensions import STORIES
from faults.lessons import acting
from faults.play import Play
from faults.stage import Stage, staged
from support.clock import FakeClock
from support.reply_endpoint import ReplyEndpoint


@pytest.fixture(scope="session")
def _leaks() -> Iterator[LeakSearch]:
    with LeakSearch.over_all_loggers() as search:
        yield search


@pytest.fixture(scope="module")  # one local Connect is open at a time, and another folder may be next
def stage() -> Iterator[Stage]:
    with staged(FakeClock()) as stage:
        yield stage


@pytest.fixture(scope="module")
def replies(stage: Stage) -> Iterator[ReplyEndpoint]:
    with ReplyEndpoint.serving(stage.clock) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[object, ...], str]:
    return {}


@pytest.fixture
def play(
    request: pytest.FixtureRequest,
    stage: Stage,
    replies: ReplyEndpoint,
    verdicts: dict[tuple[object, ...], str],
    _leaks: LeakSearch,
) -> Iterator[Play]:
    """Everything that a cell needs, for the front end of its lesson."""
    lesson = request.getfixturevalue("cell").lesson
    seconds = STORIES[lesson.story].seconds if lesson.story else 600.0
    with acting(lesson.front_end, stage.clock, replies, seconds, requests_of_a_cell()) as actor:
        yield Play(stage, actor, _leaks, verdicts)
