"""The page of all commands: what `--help` says of each, in full."""

from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from connect_user_config.cli import cli
from support.page_outputs import renew

from .test_command_line import command_at

PAGE = Path(__file__).resolve().parents[2] / "guide" / "commands.md"
NAME = "connect-user-config"


def commands(group: click.Group, *words: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below a group; a group has nothing to run itself."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *words, name)
        else:
            yield (*words, name)


def section(words: tuple[str, ...]) -> str:
    # click keeps the option as the first context has named it, which may be another test's.
    command_at(words)._help_option = None
    told = CliRunner().invoke(cli, [*words, "--help"], prog_name=NAME, terminal_width=100)
    text = "\n".join(line.rstrip() for line in told.output.strip().splitlines())
    return f"## {' '.join(words) or NAME}\n\n```text\n{text}\n```"


def test_the_page_has_the_help_of_every_command() -> None:
    words = list(commands(cli))
    assert len(words) > 8
    opening = PAGE.read_text("utf-8").partition("\n## ")[0].rstrip()
    renew(PAGE, "\n\n".join([opening, section(()), *map(section, words)]) + "\n")
