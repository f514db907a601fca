"""A warm handler keeps nothing of an event, whose credentials it may come with, and leaves little to the
garbage collector.
"""

import pytest

from benchmarks.memory import WarmHandler, left_behind
from connect_local import LocalConnect

INVOCATIONS = 120
USES_UP_NOTHING = 0.1
"""Blocks an invocation."""
A_CLIENT_FOR_EACH_EVENT = 5000
"""Blocks that a client made for one event leaves to the garbage collector, with its connection; measured."""


@pytest.fixture
def handler(connect: LocalConnect) -> WarmHandler:
    handler = WarmHandler(connect)
    handler.run(20)
    return handler


def test_nothing_stays_of_events_with_credentials_of_their_own(handler: WarmHandler) -> None:
    left = left_behind(handler.run, INVOCATIONS)
    assert left.blocks < USES_UP_NOTHING, left
    assert left.blocks_with_garbage < A_CLIENT_FOR_EACH_EVENT / 10, left
    assert handler.log_lines > 2 * INVOCATIONS, "log lines were not delivered: their client was not measured"
