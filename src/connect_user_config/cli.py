"""The command line: one group with the commands of all rooms, each imported when it is called."""

import tomllib
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from .output import INSTANCE_OPTION, Commands, examples_of

_NAME: Final = "connect-user-config"
_PROJECT: Final = Path(__file__).parents[2] / "pyproject.toml"
"""Where a clone has its project file."""
_COMMANDS: Final = {
    "adopt": "agents.adopting.command",
    "agents": "agents.overview",
    "check": "check.command",
    "diff": "agents.comparing.command",
    "drift": "agents.drift",
    "install": "install.commands",
    "release": "agents.release",
    "status": "install.commands",
    "uninstall": "install.commands",
}
"""The module of each command: `check` calls nobody, and need not wait for boto3."""


class _Rooms(Commands):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f".{_COMMANDS[cmd_name]}", __package__), cmd_name)
        return command


def _version_of_clone(project: Path) -> str:
    """Return the version that a clone will have, marked as one; none if this is no clone.

    Beside a clone, another version may be installed: that one is not running.
    """
    try:
        named = tomllib.loads(project.read_text("utf-8"))["project"]
    except (OSError, ValueError, KeyError):
        return ""
    return f"{named['version']}+clone" if named.get("name") == _NAME else ""


def _print_version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - click calls it so
    if is_asked:
        click.echo(_version_of_clone(_PROJECT) or version(_NAME))
        context.exit()


@click.group(
    cls=_Rooms,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples_of(
        f"connect-user-config install custom-resource {INSTANCE_OPTION}",
        "connect-user-config install registry --type-name Acme::Connect::UserConfig",
        "connect-user-config status --region eu-west-1 --region us-east-1",
    ),
)
@click.option(
    "--version",
    is_flag=True,
    callback=_print_version,
    expose_value=False,
    is_eager=True,
    help="Print the version and exit.",
)
def cli() -> None:
    """Own the settings of Amazon Connect agents from CloudFormation stacks.

    The resource comes in two flavours, which can be installed side by side: a custom resource
    (Custom::ConnectUserConfig with a ServiceToken), which is one Lambda function; and a type in the registry
    (Acme::Connect::UserConfig), with drift detection, import and validation.
    """
