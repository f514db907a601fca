"""The demo runs as a user runs it, says what it is said to say, and fails when something is not as declared."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from functional.agents import NUMBERS

ROOT = Path(__file__).parents[2]
WIDEST = 100
KEY_LINES = (
    "✓ CREATE Ann",
    "✓ READ Dev",
    "checked: READ shows exactly what is owned; it has written nothing.",
    "✓ UPDATE Bob",
    "drift of Ann: After-contact VOICE is 15 s, declared 30 s",
    "drift of Cara: Phone is desk +1…0101, declared soft",
    "✓ DELETE Cara",
    "All steps were as declared",
)


def _run(*arguments: str) -> tuple[int, str]:
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    ran = subprocess.run(
        [sys.executable, "-m", "demo.registry", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.returncode, ran.stdout


def test_every_step_is_as_declared() -> None:
    status, text = _run()
    assert status == 0, text
    missing = [line for line in KEY_LINES if line not in text]
    assert not missing, text
    assert max(map(len, text.splitlines())) <= WIDEST
    assert not [number for number in NUMBERS if number[1:] in text]


@pytest.mark.parametrize(
    ("sabotage", "reason"),
    [
        ("unowned", "Bob: AutoAcceptConfigs[EMAIL].AutoAccept (not owned): must be yes, is no."),
        ("owned", "Bob: Auto-accept VOICE: must be yes, is no."),
        ("denied", "UPDATE of Ann failed with AccessDenied"),
    ],
)
def test_sabotaged_run_fails_and_says_why(sabotage: str, reason: str) -> None:
    status, text = _run("--sabotage", sabotage)
    assert status == 1, text
    assert f"NOT AS DECLARED {reason}" in text
    assert "All steps were as declared" not in text
