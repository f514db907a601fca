"""How a comparison is shown: a table, JSON, or Markdown for a pull request."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import click

from custom_connect_userconfig.core.arrays import SettingKey, field_of
from custom_connect_userconfig.core.kinds import Value
from custom_connect_userconfig.core.redaction import REDACTED

from ...check.formats import Located, as_text
from .. import cells
from ..printing import print_table
from ..tables import inert
from .comparison import Outcome, Request
from .effects import Change, Kind

_TITLES: Final = ("agent", "resource", "change", "setting", "now", "after")


@dataclass
class Comparison:
    """All that there is to show."""

    instance_id: str
    stack: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    errors: list[Located] = field(default_factory=list)
    """What a handler would refuse."""
    unresolved: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Resources of other instances, and nested stacks."""
    only_settings: bool = False
    with_numbers: bool = False

    @property
    def changed(self) -> list[Outcome]:
        """The outcomes in which a setting changes."""
        return [each for each in self.outcomes if each.effect.changes_settings]

    @property
    def record_only(self) -> list[Outcome]:
        """The outcomes in which only ownership changes."""
        return [each for each in self.outcomes if each.is_record_only]

    @property
    def refused(self) -> list[Outcome]:
        """The outcomes for which the deployment fails."""
        return [each for each in self.outcomes if each.refusal]

    @property
    def fails(self) -> bool:
        """Whether the deployment fails for certain."""
        return bool(self.errors or self.refused)

    @property
    def differs(self) -> bool:
        """Whether anything changes, or may change."""
        is_unsure = any(each.is_gone and each.request is Request.UNKNOWN for each in self.outcomes)
        is_recorded = bool(self.record_only) and not self.only_settings
        return bool(self.changed or self.unresolved or is_unsure or is_recorded)

    def summary(self) -> str:
        """Return all counts that are not 0, in a sentence."""
        settings = sum(change.is_of_value for each in self.outcomes for change in each.effect.changes)
        refused = len(self.refused) + len(self.errors)
        changed = f"{_count(settings, 'setting')} of {_count(_agents(self.changed), 'agent')}"
        owned = f"ownership alone of {_count(_agents(self.record_only), 'agent')}"
        counts = {
            f"{changed} would change": settings,
            f"{owned} would change": len(self.record_only),
            f"{refused:,} refused": refused,
            f"{len(self.unresolved):,} not resolved": len(self.unresolved),
        }
        said = ", ".join(words for words, count in counts.items() if count) or "nothing would change"
        return f"{_count(_agents(self.outcomes), 'agent')} compared: {said}."


def _agents(found: Iterable[Outcome]) -> int:
    return len({each.user_id for each in found})


def _count(number: int, name: str) -> str:
    return f"{number:,} {name if number == 1 else f'{name}s'}"


def print_text(comparison: Comparison) -> None:
    """Print a table, then what is refused, noted and not resolved."""
    print_table(_TITLES, _rows(comparison))
    if comparison.errors:
        click.echo(as_text(comparison.errors, ()))
    for line in _lines(comparison):
        click.echo(inert(line))


def print_markdown(comparison: Comparison) -> None:
    """Print a comment for a pull request."""
    where = f" in stack `{comparison.stack}`" if comparison.stack else ""
    click.echo(f"### Agent settings{where}\n\n{comparison.summary()}")
    rows = list(_rows(comparison))
    if rows:
        click.echo(f"\n| {' | '.join(_TITLES)} |\n|{'---|' * len(_TITLES)}")
        for row in rows:
            click.echo(f"| {' | '.join(map(_cell, row))} |")
    said = [*as_text(comparison.errors, ()).splitlines(), *_lines(comparison)]
    if said:
        click.echo("\n" + "\n".join(f"- {_cell(line)}" for line in said))


