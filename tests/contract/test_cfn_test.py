"""CloudFormation's own contract suite, which the real `cfn test` runs on the three input sets."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.contract, pytest.mark.slow]

HERE = Path(__file__).parent
SETS = (1, 2, 3)
PASSING = {
    "contract_check_asserts_work",
    "contract_create_create",
    "contract_create_delete",
    "contract_create_list",
    "contract_create_read",
    "contract_delete_create",
    "contract_delete_delete",
    "contract_delete_list",
    "contract_delete_read",
    "contract_delete_update",
    "contract_update_list",
    "contract_update_read",
    "contract_update_without_create",
}
SKIPPED = {
    "contract_create_taggable": "Skipped: Resource is not taggable. Skipping test.",
    "contract_update_tag_updatable": "Skipped: Resource is not tagUpdatable. Skipping test.",
}


class Run:
    """One run of the command: its end, the outcome of each test, and the users before and after."""

    def __init__(self, tree: Path, environment: dict[str, str], folder: Path, *flags: str) -> None:
        report, state = folder / "report.jsonl", folder / "state.json"
        path = f"{environment['PYTHONPATH']}:{HERE}:{HERE.parent}"
        self.done = subprocess.run(
            [sys.executable, str(HERE / "suite_runner.py"), str(state), *flags],
            cwd=tree,
            env={**environment, "PYTHONPATH": path, "CONTRACT_REPORT": str(report)},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert state.exists(), self.output
        self.outcomes = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
        self.state: dict[str, Any] = json.loads(state.read_text("utf-8"))

    @property
    def output(self) -> str:
        return (self.done.stdout + self.done.stderr)[-8000:]

    def of(self, outcome: str, number: int) -> dict[str, str]:
        """Return the tests of a set with this outcome, and their reasons."""
        return {
            line["test"]: line["reason"]
            for line in self.outcomes
            if (line["outcome"], line["set"]) == (outcome, number)
        }


@pytest.fixture
def run(tree: Path, environment: dict[str, str], tmp_path: Path) -> Run:
    return Run(tree, environment, tmp_path)


def test_contract_suite_passes_for_each_input_set_and_leaves_the_users_unchanged(run: Run) -> None:
    assert [line for line in run.outcomes if line["outcome"] == "failed"] == []
    assert run.done.returncode == 0, run.output
    tests = len(PASSING) + len(SKIPPED)
    assert Counter(line["set"] for line in run.outcomes) == dict.fromkeys(SETS, tests)
    for number in SETS:
        assert set(run.of("passed", number)) == PASSING
        assert run.of("skipped", number) == SKIPPED
    # It ran on the local Connect, and did write.
    assert {"UpdateUserConfig", "TagResource", "UntagResource", "SearchUsers"} <= set(run.state["operations"])
    assert run.state["after"] == run.state["before"]


@pytest.mark.exhaustive
def test_contract_suite_notices_a_handler_with_a_false_answer(
    tree: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    for file in (tree / "inputs").glob("inputs_[23]_*.json"):
        file.unlink()

    run = Run(tree, environment, tmp_path, "--broken")

    assert run.done.returncode != 0
    assert {"contract_create_read", "contract_update_read"} <= set(run.of("failed", 1))
