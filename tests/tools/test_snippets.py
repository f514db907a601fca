"""Every template and every command that a page prints: `check` finds nothing in the templates, and the
programs take the commands.

Where a page shows what commands do, a test of its own runs them, such as `tests/agents/test_guide.py`.
"""

import json
import re
import shlex
import subprocess
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from cli.test_command_line import command_at, is_group
from click.testing import CliRunner

from connect_user_config.check.command import check
from connect_user_config.reading.document import read
from custom_connect_userconfig.core.arrays import ARRAY_BY_NAME
from support.page_commands import aws_command, check_request, check_wait, inline

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in (*ROOT.glob("*.md"), *(ROOT / "guide").rglob("*.md"), *(ROOT / "docs").glob("README.md"))
)
IDENTIFIERS = {
    "ServiceToken": "arn:aws:lambda:us-east-1:111122223333:function:ConnectUserConfig",
    "InstanceId": "10000000-0000-4000-8000-000000000001",
    "UserId": "20000000-0000-4000-8000-000000000001",
}
ANY_ARRAY = "PersistentConnectionConfigs: [{ Channel: VOICE, PersistentConnection: true }]\n"


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def fenced(text: str, language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(each) for each in found]


def of_all_pages(language: str) -> list[Any]:
    return [
        pytest.param(each, id=f"{page}-{number}")
        for page in PAGES
        for number, each in enumerate(fenced(text_of(page), language))
    ]


def as_template(snippet: str) -> str | None:
    """Return the snippet as a whole template; None if it has nothing of ours."""
    tree = read(snippet)
    if not isinstance(tree, dict):
        return None
    if "Resources" in tree:
        return snippet
    if tree.keys() <= {*ARRAY_BY_NAME, *IDENTIFIERS}:
        rest = "".join(f"{name}: {value}\n" for name, value in IDENTIFIERS.items() if name not in tree)
        properties = snippet + rest + ("" if tree.keys() & ARRAY_BY_NAME.keys() else ANY_ARRAY)
        agent = "Resources:\n  Agent:\n    Type: Custom::ConnectUserConfig\n    Properties:\n"
        return agent + textwrap.indent(properties, " " * 6)
    if not re.search(r"^ +Type: (?:Custom|Acme)::", snippet, re.MULTILINE):
        return None
    transform = "Transform: AWS::LanguageExtensions\n" if "Fn::ForEach" in snippet else ""
    return f"{transform}Resources:\n{textwrap.indent(snippet, '  ')}"


@pytest.mark.parametrize("snippet", of_all_pages("yaml"))
def test_every_template_is_one_that_can_be_deployed(snippet: str) -> None:
    template = as_template(snippet)
    if template:
        ran = CliRunner().invoke(check, ["-", "--ignore", "no-work-limit"], input=template)
        assert ran.exit_code == 0, ran.output
        assert re.search(r"checked [1-9]\d* resource", ran.output), ran.output


@pytest.mark.parametrize("snippet", of_all_pages("python"))
def test_every_program_can_be_compiled(snippet: str) -> None:
    compile(snippet, "page", "exec")


@pytest.mark.parametrize("snippet", of_all_pages("json"))
def test_every_json_can_be_read(snippet: str) -> None:
    json.loads(snippet)


@pytest.mark.parametrize("snippet", of_all_pages("sh"))
def test_every_script_can_be_parsed(snippet: str) -> None:
    parsed = subprocess.run(["bash", "-n", "-c", snippet], capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stderr


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        named = re.findall(r"(?:^|`)make (?:[A-Z]+=\S+ )?([a-z-]+)", text_of(page), re.MULTILINE)
        assert set(named) <= targets, page


def commands(text: str, name: str) -> list[list[str]]:
    """Return the words of each command of a program in blocks, without the name."""
    blocks = [*fenced(text, "sh"), *(_typed(each) for each in fenced(text, "console"))]
    lines = re.sub(r"\\\n\s*", " ", "\n".join(blocks)).splitlines()
    found = [shlex.split(_alone(line), comments=True) for line in lines if re.match(rf"\s*{name} ", line)]
    return [words[1:] for words in found]


def in_sentences(text: str, name: str) -> list[list[str]]:
    """Return the words of each command of a program in sentences, without the name."""
    return [words[1:] for words in inline(text) if words[0] == name]


def _typed(console: str) -> str:
    return "\n".join(re.findall(r"^\$ ((?:.*\\\n)*.*)$", console, re.MULTILINE))


def _alone(line: str) -> str:
    """Return a line's command without what it reads, what it writes to, and what it is piped into."""
    return re.split(r" [<>|&] ?", line)[0]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_ours_is_one_that_it_takes(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A pattern of files must match one, and a named file must be there.
    for file in (
        "templates/one.yaml",
        "agents/one.yaml",
        *re.findall(r"[\w./*-]+\.(?:yaml|json)", text_of(page)),
    ):
        path = tmp_path / file.replace("**", "a").replace("*", "one").lstrip("./")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Resources: {}\n")
    monkeypatch.chdir(tmp_path)
    for words in commands(text_of(page), "connect-user-config"):
        parse(words)
    for words in in_sentences(text_of(page), "connect-user-config"):
        parse(words, leaves_out=["--instance", "--type-name", "FILE", "TEMPLATE"])


def parse(words: list[str], leaves_out: Sequence[str] = ()) -> None:
    """Parse a command; what a sentence leaves out is filled in."""
    cut = next(index for index in range(len(words) + 1) if not is_group(words[:index]))
    command, given = command_at(tuple(words[:cut])), words[cut:]
    for each in command.params:
        name = each.opts[-1] if isinstance(each, click.Option) else str(each.metavar).rstrip(".")
        if each.required and name in leaves_out and name not in given:
            given += [name, "Acme::Connect::UserConfig"] if name.startswith("--") else ["templates/one.yaml"]
    command.make_context("page", given)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_aws_cli_is_one_that_it_takes(page: str) -> None:
    for words in (*commands(text_of(page), "aws"), *in_sentences(text_of(page), "aws")):
        if words[1] == "wait":
            check_wait([words[0], *words[2:]])
            continue
        command = aws_command(words)
        if command.shape and "$" not in str(words) and "file://" not in str(words):
            check_request(command, ROOT)


def test_commands_and_templates_are_found() -> None:
    assert len([1 for page in PAGES for _ in commands(text_of(page), "connect-user-config")]) > 30
    assert len([1 for page in PAGES for _ in commands(text_of(page), "aws")]) > 15
    assert len([each for each in of_all_pages("yaml") if as_template(each.values[0])]) > 10


def test_a_template_with_a_mistake_is_noticed() -> None:
    with pytest.raises(AssertionError, match="wrong-channel"):
        test_every_template_is_one_that_can_be_deployed(
            "AutoAcceptConfigs:\n  - { Channel: voice, AutoAccept: true }\n"
        )
