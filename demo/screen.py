"""How the demo prints: steps, events, edits and results, on terminals of 60 columns and more."""

import shutil
from collections.abc import Collection, Iterable
from typing import Final

from rich.console import Console
from rich.text import Text

from .changed_settings import Snapshot, of_agent
from .checks import Ledger
from .stacks import Event
from .templates import edits

NARROWEST: Final = 60
_WIDEST: Final = 100
_PIPE: Final = (80, 24)


def width() -> int:
    """Return the width of the terminal within what the demo is laid out for."""
    return max(NARROWEST, min(_WIDEST, shutil.get_terminal_size(_PIPE).columns))


class Screen:
    """What the demo shows."""

    def __init__(self, console: Console, recorded: Collection[str] = ()) -> None:
        """Print to `console`, and record the steps that `recorded` names."""
        self.console = console
        self._recorded = recorded

    def step(self, name: str, *lines: str) -> None:
        """Begin a step, and say in sentences what happens in it."""
        self.console.record = name in self._recorded
        self.console.rule(f"[bold]{name}", align="left")
        for line in lines:
            self.console.print(line)

    def indented(self, text: Text | str, style: str = "", by: int = 2) -> None:
        """Show text as it is, each line of it indented, also where it is broken."""
        whole = Text(text, style) if isinstance(text, str) else text
        for line in whole.wrap(self.console, self.console.width - by):
            line.rstrip()
            self.console.print(Text(" " * by) + line)

    def event(self, event: Event) -> None:
        """Show an event of a stack that ends something, or that is of the stack itself."""
        style = "red" if "FAILED" in event.status else "yellow" if "ROLLBACK" in event.status else "green"
        if not event.status.endswith("_IN_PROGRESS") or event.is_of_stack:
            self.indented(Text.assemble((f"{event.status:<20}", style), f" {event.logical_id}"))
        if event.reason and "FAILED" in event.status:
            self.indented(event.reason, "dim", by=4)

    def edits(self, old: str, new: str) -> None:
        """Show the lines of a template that differ."""
        for line in edits(old, new):
            self.indented(line, "red" if line.startswith("-") else "green")

    def changes(self, ledgers: Iterable[Ledger], before: Snapshot) -> None:
        """Show the settings that differ from `before`, agent by agent."""
        shown = [part for ledger in ledgers for part in of_agent(ledger, before[ledger.agent.name])]
        self.console.print(*(shown or ["No agent's setting has changed."]), sep="\n")

    def checked(self, what: str) -> None:
        """Say what the demo has found to be as declared."""
        self.console.print(f"[green]checked:[/green] {what}.")
