"""The page about adopting: outputs are what the commands print, excerpts stand in the templates."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agents.contact_centre import AUTO_ACCEPT_VOICE, NUMBER, ContactCentre, auto_accept, work
from click.testing import CliRunner

from connect_user_config.agents.adopting.command import adopt
from connect_user_config.cli import cli
from support.page_commands import aws_command, check_request
from support.page_outputs import RENEW, compare

PAGE = Path(__file__).resolve().parents[2] / "guide" / "adopt.md"
INSTANCE = "0f4d0a6b-2c4f-4f0e-9a3c-5d1f3c2b1a00"
DESK = [{"Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": NUMBER}]
_EXCERPT = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def run(centre: ContactCentre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], str]:
    """Run the page's commands in an empty folder, on the 120 agents of the page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    centre.instance_id, centre.arn = centre.connect.create_instance(INSTANCE)
    profiles: tuple[dict[str, Any], ...] = (
        {"AfterContactWorkConfigs": work(60)},
        {"AfterContactWorkConfigs": work(30), "AutoAcceptConfigs": auto_accept("VOICE", "CHAT")},
        {"AfterContactWorkConfigs": work(60), "AutoAcceptConfigs": auto_accept("TASK")},
    )
    for number in range(1, 121):
        profile = profiles[1 if number % 4 == 0 else 2 if number % 7 == 0 else 0]
        phone: dict[str, Any] = {"PhoneNumberConfigs": DESK} if number in (9, 120) else {}
        user_id = f"{number:08}-5f0c-4b9d-8a1e-7d3c2b1a0f0e"
        centre.connect.create_user(INSTANCE, f"agent-{number:03}", user_id, **profile, **phone)
    centre.own(
        "00000007-5f0c-4b9d-8a1e-7d3c2b1a0f0e", {AUTO_ACCEPT_VOICE: False}, stack="pilot", exists=False
    )

    def run(words: list[str]) -> str:
        if words[0] == "check":
            output = CliRunner().invoke(cli, words).output
        else:
            at = words.index("--instance")
            ended = centre.run(*words[:at], *words[at + 2 :])
            assert ended.exit_code == 0, ended.stderr
            output = ended.stderr + ended.stdout
        return "".join(f"{line.rstrip()}\n" for line in output.splitlines())

    return run


def test_every_output_and_excerpt_of_the_page_is_real(run: Callable[[list[str]], str]) -> None:
    compare(PAGE, run)
    written = "".join(path.read_text("utf-8") for path in sorted(Path().glob("*/part-*.yaml")))
    text = PAGE.read_text("utf-8")
    if RENEW:
        text = _EXCERPT.sub(lambda found: f"```yaml\n{_resource(written, found[1])}```", text)
        PAGE.write_text(text, "utf-8")
    excerpts = _EXCERPT.findall(text)
    assert len(excerpts) == 2
    assert all(each in written for each in excerpts)


def _resource(written: str, excerpt: str) -> str:
    """Return the shortest resource that begins like the excerpt."""
    begin = re.escape(excerpt.splitlines()[0].rstrip(":"))
    found = re.findall(rf"^{begin}.*\n(?:   .*\n|  - .*\n)*", written, re.MULTILINE)
    return str(min(found, key=len))


def test_every_printed_command_is_one_that_the_aws_cli_takes(run: Callable[[list[str]], str]) -> None:
    ours = [
        line for line in _joined(PAGE.read_text("utf-8")) if line.startswith("$ connect-user-config adopt")
    ]
    printed = "".join(run(shlex.split(line)[2:]) for line in ours)
    commands = [shlex.split(line)[1:] for line in _joined(printed) if line.startswith("aws ")]
    assert {words[1] for words in commands} >= {"deploy", "create-change-set", "wait", "execute-change-set"}
    for words in commands:
        if words[1] != "wait":
            command = aws_command(words)
            if command.shape:
                check_request(command, Path())


def _joined(text: str) -> list[str]:
    return re.sub(r"\\\n\s*", " ", text).splitlines()


def test_every_option_stands_on_the_page() -> None:
    shared = PAGE.with_name("agents.md").read_text("utf-8") + "--instance --region --profile --quiet"
    options = [option for each in adopt.params for option in each.opts if option.startswith("--")]
    assert not [each for each in options if f"`{each}" not in PAGE.read_text("utf-8") and each not in shared]
