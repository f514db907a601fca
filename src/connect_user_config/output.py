"""What every command prints in the same way: its help, which reads well from 60 columns on."""

import re
from collections.abc import Iterator
from typing import Final

import click

from custom_connect_userconfig.core.advice import did_you_mean

from .problems import EXIT_CODES

INSTANCE_OPTION: Final = "--instance arn:aws:connect:REGION:ACCOUNT:instance/ID"
"""The option of the examples that names a Connect instance."""
_WIDTH: Final = 56
"""Columns of an example, within the indents of 60 columns."""
_LONGEST: Final = 1_000
# A line with nothing but this character keeps click from wrapping what follows.
_AS_IT_IS: Final = "\b\n"


def help_end(*examples: str) -> str:
    """Return the end of a command's help: examples, and where the exit codes are explained."""
    return f"{examples_of(*examples)}\n\nExit codes: connect-user-config --help"


def examples_of(*commands: str) -> str:
    """Return examples on lines that can be pasted as they are."""
    lines = "\n".join(f"  {line}" for command in commands for line in _wrapped(command))
    return f"{_AS_IT_IS}Examples:\n{lines}"


def _wrapped(example: str) -> Iterator[str]:
    """Yield the lines of a command, broken before options if it is too long for one."""
    line = ""
    for part in re.split(r" (?=--)", example):
        if line and len(f"{line} {part} \\") > _WIDTH:
            yield f"{line} \\"
            line = f"  {part}"
        else:
            line = f"{line} {part}" if line else part
    yield line


class Group(click.Group):
    """A group of commands, each with a whole sentence."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named; click.UsageError names the one that a mistyped name is close to.

        click's own suggestion came with 8.4, and knows no command that is imported when it is called.
        """
        name, names = args[0], self.list_commands(ctx)
        meant = "" if name in names or ctx.resilient_parsing else did_you_mean(name, names)
        if meant:
            ctx.fail(f"No such command {name!r}{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands; click's own list would cut their sentences."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(_LONGEST)) for name, command in found if command]
            )


class Commands(Group):
    """The group of all commands: its help explains the exit codes, once for all."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit codes."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])