def print_json(comparison: Comparison, exit_code: int) -> None:
    """Print one JSON object."""
    whole = {
        "instanceId": comparison.instance_id,
        "stack": comparison.stack or None,
        "exitCode": exit_code,
        "resources": [_outcome(each, comparison) for each in comparison.outcomes],
        "errors": [
            {
                "file": each.file,
                "line": each.span.line,
                "column": each.span.column,
                "resource": each.finding.resource,
                "rule": each.finding.rule.name,
                "message": each.finding.message,
            }
            for each in comparison.errors
        ],
        "unresolved": comparison.unresolved,
        "elsewhere": comparison.elsewhere,
    }
    click.echo(json.dumps(whole, indent=2))


def _outcome(outcome: Outcome, comparison: Comparison) -> dict[str, Any]:
    return {
        "resource": outcome.logical_id,
        "file": outcome.file or None,
        "line": outcome.line or None,
        "id": outcome.user_id,
        "username": outcome.username or None,
        "request": outcome.request.value,
        "owner": outcome.owner or None,
        "gone": outcome.is_gone,
        "refusal": outcome.refusal or None,
        "changesSettings": outcome.effect.changes_settings,
        "changesRecord": outcome.effect.changes_record,
        "settings": [
            {
                "array": change.key.array,
                "channel": change.key.channel,
                "field": change.key.field,
                "change": change.kind.value,
                "now": _plain(change.key, change.now, comparison),
                "then": _plain(change.key, change.then, comparison),
                "valueChanges": change.is_of_value,
            }
            for change in outcome.effect.changes
        ],
        "notes": list(outcome.notes),
    }


def _plain(key: SettingKey, value: Value | None, comparison: Comparison) -> object:
    is_hidden = field_of(key).kind.sensitive and value is not None and not comparison.with_numbers
    return REDACTED if is_hidden else value


def _rows(comparison: Comparison) -> Iterator[Sequence[str]]:
    for outcome in comparison.outcomes:
        agent = outcome.username or outcome.user_id
        for change in outcome.effect.changes:
            if change.is_of_value:
                now, then = _words(change, with_numbers=comparison.with_numbers)
                setting = cells.setting(change.key)
                yield agent, outcome.logical_id, change.kind.value, setting, now, then
        if not comparison.only_settings:
            for kind in Kind:
                yield from _unchanged(outcome, agent, kind)


def _unchanged(outcome: Outcome, agent: str, kind: Kind) -> Iterator[Sequence[str]]:
    """Yield one row for all settings of which only the ownership changes."""
    keys = [change.key for change in outcome.effect.changes if change.kind is kind and not change.is_of_value]
    if keys:
        yield agent, outcome.logical_id, f"{kind.value}, unchanged", _count(len(keys), "setting"), "", ""


def _words(change: Change, *, with_numbers: bool) -> tuple[str, str]:
    now = cells.worded(change.key, change.now, with_numbers=with_numbers)
    then = cells.worded(change.key, change.then, with_numbers=with_numbers)
    return now, "another number" if now == then else then


def _lines(comparison: Comparison) -> Iterator[str]:
    """Yield what no table says, most important first."""
    for outcome in comparison.refused:
        yield f"{_about(outcome)}: refused: {outcome.refusal}"
    yield from (f"not resolved: {each}" for each in comparison.unresolved)
    for note, about in _notes(comparison.outcomes).items():
        yield f"{', '.join(about)}: {note}"
    yield from (f"not compared: {each}" for each in comparison.elsewhere)


def _notes(outcomes: Iterable[Outcome]) -> dict[str, list[str]]:
    """Return each note, once, with those whom it is about."""
    found: dict[str, list[str]] = {}
    for outcome in outcomes:
        for note in outcome.notes:
            found.setdefault(note, []).append(_about(outcome))
    return found


def _about(outcome: Outcome) -> str:
    at = f" ({outcome.file}:{outcome.line})" if outcome.file else ""
    return f"{outcome.username or outcome.user_id}, {outcome.logical_id}{at}"


def _cell(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#~" else c for c in inert(text))
