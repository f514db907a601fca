"""`make demo` starts the demo that its variables ask for; nothing runs here (`make --dry-run`)."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def options(*variables: str) -> list[str]:
    """The options that `make demo` gives to the demo."""
    # Under `make test`, make would tell this make of its own options.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    shown = subprocess.check_output(
        ["make", "--dry-run", "demo", *variables], cwd=ROOT, env=environment, text=True
    )
    [line] = (line for line in shown.splitlines() if " -m demo" in line)
    return shlex.split(line)[3:]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ([], []),
        (["KEEP=1"], ["--keep"]),
        (["REGISTRY=1"], ["--registry"]),
        (["KEEP=1", "PORT=4567"], ["--keep", "--port", "4567"]),
    ],
)
def test_make_demo_gives_the_options_that_its_variables_ask_for(
    variables: list[str], expected: list[str]
) -> None:
    assert options(*variables) == expected
