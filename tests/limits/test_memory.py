"""A warm handler keeps nothing of an event and its credentials, and little for the garbage collector."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
INVOCATIONS = 120
MAX_BLOCKS = 0.1
"""Blocks of memory that an invocation may keep."""
BLOCKS_OF_A_CLIENT = 5000
"""Blocks that a client for one event leaves to the garbage collector, with its connection (measured)."""
MEASURING = f"""
import json
import logging
from dataclasses import asdict

from benchmarks.memory import WarmHandler, left_behind
from connect_local import LocalConnect

logging.getLogger().addHandler(logging.NullHandler())  # as Lambda has one
with LocalConnect() as connect:
    handler = WarmHandler(connect)
    handler.run(20)
    left = left_behind(handler.run, {INVOCATIONS})
print(json.dumps({{**asdict(left), "log_lines": handler.log_lines}}))
"""


@pytest.mark.exhaustive
def test_nothing_stays_of_events_with_credentials_of_their_own() -> None:
    """In a process of its own, as a function has it: other tests leave objects that keep what passes by."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    ran = subprocess.run(
        [sys.executable, "-c", MEASURING],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    left: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    assert left["blocks"] < MAX_BLOCKS, left
    assert left["blocks_with_garbage"] < BLOCKS_OF_A_CLIENT / 10, left
    lines = "no log lines were delivered, so their client was not measured"
    assert left["log_lines"] > 2 * INVOCATIONS, lines
