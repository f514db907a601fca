"""The page about `diff`: its outputs and its options are those of the command."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import ContactCentre, auto_accept, work
from agents.deployed_stack import DeployedStack, deployed_stack
from agents.templates_of_agents import run_alone

from connect_user_config.agents.comparing.command import diff
from support.clock import FakeClock
from support.page_outputs import compare

PAGE = Path(__file__).resolve().parents[2] / "guide" / "diff.md"
INSTANCE = "0f4d0a6b-2c4f-4f0e-9a3c-5d1f3c2b1a00"
SHARED = ("--region", "--profile")


@pytest.fixture
def shown(centre: ContactCentre, clock: FakeClock) -> Iterator[DeployedStack]:
    """The stack of the page, which owns Ada and Dorothy; Grace and Joan are nobody's."""
    centre.connect.create_instance(INSTANCE)
    ids = {}
    for number, login in enumerate(("ada.lovelace", "grace.hopper", "joan.clarke", "dorothy.vaughan"), 1):
        user_id = f"{number:08}-5f0c-4b9d-8a1e-7d3c2b1a0f0e"
        settings: dict[str, Any] = {"AfterContactWorkConfigs": work(45)} if login == "dorothy.vaughan" else {}
        ids[login], _ = centre.connect.create_user(INSTANCE, login, user_id, **settings)

    def properties(login: str, **arrays: object) -> dict[str, object]:
        return {"InstanceId": INSTANCE, "UserId": ids[login], **arrays}

    with deployed_stack(clock) as stack:
        ada = {"AutoAcceptConfigs": auto_accept("CHAT"), "AfterContactWorkConfigs": work(60)}
        resources = {
            "Ada": properties("ada.lovelace", **ada),
            "Dorothy": properties("dorothy.vaughan", AfterContactWorkConfigs=work(20)),
        }
        assert not stack.deploy(resources)
        with stack.answering():
            yield stack


def test_every_output_of_the_page_is_what_the_command_prints(
    shown: DeployedStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (template,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "agents.yaml").write_text(template, "utf-8")
    monkeypatch.chdir(tmp_path)

    def run(words: list[str]) -> str:
        ended = run_alone(*words)
        shown = ended.stdout + ("" if "--quiet" in words else ended.stderr)
        return "".join(f"{line.rstrip()}\n" for line in shown.splitlines() if line.strip())

    compare(PAGE, run)


def test_every_option_of_its_own_stands_on_the_page() -> None:
    options = {option for each in diff.params for option in each.opts if option.startswith("--")}
    named = {option for option in options if option in PAGE.read_text("utf-8")}
    assert options - named - set(SHARED) == {"--type-name"}
