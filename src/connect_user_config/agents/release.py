"""The command `release`: give settings back, or leave them, and remove the record or its owner alone."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any, Final

import click

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.errors import SettingsError
from custom_connect_userconfig.core.messages import joined
from custom_connect_userconfig.core.restoration import restoration

from ..output import INSTANCE_OPTION, help_end
from ..problems import DONE, FAILED, Refused, UsageError
from ..progress import counting
from . import cells, options
from .agent import Agent
from .columns import View
from .instance import Instance
from .owners import Owners, State
from .printing import print_json, print_table, say
from .writing import Writer

_TITLES: Final = ("agent", "setting", "now", "then", "owner")


class Way(Enum):
    """What becomes of the settings and of the record."""

    GIVE_BACK = "give back"
    KEEP = "keep"
    HAND_OVER = "hand over"


@click.command(
    "release",
    epilog=help_end(
        f"connect-user-config release ada.lovelace --dry-run {INSTANCE_OPTION}",
        f"connect-user-config release ada.lovelace --keep {INSTANCE_OPTION}",
        f"connect-user-config release --tag Team=Sales --hand-over --yes {INSTANCE_OPTION}",
    ),
)
@click.argument("users", nargs=-1, metavar="[USER...]")
@options.connection
@options.selecting
@click.option("--keep", "way", flag_value=Way.KEEP.value, help="Leave the settings as they are.")
@click.option(
    "--hand-over",
    "way",
    flag_value=Way.HAND_OVER.value,
    help="Remove the owner alone: the next resource that declares the agent takes the record over.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Go on even if the owner exists, or cannot be looked for.")
@click.option("--json", "form", flag_value="json", help="Print what is to be changed as JSON.")
@options.phone_numbers
@click.pass_context
def release(
    context: click.Context,
    /,
    users: tuple[str, ...],
    way: str | None,
    form: str | None,
    **given: Any,  # noqa: ANN401 - the other options
) -> None:
    """Give the settings of agents back and remove the record of who owned them.

    For agents whose stack is gone. As long as the owner's stack has the resource, delete it there instead:
    this command refuses. With --hand-over, the record stays for the next owner, which may be another stack.
    """
    with options.ending(context):
        instance = options.open_instance(context, given)
        chosen = options.selection(given, users)
        if chosen.is_everybody:
            raise UsageError("no-agent", "no agent is named", "name some, or select them (--tag, --name, …)")
        if chosen.arrays or chosen.channels:
            advice = "leave --array and --channel out, or remove the settings from the template"
            raise UsageError("not-whole", "a record is released whole", advice)
        wanted = Way(way or Way.GIVE_BACK.value)
        found = counting("agents", _owned(instance, chosen.agents(instance)), is_quiet=given["quiet"])
        agents = sorted(found, key=lambda agent: agent.username.casefold())
        if wanted is not Way.KEEP:
            _refuse_unreadable(agents)
        if wanted is not Way.HAND_OVER and not given["force"]:
            _refuse(agents, Owners(instance.region))
        _show(View(instance, chosen.keys, with_numbers=given["phone_numbers"]), agents, wanted, form)
        if given["dry_run"] or not agents:
            context.exit(DONE)
        options.ask(f"{_QUESTION[wanted]} of {cells.agents(len(agents))}?", is_sure=given["yes"])
        context.exit(_release(Writer(instance), agents, wanted, is_quiet=given["quiet"]))


_QUESTION: Final = {
    Way.GIVE_BACK: "Give back the settings",
    Way.KEEP: "Leave the settings and remove the record",
    Way.HAND_OVER: "Hand over the record",
}


def _owned(instance: Instance, agents: Iterator[Agent]) -> Iterator[Agent]:
    """Yield the agents with a record, as DescribeUser shows them."""
    ids = (agent.id for agent in agents if agent.is_owned or agent.is_confirmed)
    for _, agent in instance.describe_each(ids):
        if agent and agent.is_owned:
            yield agent
        elif agent:
            say(f"{agent.username}: nobody owns its settings, nothing is left to do")


def _refuse_unreadable(agents: Sequence[Agent]) -> None:
    for agent in agents:
        if agent.damage:
            raise Refused(
                "unreadable-record",
                f"{agent.username}: {agent.damage}",
                "to remove the record and leave the settings as they are, use --keep",
            )


def _refuse(agents: Sequence[Agent], owners: Owners) -> None:
    for agent in agents:
        finding = owners.look_for(agent)
        if finding.state is State.ALIVE:
            raise Refused(
                "owner-alive",
                f"{agent.username}: {agent.owner} still has the resource; nothing was changed",
                "remove it from the template; to move the agent to another stack, use --hand-over",
            )
        if finding.state is State.UNKNOWN and not agent.damage:
            raise Refused(
                "owner-unknown",
                f"{agent.username}: it is not known whether {agent.owner} exists: {finding.reason}",
                "make sure that it is gone, then add --force",
            )


def _show(view: View, agents: Sequence[Agent], way: Way, form: str | None) -> None:
    if form == "json":
        print_json("agents", (_to_json(view, agent, way) for agent in agents), way=way.value)
    else:
        print_table(_TITLES, (row for agent in agents for row in _rows(view, agent, way)))


def _rows(view: View, agent: Agent, way: Way) -> Iterator[tuple[str, ...]]:
    def word(key: SettingKey, value: Any) -> str:  # noqa: ANN401 - what a record says of a value
        return cells.worded(key, value, with_numbers=view.with_numbers)

    record = agent.record
    if agent.damage or not record:
        yield agent.username, "", "", agent.damage, view.owner(agent)
        return
    wanted = (
        restoration(record.prior, record.prior, agent.live.settings).wanted if way is Way.GIVE_BACK else {}
    )
    for key in view.keys:
        if key in record.prior:
            now = word(key, agent.effective(key))
            then = word(key, wanted[key]) if key in wanted else now
            yield agent.username, cells.setting(key), now, then, view.owner(agent)


def _to_json(view: View, agent: Agent, way: Way) -> dict[str, Any]:
    names = ("agent", "setting", "now", "then", "owner")
    changes = [dict(zip(names, row, strict=True)) for row in _rows(view, agent, way)]
    return {"id": agent.id, "username": agent.username, "owner": agent.owner or None, "changes": changes}


def _release(writer: Writer, agents: Sequence[Agent], way: Way, *, is_quiet: bool) -> int:
    release_one: dict[Way, Callable[[Agent], tuple[str, ...]]] = {
        Way.GIVE_BACK: writer.give_back,
        Way.KEEP: writer.forget,
        Way.HAND_OVER: writer.hand_over,
    }
    done = {Way.GIVE_BACK: "given back", Way.KEEP: "kept, and owned by nobody", Way.HAND_OVER: "handed over"}
    failed = 0
    for agent in counting("released", agents, len(agents), is_quiet=is_quiet):
        try:
            notes = release_one[way](agent)
        except SettingsError as error:
            failed += 1
            say(f"{agent.username}: {error}")
        else:
            say(joined(f"{agent.username}: {done[way]}", *notes))
    return FAILED if failed else DONE
