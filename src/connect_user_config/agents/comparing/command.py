"""The command `diff`: what deploying templates would change on live agents."""

from typing import Any

import click

from ...check import arguments
from ...check.types import Types
from ...output import INSTANCE_OPTION, help_end
from ...problems import DONE, FAILED, FOUND
from .. import options
from ..printing import say
from .declared import Source
from .inputs import Inputs
from .views import print_json, print_markdown, print_text


@click.command(
    "diff",
    epilog=help_end(
        "connect-user-config diff agents.yaml",
        f"connect-user-config diff agents.yaml --parameter Stage=prod {INSTANCE_OPTION}",
        "connect-user-config diff agents.yaml --stack sales-agents --markdown",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="TEMPLATE...", callback=arguments.files)
@options.connection_of_templates
@click.option(
    "--parameter",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    callback=arguments.values,
    help="The value of a parameter; may be repeated. Others have their defaults.",
)
@click.option(
    "--stack",
    metavar="NAME|ARN",
    help="Compare with this stack: what is removed from it is given back, and parameters keep their values.",
)
@arguments.type_names
@click.option("--settings-only", is_flag=True, help="Ownership that changes is no difference; values are.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown for a pull request.")
@options.phone_numbers
@click.pass_context
def diff(
    context: click.Context,
    /,
    files: list[str],
    types: Types,
    form: str | None,
    **given: Any,  # noqa: ANN401 - the options that are handed on
) -> None:
    """Show what deploying templates would change on live agents; nothing is written.

    For each agent and setting: the value in force and the value after, what is taken over and what is given
    back, who else owns the agent, and what cannot be told before the deployment.
    """
    with options.ending(context):
        inputs = Inputs([Source.read(file) for file in files], types, given["values"], given["stack"])
        inputs.check()
        named = given["instance"] or inputs.instance()
        instance = options.open_instance(context, {**given, "instance": named})
        comparison = inputs.compare(instance, is_quiet=given["quiet"])
        comparison.only_settings = given["settings_only"]
        comparison.with_numbers = given["phone_numbers"]
        exit_code = FAILED if comparison.fails else FOUND if comparison.differs else DONE
        if form == "json":
            print_json(comparison, exit_code)
        elif form == "markdown":
            print_markdown(comparison)
        else:
            print_text(comparison)
        say(comparison.summary())
        context.exit(exit_code)
