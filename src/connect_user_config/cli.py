"""The command line: one group with the commands of all rooms, each imported when it is called."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import click

from .output import help_end

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


class _Rooms(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f".{_COMMANDS[cmd_name]}", __package__), cmd_name)
        return command


def _version(context: click.Context, _: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 - click calls it so
    if is_asked:
        try:
            click.echo(version("connect-user-config"))
        except PackageNotFoundError:
            click.echo("not installed: running from a clone")
        context.exit()


@click.group(
    cls=_Rooms,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=help_end(
        "connect-user-config install custom-resource \\",
        "    --instance arn:aws:connect:eu-west-1:111122223333:instance/INSTANCE_ID",
        "connect-user-config install registry --type-name Acme::Connect::UserConfig",
        "connect-user-config status --region eu-west-1 --region us-east-1",
    ),
)
@click.option(
    "--version",
    is_flag=True,
    callback=_version,
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
