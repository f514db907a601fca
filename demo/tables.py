"""The tables of the demo: every agent's settings after each step, in at most 100 columns."""

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from .checks import Ledger
from .settings import ROWS, Setting, Values, shown

OWNED, CHANGED, DRIFTED = "●", "»", "!"
LEGEND = f"{OWNED} owned by the stack   {CHANGED} changed by this step   {DRIFTED} not as declared"

Snapshot = Mapping[str, Values]


def snapshot(ledgers: Sequence[Ledger]) -> dict[str, Values]:
    """Return the present settings of every agent, by name."""
    return {ledger.agent.name: ledger.agent.settings() for ledger in ledgers}


def settings_table(title: str, ledgers: Sequence[Ledger], before: Snapshot) -> Table:
    """Return the table of the agents' settings, with the changes since `before` highlighted."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.caption, table.caption_justify = LEGEND, "left"
    table.add_column("Setting", no_wrap=True)
    for ledger in ledgers:
        table.add_column(ledger.agent.name, no_wrap=True)
    for label, setting in ROWS.items():
        table.add_row(label, *(_cell(setting, ledger, before[ledger.agent.name]) for ledger in ledgers))
    table.add_section()
    table.add_row("Owner", *(_owner(ledger) for ledger in ledgers))
    return table


def _owner(ledger: Ledger) -> Text:
    stack, _, logical_id = ledger.owner.partition("/")
    return Text(f"{stack}\n/{logical_id}", style="cyan") if stack else Text("-")


def _cell(setting: Setting, ledger: Ledger, before: Values) -> Text:
    now = ledger.agent.settings()
    text = shown(setting, now)
    is_changed = text != shown(setting, before)
    marks = (
        OWNED if setting in ledger.owned else " ",
        DRIFTED if setting in ledger.drifted else " ",
        CHANGED if is_changed else " ",
    )
    style = "bold yellow" if is_changed else ("cyan" if setting in ledger.owned else "")
    return Text(f"{''.join(marks)} {text}", style=style)
