"""A warm handler keeps nothing of an event and its credentials, and little for the garbage collector."""

import pytest

from benchmarks.memory import WarmHandler, left_behind
from connect_local import LocalConnect

INVOCATIONS = 120
MAX_BLOCKS = 0.1
"""Blocks of memory that an invocation may keep."""
BLOCKS_OF_A_CLIENT = 5000
"""Blocks that a client for one event leaves to the garbage collector, with its connection (measured)."""


@pytest.fixture
def handler(connect: LocalConnect) -> WarmHandler:
    handler = WarmHandler(connect)
    handler.run(20)
    return handler


def test_nothing_stays_of_events_with_credentials_of_their_own(handler: WarmHandler) -> None:
    left = left_behind(handler.run, INVOCATIONS)
    assert left.blocks < MAX_BLOCKS, left
    assert left.blocks_with_garbage < BLOCKS_OF_A_CLIENT / 10, left
    assert handler.log_lines > 2 * INVOCATIONS, (
        "no log lines were delivered, so their client was not measured"
    )
