"""The command `agents`: the settings in force of every agent, and who owns and declares which."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ..output import INSTANCE_OPTION, help_end
from ..problems import DONE, UsageError
from ..progress import counting
from . import cells, options
from .agent import Agent, in_order
from .cells import OWNED
from .columns import View, columns, usual
from .instance import Instance
from .printing import print_csv, print_json, print_table, say
from .report import Counts, write_report


@click.command(
    "agents",
    epilog=help_end(
        f"connect-user-config agents {INSTANCE_OPTION}",
        f"connect-user-config agents --find lovelace {INSTANCE_OPTION}",
        f"connect-user-config agents --routing-profile Sales --unowned --csv {INSTANCE_OPTION}",
        f"connect-user-config agents --html agents.html {INSTANCE_OPTION}",
    ),
)
@options.connection
@options.selecting
@click.option("--find", metavar="TEXT", help="Agents with TEXT in a name; shows their ids.")
@click.option("--owned/--unowned", "owned", default=None, help="Only agents with, or without, an owner.")
@click.option("--columns", "named", metavar="NAME,…", help="The columns of the table, by their names.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@options.exact
@options.html_report
@options.phone_numbers
@click.pass_context
def agents(
    context: click.Context,
    /,
    find: str | None,
    owned: bool | None,  # noqa: FBT001 - click passes options by name
    named: str | None,
    form: str | None,
    phone_numbers: bool,  # noqa: FBT001 - the same
    **given: Any,  # noqa: ANN401 - the shared options
) -> None:
    """Show the settings of agents that are in force, and who owns them.

    A star marks what a stack owns; the last column shows declared values that are not in force. Values come
    from a search, whose index may be minutes late; a difference is confirmed by DescribeUser.
    """
    with options.ending(context):
        instance = options.open_instance(context, given)
        chosen = options.selection(given)
        view = View(instance, chosen.keys, with_numbers=phone_numbers)
        if given["html"] and form:
            problem = f"--html and --{form} are two answers"
            raise UsageError("two-answers", problem, "run the command once for each")
        wanted = _columns(view, named or ("agent,id,name,owner" if find else ""))
        found = chosen.agents(instance)
        found = instance.exactly(found) if given["exact"] else _confirmed(instance, found)
        found = (
            agent for agent in found if (owned is None or agent.is_owned is owned) and _has(agent, find or "")
        )
        found = counting("agents", found, is_quiet=given["quiet"])
        if path := given["html"]:
            _tell(write_report(path, view, found, kind="agents", generated_at=datetime.now(UTC)), path)
        elif form == "json":
            print_json("agents", map(view.to_json, found), instanceId=instance.ref.bare)
        elif form == "csv":
            known = columns(view)
            print_csv(wanted, ([known[name](agent) for name in wanted] for agent in found))
        else:
            _print(view, wanted, in_order(found), foldable=() if named else wanted[1:-1])
        options.end_with(context, instance, DONE)


def _tell(counts: Counts, path: Path) -> None:
    say(f"{path}: {cells.agents(counts.agents)}, {counts.owned:,} with an owner.")


def _columns(view: View, named: str) -> tuple[str, ...]:
    wanted = tuple(each.strip() for each in named.split(",") if each.strip()) or usual(view)
    known = columns(view)
    for each in wanted:
        if each not in known:
            advice = f"name some of {', '.join(known)}"
            raise UsageError("no-such-column", f"there is no column {each!r}", advice)
    return wanted


def _confirmed(instance: Instance, found: Iterable[Agent]) -> Iterator[Agent]:
    """Yield the agents; one with a difference as DescribeUser shows it, because a search may be late."""
    for agent in found:
        if agent.is_confirmed or not agent.drift():
            yield agent
            continue
        if described := instance.describe_if_possible(agent.id):
            yield described


def _has(agent: Agent, text: str) -> bool:
    names = (agent.username, f"{agent.first_name} {agent.last_name}", agent.id)
    return any(text.casefold() in name.casefold() for name in names)


def _print(view: View, wanted: tuple[str, ...], found: list[Agent], foldable: Sequence[str]) -> None:
    known = columns(view)
    rows = [[known[name](agent) for name in wanted] for agent in found]
    # An empty last column would only take room.
    if not any(row[-1] for row in rows) and wanted[-1] == "declared":
        wanted, rows = wanted[:-1], [row[:-1] for row in rows]
    print_table(wanted, rows, foldable=foldable)
    owned = sum(agent.is_owned for agent in found)
    say(f"{cells.agents(len(found))}, {owned:,} with an owner. {OWNED} marks what a stack's resource owns.")
