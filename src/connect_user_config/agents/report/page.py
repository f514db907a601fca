"""The page around the rows: its head with the policy, the summary, the table's head, and the end."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final, Literal

from .. import cells
from .counting import Counts, State, Teams

Kind = Literal["agents", "drift"]
"""The command that the report is of."""


@dataclass(frozen=True)
class _Texts:
    title: str
    lead: str
    agents: str
    """What the first number of the summary counts."""
    nobody: str
    """What is said if there is no agent at all."""


_TEXTS: Final[Mapping[Kind, _Texts]] = {
    "agents": _Texts(
        "Agent settings",
        "The settings that are in force for each agent, and who owns them.",
        "Agents",
        "There is no such agent.",
    ),
    "drift": _Texts(
        "Agent settings that differ",
        "Agents whose settings are not as their stack declares, or whose stack is gone.",
        "Agents to look at",
        "Every setting that a stack owns is as declared.",
    ),
}
_ROWS: Final = "<!-- rows -->"


@dataclass(frozen=True)
class About:
    """What the head of the page says of the rows."""

    kind: Kind
    instance: str
    region: str
    generated_at: datetime
    """In UTC."""
    columns: Sequence[str]
    """The titles of the columns."""
    left_out: int = 0
    """Agents who could not be read."""


def around(about: About, total: Counts, teams: Mapping[str, Teams]) -> tuple[str, str]:
    """Return what comes before and after the rows; `teams` are by the title of their column."""
    texts, at, columns = _TEXTS[about.kind], about.generated_at, about.columns
    style, script = _file("page.css") + _labels(columns), _file("page.js")
    page = Template(_file("page.html")).substitute(
        policy=_policy(style, script),
        title=texts.title,
        lead=texts.lead,
        instance=escape(about.instance),
        region=escape(about.region),
        at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        at_words=f"{at.day} {at:%B %Y, %H:%M} UTC",
        style=style,
        script=script,
        gap=_gap(about.left_out),
        tiles=_tiles(total, texts.agents),
        teams="".join(_team_table(each, of) for each, of in teams.items() if total.agents),
        states="".join(_option(state) for state in State if total.by_state[state]),
        heads="".join(f"<th scope=col>{escape(each)}" for each in columns),
        agents=cells.agents(total.agents),
        nothing="No agent matches. Clear the filter to see all." if total.agents else texts.nobody,
        nothing_hidden="hidden" if total.agents else "",
    )
    before, _, after = page.partition(_ROWS)
    return before, after


@cache
def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy that allows the page's own style and script, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)};"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _labels(columns: Iterable[str]) -> str:
    """Return the style that names each value where the page is too narrow for a table with a head."""
    rules = "".join(
        f'#agents td:nth-child({place})::before{{content:"{title}"}}'
        for place, title in enumerate(columns, 1)
        if place > 1
    )
    return f"@media screen and (max-width:79rem){{{rules}}}\n"


def _gap(left_out: int) -> str:
    if not left_out:
        return ""
    return (
        f"<p class=gap>{_sign('!')}{cells.agents(left_out)} could not be read, and "
        f"{'is' if left_out == 1 else 'are'} left out of this page.\n"
    )


def _tiles(total: Counts, agents: str) -> str:
    shown = [("", agents, total.agents), ("", "With an owner", total.owned)]
    shown += [(state.sign, state.words, total.by_state[state]) for state in State]
    return "".join(
        f"<li><strong>{count:,}</strong> {_sign(sign)}{escape(words)}"
        for sign, words, count in shown
        if count or words in {agents, State.DIFFERS.words}
    )


def _sign(sign: str) -> str:
    return f"<i aria-hidden=true>{escape(sign)}</i> " if sign else ""


def _team_table(title: str, teams: Teams) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}<td>{counts.agents:,}<td>{counts.owned:,}"
        f"<td>{counts.by_state[State.DIFFERS]:,}\n"
        for name, counts in teams.in_order()
    )
    return (
        f'<div class=scroll role=region tabindex=0 aria-label="By {escape(title.lower())}">'
        f"<table class=teams><caption>By {escape(title.lower())}</caption>"
        f"<thead><tr><th scope=col>{escape(title)}"
        "<th scope=col>Agents<th scope=col>With an owner<th scope=col>Differs</thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _option(state: State) -> str:
    return f"<option value={state.rank}>{escape(state.words)}</option>"
