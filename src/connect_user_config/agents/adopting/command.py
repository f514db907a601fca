"""The command `adopt`: templates that declare what is in force, so that deploying them changes no setting."""

import re
from pathlib import Path
from typing import Any, Final

import click

from connect_user_config.reading.document import ToolMissing

from ...names import check_name, check_type_name
from ...output import INSTANCE_OPTION, help_end
from ...problems import DONE, UsageError
from ...progress import counting
from .. import options
from ..instance import Instance
from ..printing import say
from ..selection import Selection
from . import report
from .choosing import Choice
from .documents import INSTANCE, OURS, PARTS, Flavour, Form
from .fleet import Fleet
from .folder import Earlier, Folder
from .journal import Journal
from .parts import MOST_PARTS
from .text import FORMATS

_CUSTOM: Final = "Custom::ConnectUserConfig"


_STACK: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,119}")
"""A stack's name without the number of its part."""


def _stack(_: click.Context, __: click.Parameter, given: str) -> str:
    if not _STACK.fullmatch(given):
        raise click.BadParameter(f"{given!r} is not a letter, then up to 119 letters, digits and hyphens.")
    return given


@click.command(
    "adopt",
    epilog=help_end(
        f"connect-user-config adopt --to agents {INSTANCE_OPTION}",
        "connect-user-config adopt --to sales --stack sales --routing-profile Sales"
        f" --type-name Acme::Connect::UserConfig {INSTANCE_OPTION}",
    ),
)
@options.connection
@options.selecting
@click.option(
    "--to",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Where the templates are, or shall be.",
)
@click.option(
    "--type-name", metavar="NAME", help="The type in the registry; without it, the custom resource is used."
)
@click.option(
    "--install-name",
    metavar="NAME",
    default="ConnectUserConfig",
    show_default=True,
    help="The installation of the custom resource; its export is NAMEServiceToken.",
)
@click.option(
    "--stack",
    metavar="NAME",
    callback=_stack,
    default="agent-settings",
    show_default=True,
    help="The stacks are NAME-1, NAME-2 and so on.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="yaml",
    show_default=True,
    help="How the templates are written; YAML names each agent's login in a comment.",
)
@click.option(
    "--parts",
    metavar="N",
    type=click.IntRange(1, MOST_PARTS),
    help="The number of templates, which stays; default: as few as leave room.",
)
@click.option("--group", is_flag=True, help="Fold agents with equal settings into loops (Fn::ForEach).")
@click.option(
    "--phone-numbers",
    is_flag=True,
    help="Declare phone numbers too, as parameters with NoEcho; their values go to a file of mode 600.",
)
@click.option(
    "--import", "imports", is_flag=True, help="Import agents whose record another stack has left (registry)."
)
@click.pass_context
def adopt(context: click.Context, /, to: Path, **given: Any) -> None:  # noqa: ANN401 - the options
    """Write templates that declare the settings of agents as they are.

    Deploying them changes no setting: each agent is tried with the planner of the resource type. The same
    command brings the templates up to date later, each agent in its place, for a readable difference in git.
    """
    with options.ending(context):
        form = _form(given)
        instance = options.open_instance(context, given)
        chosen = options.selection(given)
        folder = Folder(to, form.text)
        folder.make()
        with folder.alone():
            earlier = folder.earlier()
            about = _about(instance, form, given["stack"])
            _check_same(about, earlier)
            choice = Choice(
                chosen.keys,
                instance.ref.bare,
                given["stack"],
                earlier.ids if earlier else frozenset(),
                with_numbers=given["phone_numbers"],
                imports=given["imports"],
            )
            with Journal(folder.journal, choice.task) as journal:
                ids = _read(instance, chosen, choice, journal, is_quiet=given["quiet"])
                fleet = Fleet(journal, ids, form, about)
                tally = fleet.tally(choice.earlier)
                report.of_agents(tally)
                if tally.adopted or earlier:
                    parts = fleet.parts(given["parts"], earlier.about[PARTS] if earlier else None)
                    written = list(fleet.write(folder, parts))
                    account = report.Account(instance.region.name, given["profile"])
                    report.of_files(folder, written, given["stack"], account)
                journal.remove()
        options.end_with(context, instance, DONE)


def _read(
    instance: Instance, chosen: Selection, choice: Choice, journal: Journal, *, is_quiet: bool
) -> dict[str, None]:
    """Read every agent that is selected or in the templates already; return their ids."""
    found = counting("search", chosen.agents(instance), is_quiet=is_quiet)
    ids = dict.fromkeys([*(agent.id for agent in found), *sorted(choice.earlier)])
    left = [each for each in ids if each not in journal.ids]
    if journal.ids and len(left) < len(ids):
        say(f"{len(ids) - len(left):,} of {len(ids):,} agents were read by an earlier run that did not end.")
    try:
        for user_id, agent in counting("agents", instance.describe_each(left), len(left), is_quiet=is_quiet):
            journal.add(choice.finding(user_id, agent, is_unreadable=user_id in instance.unreadable))
    except BaseException:
        read = len(ids) - sum(each not in journal.ids for each in left)
        say(f"{read:,} of {len(ids):,} agents are read; the same command goes on from there.")
        raise
    return ids


def _form(given: dict[str, Any]) -> Form:
    """Return how the templates are written; UsageError if the options contradict each other."""
    type_name = given["type_name"]
    if given["imports"] and not type_name:
        advice = "add --type-name, such as Acme::Connect::UserConfig"
        raise UsageError(
            "no-import", "only a type of the registry can be imported, not a custom resource", advice
        )
    flavour = (
        Flavour(check_type_name(type_name))
        if type_name
        else Flavour(_CUSTOM, f"{check_name(given['install_name'])}ServiceToken")
    )
    try:
        FORMATS[given["form"]]({"Metadata": {OURS: {}}}, {})
    except ToolMissing as error:
        raise UsageError(
            "no-yaml", f"YAML needs a library that is missing: {error}", "or write --format json"
        ) from error
    return Form(flavour, given["form"], given["group"])


def _about(instance: Instance, form: Form, stack: str) -> dict[str, Any]:
    """Return what the templates say of the run, and what may not differ in the next."""
    flavour = form.flavour
    return {
        "Stack": stack,
        INSTANCE: instance.ref.bare,
        "Type": flavour.type,
        **({"Export": flavour.export} if flavour.export else {}),
    }


def _check_same(about: dict[str, Any], earlier: Earlier | None) -> None:
    """Raise UsageError if the templates are of another instance, type or stack: owners would change."""
    before = dict(earlier.about) if earlier else {}
    for name in (*about, *before):
        if earlier and name != PARTS and about.get(name) != before.get(name):
            was, is_now = before.get(name, "none"), about.get(name, "none")
            said = f"{name} of the templates is {was}, and would be {is_now}"
            advice = "use the same options as then, or name another folder with --to"
            raise UsageError("other-options", said, advice)
