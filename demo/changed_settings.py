"""The settings of agents that a step has changed, before and after."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .checks import Ledger
from .settings import ROWS, Setting, Values, shown

OWNED: Final = "●"
DRIFTED: Final = "!"
LEGEND: Final = f"{OWNED} owned by a stack   {DRIFTED} owned, and not as declared"
_LABEL: Final = max(map(len, ROWS))
_BEFORE: Final = 15

Snapshot = Mapping[str, Values]


def snapshot(ledgers: Sequence[Ledger]) -> dict[str, Values]:
    """Return the present settings of every agent, by name."""
    return {ledger.agent.name: ledger.agent.settings() for ledger in ledgers}


def of_agent(ledger: Ledger, before: Values) -> Iterator[RenderableType]:
    """Yield the agent's name and owner, and a table of what has changed; nothing if nothing has."""
    now = ledger.agent.settings()
    changed = [each for each in ROWS.items() if shown(each[1], now) != shown(each[1], before)]
    if not changed:
        return
    yield Text.assemble((ledger.agent.name, "bold"), f", owned by {ledger.owner or 'nobody'}")
    table = Table.grid(padding=(0, 1))
    table.add_column(width=2, justify="right")
    table.add_column(width=_LABEL)
    table.add_column(width=_BEFORE)
    table.add_column()
    table.add_column(style="bold yellow")
    for label, setting in changed:
        table.add_row(_mark(setting, ledger), label, shown(setting, before), "→", shown(setting, now))
    yield table


def _mark(setting: Setting, ledger: Ledger) -> Text:
    if setting in ledger.drifted:
        return Text(DRIFTED, style="bold red")
    return Text(OWNED if setting in ledger.owned else "", style="cyan")
