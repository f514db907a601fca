"""The command `drift`: owned settings that are not as declared, and records whose owner is gone."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from custom_connect_userconfig.core.arrays import SettingKey
from custom_connect_userconfig.core.drift import Difference
from custom_connect_userconfig.core.errors import SettingsError
from custom_connect_userconfig.core.messages import joined

from ..output import INSTANCE_OPTION, help_end
from ..problems import DONE, FAILED, FOUND
from ..progress import counting
from . import cells, options
from .agent import Agent
from .columns import View
from .instance import Instance
from .owners import Finding, Owners, State
from .printing import print_csv, print_json, print_table, say
from .report import write_report
from .writing import Writer

_TITLES: Final = ("agent", "setting", "declared", "in force", "owner")


@dataclass(frozen=True)
class Drifted:
    """One agent with a difference, or with a record whose owner is gone or cannot be read."""

    agent: Agent
    differences: Sequence[Difference]
    owner: Finding

    @property
    def is_worth_showing(self) -> bool:
        """Whether anything is not as it should be."""
        return bool(self.differences or self.agent.damage or self.is_orphan)

    @property
    def is_orphan(self) -> bool:
        """Whether the resource that the record names does not exist."""
        return self.owner.state is State.ORPHAN

    def rows(self, view: View) -> Iterator[tuple[str, ...]]:
        """Yield the rows of the table."""
        name, owner = self.agent.username, view.owner(self.agent)
        for each in self.differences:
            declared, live = (
                cells.worded(each.key, value, with_numbers=view.with_numbers)
                for value in (each.declared, each.live)
            )
            yield name, cells.setting(each.key), declared, live, owner
        if self.agent.damage:
            yield name, "", "", self.agent.damage, owner
        elif self.is_orphan:
            yield name, "", "", f"orphan: {self.owner.reason}", owner

    def to_json(self, view: View) -> dict[str, Any]:
        """Return the agent in JSON's types."""
        return {
            **view.to_json(self.agent),
            "differences": [each.to_json() for each in self.differences],
            "ownerState": self.owner.state.value,
            "ownerReason": self.owner.reason or None,
        }


@click.command(
    "drift",
    epilog=help_end(
        f"connect-user-config drift {INSTANCE_OPTION}",
        f"connect-user-config drift --json --no-stacks {INSTANCE_OPTION}",
        f"connect-user-config drift --name 'emea-*' --fix {INSTANCE_OPTION}",
    ),
)
@options.connection
@options.selecting
@click.option(
    "--stacks/--no-stacks", default=True, help="Ask CloudFormation for orphans: records whose owner is gone."
)
@click.option("--fix", is_flag=True, help="Write the declared values again, after asking.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "form", flag_value="json", help="Print JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV.")
@options.exact
@options.html_report
@options.phone_numbers
@click.pass_context
def drift(
    context: click.Context,
    /,
    form: str | None,
    **given: Any,  # noqa: ANN401 - the other options
) -> None:
    """Show owned settings that are not as their template declares.

    Declared values come from the record on each agent, so no template and no stack is needed. Every
    difference is confirmed by DescribeUser. Records of resources that are gone are shown too.
    """
    with options.ending(context):
        instance = options.open_instance(context, given)
        chosen = options.selection(given)
        view = View(instance, chosen.keys, with_numbers=given["phone_numbers"])
        owners = Owners(instance.region) if given["stacks"] else None
        agents = chosen.agents(instance)
        if given["exact"]:
            agents = instance.exactly(agent for agent in agents if agent.is_owned)
        searched = counting("agents", agents, is_quiet=given["quiet"])
        found = _in_order(_drifted(instance, searched, chosen.keys, owners))
        _show(view, found, form, given["html"])
        differing = [each.agent for each in found if each.differences]
        if given["fix"] and differing:
            options.ask(
                f"Write the declared values of {cells.agents(len(differing))} again?", is_sure=given["yes"]
            )
            context.exit(_fix(Writer(instance), differing, chosen.keys, is_quiet=given["quiet"]))
        options.end_with(context, instance, FOUND if found else DONE)


def _drifted(
    instance: Instance, agents: Iterable[Agent], keys: Collection[SettingKey], owners: Owners | None
) -> Iterator[Drifted]:
    for agent in agents:
        if not agent.is_owned:
            continue
        finding = owners.look_for(agent) if owners else Finding(State.UNKNOWN, "CloudFormation was not asked")
        each = Drifted(agent, _differences(agent, keys), finding)
        if each.is_worth_showing and not agent.is_confirmed:
            # A search may be late.
            described = instance.describe_if_possible(agent.id)
            if described and described.is_owned:
                each = Drifted(described, _differences(described, keys), finding)
                if each.is_worth_showing:
                    yield each
        elif each.is_worth_showing:
            yield each


def _differences(agent: Agent, keys: Collection[SettingKey]) -> tuple[Difference, ...]:
    return tuple(each for each in agent.drift() if each.key in keys)


def _in_order(found: Iterable[Drifted]) -> list[Drifted]:
    return sorted(found, key=lambda each: (each.agent.username.casefold(), each.agent.id))


def _show(view: View, found: Sequence[Drifted], form: str | None, path: Path | None) -> None:
    if path:
        _report(path, view, found)
    if form == "json":
        print_json("agents", (each.to_json(view) for each in found), instanceId=view.instance.ref.bare)
        return
    rows = [row for each in found for row in each.rows(view)]
    if form == "csv":
        print_csv(_TITLES, rows)
        return
    if not path:
        print_table(_TITLES, rows)
    differing = cells.agents(sum(bool(each.differences) for each in found))
    orphans = cells.agents(sum(each.is_orphan for each in found))
    say(f"{differing} with a difference, {orphans} with a record whose owner is gone.")
    for reason in sorted({each.owner.reason for each in found if each.owner.state is State.UNKNOWN}):
        say(f"Owners that could not be looked for: {reason}.")


def _report(path: Path, view: View, found: Sequence[Drifted]) -> None:
    reasons = {each.agent.id: each.owner.reason for each in found if each.is_orphan}
    agents = (each.agent for each in found)
    now = datetime.now(UTC)
    write_report(
        path, view, agents, kind="drift", generated_at=now, remark=lambda agent: reasons.get(agent.id, "")
    )
    say(f"{path}: {cells.agents(len(found))}.")


def _fix(writer: Writer, agents: Sequence[Agent], keys: Collection[SettingKey], *, is_quiet: bool) -> int:
    failed = 0
    for agent in counting("written", agents, len(agents), is_quiet=is_quiet):
        try:
            notes = writer.reapply(agent, keys)
        except SettingsError as error:
            failed += 1
            say(f"{agent.username}: {error}")
        else:
            say(joined(f"{agent.username}: as declared" if not notes else f"{agent.username}:", *notes))
    return FAILED if failed else DONE
